/* Where what an agency opens belongs: a case of its own, the case of a clue, or a case of its own that grew out of a
 * joint operation. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "adapters/outbound/outbound.h"
#include "base/limits.h"

static struct journal *journal;
static struct directory *directory;
static struct arena *arena;

static struct uuid id(uint8_t n) { return (struct uuid){.b = {[0] = n, [15] = 1}}; }

static void known(const char *number, const char *event, uint8_t n) {
    struct fault fault = {0};
    const struct number_entry entry = {.number = number_normal(bytes_of_cstr(number), arena),
                                       .message_id = id((uint8_t)(n + 2)),
                                       .case_id = id(n),
                                       .referral_id = id((uint8_t)(n + 1)),
                                       .other = BYTES_LITERAL("psb-bynr"),
                                       .event = bytes_of_cstr(event),
                                       .came_in = true};
    if (journal_number_add(journal, &entry, &fault) != OK) fail_msg("%s", fault.text);
}

static int start(void **state) {
    (void)state;
    struct fault fault = {0};
    arena = arena_new(1u << 16, 1u << 22);
    if (directory_load("schemas/directory.yaml", &directory, &fault) != OK ||
        journal_open(":memory:", &journal, &fault) != OK)
        return -1;
    known("巴公联〔2026〕3号", "OPS.PLAN", 10);
    known("巴公线〔2026〕4号", "CLU.DISPATCH", 20);
    known("巴公移〔2026〕5号", "JUR.FORWARD", 30);
    return 0;
}
static int stop(void **state) {
    (void)state;
    journal_close(journal);
    directory_free(directory);
    arena_free(arena);
    return 0;
}

static struct address opened(const char *event, const char *cites, enum outcome expected) {
    struct address address;
    struct rejection rejection = {0};
    const struct digest digest = {{1}};
    const struct bytes cited = bytes_of_cstr(cites);
    const struct draft_view view = {.event = event,
                                    .opens = true,
                                    .document_no = BYTES_LITERAL("巴农移送〔2026〕9号"),
                                    .cites = &cited,
                                    .cite_count = *cites ? 1 : 0};
    enum outcome outcome = identity_address(journal, directory, "nm", &view, &digest, arena, &address, &rejection);
    if (outcome != expected) fail_msg("%s citing %s: %d %s", event, cites, outcome, rejection.fault.code);
    rejection_clear(&rejection);
    return address;
}
static bool same(struct uuid a, struct uuid b) { return uuid_equal(&a, &b); }

static void what_an_operation_led_to_is_a_case_of_its_own(void **state) {
    (void)state;
    struct address alone = opened("REF.SEND", "", OK);
    static const char *const events[] = {"REF.SEND", "REV.SEND", "DET.SEND", "CLU.CREATE"};
    for (size_t i = 0; i < 4; i++) {
        struct address grown = opened(events[i], "巴公联〔2026〕3号", OK);
        assert_true(same(grown.case_id, alone.case_id) && !same(grown.case_id, id(10)));
        assert_true(same(grown.parent_referral_id, id(11)));
        assert_null(grown.answer_to); /* it goes to whom the paper says */
    }
    assert_true(same(opened("REF.SEND", "巴公联〔2026〕3号", OK).referral_id, alone.referral_id));
}

static void what_a_clue_led_to_is_of_its_case(void **state) {
    (void)state;
    struct address of_clue = opened("REF.SEND", "巴公线〔2026〕4号", OK);
    assert_true(same(of_clue.case_id, id(20)) && same(of_clue.parent_referral_id, id(21)));
}

/* Several numbers meet in one referral or in none, in whatever order they stand. */
static enum outcome answered(const char *const *cites, size_t count, struct uuid *ret_referral) {
    struct bytes cited[LIMIT_CITATIONS + 1];
    struct address address = {0};
    struct rejection rejection = {0};
    const struct digest digest = {{1}};
    for (size_t i = 0; i < count; i++) cited[i] = bytes_of_cstr(cites[i]);
    const struct draft_view view = {.event = "REF.RECEIPT", .cites = cited, .cite_count = count};
    enum outcome outcome = identity_address(journal, directory, "nm", &view, &digest, arena, &address, &rejection);
    if (outcome != OK && strcmp(rejection.fault.code, count > LIMIT_CITATIONS ? "TOO_MANY" : "CITATION_AMBIGUOUS") != 0)
        fail_msg("%s", rejection.fault.code);
    rejection_clear(&rejection);
    *ret_referral = address.referral_id;
    return outcome;
}
static void several_numbers_meet_in_one_referral_or_in_none(void **state) {
    static const char *const a = "巴公线〔2026〕4号", *const b = "巴公移〔2026〕5号",
                             *const unknown = "巴农罚〔2026〕1号";
    const char *many[LIMIT_CITATIONS + 1];
    struct uuid referral;
    (void)state;
    for (size_t i = 0; i <= LIMIT_CITATIONS; i++) many[i] = a;
    assert_int_equal(answered((const char *const[]){a, unknown, a}, 3, &referral), OK);
    assert_true(same(referral, id(21)));
    assert_int_equal(answered((const char *const[]){a, b}, 2, &referral), REFUSE);
    assert_int_equal(answered((const char *const[]){a, b, a}, 3, &referral), REFUSE);
    assert_int_equal(answered((const char *const[]){a, a, b}, 3, &referral), REFUSE);
    assert_int_equal(answered(many, LIMIT_CITATIONS, &referral), OK);
    assert_int_equal(answered(many, LIMIT_CITATIONS + 1, &referral), REFUSE);
}

static void a_referral_cites_what_it_likes(void **state) {
    (void)state;
    struct address alone = opened("REF.SEND", "", OK);
    static const char *const cites[] = {"巴农罚〔2026〕1号", "巴公移〔2026〕5号"};
    for (size_t i = 0; i < 2; i++) {
        struct address address = opened("REF.SEND", cites[i], OK);
        assert_true(same(address.case_id, alone.case_id) && uuid_is_nil(&address.parent_referral_id));
    }
    (void)opened("REV.SEND", "巴农罚〔2026〕1号", REFUSE);
    assert_true(same(opened("JUR.FORWARD", "巴公移〔2026〕5号", OK).case_id, id(30)));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_an_operation_led_to_is_a_case_of_its_own),
                                       cmocka_unit_test(what_a_clue_led_to_is_of_its_case),
                                       cmocka_unit_test(several_numbers_meet_in_one_referral_or_in_none),
                                       cmocka_unit_test(a_referral_cites_what_it_likes)};
    return cmocka_run_group_tests(tests, start, stop);
}
