/* What a lane reads: partition i of every outbox in the directory and of the clock, from the ledger's offsets. */
#include "broker/lane/session_inside.h"
#include "broker/lane/topic_needs.h"
#include "base/log.h"
#include "base/failpoint.h"
#include <stdio.h>

#define ASK_MS         5000
#define MISFITS_MAX    256
#define MISFIT_REST_MS 20000 /* each look is a line in the log */

struct sources {
    char names[LIMIT_PARTICIPANTS + 1][TOPIC_NAME];
    const char *topics[LIMIT_PARTICIPANTS + 1];
    int number[LIMIT_PARTICIPANTS + 1]; /* participant; 0: the clock */
    size_t count;
};

static void add_source(struct sources *all, int number) {
    all->topics[all->count] = all->names[all->count];
    all->number[all->count++] = number;
}

/* The outboxes that can be read. One with another partition count is refused by name; the lane goes on without it. */
static enum outcome find_sources(struct session *s, const struct directory *directory, struct sources *ret,
                                 struct fault *fault) {
    struct sources all = {.count = 0};
    int32_t partitions[LIMIT_PARTICIPANTS + 1];
    snprintf(all.names[0], TOPIC_NAME, "%s", TOPIC_CLOCK);
    add_source(&all, 0);
    for (size_t i = 0; i < directory_count(directory); i++) {
        bus_outbox_topic(bytes_of_cstr(directory_at(directory, i)->slug), all.names[all.count]);
        if (!session_holds(s, directory_at(directory, i)->number)) add_source(&all, directory_at(directory, i)->number);
    }
    TRY(bus_partitions_of(bus_reader_client(s->reader), all.topics, all.count, ASK_MS, partitions, fault));
    if (partitions[0] != s->world.lanes) {
        return fault_set(fault, partitions[0] ? FATAL : RETRY, partitions[0] ? "WRONG_WORLD" : "KAFKA_UNREACHABLE",
                         "topic %s has %d partitions, the ledger has %d lanes", TOPIC_CLOCK, partitions[0],
                         s->world.lanes);
    }
    s->outbox_missing = s->outbox_misfit = false;
    *ret = (struct sources){.count = 0};
    for (size_t i = 0; i < all.count; i++) {
        if (partitions[i] == s->world.lanes) {
            memcpy(ret->names[ret->count], all.names[i], TOPIC_NAME);
            add_source(ret, all.number[i]);
            continue;
        }
        s->outbox_missing = s->outbox_missing || partitions[i] == 0;
        log_error("lane.outbox.refused", "lane=%d topic=%s partitions=%d lanes=%d", s->lane->number, all.names[i],
                  partitions[i], s->world.lanes);
    }
    return OK;
}

static bool forbidden(const struct session *s, const struct bus_topic *topics, const struct bus_misfit *misfits,
                      size_t count, size_t topic) {
    bool forbids = false;
    for (size_t i = 0; i < count; i++) {
        struct fault told = {0};
        if (misfits[i].topic != topic) continue;
        if (topic_misfit(topics, &misfits[i], s->broker->bus.servers, &told) != OK)
            log_fault(LOG_ERROR, topic_misfit_forbids(&misfits[i]) ? "lane.outbox.refused" : "lane.topic.unfit", &told);
        forbids = forbids || topic_misfit_forbids(&misfits[i]);
    }
    return forbids;
}

/* An outbox whose records bear times of their sender's choice is not read, and looked at again; so is none at all when
 * it is the clock's. What is otherwise not as it must be is named and read as long as it is there: setup mends it. */
static enum outcome check_settings(struct session *s, struct sources *sources, struct fault *fault) {
    struct bus_topic topics[LIMIT_PARTICIPANTS + 1];
    struct bus_misfit misfits[MISFITS_MAX];
    size_t count = 0, kept = 0;
    for (size_t i = 0; i < sources->count; i++)
        topics[i] = topic_needs(sources->number[i] ? TOPIC_OF_OUTBOX : TOPIC_OF_CLOCK, s->world.manual_clock,
                                sources->topics[i], s->world.lanes, 0);
    TRY(bus_topics_misfits(bus_reader_client(s->reader), topics, sources->count, ASK_MS, misfits, MISFITS_MAX, &count,
                           fault));
    for (size_t i = 0; i < sources->count; i++) {
        if (!forbidden(s, topics, misfits, count, i)) {
            sources->topics[kept] = sources->topics[i];
            sources->number[kept++] = sources->number[i];
        } else if (i == 0) {
            return fault_set(fault, RETRY, "TOPIC_CONFIG",
                             "topic %s has times that its producers choose: see the line before", TOPIC_CLOCK);
        } else {
            s->outbox_misfit = true;
            s->next_misfit_ms = monotonic_ms() + MISFIT_REST_MS;
        }
    }
    sources->count = kept;
    return OK;
}

/* Ticks that were deleted unread, or lost with Kafka's tail, are no loss: the clock alone may begin elsewhere than at
 * the ledger's offset. */
static enum outcome clock_from(struct session *s, int64_t *ret, struct fault *fault) {
    int64_t low = 0, high = 0;
    TRY(bus_range(bus_reader_client(s->reader), TOPIC_CLOCK, s->lane->number, ASK_MS, &low, &high, NULL, fault));
    *ret = s->row.clock_offset > low ? s->row.clock_offset : low;
    if (*ret > high) {
        log_error("lane.clock.tail_lost", "lane=%d offset=%lld end=%lld", s->lane->number, (long long)*ret,
                  (long long)high);
        *ret = high;
    }
    if (s->clock_from > *ret) *ret = s->clock_from;
    if (s->ticks.count) *ret = s->ticks.waiting[s->ticks.count - 1].next;
    return OK;
}

enum outcome session_assign(struct session *s, const struct directory *directory, struct fault *fault) {
    struct sources sources;
    struct bus_position positions[LIMIT_PARTICIPANTS + 1];
    int64_t clock = 0;
    TRY(find_sources(s, directory, &sources, fault));
    TRY(check_settings(s, &sources, fault));
    if (s->unsure) TRY(session_same_outboxes(s, directory, sources.topics, sources.number, sources.count, fault));
    TRY(clock_from(s, &clock, fault));
    memset(s->assigned, 0, sizeof s->assigned);
    s->reassign = false;
    for (size_t i = 0; i < sources.count; i++) {
        int number = sources.number[i];
        positions[i] =
            (struct bus_position){sources.topics[i], s->lane->number, number ? s->row.next_offset[number] : clock};
        s->assigned[number] = number != 0;
        if (number && s->seen[number] < s->row.next_offset[number]) s->seen[number] = s->row.next_offset[number];
    }
    return bus_assign(s->reader, positions, sources.count, fault);
}

const struct participant *session_owner(const struct session *s, const struct bus_message *message) {
    struct bytes slug = bus_outbox_slug(bus_message_topic(message));
    return slug.count ? directory_by_slug(s->directory, slug) : NULL;
}

/* A lost tick is no loss. */
static void pass_tick_over(struct session *s, const struct bus_message *message) {
    int64_t offset = bus_message_offset(message);
    if (strcmp(bus_message_topic(message), TOPIC_CLOCK) != 0 || offset < s->clock_from) return;
    log_error("lane.clock.unreadable", "lane=%d offset=%lld text=\"%s\"", s->lane->number, (long long)offset,
              bus_message_text(message));
    s->clock_from = offset + 1;
    s->reassign = true;
}

static enum outcome offset_gone(struct session *s, const struct bus_message *message, struct fault *fault) {
    const char *topic = bus_message_topic(message);
    int64_t low = 0, high = 0, offset = bus_message_offset(message);
    TRY(bus_range(bus_reader_client(s->reader), topic, s->lane->number, ASK_MS, &low, &high, NULL, fault));
    if (offset > high) /* taking the lane again mends it */
        return fault_set(fault, RETRY, "TAIL_LOST", "%s[%d] ends at %lld, %lld is read already", topic, s->lane->number,
                         (long long)high, (long long)offset);
    const struct participant *owner = session_owner(s, message);
    if (!owner) /* a lost tick is no loss, and taking the lane again begins at the first there is */
        return fault_set(fault, RETRY, "TICKS_DELETED", "%s[%d] begins at %lld, %lld is to be read", topic,
                         s->lane->number, (long long)low, (long long)offset);
    char text[160];
    snprintf(text, sizeof text, "records were deleted unread: --up-to %lld is the last of them", (long long)low - 1);
    session_hold(s, owner->number, offset, "DELETED", text);
    return OK;
}

/* The end of a partition, or trouble that librdkafka mends by itself, or an offset that is gone. */
static enum outcome hear(struct session *s, const struct bus_message *message, struct fault *fault) {
    enum bus_event event = bus_message_event(message);
    const struct participant *owner = session_owner(s, message);
    if (event == BUS_END) {
        int64_t end = bus_message_offset(message);
        if (owner && end > s->seen[owner->number]) s->seen[owner->number] = end;
        return OK;
    }
    /* behind a damaged record librdkafka 2.0.2 goes on at any offset */
    if (event == BUS_OFFSET_GONE && owner && session_holds(s, owner->number)) return OK;
    if (event == BUS_OFFSET_GONE) return offset_gone(s, message, fault);
    if (event == BUS_DOWN) s->unsure = true; /* what comes back may have lost what it had */
    if (event == BUS_UNREADABLE) {
        if (owner) session_hold(s, owner->number, bus_message_offset(message), "UNREADABLE", bus_message_text(message));
        else pass_tick_over(s, message);
    }
    log_debug("lane.reader", "lane=%d text=\"%s\"", s->lane->number, bus_message_text(message));
    return OK;
}

/* Wait for one, then take all that is there. One by one: a batch of librdkafka 2.0.2 also hands out the markers of
 * transactions, as messages without a topic. */
enum outcome session_read(struct session *s, int wait_ms, struct fault *fault) {
    size_t bytes = 0;
    int64_t until = monotonic_ms() + wait_ms;
    s->message_count = 0;
    while (s->message_count < LIMIT_BATCH && bytes < LIMIT_BATCH_BYTES) {
        int64_t left = s->message_count ? 0 : until - monotonic_ms();
        struct bus_message *message = bus_read(s->reader, left > 0 ? (int)left : 0);
        if (!message) break;
        if (bus_message_event(message) == BUS_RECORD) {
            bytes += bus_message_value(message).count + bus_message_key(message).count;
            s->messages[s->message_count++] = message;
            continue;
        }
        enum outcome heard = hear(s, message, fault);
        bus_message_free(message);
        if (heard != OK) return heard;
        if (!s->message_count && monotonic_ms() >= until) break;
    }
    if (s->message_count) FAILPOINT("batch.read");
    return OK;
}

void session_let_go(struct session *s) {
    for (size_t i = 0; i < s->message_count; i++) bus_message_free(s->messages[i]);
    s->message_count = 0;
}

enum outcome session_ask_ends(struct session *s, struct fault *fault) {
    char names[LIMIT_PARTICIPANTS][TOPIC_NAME];
    const char *topics[LIMIT_PARTICIPANTS];
    int number[LIMIT_PARTICIPANTS];
    int64_t answer[LIMIT_PARTICIPANTS], ends[LIMIT_PARTICIPANTS] = {0};
    size_t count = 0;
    if (s->in_order) {
        ticks_set_ends(&s->ticks, ends); /* all before it in time was read */
        return OK;
    }
    for (size_t i = 0; i < directory_count(s->directory); i++) {
        const struct participant *who = directory_at(s->directory, i);
        if (!s->assigned[who->number]) continue;
        bus_outbox_topic(bytes_of_cstr(who->slug), names[count]);
        topics[count] = names[count];
        number[count++] = who->number;
    }
    TRY(bus_ends(bus_reader_client(s->reader), topics, count, s->lane->number, ASK_MS, answer, fault));
    for (size_t i = 0; i < count; i++) ends[number[i]] = answer[i];
    ticks_set_ends(&s->ticks, ends);
    return OK;
}
