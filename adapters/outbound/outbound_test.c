/* Outbound without Kafka: each file once into the journal, moved once acknowledged, or into failed/ with its reason. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include "adapters/engine/engine_fixture.h"
#include "adapters/outbound/outbound.h"

#define CASE(number, attachments)                                                 \
    "{\"record\":{\"envelope\":{\"event\":\"REF.SEND\",\"document_no\":\"" number \
    "\",\"recipients\":[\"psb-bynr\"],\"business_time\":1},"                      \
    "\"title\":\"x\"},\"attachments\":[" attachments "]}"
#define ANSWER(cites, number) \
    "{\"record\":{\"envelope\":{\"event\":\"REF.RECEIPT\",\"document_no\":\"" number "\",\"cites\":[\"" cites "\"]}}}"

static struct fixture f;
static struct outbound outbound;
static void begin(void) {
    outbound = (struct outbound){.agency = "sthj",
                                 .catalogue = f.catalogue,
                                 .directory = f.directory,
                                 .profile = f.profile,
                                 .seal = &f.seal,
                                 .journal = f.journal,
                                 .transport = f.transport,
                                 .status = &f.status,
                                 .manual_clock = true};
}
static void reopen(void) {
    fixture_reopen(&f);
    begin();
}
static int set_up(void **state) {
    (void)state;
    fixture_open(&f);
    begin();
    return 0;
}
static int tear_down(void **state) {
    (void)state;
    fixture_close(&f);
    return 0;
}

static enum outcome take(void) {
    struct fault fault;
    size_t prepared = 0;
    int64_t again_ms = 0;
    arena_reset(f.arena);
    return outbound_prepare(&outbound, f.arena, &prepared, &again_ms, &fault);
}
static void take_for(int ms) {
    for (int64_t until = monotonic_ms() + ms; monotonic_ms() < until;) {
        struct timespec pause = {0, 10000000};
        (void)!take();
        nanosleep(&pause, NULL);
    }
}
/* As if Kafka had taken everything. */
static enum outcome acknowledge(void) {
    struct fault fault;
    struct journaled *rows = NULL;
    size_t count = 0;
    TRY(journal_in_state(f.journal, JOURNALED_PREPARED, ENGINE_TAKE, SIZE_MAX, f.arena, &rows, &count, &fault));
    for (size_t i = 0; i < count; i++) TRY(journal_advance(f.journal, rows[i].row, JOURNALED_ACKED, &fault));
    return outbound_move_acked(&outbound, f.arena, &fault);
}
static size_t prepared(void) {
    struct fault fault;
    struct journaled *rows = NULL;
    size_t count = 0;
    assert_int_equal(
        journal_in_state(f.journal, JOURNALED_PREPARED, ENGINE_TAKE, SIZE_MAX, f.arena, &rows, &count, &fault), OK);
    return count;
}

static void a_file_is_journaled_once_and_moved_after_the_acknowledgement(void **state) {
    (void)state;
    fixture_put(&f, "p.pdf", "paper");
    fixture_put(&f, "a.json", CASE("1", "\"p.pdf\""));
    assert_int_equal(take(), OK);
    assert_int_equal(take(), OK);
    assert_int_equal(prepared(), 1);
    assert_true(fixture_has(&f, "outbox/a.json"));
    reopen();
    take_for(700); /* found again, recognised by the journal */
    assert_int_equal(prepared(), 1);
    assert_int_equal(fixture_count(&f, "failed"), 0);
    assert_int_equal(acknowledge(), OK);
    assert_true(fixture_has(&f, "sent/a.json") && fixture_has(&f, "sent/p.pdf"));
    assert_int_equal(fixture_count(&f, "outbox"), 0);
    fixture_put(&f, "p.pdf", "paper");
    fixture_put(&f, "b.json", CASE("1", "\"p.pdf\""));
    assert_int_equal(take(), OK);
    assert_true(fixture_has(&f, "failed/b.json.error") && fixture_has(&f, "failed/p.pdf"));
    assert_int_equal(prepared(), 0);
}
static const char *error_of(const char *file) {
    static char text[4096];
    char path[512];
    snprintf(path, sizeof path, "%s/failed/%s.error", f.folder, file);
    FILE *from = fopen(path, "r");
    size_t count = from ? fread(text, 1, sizeof text - 1, from) : 0;
    text[count] = 0;
    if (from) fclose(from);
    return text;
}
static void an_attachment_whose_name_only_looks_alike_is_told_by_both_names(void **state) {
    (void)state;
    fixture_put(&f, "Re\xcc\x81sume\xcc\x81.PDF", "paper"); /* as a Mac writes it */
    fixture_put(&f, "a.json", CASE("1", "\"R\xc3\xa9sum\xc3\xa9.pdf\""));
    take_for(900);
    assert_true(fixture_has(&f, "failed/a.json"));
    assert_non_null(strstr(error_of("a.json"), "MISSING_ATTACHMENT"));
    assert_non_null(strstr(error_of("a.json"), "only looks like it"));
}
static void a_file_whose_name_is_no_utf8_is_told_so_and_not_of_its_content(void **state) {
    (void)state;
    fixture_put(&f, "\xb0\xb8.json", CASE("1", ""));
    take_for(1500);
    assert_non_null(strstr(error_of("\xb0\xb8.json"), "NAME_ENCODING"));
}
static void the_same_name_twice_is_two_names_in_sent(void **state) {
    (void)state;
    fixture_put(&f, "a.json", CASE("1", ""));
    assert_int_equal(take(), OK);
    fixture_put(&f, "a.json", CASE("2", "")); /* replaced before Kafka took the first */
    take_for(50);
    assert_int_equal(prepared(), 2);
    assert_int_equal(acknowledge(), OK);
    assert_true(fixture_has(&f, "sent/a~2.json"));
    assert_false(fixture_has(&f, "outbox/a.json"));
}
static void attachments_are_waited_for_and_belong_to_who_names_them(void **state) {
    (void)state;
    fixture_put(&f, "a.json", CASE("1", "\"b.json\",\"c.json\""));
    assert_int_equal(take(), OK);
    /* looks like a case file, but is named as an attachment by one that waits */
    fixture_put(&f, "b.json", CASE("2", ""));
    take_for(60);
    assert_int_equal(prepared(), 0);
    fixture_put(&f, "c.json", "c");
    take_for(400);
    assert_int_equal(prepared(), 1);
    assert_int_equal(fixture_count(&f, "failed"), 0);
}
static void an_attachment_may_lie_there_before_its_case_file(void **state) {
    (void)state;
    fixture_put(&f, "p.json", "no case file");
    fixture_put(&f, "bad.json", "{}");
    take_for(150);
    assert_true(fixture_has(&f, "outbox/p.json") && fixture_has(&f, "outbox/bad.json"));
    fixture_put(&f, "a.json", CASE("1", "\"p.json\",\"bad.json\""));
    take_for(500); /* beyond their own wait: the claim keeps them */
    assert_int_equal(prepared(), 1);
    assert_int_equal(acknowledge(), OK);
    assert_true(fixture_has(&f, "sent/p.json") && fixture_has(&f, "sent/bad.json"));
    take_for(600);
    assert_int_equal(fixture_count(&f, "failed"), 0);
}
static void an_unrecognised_file_nobody_claims_fails_within_the_wait(void **state) {
    (void)state;
    fixture_put(&f, "p.json", "no case file");
    take_for(200);
    assert_int_equal(fixture_count(&f, "failed"), 0);
    fixture_put(&f, "a.json", CASE("1", "\"p.pdf\"")); /* waits, but not for that one */
    take_for(500);
    assert_true(fixture_has(&f, "failed/p.json") && fixture_has(&f, "failed/p.json.error"));
}
static void what_is_wrong_in_a_case_file_is_told_at_once_and_all_of_it(void **state) {
    (void)state;
    fixture_put(&f, "wrong.json", CASE("1", "\"nowhere.pdf\""));
    take_for(100); /* an unrecognised one would wait for longer */
    assert_true(fixture_has(&f, "failed/wrong.json") && fixture_has(&f, "failed/wrong.json.error"));
    json_t *said = json_load_file(arena_printf(f.arena, "%s/failed/wrong.json.error", f.folder), 0, NULL);
    assert_int_equal(json_array_size(json_object_get(said, "faults")), 2);
    json_decref(said);
}
static unsigned refused;
static enum outcome may_not(struct transport *t, const struct outbox_file *papers, size_t count, struct bytes why,
                            struct fault *fault) {
    (void)t, (void)papers, (void)count, (void)why;
    refused++;
    return fault_set(fault, RETRY, "FILE_WRITE", "not permitted");
}
static void what_may_not_be_moved_is_told_once_and_stands_in_the_status(void **state) {
    (void)state;
    const struct transport_verbs *whole = f.transport->verbs;
    struct transport_verbs without = *whole;
    without.fail = may_not;
    f.transport->verbs = &without;
    refused = 0;
    fixture_put(&f, "wrong.json", CASE("1", ""));
    take_for(100);
    (void)take();
    assert_int_equal(f.status.stuck, 1);
    assert_string_equal(f.status.last_error.code, "FILE_WRITE");
    assert_int_equal(refused, 1);
    whole->put_off(f.transport, BYTES_LITERAL("wrong.json"), 0);
    take_for(50);
    assert_int_equal(refused, 2);
    assert_true(outbound.stuck[0].pause_ms + outbound.stuck[OUTBOUND_STUCK - 1].pause_ms == 10000); /* twice as long */
    f.transport->verbs = whole;
    whole->put_off(f.transport, BYTES_LITERAL("wrong.json"), 0);
    take_for(50);
    (void)take();
    assert_int_equal(f.status.stuck, 0);
    assert_true(fixture_has(&f, "failed/wrong.json"));
}
static void what_does_not_come_ends_the_wait(void **state) {
    (void)state;
    fixture_put(&f, "a.json", CASE("1", "\"nowhere.pdf\""));
    fixture_put(&f, "bad.json", "{}");
    take_for(1200);
    assert_true(fixture_has(&f, "failed/a.json.error") && fixture_has(&f, "failed/bad.json.error"));
    assert_int_equal(fixture_count(&f, "outbox"), 0);
}
static void an_answer_waits_for_the_document_it_cites(void **state) {
    (void)state;
    fixture_put(&f, "r.json", ANSWER("其他〔2026〕1号", "r"));
    fixture_put(&f, "a.json", CASE("1", ""));
    take_for(100);
    assert_int_equal(prepared(), 1); /* nothing is held up */
    assert_true(fixture_has(&f, "outbox/r.json"));
    struct fault fault;
    struct number_entry entry = {.number = BYTES_LITERAL("其他〔2026〕1号"),
                                 .message_id = {{1}},
                                 .case_id = {{2}},
                                 .referral_id = {{3}},
                                 .other = BYTES_LITERAL("psb-bynr"),
                                 .event = BYTES_LITERAL("REF.SEND"),
                                 .came_in = true};
    assert_int_equal(journal_number_add(f.journal, &entry, &fault), OK);
    take_for(500);
    assert_int_equal(prepared(), 2);
}
static void the_queue_ends_somewhere_and_the_rest_waits_in_the_outbox(void **state) {
    (void)state;
    char name[32], text[256];
    for (int i = 0; i < ENGINE_QUEUE + 200; i++) {
        snprintf(name, sizeof name, "%04d.json", i);
        snprintf(text, sizeof text, CASE("%d", ""), i);
        fixture_put(&f, name, text);
    }
    for (int i = 0; i < 40; i++) assert_int_equal(take(), OK);
    struct fault fault;
    int64_t rows = 0, bytes = 0;
    assert_int_equal(journal_queue(f.journal, &rows, &bytes, &fault), OK);
    assert_in_range(rows, ENGINE_QUEUE, ENGINE_QUEUE + ENGINE_TAKE);
    assert_true(bytes > rows && f.status.journaled == rows);
    assert_int_equal(fixture_count(&f, "failed"), 0);
    for (int i = 0; i < 60 && fixture_count(&f, "outbox"); i++)
        assert_int_equal(acknowledge() == OK ? take() : RETRY, OK);
    assert_int_equal(fixture_count(&f, "outbox"), 0);
    assert_int_equal(fixture_count(&f, "sent"), ENGINE_QUEUE + 200);
}
/* What a full disk does: the same file is taken as soon as there is room, not when it was put off to. */
static void a_journal_that_cannot_be_written_puts_nothing_off(void **state) {
    (void)state;
    struct rlimit limit, none;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    none = (struct rlimit){0, limit.rlim_max};
    fixture_put(&f, "a.json", CASE("1", ""));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    enum outcome outcome = take();
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(outcome, RETRY);
    take_for(100);
    assert_int_equal(prepared(), 1);
}
/* Every transport call fails once: the same files end in the same places. */
static void any_failing_call_is_made_good(void **state) {
    for (unsigned nth = 1; nth <= 3; nth++) { /* two moves and their seal */
        if (nth > 1) {
            tear_down(state);
            set_up(state);
        }
        fixture_put(&f, "p.pdf", "paper");
        fixture_put(&f, "a.json", CASE("1", "\"p.pdf\""));
        fixture_fail_at(nth);
        for (int i = 0; i < 3; i++) {
            if (take() == OK && acknowledge() == OK) break;
        }
        assert_true(fixture_has(&f, "sent/a.json") && fixture_has(&f, "sent/p.pdf"));
        assert_int_equal(fixture_count(&f, "failed") + fixture_count(&f, "outbox"), 0);
    }
}

int main(void) {
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {EACH(a_file_is_journaled_once_and_moved_after_the_acknowledgement),
                                       EACH(the_same_name_twice_is_two_names_in_sent),
                                       EACH(attachments_are_waited_for_and_belong_to_who_names_them),
                                       EACH(what_is_wrong_in_a_case_file_is_told_at_once_and_all_of_it),
                                       EACH(an_attachment_whose_name_only_looks_alike_is_told_by_both_names),
                                       EACH(a_file_whose_name_is_no_utf8_is_told_so_and_not_of_its_content),
                                       EACH(what_may_not_be_moved_is_told_once_and_stands_in_the_status),
                                       EACH(what_does_not_come_ends_the_wait),
                                       EACH(an_attachment_may_lie_there_before_its_case_file),
                                       EACH(an_unrecognised_file_nobody_claims_fails_within_the_wait),
                                       EACH(an_answer_waits_for_the_document_it_cites),
                                       EACH(the_queue_ends_somewhere_and_the_rest_waits_in_the_outbox),
                                       EACH(a_journal_that_cannot_be_written_puts_nothing_off),
                                       EACH(any_failing_call_is_made_good)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
