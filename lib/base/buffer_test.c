#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include "base/buffer.h"

static void the_limit_is_kept_to_the_byte(void **state) {
    (void)state;
    AUTO(buffer_free) struct buffer b;
    struct fault f;
    buffer_init(&b, 10);
    assert_int_equal(buffer_add_cstr(&b, "0123456789", &f), OK);
    assert_int_equal(buffer_add_cstr(&b, "x", &f), REFUSE);
    assert_string_equal(f.code, "TOO_LARGE");
    assert_int_equal(b.count, 10);
    assert_int_equal(buffer_add(&b, BYTES_NONE, &f), OK);
    assert_int_equal(buffer_reserve(&b, SIZE_MAX, &f), REFUSE);
    buffer_clear(&b);
    assert_int_equal(buffer_printf(&b, &f, "%d", 42), OK);
    assert_int_equal(buffer_printf(&b, &f, "%s", "-3456789"), OK); /* exactly full: the NUL is not counted */
    assert_true(bytes_equal_cstr(buffer_view(&b), "42-3456789"));
    assert_int_equal(buffer_printf(&b, &f, "%s", ""), OK);
    assert_int_equal(buffer_printf(&b, &f, "%s", "x"), REFUSE);
    assert_int_equal(b.count, 10);
}
static void growing_keeps_what_is_there(void **state) {
    (void)state;
    AUTO(buffer_free) struct buffer b;
    struct fault f;
    buffer_init(&b, 100000);
    for (unsigned i = 0; i < 10000; i++) assert_int_equal(buffer_printf(&b, &f, "%04u,", i), OK);
    for (unsigned i = 0; i < 10000; i += 777) {
        char want[16];
        snprintf(want, sizeof want, "%04u,", i);
        assert_memory_equal(b.at + (size_t)i * 5, want, 5);
    }
    assert_int_equal(buffer_reserve(&b, 50001, &f), REFUSE);
    assert_int_equal(buffer_reserve(&b, 50000, &f), OK);
    memset(b.at + b.count, 1, 50000);
    assert_int_equal(b.count, 50000);
}

static char folder[32];
static int folder_make(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/ecocase-buffer-XXXXXX");
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}
static int folder_remove(void **state) {
    (void)state;
    unlink("file");
    unlink("link");
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}
static void write_file(size_t count) {
    FILE *file = fopen("file", "w");
    assert_non_null(file);
    for (size_t i = 0; i < count; i++) fputc('a' + (int)(i % 26), file);
    assert_int_equal(fclose(file), 0);
}
static void a_file_is_read_whole_or_refused(void **state) {
    (void)state;
    AUTO(buffer_free) struct buffer b;
    struct fault f;
    buffer_init(&b, 70000);
    write_file(70000);
    assert_int_equal(buffer_read_file(&b, "file", &f), OK);
    assert_int_equal(b.count, 70000);
    assert_int_equal(b.at[69999], 'a' + 69999 % 26);
    buffer_clear(&b);
    write_file(70001);
    assert_int_equal(buffer_read_file(&b, "file", &f), REFUSE);
    assert_string_equal(f.code, "TOO_LARGE");
    buffer_clear(&b);
    write_file(0);
    assert_int_equal(buffer_read_file(&b, "file", &f), OK);
    assert_int_equal(b.count, 0);
    assert_int_equal(symlink("file", "link"), 0);
    const char *not_files[] = {"absent", "link", ".", "/dev/zero"};
    for (size_t i = 0; i < sizeof not_files / sizeof *not_files; i++) {
        assert_int_equal(buffer_read_file(&b, not_files[i], &f), REFUSE);
        assert_string_equal(f.code, "FILE_READ");
        assert_ptr_equal(strstr(f.text, not_files[i]), f.text);
    }
}
static void a_file_is_read_later_where_only_descriptors_are_short(void **state) {
    (void)state;
    AUTO(buffer_free) struct buffer b;
    struct fault f;
    struct rlimit before, none = {0, 0};
    buffer_init(&b, 10);
    write_file(10);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none.rlim_max = before.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    enum outcome outcome = buffer_read_file(&b, "file", &f);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(outcome, RETRY);
    assert_string_equal(f.code, "FILE_READ");
    assert_int_equal(buffer_read_file(&b, "file", &f), OK);
}
int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_limit_is_kept_to_the_byte), cmocka_unit_test(growing_keeps_what_is_there),
        cmocka_unit_test_setup_teardown(a_file_is_read_whole_or_refused, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(a_file_is_read_later_where_only_descriptors_are_short, folder_make,
                                        folder_remove)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
