/* See lane.h: the life of a lane thread. A session ends on any trouble and a new one begins by taking the lane again: what the row says
 * then is the truth, so a lost COMMIT answer needs no memory of its own. */
#include "broker/lane/lane.h"
#include "base/log.h"
#include "base/point.h"
#include <stdio.h>
#include <stdlib.h>

#define IDLE_WAIT_MS 100
#define BUSY_WAIT_MS 4
#define PUBLISHED_NOTE_MS 300
#define REPUBLISH_AT_ONCE 256

static enum outcome open_session(struct session *s, struct fault *fault) {
    char cluster[64], *yaml = NULL;
    TRY(ledger_connect(s->broker->conninfo, &s->ledger, fault));
    TRY(ledger_world(s->ledger, &s->world, fault));
    TRY(bus_reader(&s->broker->bus, &s->reader, fault));
    TRY(bus_cluster_id(s->reader, 10000, cluster, sizeof cluster, fault));
    if (strcmp(cluster, s->world.cluster_id) != 0) {
        return fault_set(fault, FATAL, "WRONG_WORLD", "this Kafka cluster is %s, the ledger belongs to %s", cluster, s->world.cluster_id);
    }
    TRY(ledger_directory(s->ledger, &yaml, &s->directory_version, fault));
    enum outcome parsed = directory_parse("directory in the ledger", bytes_of_cstr(yaml), &s->directory, fault);
    free(yaml);
    TRY(parsed);
    TRY(ledger_take(s->ledger, s->lane->number, s->broker->instance, &s->row, fault));
    TRY(deliverer_new(s->broker, s->lane->number, s->row.published, &s->deliverer, fault));
    s->cases = cases_new();
    s->arena = arena_new(512u * KIB, 1024u * MIB);
    TRY(session_assign(s, fault));
    log_info("lane.taken", "lane=%d epoch=%lld serial=%lld published=%lld directory=%d", s->lane->number, (long long)s->row.epoch,
             (long long)s->row.serial, (long long)s->row.published, s->directory_version);
    return OK;
}

static void close_session(struct session *s) {
    session_let_go(s);
    deliverer_free(s->deliverer);
    if (s->reader) {
        rd_kafka_consumer_close(s->reader);
        rd_kafka_destroy(s->reader);
    }
    ledger_free(s->ledger);
    directory_free(s->directory);
    cases_free(s->cases);
    if (s->arena) arena_free(s->arena);
}

/* What was recorded and not acknowledged before is published again, from the ledger alone. */
static enum outcome publish_again(struct session *s, struct fault *fault) {
    int64_t after = s->row.published;
    struct delivery_context context = {s->directory, s->lane->number, s->row.epoch, s->row.generation, s->ledger, s->arena};
    while (after < s->row.serial && !atomic_load(&s->lane->stop)) {
        struct ledger_event *events = NULL;
        size_t count = 0;
        arena_reset(s->arena);
        TRY(ledger_unpublished(s->ledger, s->lane->number, after, REPUBLISH_AT_ONCE, s->arena, &events, &count, fault));
        if (!count) return fault_set(fault, FATAL, "WRONG_WORLD", "lane %d: events after serial %lld are missing in the ledger", s->lane->number, (long long)after);
        for (size_t i = 0; i < count; i++) {
            while (!ring_has_room(deliver_ring(s->deliverer))) TRY(deliver_poll(s->deliverer, 20, fault));
            TRY(deliver_event(s->deliverer, &context, &events[i], fault));
            after = events[i].serial;
        }
        atomic_store(&s->lane->beat, monotonic_ms());
        TRY(deliver_poll(s->deliverer, 0, fault));
    }
    return OK;
}

static enum outcome tick(struct session *s, struct fault *fault) {
    int64_t now = monotonic_ms();
    if (s->world.manual_clock || now < s->next_tick_ms) return OK;
    s->next_tick_ms = now + s->broker->tick_seconds * INT64_C(1000);
    return deliver_tick(s->deliverer, s->lane->number, instant_now(), fault);
}

/* With nothing to read: note what is published by now, look for a newer directory. */
static enum outcome idle(struct session *s, int64_t *note_ms, struct fault *fault) {
    int64_t now = monotonic_ms();
    bool published = deliver_ring(s->deliverer)->published != s->row.published;
    if (s->tick_pending || (published && now >= *note_ms)) {
        *note_ms = now + PUBLISHED_NOTE_MS;
        TRY(session_batch(s, fault)); /* an empty batch writes the lane row alone */
        POINT("publish.noted");
    }
    if (now < s->next_check_ms) return OK;
    s->next_check_ms = now + 1000;
    struct world world;
    TRY(ledger_world(s->ledger, &world, fault));
    if (world.directory_version == s->directory_version) return OK;
    return fault_set(fault, RETRY, "DIRECTORY_CHANGED", "directory version %d is in force", world.directory_version);
}

static enum outcome run_session(struct session *s, struct fault *fault) {
    int64_t note_ms = 0;
    TRY(open_session(s, fault));
    TRY(publish_again(s, fault));
    while (!atomic_load(&s->lane->stop)) {
        atomic_store(&s->lane->beat, monotonic_ms());
        TRY(tick(s, fault));
        TRY(deliver_poll(s->deliverer, ring_has_room(deliver_ring(s->deliverer)) ? 0 : 20, fault));
        if (!ring_has_room(deliver_ring(s->deliverer))) continue;
        TRY(session_read(s, ring_empty(deliver_ring(s->deliverer)) ? IDLE_WAIT_MS : BUSY_WAIT_MS, fault));
        if (s->message_count) TRY(session_batch(s, fault));
        else TRY(idle(s, &note_ms, fault));
        session_let_go(s);
    }
    for (int64_t until = monotonic_ms() + 3000; !ring_empty(deliver_ring(s->deliverer)) && monotonic_ms() < until;) {
        TRY(deliver_poll(s->deliverer, 20, fault));
    }
    TRY(session_batch(s, fault));
    ledger_release(s->ledger, &s->row);
    return OK;
}

static void rest(struct lane *lane, int64_t ms) {
    for (int64_t until = monotonic_ms() + ms; monotonic_ms() < until && !atomic_load(&lane->stop);) {
        struct timespec pause = {0, 20 * 1000000};
        atomic_store(&lane->beat, monotonic_ms());
        nanosleep(&pause, NULL);
    }
}

static void *lane_main(void *opaque) {
    struct lane *lane = opaque;
    char last[40] = "";
    int64_t backoff_ms = 50;
    while (!atomic_load(&lane->stop)) {
        struct session *s = calloc(1, sizeof *s);
        struct fault fault = {0};
        PROMISE(s);
        s->lane = lane;
        s->broker = lane->broker;
        int64_t started = monotonic_ms();
        enum outcome outcome = run_session(s, &fault);
        close_session(s);
        free(s);
        if (outcome == OK) break;
        bool joined = strcmp(fault.code, "DIRECTORY_CHANGED") == 0;
        if (monotonic_ms() - started > 5000 || joined) backoff_ms = 50;
        if (joined || strcmp(last, fault.code) != 0) log_fault(joined ? LOG_INFO : LOG_WARN, "lane.session.ended", &fault);
        snprintf(last, sizeof last, "%s", fault.code);
        if (strcmp(fault.code, "WRONG_WORLD") == 0) {
            atomic_store(&lane->wrong_world, true);
            break;
        }
        if (!joined) rest(lane, strcmp(fault.code, "LANE_LOST") == 0 ? 3000 : backoff_ms);
        if (backoff_ms < 2000) backoff_ms *= 2;
    }
    log_info("lane.left", "lane=%d", lane->number);
    return NULL;
}

void lane_start(struct lane *lane, const struct broker *broker, int32_t number) {
    lane->broker = broker;
    lane->number = number;
    atomic_store(&lane->stop, false);
    atomic_store(&lane->wrong_world, false);
    atomic_store(&lane->beat, monotonic_ms());
    PROMISE(pthread_create(&lane->thread, NULL, lane_main, lane) == 0);
}

void lane_stop(struct lane *lane) {
    atomic_store(&lane->stop, true);
    pthread_join(lane->thread, NULL);
}
