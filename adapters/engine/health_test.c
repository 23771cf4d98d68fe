/* The probe against status files: what a running, connected adapter writes is well, everything else is not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "adapters/engine/health.h"
#include "adapters/engine/status.h"

static char folder[] = "/tmp/ecocase-health-XXXXXX", path[64];

static int make(void **state) {
    (void)state;
    if (!mkdtemp(folder)) return -1;
    snprintf(path, sizeof path, "%s/.status.json", folder);
    return 0;
}
static int clear(void **state) {
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void write_status(const char *running, const char *kafka, int64_t late_ms) {
    char at[32];
    instant_format(instant_now() - late_ms, at);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "{\"running\": %s, \"kafka\": \"%s\", \"at\": \"%s\", \"sent\": 1, \"delivered\": 2, \"failed\": 0}", running, kafka, at);
    fclose(file);
}

static void a_running_connected_adapter_is_well(void **state) {
    (void)state;
    write_status("true", "up", 0);
    assert_int_equal(health_run(folder), 0);
    write_status("true", "up", STATUS_ALIVE_MS * 2); /* one sign of life may be late */
    assert_int_equal(health_run(folder), 0);
}
static void anything_else_is_not(void **state) {
    (void)state;
    write_status("true", "down", 0);
    assert_int_equal(health_run(folder), 1);
    write_status("false", "up", 0);
    assert_int_equal(health_run(folder), 1);
    write_status("true", "up", STATUS_ALIVE_MS * 4);
    assert_int_equal(health_run(folder), 1);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("{\"running\": true", file);
    fclose(file);
    assert_int_equal(health_run(folder), 1);
    unlink(path);
    assert_int_equal(health_run(folder), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_running_connected_adapter_is_well), cmocka_unit_test(anything_else_is_not)};
    return cmocka_run_group_tests(tests, make, clear);
}
