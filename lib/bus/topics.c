/* Topics made through the admin API. */
#include "bus/bus_inside.h"
#include <stdio.h>
#include <stdlib.h>

static enum outcome read_answer(rd_kafka_event_t *event, struct fault *fault) {
    if (!event) return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "no answer to the creation of topics");
    if (rd_kafka_event_error(event))
        return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "%s", rd_kafka_event_error_string(event));
    size_t count;
    const rd_kafka_topic_result_t **results =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
    for (size_t i = 0; i < count; i++) {
        rd_kafka_resp_err_t error = rd_kafka_topic_result_error(results[i]);
        if (error && error != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
            return fault_set(fault, REFUSE, "WRONG_WORLD", "topic %s: %s", rd_kafka_topic_result_name(results[i]),
                             rd_kafka_topic_result_error_string(results[i]));
        }
    }
    return OK;
}

static enum outcome create(rd_kafka_t *handle, rd_kafka_NewTopic_t **made, size_t count, int timeout_ms,
                           struct fault *fault) {
    if (!count) return OK;
    rd_kafka_queue_t *queue = rd_kafka_queue_new(handle);
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(handle, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    char text[128];
    rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms, text, sizeof text);
    rd_kafka_AdminOptions_set_operation_timeout(options, timeout_ms, text, sizeof text);
    rd_kafka_CreateTopics(handle, made, count, options, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, timeout_ms + 1000);
    enum outcome outcome = read_answer(event, fault);
    if (event) rd_kafka_event_destroy(event);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_queue_destroy(queue);
    return outcome;
}

/* Existing ones must have the wanted partition count; the missing ones go into `made`. */
static enum outcome sort_out(const struct rd_kafka_metadata *all, const struct bus_topic *topics, size_t count,
                             rd_kafka_NewTopic_t **made, size_t *ret_made, struct fault *fault) {
    for (size_t i = 0; i < count; i++) {
        const struct bus_topic *topic = &topics[i];
        int32_t there = 0;
        for (int k = 0; k < all->topic_cnt; k++) {
            if (strcmp(all->topics[k].topic, topic->name) == 0) there = all->topics[k].partition_cnt;
        }
        if (there && there != topic->partitions) {
            return fault_set(fault, REFUSE, "WRONG_WORLD",
                             "topic %s has %d partitions, not %d; partition counts are fixed at creation", topic->name,
                             there, topic->partitions);
        }
        if (there) continue;
        char text[256];
        rd_kafka_NewTopic_t *one =
            rd_kafka_NewTopic_new(topic->name, topic->partitions, topic->replication, text, sizeof text);
        if (!one) return fault_set(fault, REFUSE, "WRONG_WORLD", "topic %s: %s", topic->name, text);
        for (size_t c = 0; c < topic->config_count; c++)
            rd_kafka_NewTopic_set_config(one, topic->config[c].name, topic->config[c].value);
        if (topic->replication >= BUS_SAFE_REPLICAS)
            rd_kafka_NewTopic_set_config(one, "min.insync.replicas", BUS_SAFE_IN_SYNC);
        made[(*ret_made)++] = one;
    }
    return OK;
}

enum outcome bus_topics_ensure(struct bus_client *client, const struct bus_topic *topics, size_t count, int timeout_ms,
                               struct fault *fault) {
    rd_kafka_t *handle = bus_handle(client);
    const struct rd_kafka_metadata *all;
    rd_kafka_resp_err_t error = rd_kafka_metadata(handle, 1, NULL, &all, timeout_ms);
    if (error) return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "%s", rd_kafka_err2str(error));
    rd_kafka_NewTopic_t **made = calloc(count, sizeof *made);
    INVARIANT(made);
    size_t made_count = 0;
    enum outcome outcome = sort_out(all, topics, count, made, &made_count, fault);
    if (outcome == OK) outcome = create(handle, made, made_count, timeout_ms, fault);
    rd_kafka_NewTopic_destroy_array(made, made_count);
    free(made);
    rd_kafka_metadata_destroy(all);
    return outcome;
}
