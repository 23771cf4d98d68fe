/* 按时重读 · After a recovery: every outbox and the clock, up to their ends at that time, merged by Kafka's time. What
 * answers another paper was written after that was delivered, so this is the order of causes; read side by side, as
 * otherwise, an answer could come before what it answers and be refused. A tick is judged where it stands. */
#include "broker/lane/session_inside.h"
#include "base/log.h"
#include <stdlib.h>

#define HELD    256 /* records of one source in hand */
#define READ_MS 30000

struct source {
    char topic[TOPIC_NAME];
    int number;          /* participant; 0: the clock */
    int64_t next, until; /* offsets: the next to read; behind the last */
    struct bus_message *held[HELD];
    size_t first, count;
};
struct sources {
    struct source all[LIMIT_PARTICIPANTS + 1];
    size_t count;
};

static void add(struct sources *sources, int number, const char *topic, int64_t next, int64_t until) {
    if (next >= until) return;
    struct source *one = &sources->all[sources->count++];
    *one = (struct source){.number = number, .next = next, .until = until};
    memcpy(one->topic, topic, TOPIC_NAME);
}

static void find(const struct session *s, const struct recovered_up_to *up_to, struct sources *ret) {
    char topic[TOPIC_NAME] = TOPIC_CLOCK;
    for (size_t i = 0; i < directory_count(s->directory); i++) {
        int number = directory_at(s->directory, i)->number;
        bus_outbox_topic(bytes_of_cstr(directory_at(s->directory, i)->slug), topic);
        if (s->assigned[number]) add(ret, number, topic, s->row.next_offset[number], up_to->outbox[number]);
    }
    if (!ret->count) return; /* the clock alone needs no order */
    memset(topic, 0, sizeof topic);
    memcpy(topic, TOPIC_CLOCK, sizeof TOPIC_CLOCK);
    add(ret, 0, topic, s->row.clock_offset, up_to->clock);
}

static bool hungry(const struct source *source) { return !source->count && source->next < source->until; }

static bool any_hungry(const struct sources *sources) {
    bool any = false;
    for (size_t i = 0; i < sources->count; i++) any = any || hungry(&sources->all[i]);
    return any;
}

static struct source *of_topic(struct sources *sources, const char *topic) {
    for (size_t i = 0; i < sources->count; i++) {
        if (strcmp(sources->all[i].topic, topic) == 0) return &sources->all[i];
    }
    return NULL;
}

/* Takes the message over. *ret_full: no more may be read. */
static enum outcome take(struct session *s, struct sources *sources, struct bus_message *message, bool *ret_full,
                         struct fault *fault) {
    enum bus_event event = bus_message_event(message);
    struct source *from = event == BUS_RECORD || event == BUS_END || event == BUS_UNREADABLE
                              ? of_topic(sources, bus_message_topic(message))
                              : NULL;
    int64_t offset = from ? bus_message_offset(message) : 0;
    enum outcome outcome = OK;
    *ret_full = false;
    if (event == BUS_OFFSET_GONE)
        outcome =
            fault_set(fault, FATAL, "WRONG_WORLD", "lane %d: records were deleted that the ledger has not read: %s",
                      s->lane->number, bus_message_text(message));
    else if (from && event == BUS_UNREADABLE) {
        if (from->number) session_hold(s, from->number, offset, "UNREADABLE", bus_message_text(message));
        from->next = from->until;
    } else if (from && (event == BUS_END || offset >= from->until)) from->next = from->until;
    else if (from && from->first + from->count == HELD) *ret_full = true; /* read again from there */
    else if (from) {
        from->held[from->first + from->count++] = message;
        from->next = offset + 1;
        return OK;
    }
    bus_message_free(message);
    return outcome;
}

/* Whoever has nothing in hand reads on, so that the earliest of all is known. */
static enum outcome feed(struct session *s, struct sources *sources, struct fault *fault) {
    struct bus_position from[LIMIT_PARTICIPANTS + 1];
    size_t count = 0;
    for (size_t i = 0; i < sources->count; i++) {
        struct source *one = &sources->all[i];
        if (!hungry(one)) continue;
        one->first = 0;
        from[count++] = (struct bus_position){one->topic, s->lane->number, one->next};
    }
    if (!count) return OK;
    TRY(bus_assign(s->reader, from, count, fault));
    for (int64_t until = monotonic_ms() + READ_MS; monotonic_ms() < until && !atomic_load(&s->lane->pulse.stop);) {
        struct bus_message *message = bus_read(s->reader, 50);
        bool full = false;
        pulse_beat(&s->lane->pulse);
        if (message) TRY(take(s, sources, message, &full, fault));
        if (full || !any_hungry(sources)) return OK;
    }
    return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "lane %d: what is to be judged again cannot be read",
                     s->lane->number);
}

static instant time_of(const struct source *source) {
    instant at = INSTANT_NONE;
    bus_message_time(source->held[source->first], &at);
    return at;
}

/* NULL: somebody must read on before the earliest is known, or all is read. At the same time the clock comes last. */
static struct source *earliest(struct sources *sources) {
    struct source *found = NULL;
    for (size_t i = 0; i < sources->count; i++) {
        struct source *one = &sources->all[i];
        if (hungry(one)) return NULL;
        if (one->count && (!found || time_of(one) < time_of(found))) found = one;
    }
    return found;
}

/* Records, then ticks: what comes behind a tick is judged at its time. */
static void fill(struct session *s, struct sources *sources) {
    bool ticked = false;
    s->message_count = 0;
    for (struct source *from; s->message_count < LIMIT_BATCH && (from = earliest(sources));) {
        if (ticked && from->number) return;
        ticked = from->number == 0;
        s->messages[s->message_count++] = from->held[from->first++];
        from->count--;
    }
}

static enum outcome merge(struct session *s, struct sources *sources, struct fault *fault) {
    size_t judged = 0;
    while (!atomic_load(&s->lane->pulse.stop)) {
        while (any_hungry(sources)) TRY(feed(s, sources, fault));
        if (!earliest(sources)) break;
        fill(s, sources);
        judged += s->message_count;
        TRY(session_batch(s, fault));
        session_let_go(s);
        while (s->alarms_due && !atomic_load(&s->lane->pulse.stop)) TRY(session_alarms(s, fault));
        TRY(deliver_poll(s->deliverer, 0, fault));
        pulse_beat(&s->lane->pulse);
    }
    log_info("lane.recovered", "lane=%d records=%zu serial=%lld", s->lane->number, judged, (long long)s->row.serial);
    return OK;
}

enum outcome session_recover_in_order(struct session *s, const struct recovered_up_to *up_to, struct fault *fault) {
    struct sources *sources = calloc(1, sizeof *sources);
    INVARIANT(sources);
    find(s, up_to, sources);
    enum outcome outcome = OK;
    if (sources->count) {
        log_info("lane.recovering", "lane=%d generation=%lld serial=%lld", s->lane->number,
                 (long long)s->row.generation, (long long)s->row.serial);
        s->in_order = true;
        outcome = merge(s, sources, fault);
        s->in_order = false;
    }
    for (size_t i = 0; i < sources->count; i++) {
        struct source *one = &sources->all[i];
        for (size_t k = 0; k < one->count; k++) bus_message_free(one->held[one->first + k]);
    }
    bool read = sources->count > 0;
    free(sources);
    return outcome == OK && read ? session_assign(s, s->directory, fault) : outcome;
}
