#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "broker/cli/request.h"
#include "broker/cli/table.h"
#include "broker/cli/usage.h"

static void a_chinese_character_is_two_columns_wide(void **state) {
    (void)state;
    assert_int_equal(table_width("abc"), 3);
    assert_int_equal(table_width("巴环移送〔2026〕15号"), 8 + 2 + 4 + 2 + 2 + 2);
    assert_int_equal(table_width("e\u0301"), 1);
    assert_int_equal(table_width("\U00020000"), 2);
}

static char *printed(const char *const *cells, size_t count, size_t columns, size_t most) {
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    struct table table;
    table_start(&table, columns);
    table.most[0] = most;
    for (size_t i = 0; i < count; i++) table_cell(&table, cells[i]);
    table_print(&table, to);
    table_free(&table);
    fclose(to);
    return text;
}

static void columns_line_up(void **state) {
    (void)state;
    const char *const cells[] = {"名称", "号", "x", "1", "公安局", "22"};
    char *text = printed(cells, 6, 2, 0);
    assert_string_equal(text, "名称    号\n------  --\nx       1\n公安局  22\n");
    free(text);
}

static void long_cells_are_cut_at_a_character(void **state) {
    (void)state;
    const char *const cells[] = {"h", "生态环境局", "生态环", "生态a"};
    char *text = printed(cells, 4, 1, 6);
    assert_string_equal(text, "h\n------\n生态…\n生态环\n生态a\n");
    free(text);
}

static void what_commands_a_terminal_is_shown_harmless(void **state) {
    (void)state;
    const char *const cells[] = {"h", "a\x1b[31mb\u202ec\xc2\x85"
                                      "d\ne"};
    char *text = printed(cells, 2, 1, 0);
    assert_non_null(strstr(text, "a?[31mb?c?d e\n"));
    free(text);
}

static void the_nearest_name_is_found(void **state) {
    (void)state;
    const char *const names[] = {"ledger list", "ledger show", "agencies", NULL};
    assert_string_equal(usage_nearest("ledgr shwo", names), "ledger show");
    assert_string_equal(usage_nearest("agency", names), "agencies");
}

static void options_and_words_stand_in_any_order(void **state) {
    (void)state;
    struct request request;
    char *line[] = {"ecocase", "--json", "ledger", "--limit=7", "list", "--agency", "sthj", "--open"};
    assert_true(request_parse(8, line, &request));
    assert_int_equal(request.word_count, 2);
    assert_true(request.json && request.open);
    assert_int_equal(request.limit, 7);
    assert_string_equal(request.agency, "sthj");
    char *bad[] = {"ecocase", "--limit", "0"}, *unknown[] = {"ecocase", "--jsno"}, *missing[] = {"ecocase", "--state"};
    assert_false(request_parse(3, bad, &request) || request_parse(2, unknown, &request) ||
                 request_parse(2, missing, &request));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chinese_character_is_two_columns_wide),
        cmocka_unit_test(columns_line_up),
        cmocka_unit_test(long_cells_are_cut_at_a_character),
        cmocka_unit_test(what_commands_a_terminal_is_shown_harmless),
        cmocka_unit_test(the_nearest_name_is_found),
        cmocka_unit_test(options_and_words_stand_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
