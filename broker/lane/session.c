/* One ownership of a lane. A session ends on any trouble and a new one begins by taking the lane again:
 * what the row says then is the truth, so a lost COMMIT answer or a failed producer needs no memory of its own. */
#include "broker/lane/session_inside.h"
#include "base/log.h"
#include "broker/lane/given_out.h"
#include <stdlib.h>

#define ASK_MS          3000
#define PUBLISH_AT_ONCE 64
#define BATCH_ARENA     (256u * KIB)
static const struct bus_reading reading = {
    .group = "ecocase-reader", .queue_kib = 2048, .queue_messages = 2000, .wait_ms = 50, .backoff_ms = 50};

static enum outcome load_directory(struct session *s, struct directory **ret, int32_t *ret_version,
                                   struct fault *fault) {
    char *yaml = NULL;
    TRY(ledger_directory(s->ledger, &yaml, ret_version, fault));
    enum outcome parsed = directory_parse("directory in the ledger", bytes_of_cstr(yaml), ret, fault);
    free(yaml);
    return parsed;
}

static enum outcome check_cluster(struct session *s, struct fault *fault) {
    char cluster[64];
    TRY(bus_cluster_id(bus_reader_client(s->reader), ASK_MS, cluster, sizeof cluster, fault));
    if (strcmp(cluster, s->world.cluster_id) == 0) return OK;
    return fault_set(fault, FATAL, "WRONG_WORLD", "this Kafka cluster is %s, the ledger belongs to %s", cluster,
                     s->world.cluster_id);
}

/* A ledger that knows less than it gave out was restored, or lost its tail: sequences and serials would be given twice.
 * The inboxes were looked at before the row was read: whoever had the lane could only add to it. The row keeps this
 * owner, so that its probe sees a lane that is not worked. */
static enum outcome check_given_out(const struct session *s, const struct given_out *seen, struct fault *fault) {
    if (!given_out_beyond(seen, &s->row)) return OK;
    return fault_set(fault, RETRY, "LEDGER_BEHIND",
                     "lane %d: recipients have events up to serial %lld of generation %lld, the ledger up to %lld of "
                     "%lld: it was restored, or lost its tail. Nothing is given out until `ecocase-broker recover`",
                     s->lane->number, (long long)seen->serial, (long long)seen->generation, (long long)s->row.serial,
                     (long long)s->row.generation);
}

enum outcome session_open(struct session *s, struct fault *fault) {
    const struct broker *broker = s->broker;
    struct given_out seen;
    TRY(ledger_connect(broker->conninfo, &s->ledger, fault));
    TRY(ledger_world(s->ledger, &s->world, fault));
    TRY(bus_reader_open(&broker->bus, &reading, &s->reader, fault));
    TRY(check_cluster(s, fault));
    TRY(load_directory(s, &s->directory, &s->directory_version, fault));
    s->newest_directory = s->directory_version;
    pulse_beat(&s->lane->pulse);
    TRY(given_out_look(s->reader, s->directory, s->lane->number, &seen, fault));
    pulse_beat(&s->lane->pulse);
    TRY(ledger_take(s->ledger, s->lane->number, broker->instance, &s->row, fault));
    TRY(check_given_out(s, &seen, fault));
    struct delivery_lane lane = {broker, &s->lane->pulse, s->ledger, s->lane->number, s->row.epoch, s->row.generation};
    TRY(deliverer_new(&lane, s->row.published, &s->deliverer, fault));
    TRY(deliver_follow(s->deliverer, s->directory, fault));
    pulse_beat(&s->lane->pulse);
    s->cases = cases_new();
    s->arena = arena_new(BATCH_ARENA, 1024u * MIB);
    /* the owner before may have died between a tick and what it brings */
    s->alarms_due = s->row.time != INSTANT_NONE;
    s->unsure = true;
    TRY(session_assign(s, s->directory, fault));
    log_info("lane.taken", "lane=%d epoch=%lld serial=%lld published=%lld directory=%d", s->lane->number,
             (long long)s->row.epoch, (long long)s->row.serial, (long long)s->row.published, s->directory_version);
    return OK;
}

void session_close(struct session *s) {
    session_let_go(s);
    deliverer_free(s->deliverer);
    bus_reader_close(s->reader);
    ledger_free(s->ledger);
    directory_free(s->directory);
    cases_free(s->cases);
    arena_free(s->arena);
}

/* From the ledger alone. */
enum outcome session_publish_again(struct session *s, struct fault *fault) {
    int64_t after = s->row.published;
    while (after < s->row.serial && !atomic_load(&s->lane->pulse.stop)) {
        struct ledger_event *events = NULL;
        size_t count = 0;
        arena_reset(s->arena);
        TRY(ledger_unpublished(s->ledger, s->lane->number, after, PUBLISH_AT_ONCE, s->arena, &events, &count, fault));
        if (!count) {
            return fault_set(fault, FATAL, "WRONG_WORLD", "lane %d: events after serial %lld are missing in the ledger",
                             s->lane->number, (long long)after);
        }
        struct delivery_run run = {events, count};
        TRY(deliver_settle(s->deliverer, fault));
        for (size_t i = 0; i < count; i++) {
            pulse_beat(&s->lane->pulse);
            TRY(deliver_event(s->deliverer, &run, i, fault));
            after = events[i].serial;
        }
        TRY(deliver_send(s->deliverer, fault));
    }
    return OK;
}

enum outcome session_judge_again(struct session *s, struct fault *fault) {
    struct recovered_up_to up_to;
    TRY(ledger_recovered_up_to(s->ledger, s->lane->number, &up_to, fault));
    return session_recover_in_order(s, &up_to, fault);
}

/* Participants join and change without a rebalance: between two batches the reader is assigned anew from the recorded
 * offsets. A directory that cannot be read is named and left alone. */
enum outcome session_follow(struct session *s, struct fault *fault) {
    struct directory *newest = NULL;
    int32_t version = 0;
    struct fault mine = {0};
    enum outcome loaded = load_directory(s, &newest, &version, &mine);
    if (loaded == REFUSE) {
        log_fault(LOG_ERROR, "lane.directory.refused", &mine);
        s->directory_version = s->newest_directory;
        return OK;
    }
    if (loaded != OK) {
        *fault = mine;
        return loaded;
    }
    enum outcome followed = deliver_follow(s->deliverer, newest, fault);
    if (followed == OK) followed = session_assign(s, newest, fault);
    if (followed != OK) {
        directory_free(newest);
        return followed;
    }
    directory_free(s->directory);
    s->directory = newest;
    s->directory_version = s->newest_directory = version;
    log_info("lane.directory", "lane=%d version=%d participants=%zu", s->lane->number, version,
             directory_count(newest));
    return OK;
}
