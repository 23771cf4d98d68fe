/* Clues: from the originator to who checks them and back; who gets a copy by subscription; and each restriction of
 * their handling, which sticks to the clue whatever a paper says. */
#include "broker/judge/judge_fixture.h"

enum { OPEN_INTERNAL, RESTRICTED, ORCON, NO_ACTION };
static const char DAY0[] = "2026-06-08 10:00", DAY1[] = "2026-06-09 10:00", DAY3[] = "2026-06-11 10:00",
                  DAY9[] = "2026-06-17 10:00";

static struct submission clue(const char *event, const char *from, const char *to, const char *when) {
    struct submission s = says(from, event, to, when, 1);
    s.category = BYTES_LITERAL("FISH");
    s.areas = text_list("KEY2");
    s.document_no = BYTES_LITERAL("乌护线〔2026〕3号");
    return s;
}
static struct submission under(struct submission s, int handling, const char *expires) {
    s.handling = handling;
    if (expires) s.handling_expires = at(expires);
    return s;
}
static struct submission step(const char *from, const char *event, const char *to, const char *when) {
    struct submission s = says(from, event, to, when, 1);
    s.document_no = BYTES_NONE;
    s.target_organ = BYTES_LITERAL("巴彦淖尔市水利局");
    return s;
}
/* Another paper that opens, out of the clue. */
static struct submission out_of_it(const char *from, const char *event, const char *to, const char *when) {
    struct submission s = says(from, event, to, when, 2);
    s.category = BYTES_LITERAL("FISH");
    s.document_no = BYTES_LITERAL("巴农移送〔2026〕9号");
    s.parent_referral_id = cases.referrals[0]->id;
    return s;
}
static struct verdict hear_late(struct submission s, const char *broker_time) {
    struct verdict v;
    const struct hearing hearing = {directory_by_slug(directory, s.sender), at(broker_time), &s, NULL, BYTES_NONE};
    judge(rules, directory, &hearing, &cases, keep, &v);
    return v;
}
static char role_of(const struct verdict *v, const char *slug) {
    for (size_t i = 0; i < v->delivery_count; i++) {
        if (strcmp(slug_of(v->deliveries[i].to), slug) == 0) return v->deliveries[i].role;
    }
    return '-';
}
static void is_in(const char *state) { assert_string_equal(cases.referrals[0]->state, state); }

static void a_clue_goes_out_is_checked_and_fed_back(void **state) {
    (void)state;
    accepted(clue("CLU.CREATE", "wlsh", "nm", DAY0)); /* with a recipient it is dispatched at once */
    is_in("K05");
    const struct referral *r = cases.referrals[0];
    assert_int_equal(clock_of(r, "D81")->due_strict, at("2026-06-09 10:00"));
    assert_int_equal(clock_of(r, "D82")->due_strict, at("2026-06-16 00:00"));
    assert_false(clock_of(r, "D81")->statutory || clock_of(r, "D82")->statutory);
    refused(step("slj", "CLU.RECEIPT", "wlsh", DAY1), "NOT_HOLDER");
    accepted(step("nm", "CLU.RECEIPT", "wlsh", DAY0));
    assert_int_equal(clock_of(r, "D81")->state, CLOCK_MET);
    accepted(step("nm", "CLU.CHECK_START", "wlsh", DAY1));
    accepted(with_reason(step("nm", "CLU.FEEDBACK", "wlsh", DAY3), "CR5")); /* interim: another seven days */
    is_in("K15");
    assert_int_equal(clock_of(r, "D82")->due_strict, at("2026-06-19 00:00"));
    struct submission result = with_reason(step("nm", "CLU.FEEDBACK", "wlsh", DAY3), "CR2");
    struct verdict v = accepted(result);
    assert_true(remarked(&v, "LACKS_FIELD", "linked_numbers"));
    is_in("K20");
    v = accepted(step("wlsh", "CLU.CLOSE", "", DAY9));
    is_in("K30");
    assert_int_equal(role_of(&v, "nm"), 'c');
    assert_int_equal(role_of(&v, "psb-bynr"), 'c'); /* a subscriber is a party */
}

static void a_clue_is_found_by_what_came_of_it(void **state) {
    (void)state;
    accepted(clue("CLU.CREATE", "wlsh", "nm", DAY0));
    accepted(step("nm", "CLU.RECEIPT", "wlsh", DAY0));
    accepted(step("nm", "CLU.CHECK_START", "wlsh", DAY1));
    struct submission result = with_reason(step("nm", "CLU.FEEDBACK", "wlsh", DAY3), "CR2");
    result.linked_numbers = text_list("巴农（渔业）罚〔2026〕8号");
    struct verdict v = accepted(result);
    assert_false(remarked(&v, "LACKS_FIELD", NULL));
    assert_true(judging_known(cases.referrals[0], BYTES_LITERAL("巴农（渔业）罚〔2026〕8号")));
}

static void one_checks_and_others_contribute(void **state) {
    (void)state;
    accepted(clue("CLU.CREATE", "wlsh", "nm", DAY0));
    struct verdict v = accepted(step("psb-bynr", "CLU.CONTRIBUTE", "wlsh", DAY1)); /* subscribed */
    assert_int_equal(role_of(&v, "nm"), 'c');
    is_in("K05");
    refused(step("psb-bynr", "CLU.RECEIPT", "wlsh", DAY1), "NOT_HOLDER");
    refused(step("psb-wh", "CLU.CONTRIBUTE", "wlsh", DAY1), "NOT_HOLDER"); /* no party */
}

static void registered_returned_reassigned_escalated(void **state) {
    (void)state;
    accepted(clue("CLU.CREATE", "wlsh", "", DAY0));
    is_in("K00");
    assert_int_equal(cases.referrals[0]->clock_count, 0);
    refused(clue("CLU.DISPATCH", "slj", "nm", DAY0), "NOT_HOLDER");
    accepted(clue("CLU.DISPATCH", "psb-bynr", "slj", DAY0)); /* the lead force may */
    accepted(with_reason(step("slj", "CLU.RETURN", "wlsh", DAY0), "CB1"));
    is_in("K31");
    accepted(clue("CLU.DISPATCH", "wlsh", "nm", DAY0));
    accepted(step("nm", "CLU.RECEIPT", "wlsh", DAY0));
    accepted(step("nm", "CLU.REASSIGN", "wlsh", DAY0));
    is_in("K16");
    accepted(clue("CLU.DISPATCH", "nm", "slj", DAY1)); /* open: it may be passed on */
    accepted(step("slj", "CLU.RECEIPT", "wlsh", DAY1));
    accepted(step("slj", "CLU.CHECK_START", "wlsh", DAY1));
    accepted(with_reason(step("slj", "CLU.ESCALATE", "psb-bynr", DAY3), "MAJOR"));
    is_in("K32");
    accepted(step("psb-bynr", "CLU.CHECK_START", "wlsh", DAY3));
    is_in("K15");
}

static void who_subscribed_gets_a_copy(void **state) {
    (void)state;
    struct verdict v = accepted(clue("CLU.CREATE", "slj", "nm", DAY0));
    assert_int_equal(role_of(&v, "wlsh"), 'c');     /* everything of KEY2 */
    assert_int_equal(role_of(&v, "psb-bynr"), 'c'); /* everything of the city */
    assert_int_equal(role_of(&v, "nm"), 't');       /* subscribed too, but addressed */
    assert_int_equal(role_of(&v, "slj"), '-');
    assert_int_equal(role_of(&v, "psb-wh"), '-');
    fixture_fresh(state);
    struct submission other_area = clue("CLU.CREATE", "slj", "nm", DAY0);
    other_area.areas = text_list("RIV-WH");
    other_area.county_code = BYTES_LITERAL("150302");
    v = accepted(other_area);
    assert_int_equal(role_of(&v, "psb-wh"), 'c');
    assert_int_equal(role_of(&v, "wlsh"), '-');
    assert_int_equal(role_of(&v, "psb-bynr"), '-');
}

static void restricted_clues_go_to_no_subscriber(void **state) {
    static const struct {
        int handling;
        char copy;
    } codes[] = {{OPEN_INTERNAL, 'c'}, {RESTRICTED, '-'}, {ORCON, '-'}, {NO_ACTION, 'c'}};
    for (size_t i = 0; i < 4; i++) {
        fixture_fresh(state);
        struct verdict v = accepted(under(clue("CLU.CREATE", "slj", "nm", DAY0), codes[i].handling, DAY9));
        assert_int_equal(role_of(&v, "wlsh"), codes[i].copy);
        assert_int_equal(cases.referrals[0]->handling, codes[i].handling);
        assert_int_equal(cases.referrals[0]->handling_expires, at(DAY9));
    }
}

static void what_it_says_must_be_in_the_tables(void **state) {
    (void)state;
    struct submission s = clue("CLU.CREATE", "wlsh", "nm", DAY0);
    s.source = BYTES_LITERAL("GOSSIP");
    refused(s, "UNKNOWN_SOURCE");
    s = clue("CLU.CREATE", "wlsh", "nm", DAY0);
    s.areas = text_list("KEY9");
    refused(s, "UNKNOWN_AREA");
    s = clue("CLU.CREATE", "wlsh", "nm", DAY0);
    s.purpose = BYTES_NONE;
    refused(s, "MISSING_FIELD");
    accepted(clue("CLU.CREATE", "wlsh", "nm", DAY0));
}

static void an_expiry_is_given_and_lies_ahead(void **state) {
    (void)state;
    refused(under(clue("CLU.CREATE", "psb-bynr", "sthj", DAY0), ORCON, NULL), "EXPIRY_MISSING");
    refused(under(clue("CLU.CREATE", "psb-bynr", "sthj", DAY1), OPEN_INTERNAL, DAY0), "EXPIRY_PAST");
    accepted(under(clue("CLU.CREATE", "psb-bynr", "sthj", DAY0), ORCON, DAY9));
    refused(under(step("psb-bynr", "CLU.HANDLING", "", DAY1), ORCON, NULL), "EXPIRY_MISSING");
}

static void orcon_asked_on(void) {
    accepted(under(clue("CLU.CREATE", "psb-bynr", "sthj", DAY0), ORCON, DAY9));
    accepted(step("sthj", "CLU.RECEIPT", "psb-bynr", DAY0));
    accepted(step("sthj", "CLU.REASSIGN", "psb-bynr", DAY0)); /* to the originator itself: not onward */
}
static void orcon_goes_nowhere_without_consent(void **state) {
    (void)state;
    orcon_asked_on();
    struct submission on = under(clue("CLU.DISPATCH", "sthj", "slj", DAY1), ORCON, DAY9);
    refused(on, "ONWARD_CONSENT");
    /* a claim changes nothing */
    refused(under(clue("CLU.DISPATCH", "sthj", "slj", DAY1), OPEN_INTERNAL, NULL), "HANDLING_DIFFERS");
    refused(under(clue("CLU.DISPATCH", "sthj", "slj", DAY1), ORCON, "2026-06-18 00:00"), "HANDLING_DIFFERS");
    accepted(with_reason(step("psb-bynr", "CLU.CONSENT", "sthj", DAY1), "CN1"));
    accepted(under(on, ORCON, "2026-06-17 00:00")); /* rounded down */
    assert_int_equal(cases.referrals[0]->handling_expires, at(DAY9));
    is_in("K05");
    accepted(step("slj", "CLU.RECEIPT", "psb-bynr", DAY1));
    accepted(step("slj", "CLU.REASSIGN", "psb-bynr", DAY1));
    /* once for each consent */
    refused(under(clue("CLU.DISPATCH", "slj", "nm", DAY1), ORCON, DAY9), "ONWARD_CONSENT");
    accepted(under(clue("CLU.DISPATCH", "psb-bynr", "nm", DAY1), ORCON, DAY9)); /* the originator is free */
}
static void orcon_goes_nowhere_by_copies_either(void **state) {
    (void)state;
    accepted(under(clue("CLU.CREATE", "psb-bynr", "sthj", DAY0), ORCON, DAY9));
    struct submission receipt = step("sthj", "CLU.RECEIPT", "psb-bynr", DAY0);
    receipt.copies = text_list("slj");
    refused(receipt, "ONWARD_CONSENT");
    receipt.copies = text_list("ext-bttj");
    refused(receipt, "ONWARD_CONSENT");
    receipt.copies = text_list("");
    accepted(receipt);
    accepted(step("sthj", "CLU.CHECK_START", "psb-bynr", DAY1));
    refused(with_reason(step("sthj", "CLU.ESCALATE", "jcy", DAY1), "SUPERVISION"), "ONWARD_CONSENT");
    /* the originator itself */
    accepted(with_reason(step("sthj", "CLU.ESCALATE", "psb-bynr", DAY1), "MAJOR"));
}
static void consent_is_withdrawn(void **state) {
    (void)state;
    orcon_asked_on();
    accepted(with_reason(step("psb-bynr", "CLU.CONSENT", "sthj", DAY1), "CN1"));
    accepted(with_reason(step("psb-bynr", "CLU.CONSENT", "sthj", DAY1), "CN9"));
    refused(under(clue("CLU.DISPATCH", "sthj", "slj", DAY1), ORCON, DAY9), "ONWARD_CONSENT");
    /* nobody consents for another */
    refused(with_reason(step("sthj", "CLU.CONSENT", "slj", DAY1), "CN1"), "NOT_HOLDER");
}

static void the_handling_sticks_until_its_originator_changes_it(void **state) {
    (void)state;
    accepted(under(clue("CLU.CREATE", "psb-bynr", "sthj", DAY0), ORCON, DAY9));
    accepted(under(step("sthj", "CLU.RECEIPT", "psb-bynr", DAY0), OPEN_INTERNAL, NULL));
    assert_int_equal(cases.referrals[0]->handling, ORCON);
    refused(under(step("sthj", "CLU.HANDLING", "", DAY0), OPEN_INTERNAL, NULL), "NOT_HOLDER");
    struct verdict v = accepted(under(step("psb-bynr", "CLU.HANDLING", "", DAY1), RESTRICTED, NULL));
    assert_int_equal(role_of(&v, "sthj"), 'c');
    assert_int_equal(cases.referrals[0]->handling, RESTRICTED);
    assert_int_equal(cases.referrals[0]->handling_expires, INSTANT_NONE);
}

static void after_the_expiry_nothing_goes_on_or_begins(void **state) {
    (void)state;
    accepted(under(clue("CLU.CREATE", "psb-bynr", "nm", DAY0), OPEN_INTERNAL, DAY3));
    accepted(step("nm", "CLU.RECEIPT", "psb-bynr", DAY0));
    refused(out_of_it("nm", "REF.SEND", "psb-bynr", DAY9), "CLUE_EXPIRED");
    /* dated before, come after */
    struct verdict v = hear_late(out_of_it("nm", "REF.SEND", "psb-bynr", DAY1), DAY9);
    assert_true(!v.accepted && remarked(&v, "CLUE_EXPIRED", "envelope.parent_referral_id"));
    /* to a party: how a matter ends is always heard */
    accepted(step("nm", "CLU.REASSIGN", "psb-bynr", DAY9));
    refused(under(clue("CLU.DISPATCH", "nm", "slj", DAY9), OPEN_INTERNAL, DAY3), "CLUE_EXPIRED");
    accepted(under(step("psb-bynr", "CLU.HANDLING", "", DAY9), OPEN_INTERNAL, "2026-07-01 00:00"));
    accepted(under(clue("CLU.DISPATCH", "nm", "slj", DAY9), OPEN_INTERNAL, "2026-07-01 00:00"));
    accepted(out_of_it("nm", "REF.SEND", "psb-bynr", DAY9));
}

static void no_action_starts_no_case(void **state) {
    (void)state;
    accepted(under(clue("CLU.CREATE", "wlsh", "nm", DAY0), NO_ACTION, NULL));
    refused(out_of_it("nm", "REF.SEND", "psb-bynr", DAY1), "START_CONSENT");
    /* a subscriber */
    refused(with_reason(out_of_it("psb-bynr", "REV.SEND", "nm", DAY1), "DIRECT_ADMIN"), "START_CONSENT");
    refused(with_reason(out_of_it("psb-bynr", "JUR.FORWARD", "psb-bt", DAY1), "JB1"), "START_CONSENT");
    struct submission hidden = out_of_it("nm", "REF.SEND", "psb-bynr", DAY1);
    hidden.parent_referral_id = (struct uuid){0};
    refused(hidden, "START_CONSENT"); /* the case has nothing else it could come of */
    struct submission by_number = out_of_it("nm", "REF.SEND", "psb-bynr", DAY1);
    by_number.parent_referral_id.b[0] = 9;
    by_number.cites = text_list("乌护线〔2026〕3号");
    refused(by_number, "START_CONSENT");
    accepted(step("nm", "CLU.CONSENT_REQ", "wlsh", DAY1));
    accepted(with_reason(step("wlsh", "CLU.CONSENT", "nm", DAY1), "CN2"));
    accepted(out_of_it("nm", "REF.SEND", "psb-bynr", DAY1));
    assert_true(uuid_equal(&cases.referrals[1]->parent, &cases.referrals[0]->id));
}
static void what_grew_of_it_goes_its_own_way(void **state) {
    (void)state;
    accepted(under(clue("CLU.CREATE", "psb-bynr", "nm", DAY0), NO_ACTION, DAY3));
    /* the originator's own */
    accepted(with_reason(out_of_it("psb-bynr", "REV.SEND", "nm", DAY1), "DIRECT_ADMIN"));
    struct submission next = says("nm", "REF.SEND", "psb-bynr", DAY9, 3);
    next.category = BYTES_LITERAL("FISH");
    next.parent_referral_id = cases.referrals[1]->id;
    accepted(next); /* out of the reverse referral, not of the clue */
}

/* What a directory subscribes to is checked: its form when it is read, its words against the rules. */
static enum outcome subscribe(const char *text, struct fault *fault) {
    struct directory *loaded = NULL;
    char yaml[800];
    snprintf(yaml, sizeof yaml,
             "version: 1\nparticipants:\n  - {number: 1, slug: nm, name: 农牧局, role: AE, subscribes: %s}\ncounties: "
             "{\"150800\": 巴彦淖尔市}\n",
             text);
    TRY(directory_parse("d.yaml", bytes_of_cstr(yaml), &loaded, fault));
    enum outcome outcome = rules_check_subscriptions(rules, loaded, fault);
    directory_free(loaded);
    return outcome;
}
static void wrong_subscriptions_are_named_by_place(void **state) {
    (void)state;
    static const struct {
        const char *text, *code, *says;
    } wrongs[] = {{"FISH", "SETTINGS_TYPE", "d.yaml:3:60: subscribes must be a list"},
                  {"[FISH]", "SETTINGS_TYPE", "d.yaml:3:61: a subscription is"},
                  {"[{}]", "SETTINGS_MISSING", "d.yaml:3:61: it asks for everything everywhere"},
                  {"[{categories: FISH}]", "SETTINGS_TYPE", "d.yaml:3:74: \"categories\" must be a list"},
                  {"[{categories: [FISCH]}]", "SETTINGS_UNKNOWN", "d.yaml:3:61: there is no category \"FISCH\""},
                  {"[{areas: [KEY1, KEY9]}]", "SETTINGS_UNKNOWN", "d.yaml:3:61: \"KEY9\" is no area"},
                  {"[{areas: [\"150200\"]}]", "SETTINGS_UNKNOWN", "no county of the directory"},
                  {"[{category: [FISH], areas: [KEY1]}]", "SETTINGS_UNKNOWN", "d.yaml:3:72"}};
    for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
        struct fault f = {0};
        if (subscribe(wrongs[i].text, &f) == OK) fail_msg("%s was taken", wrongs[i].text);
        if (strcmp(f.code, wrongs[i].code) != 0 || !strstr(f.text, wrongs[i].says))
            fail_msg("%s: %s %s", wrongs[i].text, f.code, f.text);
    }
    struct fault f = {0};
    if (subscribe("[{categories: [FISH], areas: [KEY2, \"150800\"]}, {areas: [CIR1]}]", &f) != OK)
        fail_msg("%s", f.text);
    if (rules_check_subscriptions(rules, directory, &f) != OK || rules_check_regimes(rules, directory, &f) != OK)
        fail_msg("%s", f.text);
    /* the environment bureau, whose own rules hold beside the general ones */
    struct directory *without = NULL;
    assert_int_equal(directory_parse("d.yaml",
                                     BYTES_LITERAL("version: 1\nparticipants:\n  - {number: 1, slug: nm, name: 农牧局, "
                                                   "role: AE}\ncounties: {\"150800\": 巴彦淖尔市}\n"),
                                     &without, &f),
                     OK);
    assert_int_equal(rules_check_regimes(rules, without, &f), REFUSE);
    assert_true(strstr(f.text, "no participant \"sthj\"") && strstr(f.text, "rules.yaml:"));
    directory_free(without);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup(name, fixture_fresh)
    const struct CMUnitTest tests[] = {CASE(a_clue_goes_out_is_checked_and_fed_back),
                                       CASE(a_clue_is_found_by_what_came_of_it),
                                       CASE(one_checks_and_others_contribute),
                                       CASE(registered_returned_reassigned_escalated),
                                       CASE(who_subscribed_gets_a_copy),
                                       CASE(restricted_clues_go_to_no_subscriber),
                                       CASE(what_it_says_must_be_in_the_tables),
                                       CASE(an_expiry_is_given_and_lies_ahead),
                                       CASE(orcon_goes_nowhere_without_consent),
                                       CASE(orcon_goes_nowhere_by_copies_either),
                                       CASE(consent_is_withdrawn),
                                       CASE(the_handling_sticks_until_its_originator_changes_it),
                                       CASE(after_the_expiry_nothing_goes_on_or_begins),
                                       CASE(no_action_starts_no_case),
                                       CASE(what_grew_of_it_goes_its_own_way),
                                       CASE(wrong_subscriptions_are_named_by_place)};
    return cmocka_run_group_tests(tests, fixture_load, fixture_unload);
}
