/* The loop with a spool and without Kafka: what rests lets the others sleep. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <jansson.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <time.h>
#include "adapters/run/run.h"
#include "adapters/engine/engine.h"
#include "adapters/engine/engine_fixture.h"

#define CASE                                                                                                    \
    "{\"record\":{\"envelope\":{\"event\":\"REF.SEND\",\"document_no\":\"%d号\",\"recipients\":[\"psb-bynr\"]," \
    "\"business_time\":1},\"title\":\"x\"},\"attachments\":[]}"
#define TROUBLE_MS 4000
/* it makes some 60; with a transport that is asked while nobody listens, tens of thousands */
#define ROUNDS_MAX 400

static struct fixture f;
static volatile sig_atomic_t stop;
static atomic_llong rounds;
static enum outcome ended;
static struct fault why;

/* Linked in poll's place: the loop sleeps once a round. */
int __real_poll(struct pollfd *fds, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout) {
    atomic_fetch_add(&rounds, 1);
    return __real_poll(fds, count, timeout);
}

static void *run(void *unused) {
    char profile[128];
    snprintf(profile, sizeof profile, "%s/profile", f.folder);
    struct run_settings settings = {.agency = "sthj",
                                    .profile = profile,
                                    .spool = f.folder,
                                    .schemas = "schemas",
                                    .bus = {"127.0.0.1:1", "test", NULL},
                                    .manual_clock = true};
    ended = run_adapter(&settings, &stop, &why);
    return unused;
}
static void pause_ms(long ms) { nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL); }
static int64_t taken(void) {
    char path[128];
    sqlite3 *db = NULL;
    sqlite3_stmt *ask = NULL;
    int64_t count = -1;
    snprintf(path, sizeof path, "%s/" ENGINE_JOURNAL, f.folder);
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, "SELECT count(*) FROM submission", -1, &ask, NULL) == SQLITE_OK &&
        sqlite3_step(ask) == SQLITE_ROW)
        count = sqlite3_column_int64(ask, 0);
    sqlite3_finalize(ask);
    sqlite3_close(db);
    return count;
}
static int put(int nth) {
    char name[32], text[400];
    snprintf(name, sizeof name, "%d.json", nth);
    snprintf(text, sizeof text, CASE, nth);
    fixture_put(&f, name, text);
    return nth;
}
static void await_taken(int count) {
    for (int64_t until = monotonic_ms() + 60000; taken() < count && monotonic_ms() < until;) pause_ms(50);
    assert_int_equal(taken(), count);
}

/* Whether the journal is in trouble, as the status says within so long. (Kafka is, all the time.) */
static bool status_says(bool journal, int within_ms) {
    char path[128];
    bool said = false;
    snprintf(path, sizeof path, "%s/.status.json", f.folder);
    for (int64_t until = monotonic_ms() + within_ms; !said && monotonic_ms() < until; pause_ms(50)) {
        json_t *status = json_load_file(path, 0, NULL);
        const char *code = json_string_value(json_object_get(json_object_get(status, "trouble"), "code"));
        said = code && (strcmp(code, "JOURNAL") == 0) == journal;
        json_decref(status);
    }
    return said;
}

/* A quota that is full: the journal cannot grow, and papers go on coming. */
static void while_taking_rests_news_wake_nobody(void **state) {
    struct rlimit was, full;
    pthread_t engine;
    char path[128];
    int files = 0;
    (void)state;
    /* engine_run opens spool and journal itself */
    f = (struct fixture){.folder = "/tmp/ecocase-engine-XXXXXX"};
    assert_non_null(mkdtemp(f.folder));
    snprintf(path, sizeof path, "%s/profile", f.folder);
    FILE *profile = fopen(path, "we");
    assert_true(profile && fputs("sthj 400\n", profile) > 0 && fclose(profile) == 0);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    full = (struct rlimit){4096, was.rlim_max};
    assert_int_equal(pthread_create(&engine, NULL, run, NULL), 0);
    for (int64_t until = monotonic_ms() + 60000; taken() < 0 && monotonic_ms() < until;) pause_ms(50);
    put(++files);
    await_taken(files);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
    long long before = atomic_load(&rounds);
    for (int64_t until = monotonic_ms() + TROUBLE_MS; monotonic_ms() < until; pause_ms(50)) put(++files);
    long long during = atomic_load(&rounds) - before;
    int64_t meanwhile = taken();
    bool told = status_says(true, 3000);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    await_taken(files);
    bool mended = status_says(false, 5000);
    stop = 1;
    wake_now();
    pthread_join(engine, NULL);
    snprintf(path, sizeof path, "rm -rf %s", f.folder);
    assert_int_equal(system(path), 0);
    assert_int_equal(ended, OK);
    assert_true(meanwhile < files); /* there was trouble */
    assert_true(told && mended);
    assert_in_range(during, 1, ROUNDS_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(while_taking_rests_news_wake_nobody)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
