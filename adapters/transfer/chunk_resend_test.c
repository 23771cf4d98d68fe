/* What a sender is asked to ship again (chunk_request.h), on a mock cluster: what it keeps of that over a restart, and
 * what it says meanwhile. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <sys/stat.h>
#include "adapters/engine/engine_fixture.h"
#include "adapters/transfer/uploads_inside.h"
#include "bus/mock_fixture.h"

#define FILES "ecocase.files.sthj"
#define BY    "psb-bynr"
static struct fixture f;
static struct mock mock;
static struct fault fault;
static struct transfer transfer;
static bool scan_now;
static struct uploads *uploads;
static int64_t answers_read;

static int set_up(void **state) {
    (void)state;
    fixture_open(&f);
    mock_open(&mock, TOPIC_WANTED, 1);
    mock_topic(&mock, FILES, 1);
    transfer = (struct transfer){.agency = "sthj",
                                 .bus = &mock.settings,
                                 .profile = f.profile,
                                 .journal = f.journal,
                                 .transport = f.transport,
                                 .status = &f.status,
                                 .scan_now = &scan_now};
    assert_int_equal(uploads_new(&transfer, &uploads, &fault), OK);
    answers_read = 0;
    return 0;
}
static int tear_down(void **state) {
    (void)state;
    uploads_free(uploads);
    mock_close(&mock);
    fixture_close(&f);
    return 0;
}

static enum outcome make(FILE *file, uint8_t nth) {
    for (int i = 0; i < 10000; i++) fputc(nth, file);
    return fclose(file) == 0 ? OK : RETRY;
}
/* A paper in sent/ whose chunks were acknowledged long ago and have expired since. */
static struct chunked sent_paper(uint8_t nth) {
    char path[128], identity[256], name[16];
    struct stat facts;
    struct journaled_file file = {.at = 1};
    static uint8_t content[10000];
    memset(content, nth, sizeof content);
    snprintf(name, sizeof name, "%d.mp4", nth);
    snprintf(path, sizeof path, "%s/sent/%s", f.folder, name);
    FILE *paper = fopen(path, "we");
    assert_true(paper && make(paper, nth) == OK && stat(path, &facts) == 0);
    long long modified = facts.st_mtim.tv_sec * 1000000000LL + facts.st_mtim.tv_nsec;
    snprintf(identity, sizeof identity, "%llu %lld %lld %s", (unsigned long long)facts.st_ino, modified,
             (long long)facts.st_size, name);
    file.what = (struct chunked){.sha256 = digest_of(bytes_of(content, sizeof content)),
                                 .first_offset = 1000,
                                 .last_offset = 1002,
                                 .key = {nth}};
    chunked_cut(&file.what, sizeof content, 4096);
    file.acked = file.what.count;
    assert_int_equal(journal_file_put(f.journal, &file, &fault), OK);
    assert_int_equal(journal_paper_put(f.journal, bytes_of_cstr(identity), &file.what.sha256, &fault), OK);
    return file.what;
}

static void ask_for(const struct chunked *what) {
    struct chunk_request request = {.sha256 = what->sha256,
                                    .first = what->first_offset,
                                    .last = what->last_offset,
                                    .count = what->count,
                                    .chunk_size = what->chunk_size,
                                    .sender = "sthj",
                                    .by = BY,
                                    .proof = chunk_request_proof(what, BY)};
    assert_int_equal(uploads_say(uploads, TOPIC_WANTED, &request.sha256, chunk_request_headers(&request), &fault), OK);
    bus_producer_flush(uploads->producer, 10000);
    assert_int_equal(bus_producer_waiting(uploads->producer), 0);
}
static int hear_from(int64_t offset) {
    int heard = 0;
    mock_from(&mock, TOPIC_WANTED, offset);
    for (struct bus_message *message; (message = mock_next(&mock)); heard++) {
        uploads_hear(uploads, message);
        bus_message_free(message);
    }
    return heard;
}
static int64_t journaled(void) {
    int64_t offset = 0;
    assert_int_equal(journal_offset(f.journal, JOURNAL_CHUNK_REQUESTS, &offset, &fault), OK);
    return offset;
}
static void work(void) {
    bool more = true;
    for (int64_t until = monotonic_ms() + 10000;
         monotonic_ms() < until &&
         (more || uploads->in_flight || uploads->request_count || journaled() != uploads->heard);) {
        more = false;
        assert_int_equal(uploads_round(uploads, &more, &fault), OK);
    }
}
/* New records of the files topic: chunks, and words that something comes. */
static void said(int *ret_chunks, int *ret_coming) {
    *ret_chunks = *ret_coming = 0;
    bus_producer_flush(uploads->producer, 10000);
    assert_int_equal(bus_producer_waiting(uploads->producer), 0);
    mock_from(&mock, FILES, answers_read);
    for (struct bus_message *message; (message = mock_next(&mock)); bus_message_free(message)) {
        *ret_chunks += bus_message_value(message).count > 0;
        *ret_coming += chunk_answer_read(message).kind == ANSWER_COMING;
        answers_read = bus_message_offset(message) + 1;
    }
}

static void what_was_done_is_not_heard_again_after_a_restart(void **state) {
    struct chunked first = sent_paper(1), second = sent_paper(2);
    int chunks = 0, words = 0;
    (void)state;
    ask_for(&first);
    assert_int_equal(hear_from(0), 1);
    work();
    said(&chunks, &words);
    assert_int_equal(chunks, 3);
    assert_int_equal(journaled(), 1);
    ask_for(&second);
    assert_int_equal(hear_from(journaled()), 1);
    assert_int_equal(chunk_resend_round(uploads, &fault), OK); /* begun, and killed amid it */
    assert_int_equal(uploads->request_count, 0);
    assert_int_equal(journaled(), 1);
    uploads_free(uploads);
    assert_int_equal(uploads_new(&transfer, &uploads, &fault), OK);
    assert_int_equal(uploads_start(uploads, &fault), OK);
    assert_int_equal(hear_from(journaled()), 1);
    work();
    said(&chunks, &words);
    assert_int_equal(chunks, 3); /* of the second */
    assert_int_equal(journaled(), 2);
}

/* Killed before its answer is out, it answers again. */
static void an_ask_is_done_when_the_answer_has_arrived(void **state) {
    struct chunked nobodys = {.sha256 = {{9}}, .first_offset = 1, .last_offset = 3, .count = 3, .chunk_size = 4096};
    (void)state;
    ask_for(&nobodys);
    assert_int_equal(uploads_poll(uploads, &fault), OK);
    assert_int_equal(hear_from(0), 1);
    assert_int_equal(chunk_resend_round(uploads, &fault), OK);
    assert_int_equal(uploads->request_count, 0);
    assert_int_equal(journaled(), -1);
    work();
    assert_int_equal(journaled(), 1);
}

static void who_waits_is_told_again_and_again_that_it_comes(void **state) {
    struct chunked paper = sent_paper(1);
    int chunks = 0, words = 0;
    (void)state;
    for (size_t i = 0; i < UPLOADS_MAX; i++) uploads->all[i].stage = HASHING; /* no slot is free */
    ask_for(&paper);
    assert_int_equal(hear_from(0), 1);
    for (int i = 0; i < 3; i++) assert_int_equal(chunk_resend_round(uploads, &fault), OK);
    said(&chunks, &words);
    assert_int_equal(words, 1);
    assert_in_range(uploads->requests[0].due_ms, monotonic_ms() + UPLOAD_COMING_MS - 10000,
                    monotonic_ms() + UPLOAD_COMING_MS);
    uploads->requests[0].due_ms = 1; /* a while later */
    assert_int_equal(chunk_resend_round(uploads, &fault), OK);
    uploads->all[0].stage = FREE;
    for (int i = 0; i < 3; i++) assert_int_equal(chunk_resend_round(uploads, &fault), OK);
    assert_true(uploads->all[0].stage == HASHING && uploads->all[0].again);
    uploads->all[0].coming_ms = 1; /* it takes its time to digest it */
    assert_int_equal(chunk_resend_round(uploads, &fault), OK);
    said(&chunks, &words);
    assert_int_equal(words, 2);
    for (size_t i = 1; i < UPLOADS_MAX; i++) uploads->all[i].stage = FREE;
}

int main(void) {
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {EACH(what_was_done_is_not_heard_again_after_a_restart),
                                       EACH(an_ask_is_done_when_the_answer_has_arrived),
                                       EACH(who_waits_is_told_again_and_again_that_it_comes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
