/* An adapter with the conversion's double, for integration tests of the engine alone:
 * adapter_doubled AGENCY PROFILE SPOOL KAFKA SCHEMAS (manual clock). */
#include "adapters/engine/engine.h"
#include "adapters/run/run.h"
#include "base/log.h"
#include <signal.h>

static volatile sig_atomic_t stop;
static void on_signal(int number) {
    (void)number;
    stop = 1;
    wake_now();
}

int main(int argc, char **argv) {
    struct fault fault = {0};
    if (argc != 6) return 2;
    struct run_settings settings = {.agency = argv[1],
                                    .profile = argv[2],
                                    .spool = argv[3],
                                    .bus = {argv[4], argv[1], NULL},
                                    .schemas = argv[5],
                                    .manual_clock = true};
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTERM, &action, NULL);
    log_setup(argv[1], LOG_INFO);
    if (run_adapter(&settings, &stop, &fault) == OK) return 0;
    log_fault(LOG_ERROR, "adapter.stopped", &fault);
    return 1;
}
