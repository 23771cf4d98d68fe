/* What the parts work with, for unit tests without Kafka: a spool and a journal in a temporary folder, the conversion's
 * double, and a transport whose n-th fallible call can be made to fail once. */
#ifndef ECOCASE_ADAPTERS_ENGINE_ENGINE_FIXTURE_H
#define ECOCASE_ADAPTERS_ENGINE_ENGINE_FIXTURE_H
#include "adapters/conversion/conversion_double.h"
#include "adapters/engine/engine.h"

struct fixture {
    char folder[64];
    struct catalogue *catalogue;
    struct directory *directory;
    struct profile *profile;
    struct seal seal;
    struct journal *journal;
    struct transport *transport;
    struct engine_status status;
    struct arena *arena;
};
void fixture_open(struct fixture *fixture);
void fixture_reopen(struct fixture *fixture); /* as after a crash: nothing but the files is left */
void fixture_close(struct fixture *fixture);
/* 0: never; the nth transport call that may fail answers RETRY, once */
void fixture_fail_at(unsigned nth);
unsigned fixture_calls(void); /* such calls since fixture_fail_at */
void fixture_put(const struct fixture *fixture, const char *name, const char *text); /* complete at once */
bool fixture_has(const struct fixture *fixture, const char *path);
size_t fixture_count(const struct fixture *fixture, const char *folder);
#endif
