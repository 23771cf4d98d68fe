/* The status file says what is in trouble now, and since when the last error is mended. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <string.h>
#include "adapters/engine/engine.h"
#include "adapters/engine/engine_fixture.h"

static json_t *written(const struct fixture *f, struct status *status, const struct engine_status *now) {
    status_write(status, "sthj", now, f->transport, false);
    return json_load_file(arena_printf(f->arena, "%s/.status.json", f->folder), 0, NULL);
}
static const char *at(json_t *root, const char *object, const char *key) {
    return json_string_value(json_object_get(json_object_get(root, object), key));
}

static void trouble_is_told_until_it_is_mended(void **state) {
    (void)state;
    struct fixture f;
    struct status status = {0};
    struct engine_status now = {.trouble = "JOURNAL", .trouble_since = 1000, .last_error_at = 1000, .stuck = 2};
    fixture_open(&f);
    strcpy(now.last_error.code, "JOURNAL");
    json_t *root = written(&f, &status, &now);
    assert_string_equal(at(root, "trouble", "code"), "JOURNAL");
    assert_non_null(at(root, "trouble", "since"));
    assert_null(at(root, "lastError", "mendedAt"));
    assert_int_equal(json_integer_value(json_object_get(root, "stuck")), 2);
    json_decref(root);
    now.trouble[0] = 0, now.mended_at = 2000;
    root = written(&f, &status, &now);
    assert_true(json_is_null(json_object_get(root, "trouble")));
    assert_non_null(at(root, "lastError", "mendedAt"));
    json_decref(root);
    now.last_error_at = 3000; /* a file that failed since is no trouble, and not mended */
    root = written(&f, &status, &now);
    assert_null(at(root, "lastError", "mendedAt"));
    json_decref(root);
    fixture_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(trouble_is_told_until_it_is_mended)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
