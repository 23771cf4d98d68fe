#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "base/time.h"

static char got[4096];
static int old_stderr, ends[2];
static void listen_begin(void) {
    assert_int_equal(pipe(ends), 0);
    old_stderr = dup(STDERR_FILENO);
    assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
}
static void listen_end(void) {
    assert_int_equal(dup2(old_stderr, STDERR_FILENO), STDERR_FILENO);
    close(old_stderr);
    close(ends[1]);
    ssize_t count = read(ends[0], got, sizeof got - 1);
    close(ends[0]);
    assert_true(count >= 0);
    got[count] = 0;
}
static void one_event_is_one_line(void **state) {
    (void)state;
    log_setup("ecocase-test", LOG_INFO);
    listen_begin();
    errno = EAGAIN;
    log_debug("lane.read", "hidden=%d", 1);
    log_info("lane.taken", "lane=%d name=%s", 3, "a\nb");
    int kept = errno;
    listen_end();
    assert_int_equal(kept, EAGAIN);
    instant at;
    assert_true(instant_parse(bytes_of(got, 29), &at));
    assert_true(at <= instant_now() && at > instant_now() - 60000);
    assert_string_equal(got + 29, " info ecocase-test lane.taken lane=3 name=a b\n");
}
static void nobody_listening_changes_nothing(void **state) {
    (void)state;
    listen_begin();
    close(STDERR_FILENO);
    errno = EAGAIN;
    log_info("lane.taken", "lane=%d", 3);
    int kept = errno;
    listen_end();
    assert_int_equal(kept, EAGAIN);
}
static void a_fault_is_one_line_with_its_place(void **state) {
    (void)state;
    struct fault f;
    assert_int_equal(fault_set(&f, REFUSE, "SETTINGS_KEY", "the key \"x\""), REFUSE);
    assert_int_equal(fault_place(&f, "x", 2, 5), REFUSE);
    listen_begin();
    log_fault(LOG_ERROR, "profile.refused", &f);
    listen_end();
    assert_non_null(strstr(
        got,
        " error ecocase-test profile.refused code=SETTINGS_KEY field=x line=2 column=5 text=\"the key 'x'\" site="));
}
/* Files are called as people are. */
static void a_fault_with_a_file_is_logged_without_its_name(void **state) {
    (void)state;
    static const struct {
        const char *code, *text, *there;
    } all[] = {
        {"FILE_WRITE", "move \xe5\xbc\xa0\xe4\xb8\x89.csv: Permission denied", "text=\"Permission denied\" site="},
        {"FILE_WRITE", "failed/\xe5\xbc\xa0\xe4\xb8\x89:1.csv.error: No space left on device",
         "text=\"No space left on device\" site="},
        {"FILE_READ", "\xe5\xbc\xa0\xe4\xb8\x89.csv is not a regular file", "text=\"\" site="},
        {"JOURNAL", "disk I/O error", "text=\"disk I/O error\" site="}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct fault f;
        assert_int_equal(fault_set(&f, RETRY, all[i].code, "%s", all[i].text), RETRY);
        assert_int_equal(fault_place(&f, "\xe5\xbc\xa0\xe4\xb8\x89.csv", 0, 0), RETRY);
        listen_begin();
        log_fault_unnamed(LOG_WARN, "engine.trouble", &f);
        listen_end();
        assert_non_null(strstr(got, all[i].there));
        assert_null(strstr(got, "\xe5\xbc\xa0"));
    }
}
static void a_line_has_an_end(void **state) {
    (void)state;
    char many[5000];
    memset(many, 'y', sizeof many - 1);
    many[sizeof many - 1] = 0;
    listen_begin();
    log_warn("line.long", "x=%s", many);
    listen_end();
    assert_int_equal(strlen(got), 1023);
    assert_ptr_equal(strchr(got, '\n'), got + 1022);
    listen_begin();
    log_warn(many, "x=%s", many);
    listen_end();
    assert_int_equal(strlen(got), 1023);
}
int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_event_is_one_line), cmocka_unit_test(nobody_listening_changes_nothing),
        cmocka_unit_test(a_fault_is_one_line_with_its_place),
        cmocka_unit_test(a_fault_with_a_file_is_logged_without_its_name), cmocka_unit_test(a_line_has_an_end)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
