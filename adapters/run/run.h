/* 适配器的运行: the whole life of `ecocase-adapter run`. One loop on one thread calls each part of the work in turn;
 * librdkafka, HTTP and tables keep threads of their own. */
#ifndef ECOCASE_ADAPTERS_RUN_RUN_H
#define ECOCASE_ADAPTERS_RUN_RUN_H
#include "adapters/engine/engine.h"
#include <signal.h>

struct run_settings {
    const char *agency, *profile, *spool, *schemas;
    const char *http;  /* settings of the HTTP gateway (adapters/http); NULL: folders only */
    const char *table; /* settings of the table transport (adapters/table); NULL: none */
    struct bus_settings bus;
    bool manual_clock;
};
/* Runs until *stop is set (by a signal handler that also calls wake_now). */
MUST_USE enum outcome run_adapter(const struct run_settings *settings, const volatile sig_atomic_t *stop,
                                  struct fault *fault);
#endif
