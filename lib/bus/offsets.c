/* See bus.h: questions to the cluster. */
#include "bus/bus.h"
#include <stdio.h>
#include <stdlib.h>

enum outcome bus_cluster_id(rd_kafka_t *any, int timeout_ms, char *ret, size_t room, struct fault *fault) {
    char *id = rd_kafka_clusterid(any, timeout_ms);
    if (!id) return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "no answer from Kafka within %d ms", timeout_ms);
    snprintf(ret, room, "%s", id);
    rd_kafka_mem_free(any, id);
    return OK;
}

enum outcome bus_partitions(rd_kafka_t *any, const char *topic, int timeout_ms, int32_t *ret_count, struct fault *fault) {
    const struct rd_kafka_metadata *all;
    rd_kafka_resp_err_t error = rd_kafka_metadata(any, 1, NULL, &all, timeout_ms);
    if (error) return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "%s", rd_kafka_err2str(error));
    *ret_count = 0;
    for (int i = 0; i < all->topic_cnt; i++) {
        if (strcmp(all->topics[i].topic, topic) == 0) *ret_count = all->topics[i].partition_cnt;
    }
    rd_kafka_metadata_destroy(all);
    return OK;
}

struct bytes bus_header(const rd_kafka_message_t *message, const char *name) {
    rd_kafka_headers_t *headers;
    const void *value;
    size_t count;
    if (rd_kafka_message_headers(message, &headers)) return BYTES_NONE;
    if (rd_kafka_header_get_last(headers, name, &value, &count)) return BYTES_NONE;
    return bytes_of(value, count);
}

enum outcome bus_ends(rd_kafka_t *reader, const char *const *topics, size_t count, int32_t partition, int timeout_ms, int64_t *ret_ends,
                      struct fault *fault) {
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    for (size_t i = 0; i < count; i++) rd_kafka_topic_partition_list_add(list, topics[i], partition)->offset = RD_KAFKA_OFFSET_END;
    rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(reader, list, timeout_ms);
    for (size_t i = 0; !error && i < count; i++) {
        const rd_kafka_topic_partition_t *one = rd_kafka_topic_partition_list_find(list, topics[i], partition);
        error = one->err;
        ret_ends[i] = one->offset;
    }
    rd_kafka_topic_partition_list_destroy(list);
    if (error) return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "end offsets: %s", rd_kafka_err2str(error));
    return OK;
}
