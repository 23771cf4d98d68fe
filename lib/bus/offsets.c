/* Questions to the cluster: its id, ends of partitions, partition counts. */
#include "bus/bus.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum outcome bus_cluster_id(rd_kafka_t *any, int timeout_ms, char *ret, size_t capacity, struct fault *fault) {
    char *id = rd_kafka_clusterid(any, timeout_ms);
    if (!id) return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "no answer from Kafka within %d ms", timeout_ms);
    snprintf(ret, capacity, "%s", id);
    rd_kafka_mem_free(any, id);
    return OK;
}

/* Lists all topics: asking for one by name might create it, where the cluster allows that. */
enum outcome bus_partitions_of(rd_kafka_t *any, const char *const *topics, size_t count, int timeout_ms,
                               int32_t *ret_counts, struct fault *fault) {
    const struct rd_kafka_metadata *all;
    rd_kafka_resp_err_t error = rd_kafka_metadata(any, 1, NULL, &all, timeout_ms);
    if (error) return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "topics: %s", rd_kafka_err2str(error));
    for (size_t i = 0; i < count; i++) {
        ret_counts[i] = 0;
        for (int k = 0; k < all->topic_cnt; k++) {
            if (strcmp(all->topics[k].topic, topics[i]) == 0) ret_counts[i] = all->topics[k].partition_cnt;
        }
    }
    rd_kafka_metadata_destroy(all);
    return OK;
}

enum outcome bus_partitions(rd_kafka_t *any, const char *topic, int timeout_ms, int32_t *ret_count,
                            struct fault *fault) {
    return bus_partitions_of(any, &topic, 1, timeout_ms, ret_count, fault);
}

struct bytes bus_header(const rd_kafka_message_t *message, const char *name) {
    rd_kafka_headers_t *headers;
    const void *value;
    size_t count;
    if (rd_kafka_message_headers(message, &headers)) return BYTES_NONE;
    if (rd_kafka_header_get_last(headers, name, &value, &count)) return BYTES_NONE;
    return bytes_of(value, count);
}

bool bus_header_number(const rd_kafka_message_t *message, const char *name, int64_t *ret) {
    struct bytes text = bus_header(message, name);
    int64_t value = 0;
    if (!text.count || text.count > 18) return false;
    for (size_t i = 0; i < text.count; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') return false;
        value = value * 10 + (text.at[i] - '0');
    }
    *ret = value;
    return true;
}

static enum outcome ends_once(rd_kafka_t *reader, const char *const *topics, size_t count, int32_t partition,
                              int timeout_ms, int64_t *ret_ends, struct fault *fault) {
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    for (size_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, topics[i], partition)->offset = RD_KAFKA_OFFSET_END;
    rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(reader, list, timeout_ms);
    const char *topic = "";
    for (size_t i = 0; !error && i < count; i++) {
        const rd_kafka_topic_partition_t *one = rd_kafka_topic_partition_list_find(list, topics[i], partition);
        error = one->err;
        topic = topics[i];
        ret_ends[i] = one->offset;
    }
    rd_kafka_topic_partition_list_destroy(list);
    if (error)
        return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "end of %s[%d]: %s", topic, partition,
                         rd_kafka_err2str(error));
    return OK;
}

/* librdkafka asks whom it remembers as leader, even after that one said that it is not: so it is told anew. */
static void refresh_leaders(rd_kafka_t *reader, int timeout_ms) {
    const struct rd_kafka_metadata *all;
    if (rd_kafka_metadata(reader, 1, NULL, &all, timeout_ms) == RD_KAFKA_RESP_ERR_NO_ERROR)
        rd_kafka_metadata_destroy(all);
}

#define ATTEMPT_MAX_MS 5000
/* A leader may just have moved, or a topic may just have been made: that passes within a second or so. */
enum outcome bus_ends(rd_kafka_t *reader, const char *const *topics, size_t count, int32_t partition, int timeout_ms,
                      int64_t *ret_ends, struct fault *fault) {
    if (!count) return OK;
    for (int64_t until = monotonic_ms() + timeout_ms;;) {
        int64_t left = until - monotonic_ms();
        /* one that asks a leader who is gone gets no answer at all */
        if (left > ATTEMPT_MAX_MS) left = ATTEMPT_MAX_MS;
        enum outcome answered = ends_once(reader, topics, count, partition, left > 1 ? (int)left : 1, ret_ends, fault);
        if (answered == OK || monotonic_ms() + 50 >= until) return answered;
        struct timespec pause = {0, 50 * 1000000};
        nanosleep(&pause, NULL);
        left = until - monotonic_ms();
        refresh_leaders(reader, left > 1 ? (int)left : 1);
    }
}
