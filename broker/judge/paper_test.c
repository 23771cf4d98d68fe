/* 文书 · what an event must bring: a transfer is never refused for missing material, what is missing is named one by
 * one and goes back as a request for supplements within 24 hours; elsewhere a missing thing is a reason, named. */
#include "broker/judge/judge_fixture.h"
#include "wire/digest.h"

static struct submission fishery(void) {
    struct submission s = says("nm", "REF.SEND", "psb-bynr", "2026-06-08 10:00", 1);
    s.category = BYTES_LITERAL("FISH");
    s.report_time = at("2026-06-07 09:00");
    s.approval_time = at("2026-06-08 09:00");
    return s;
}

static void what_is_missing_is_named_and_asked_for(void **state) {
    (void)state;
    struct submission send = fishery();
    send.documents = document_list((const char *const[]){"DOC02", NULL});
    struct verdict v = accepted(send);
    assert_true(remarked(&v, "LACKS_DOCUMENT", "DOC03") && remarked(&v, "LACKS_DOCUMENT", "DOC04"));
    assert_false(remarked(&v, "LACKS_DOCUMENT", "DOC02"));
    /* the police hear of it too */
    v = accepted(says("psb-bynr", "REF.RECEIPT", "nm", "2026-06-08 15:20", 1));
    assert_true(remarked(&v, "LACKS_DOCUMENT", "DOC03"));
    const struct referral *r = cases.referrals[0];
    assert_int_equal(clock_of(r, "D05")->due_strict, at("2026-06-09 15:20"));
    struct submission back =
        with_reason(says("psb-bynr", "REF.RETURN_NOT_PSB", "nm", "2026-06-08 16:00", 1), "INCOMPLETE");
    refused(back, "INCOMPLETE_NOT_A_REASON");
    accepted(says("psb-bynr", "REF.SUPP_REQ", "nm", "2026-06-09 09:00", 1));
    assert_int_equal(clock_of(r, "D05")->state, CLOCK_MET);
    struct submission reply = says("nm", "REF.SUPP_REPLY", "psb-bynr", "2026-06-10 09:00", 1);
    reply.documents = document_list((const char *const[]){"DOC03", NULL});
    v = accepted(reply);
    assert_true(remarked(&v, "LACKS_DOCUMENT", "DOC04") && !remarked(&v, "LACKS_DOCUMENT", "DOC03"));
    struct submission amend = says("nm", "REF.AMEND", "psb-bynr", "2026-06-10 10:00", 1);
    amend.documents = document_list((const char *const[]){"DOC04", NULL});
    v = accepted(amend);
    assert_false(remarked(&v, "LACKS_DOCUMENT", NULL));
    assert_int_equal(r->gaps, 0);
}

static void a_whole_package_starts_no_request(void **state) {
    (void)state;
    struct submission send = fishery();
    send.documents = document_list((const char *const[]){"DOC02", "DOC03", "DOC04", NULL});
    struct verdict v = accepted(send);
    assert_false(remarked(&v, "LACKS_DOCUMENT", NULL) || remarked(&v, "LACKS_FIELD", NULL));
    accepted(says("psb-bynr", "REF.RECEIPT", "nm", "2026-06-08 15:00", 1));
    for (int i = 0; i < cases.referrals[0]->clock_count; i++)
        assert_string_not_equal(cases.referrals[0]->clocks[i].rule, "D05");
}

/* 17号-6: an environmental case brings more; which, depends on the category. */
static void each_kind_of_case_brings_its_own(void **state) {
    (void)state;
    struct submission send = says("sthj", "REF.SEND", "psb-bynr", "2026-06-08 10:00", 1);
    send.party_count = 0;
    struct verdict v = accepted(send);
    static const char *const wanted[] = {"DOC02", "DOC03", "DOC04", "DOC05", "DOC28", "DOC29"};
    for (size_t i = 0; i < 6; i++) assert_true(remarked(&v, "LACKS_DOCUMENT", wanted[i]));
    assert_true(remarked(&v, "LACKS_FIELD", "parties") && remarked(&v, "LACKS_FIELD", "report_time"));
    struct submission monitor = says("sthj", "REF.SEND", "psb-bynr", "2026-06-08 10:00", 2);
    monitor.category = BYTES_LITERAL("ENV5");
    v = accepted(monitor);
    assert_true(remarked(&v, "LACKS_DOCUMENT", "DOC28") && !remarked(&v, "LACKS_DOCUMENT", "DOC05"));
}

static void a_refusal_to_file_needs_its_reason(void **state) {
    (void)state;
    accepted(fishery());
    accepted(says("psb-bynr", "REF.RECEIPT", "nm", "2026-06-08 15:00", 1));
    struct submission no = with_reason(says("psb-bynr", "REF.NOT_FILED", "nm", "2026-06-09 15:00", 1), "NF1");
    no.reason = BYTES_NONE;
    struct verdict v = hear(no);
    assert_true(!v.accepted && remarked(&v, "MISSING_FIELD", "reason"));
}

static void an_attachment_is_what_its_digest_says(void **state) {
    (void)state;
    /* one document: code, number, title, file name, media type, size 2, digest, content of 2 bytes */
    uint8_t bytes[256] = {2};
    char hex[DIGEST_SIZE * 2 + 1];
    struct digest digest = digest_of(BYTES_LITERAL("ab"));
    digest_hex(&digest, hex);
    size_t count = 1;
    const char *const texts[] = {"DOC02", "", "t", "a.txt", "text/plain"};
    for (size_t i = 0; i < 5; i++) {
        bytes[count++] = (uint8_t)(strlen(texts[i]) * 2);
        memcpy(bytes + count, texts[i], strlen(texts[i]));
        count += strlen(texts[i]);
    }
    bytes[count++] = 4;
    bytes[count++] = 0x80; /* 64 as zigzag: 128 */
    bytes[count++] = 0x01;
    memcpy(bytes + count, hex, 64);
    count += 64;
    bytes[count++] = 2; /* branch 1 */
    bytes[count++] = 4;
    bytes[count++] = 'a';
    size_t last = count;
    bytes[count++] = 'b';
    bytes[count++] = 0;
    struct submission send = fishery();
    send.documents = (struct walk_field){.present = true, .at = bytes_of(bytes, count), .number = 1};
    accepted(send);
    fixture_fresh(NULL);
    bytes[last] = 'c';
    struct verdict v = hear(send);
    assert_true(!v.accepted && remarked(&v, "DIGEST_MISMATCH", "a.txt"));
}

#define STORY(name) cmocka_unit_test_setup(name, fixture_fresh)
int main(void) {
    const struct CMUnitTest tests[] = {
        STORY(what_is_missing_is_named_and_asked_for), STORY(a_whole_package_starts_no_request),
        STORY(each_kind_of_case_brings_its_own), STORY(a_refusal_to_file_needs_its_reason),
        STORY(an_attachment_is_what_its_digest_says)};
    return cmocka_run_group_tests(tests, fixture_load, fixture_unload);
}
