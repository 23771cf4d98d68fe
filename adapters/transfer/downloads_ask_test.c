/* How long a recipient waits for chunks that it asked for again (chunk_request.h); words come over a mock cluster. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "adapters/transfer/downloads_inside.h"
#include "adapters/engine/engine_fixture.h"
#include "adapters/transfer/transfer.h"
#include "bus/mock_fixture.h"

#define FILES "ecocase.files.sthj"
static struct fixture f;
static struct mock mock;
static struct fault fault;
static struct transfer transfer;
static bool scan_now;
static struct uploads *sender;

static int set_up(void **state) {
    (void)state;
    fixture_open(&f);
    mock_open(&mock, FILES, 1);
    f.status.kafka_up = true;
    transfer = (struct transfer){.agency = "sthj",
                                 .bus = &mock.settings,
                                 .profile = f.profile,
                                 .journal = f.journal,
                                 .transport = f.transport,
                                 .status = &f.status,
                                 .scan_now = &scan_now};
    return uploads_new(&transfer, &sender, &fault);
}
static int tear_down(void **state) {
    (void)state;
    uploads_free(sender);
    mock_close(&mock);
    fixture_close(&f);
    return 0;
}

static struct chunked paper(uint8_t nth) {
    struct chunked what = {.sha256 = {{nth}}, .first_offset = 1000, .last_offset = 1002};
    chunked_cut(&what, 10000, 4096);
    return what;
}
static struct downloads *waiting(const struct chunked *what) {
    struct downloads *d = downloads_new(&transfer, sender);
    struct fault why;
    assert_int_equal(downloads_state(d, BYTES_LITERAL("sthj"), what, &why), FETCH_WAITING);
    fault_set(&why, REFUSE, "CHUNKS_EXPIRED", "they are gone");
    assert_int_equal(downloads_missed(d, &why), OK);
    assert_int_equal(d->stage, ASKING);
    d->asked = true;
    d->last = UNKNOWN_OFFSET;
    d->stage = FETCHING;
    return d;
}
static void hear_coming(struct downloads *d, const struct chunked *what) {
    assert_int_equal(uploads_say(sender, FILES, &what->sha256,
                                 chunk_answer_headers(&(struct chunk_answer){.kind = ANSWER_COMING}), &fault),
                     OK);
    struct bus_message *message = NULL;
    for (int64_t until = monotonic_ms() + 20000; !message && monotonic_ms() < until;) { /* it is on its way */
        mock_from(&mock, FILES, 0);
        message = mock_next(&mock);
    }
    assert_non_null(message);
    downloads_heard(d, message);
    bus_message_free(message);
}
static void assert_lost(struct downloads *d, const struct chunked *what, const char *resend) {
    struct fault why = {0};
    downloads_wait(d);
    assert_int_equal(downloads_state(d, BYTES_LITERAL("sthj"), what, &why), FETCH_LOST);
    assert_string_equal(why.field, resend);
}

static void who_says_that_it_comes_and_falls_silent_is_waited_for_a_minute(void **state) {
    struct chunked what = paper(1), another = paper(2);
    struct fault why;
    (void)state;
    struct downloads *d = waiting(&what);
    hear_coming(d, &what);
    downloads_wait(d);
    assert_int_equal(d->stage, FETCHING);
    assert_in_range(d->patience_ms, monotonic_ms() + DOWNLOAD_ANSWER_MS - 10000, monotonic_ms() + DOWNLOAD_ANSWER_MS);
    assert_true(DOWNLOAD_ANSWER_MS >= 3 * UPLOAD_COMING_MS);
    d->patience_ms = 1; /* a minute later */
    f.status.kafka_up = false;
    downloads_wait(d);
    assert_int_equal(d->stage, FETCHING); /* nobody can speak while Kafka is away */
    f.status.kafka_up = true;
    d->patience_ms = 1;
    assert_lost(d, &what, "unanswered");
    assert_int_equal(downloads_state(d, BYTES_LITERAL("sthj"), &another, &why), FETCH_WAITING);
    fault_set(&why, REFUSE, "CHUNKS_EXPIRED", "they are gone");
    assert_int_equal(downloads_missed(d, &why), OK);
    assert_lost(d, &another, "unanswered"); /* not waited for again */
    downloads_free(d);
}

static void words_without_chunks_are_believed_for_ten_minutes(void **state) {
    struct chunked what = paper(1), another = paper(2);
    (void)state;
    struct downloads *d = waiting(&what);
    d->coming_ms = 1; /* ten minutes later */
    hear_coming(d, &what);
    assert_lost(d, &what, "again");
    downloads_free(d);
    d = waiting(&another); /* it is not silent */
    downloads_free(d);
}

int main(void) {
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {EACH(who_says_that_it_comes_and_falls_silent_is_waited_for_a_minute),
                                       EACH(words_without_chunks_are_believed_for_ten_minutes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
