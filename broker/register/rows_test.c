/* COPY text: what would break a row is escaped, what is no text is shown as such, nothing becomes NULL by chance. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "broker/register/rows_inside.h"

static struct rows rows;

static void reads(enum table_name table, const char *wanted) {
    assert_int_equal(rows.of[table].count, strlen(wanted));
    assert_memory_equal(rows.of[table].at, wanted, strlen(wanted));
    rows_clear(&rows);
}
static void key(enum table_name table) {
    row_begin(&rows, table);
    row_uuid(&rows, &(struct uuid){{0}});
    row_uuid(&rows, &(struct uuid){{0}});
}
#define NIL     "00000000-0000-0000-0000-000000000000"
#define NIL_KEY NIL "\t" NIL "\t"

static void a_text_cannot_leave_its_field(void **state) {
    (void)state;
    key(TABLE_GAP);
    row_text(&rows, BYTES_LITERAL("a\tb\nc\\N\rd\0e\x7f"
                                  "文"));
    row_end(&rows);
    reads(TABLE_GAP, NIL_KEY "a\\tb\\nc\\\\N d e 文\n");
}
static void what_is_no_character_is_a_question_mark(void **state) {
    (void)state;
    key(TABLE_GAP);
    row_text(&rows, BYTES_LITERAL("\xff"
                                  "a\xe6\x96"
                                  "\xed\xa0\x80"
                                  "b"));
    row_end(&rows);
    const char *wanted = NIL_KEY "?a?????b\n";
    reads(TABLE_GAP, wanted);
}
static void nothing_is_null_and_zero_is_not(void **state) {
    (void)state;
    key(TABLE_PENALTY);
    row_ms(&rows, BYTES_NONE);
    row_number(&rows, BYTES_LITERAL("0"));
    row_text(&rows, BYTES_NONE);
    row_end(&rows);
    reads(TABLE_PENALTY, NIL_KEY "\\N\t\\N\t\n");
    key(TABLE_PENALTY);
    row_ms(&rows, BYTES_LITERAL("0"));
    row_number(&rows, BYTES_LITERAL("19"));
    row_cstr(&rows, "\\N");
    row_end(&rows);
    reads(TABLE_PENALTY, NIL_KEY "1970-01-01T08:00:00.000+08:00\t19\t\\\\N\n");
}
static int start(void **state) {
    (void)state;
    rows_init(&rows);
    return 0;
}
static int stop(void **state) {
    (void)state;
    rows_free(&rows);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_text_cannot_leave_its_field),
                                       cmocka_unit_test(what_is_no_character_is_a_question_mark),
                                       cmocka_unit_test(nothing_is_null_and_zero_is_not)};
    return cmocka_run_group_tests(tests, start, stop);
}
