#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "wire/directory.h"

static void the_roster_of_22_is_read(void **state) {
    (void)state;
    struct directory *d = NULL;
    struct fault f;
    assert_int_equal(directory_load("schemas/directory.yaml", &d, &f), OK);
    assert_int_equal(directory_count(d), 22);
    const struct participant *nm = directory_by_name(d, BYTES_LITERAL("渔业主管部门"));
    assert_non_null(nm);
    assert_string_equal(nm->slug, "nm");
    assert_true(participant_competent(nm, BYTES_LITERAL("FISH"), true));
    assert_false(participant_competent(nm, BYTES_LITERAL("ENV1"), true));
    assert_true(participant_competent(nm, BYTES_LITERAL("ENV1"), false));
    assert_true(directory_by_slug(d, BYTES_LITERAL("psb-bynr"))->lead);
    assert_ptr_equal(directory_by_number(d, 5), nm);
    assert_null(directory_by_number(d, 0));
    assert_string_equal(directory_county(d, BYTES_LITERAL("150823")), "乌拉特前旗");
    assert_null(directory_county(d, BYTES_LITERAL("460000")));
    directory_free(d);
}
static void mistakes_are_refused(void **state) {
    (void)state;
    struct directory *d = NULL;
    struct fault f;
    struct bytes twice = BYTES_LITERAL("version: 1\nparticipants:\n  - {number: 1, slug: a, name: A, role: AE}\n"
                                       "  - {number: 1, slug: b, name: B, role: AE}\ncounties: {}\n");
    assert_int_equal(directory_parse("d", twice, &d, &f), REFUSE);
    assert_int_equal(f.line, 4);
    struct bytes role =
        BYTES_LITERAL("version: 1\nparticipants:\n  - {number: 1, slug: a, name: A, role: XX}\ncounties: {}\n");
    assert_int_equal(directory_parse("d", role, &d, &f), REFUSE);
    assert_non_null(strstr(f.text, "XX"));
    assert_null(d);
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_roster_of_22_is_read),
                                       cmocka_unit_test(mistakes_are_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
