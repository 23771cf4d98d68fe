/* What a lane reads: partition i of every outbox in the directory and of the clock, from the ledger's offsets (see lane.h). */
#include "broker/lane/lane.h"
#include "base/log.h"
#include "base/point.h"
#include <stdio.h>

static enum outcome check_topic(struct session *s, const char *topic, struct fault *fault) {
    int32_t partitions = 0;
    TRY(bus_partitions(s->reader, topic, 10000, &partitions, fault));
    if (partitions == 0) return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "topic %s does not exist; run ecocase-broker setup", topic);
    if (partitions != s->world.lanes) {
        return fault_set(fault, FATAL, "WRONG_WORLD", "topic %s has %d partitions, the ledger has %d lanes", topic, partitions, s->world.lanes);
    }
    return OK;
}

/* An offset beyond the end means another cluster or a lost tail: nothing may be read on. */
static enum outcome check_offset(struct session *s, const char *topic, int64_t next, struct fault *fault) {
    int64_t low, high;
    rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(s->reader, topic, s->lane->number, &low, &high, 10000);
    if (error) return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "%s: %s", topic, rd_kafka_err2str(error));
    if (next > high) {
        return fault_set(fault, FATAL, "WRONG_WORLD", "%s[%d] ends at %lld but the ledger has read up to %lld: Kafka lost its tail or is another cluster",
                         topic, s->lane->number, (long long)high, (long long)next);
    }
    if (next < low) {
        return fault_set(fault, FATAL, "WRONG_WORLD", "%s[%d] begins at %lld but the ledger has read only up to %lld: records were deleted unread",
                         topic, s->lane->number, (long long)low, (long long)next);
    }
    return OK;
}

enum outcome session_assign(struct session *s, struct fault *fault) {
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(LIMIT_PARTICIPANTS);
    enum outcome outcome = check_topic(s, TOPIC_CLOCK, fault);
    for (size_t i = 0; outcome == OK && i < directory_count(s->directory); i++) {
        const struct participant *who = directory_at(s->directory, i);
        char topic[TOPIC_NAME];
        bus_outbox_topic(bytes_of_cstr(who->slug), topic);
        outcome = check_topic(s, topic, fault);
        if (outcome == OK) outcome = check_offset(s, topic, s->row.next_offset[who->number], fault);
        rd_kafka_topic_partition_list_add(list, topic, s->lane->number)->offset = s->row.next_offset[who->number];
        atomic_store(&s->lane->beat, monotonic_ms());
    }
    if (outcome == OK) outcome = check_offset(s, TOPIC_CLOCK, s->row.clock_offset, fault);
    rd_kafka_topic_partition_list_add(list, TOPIC_CLOCK, s->lane->number)->offset = s->row.clock_offset;
    if (outcome == OK) {
        rd_kafka_resp_err_t error = rd_kafka_assign(s->reader, list);
        if (error) outcome = fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "assign: %s", rd_kafka_err2str(error));
    }
    rd_kafka_topic_partition_list_destroy(list);
    return outcome;
}

/* Wait for one, then take all that is there. */
enum outcome session_read(struct session *s, int wait_ms, struct fault *fault) {
    size_t bytes = 0;
    s->message_count = 0;
    while (s->message_count < LIMIT_BATCH && bytes < LIMIT_BATCH_BYTES) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(s->reader, s->message_count ? 0 : wait_ms);
        if (!message) break;
        if (message->err) {
            rd_kafka_resp_err_t error = message->err;
            log_debug("lane.reader", "lane=%d text=\"%s\"", s->lane->number, rd_kafka_message_errstr(message));
            rd_kafka_message_destroy(message);
            if (error == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || error == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) {
                return fault_set(fault, FATAL, "WRONG_WORLD", "lane %d: the ledger's offset is not in Kafka any more", s->lane->number);
            }
            break;
        }
        bytes += message->len + message->key_len;
        s->messages[s->message_count++] = message;
    }
    if (s->message_count) POINT("batch.read");
    return OK;
}

void session_let_go(struct session *s) {
    for (size_t i = 0; i < s->message_count; i++) rd_kafka_message_destroy(s->messages[i]);
    s->message_count = 0;
}

enum outcome session_see_tick(struct session *s, instant at, int64_t next, struct fault *fault) {
    const char *topics[LIMIT_PARTICIPANTS];
    char names[LIMIT_PARTICIPANTS][TOPIC_NAME];
    int64_t ends[LIMIT_PARTICIPANTS];
    size_t count = directory_count(s->directory);
    for (size_t i = 0; i < count; i++) {
        bus_outbox_topic(bytes_of_cstr(directory_at(s->directory, i)->slug), names[i]);
        topics[i] = names[i];
    }
    TRY(bus_ends(s->reader, topics, count, s->lane->number, 10000, ends, fault));
    if (!s->tick_pending || at > s->tick_time) s->tick_time = at;
    s->tick_pending = true;
    s->tick_next = next;
    memset(s->tick_ends, 0, sizeof s->tick_ends);
    for (size_t i = 0; i < count; i++) s->tick_ends[directory_at(s->directory, i)->number] = ends[i];
    return OK;
}
