/* Two sides, and those outside: a hand-over needs both papers and tells where they differ; what goes to an addressee
 * without an inbox is kept until a party says that it was served. */
#include "broker/judge/judge_fixture.h"

static struct walk_field goods(const char *const (*items)[3]) {
    static uint8_t ring[8][512];
    static size_t turn;
    uint8_t *bytes = ring[turn++ % 8];
    size_t count = 1, number = 0;
    for (; items[number][0]; number++) {
        for (size_t f = 0; f < 6; f++) {
            const char *text = f < 3 ? items[number][f] : "";
            bytes[count++] = (uint8_t)(strlen(text) * 2);
            memcpy(bytes + count, text, strlen(text));
            count += strlen(text);
        }
    }
    bytes[0] = (uint8_t)(number * 2);
    bytes[count++] = 0;
    return (struct walk_field){.present = true, .at = bytes_of(bytes, number ? count : 1), .number = (int64_t)number};
}

static void file_case(void) {
    accepted(says("sthj", "REF.SEND", "psb-bynr", "2026-06-08 10:00", 1));
    accepted(says("psb-bynr", "REF.RECEIPT", "sthj", "2026-06-08 11:00", 1));
    accepted(says("psb-bynr", "REF.FILED", "sthj", "2026-06-09 11:00", 1));
}

static void a_hand_over_needs_both_sides(void **state) {
    (void)state;
    file_case();
    const struct referral *r = cases.referrals[0];
    struct submission ours = says("sthj", "REF.HANDOVER", "psb-bynr", "2026-06-10 10:00", 1);
    ours.items =
        goods((const char *const[][3]){{"电机", "2", "台"}, {"钢丝绳", "30", "m"}, {"账册", "1", "本"}, {NULL}});
    struct verdict v = accepted(ours);
    assert_true(remarked(&v, "AWAITS_OTHER_SIDE", NULL));
    assert_string_equal(r->state, "A40");
    assert_int_equal(clock_of(r, "D12")->state, CLOCK_RUNNING);
    v = accepted(ours); /* the same side again completes nothing */
    assert_string_equal(r->state, "A40");
    struct submission theirs = says("psb-bynr", "REF.HANDOVER", "sthj", "2026-06-10 15:00", 1);
    theirs.items =
        goods((const char *const[][3]){{"电机", "1", "台"}, {"账册", "1", "本"}, {"硬盘", "1", "块"}, {NULL}});
    v = accepted(theirs);
    assert_string_equal(r->state, "A41");
    assert_int_equal(clock_of(r, "D12")->state, CLOCK_MET);
    assert_true(remarked(&v, "ITEM_DIFFERS", "items: 电机: 2 台 ≠ 1 台"));
    assert_true(remarked(&v, "ITEM_DIFFERS", "items: 钢丝绳: 30 m ≠ —"));
    assert_true(remarked(&v, "ITEM_DIFFERS", "items: 硬盘: — ≠ 1 块"));
    assert_int_equal(r->countersign.count, 0);
    size_t differing = 0;
    for (size_t i = 0; i < v.reason_count; i++) differing += strcmp(v.reasons[i].code, "ITEM_DIFFERS") == 0;
    assert_int_equal(differing, 3);
}

static void equal_lists_differ_in_nothing(void **state) {
    (void)state;
    file_case();
    static const char *const list[][3] = {{"电机", "2", "台"}, {NULL}};
    struct submission ours = says("psb-bynr", "REF.HANDOVER", "sthj", "2026-06-10 10:00", 1),
                      theirs = says("sthj", "REF.HANDOVER", "psb-bynr", "2026-06-10 10:00", 1);
    ours.items = theirs.items = goods(list);
    accepted(ours);
    struct verdict v = accepted(theirs);
    assert_false(remarked(&v, "ITEM_DIFFERS", NULL));
    assert_string_equal(cases.referrals[0]->state, "A41");
}

static bool waits(const struct referral *r, const char *line) {
    char *text = arena_cstr(keep, r->manual_service);
    return strstr(text, line) != NULL;
}
static void what_has_no_inbox_is_served_by_hand(void **state) {
    (void)state;
    struct submission pass = with_reason(says("psb-bynr", "JUR.FORWARD", "psb-erds", "2026-06-08 09:00", 1), "JB1");
    accepted(pass);
    accepted(says("psb-erds", "JUR.DISPUTE", "psb-bynr", "2026-06-08 10:00", 1));
    accepted(says("psb-bynr", "JUR.NEGOTIATE", "psb-erds", "2026-06-09 10:00", 1));
    struct submission ask = says("psb-bynr", "JUR.REQUEST_DESIGNATION", "psb-erds", "2026-06-12 10:00", 1);
    ask.document_no = BYTES_LITERAL("巴公请\t〔2026〕1号");
    struct verdict v = accepted(ask);
    const struct referral *r = cases.referrals[0];
    assert_int_equal(v.delivery_count, 1);
    assert_true(waits(r, "ext-nmg-gat\tJUR.REQUEST_DESIGNATION\t巴公请 〔2026〕1号\t1781229600000\t\n"));
    struct submission served = says("psb-erds", "EXT.SERVED", "", "2026-06-13 09:00", 1);
    served.cites = text_list("别的号");
    refused(served, "NOTHING_SERVED");
    served.cites = text_list("巴公请 〔2026〕1号");
    struct submission stranger = served;
    stranger.sender = BYTES_LITERAL("nm");
    refused(stranger, "NOT_HOLDER");
    accepted(served);
    assert_true(waits(r, "\t1781229600000\t1781312400000\n"));
    refused(served, "NOTHING_SERVED");
    assert_string_equal(r->state, "J08");
}

/* §2.6: who prosecutes is a table by category and day; an environmental agency answers to a superior organ. */
static void copies_follow_the_table(void **state) {
    (void)state;
    struct verdict v = accepted(says("sthj", "REF.SEND", "psb-bynr", "2026-06-08 10:00", 1));
    assert_true(waits(cases.referrals[0], "ext-bttj\tREF.SEND\t"));
    assert_int_equal(v.delivery_count, 2);
    accepted(says("sthj", "REF.SEND", "psb-bynr", "2023-06-08 10:00", 2));
    assert_int_equal(cases.referrals[1]->manual_service.count, 0);
    struct submission fake = says("scjg", "REF.SEND", "psb-bynr", "2026-06-08 10:00", 3);
    fake.category = BYTES_LITERAL("TRAD");
    accepted(fake);
    assert_int_equal(cases.referrals[2]->manual_service.count, 0);
    v = accepted(with_reason(says("jcy", "REV.SEND", "sthj", "2026-06-08 10:00", 4), "NON_PROSECUTION"));
    assert_true(waits(cases.referrals[3], "ext-nmg-sthj\tREV.SEND\t"));
    assert_string_equal(slug_of(v.deliveries[1].to), "sfj");
}

#define STORY(name) cmocka_unit_test_setup(name, fixture_fresh)
int main(void) {
    const struct CMUnitTest tests[] = {STORY(a_hand_over_needs_both_sides), STORY(equal_lists_differ_in_nothing),
                                       STORY(what_has_no_inbox_is_served_by_hand), STORY(copies_follow_the_table)};
    return cmocka_run_group_tests(tests, fixture_load, fixture_unload);
}
