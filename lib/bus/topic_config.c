/* Topics compared with what they must be, and mended, through the admin API. AlterConfigs of librdkafka 2.0.2 replaces
 * all that was set for a topic, so what is there is read and sent again with the mended values. */
#include "bus/bus_inside.h"
#include <stdio.h>
#include <stdlib.h>

static const struct bus_config in_sync = {"min.insync.replicas", BUS_SAFE_IN_SYNC, BUS_FITS_AT_LEAST, true};

/* One question about topics to the cluster, and its answer. */
struct question {
    rd_kafka_queue_t *queue;
    rd_kafka_AdminOptions_t *options;
    rd_kafka_ConfigResource_t **resources;
    size_t count;
    rd_kafka_event_t *event;
};
static void question_free(struct question *q) {
    if (q->event) rd_kafka_event_destroy(q->event);
    if (q->resources) rd_kafka_ConfigResource_destroy_array(q->resources, q->count);
    free(q->resources);
    if (q->options) rd_kafka_AdminOptions_destroy(q->options);
    if (q->queue) rd_kafka_queue_destroy(q->queue);
}
static void question_new(rd_kafka_t *handle, rd_kafka_admin_op_t what, size_t capacity, int timeout_ms,
                         struct question *ret) {
    char ignored[128];
    *ret = (struct question){rd_kafka_queue_new(handle), rd_kafka_AdminOptions_new(handle, what),
                             calloc(capacity + 1, sizeof(rd_kafka_ConfigResource_t *)), 0, NULL};
    INVARIANT(ret->resources);
    rd_kafka_AdminOptions_set_request_timeout(ret->options, timeout_ms, ignored, sizeof ignored);
}
static rd_kafka_ConfigResource_t *question_add(struct question *q, const char *topic) {
    return q->resources[q->count++] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
}

static enum outcome no_answer(const struct question *q, struct fault *fault) {
    if (!q->event) return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "no answer about the settings of topics");
    rd_kafka_resp_err_t error = rd_kafka_event_error(q->event);
    if (!error) return OK;
    bool denied = error == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED;
    return fault_set(fault, denied ? REFUSE : RETRY, denied ? "TOPIC_CONFIG" : "KAFKA_UNREACHABLE",
                     "settings of topics: %s", rd_kafka_event_error_string(q->event));
}
/* What was said about each topic. `right`: what a client needs for that question. */
static enum outcome answered(const rd_kafka_ConfigResource_t *const *topics, size_t count, const char *right,
                             struct fault *fault) {
    for (size_t i = 0; i < count; i++) {
        const char *name = rd_kafka_ConfigResource_name(topics[i]),
                   *text = rd_kafka_ConfigResource_error_string(topics[i]);
        rd_kafka_resp_err_t error = rd_kafka_ConfigResource_error(topics[i]);
        if (!error) continue;
        if (error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
            return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "topic %s: %s", name, text ? text : "unknown");
        return fault_set(fault, REFUSE, "TOPIC_CONFIG", "topic %s: %s; this client needs %s on it", name,
                         text ? text : rd_kafka_err2str(error), right);
    }
    return OK;
}

static const char *value_of(const rd_kafka_ConfigResource_t *topic, const char *name) {
    size_t count = 0;
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(topic, &count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), name) == 0) return rd_kafka_ConfigEntry_value(entries[i]);
    }
    return NULL;
}

static bool fits(const struct bus_config *wanted, const char *value) {
    if (wanted->fits == BUS_FITS_ANY) return true;
    if (!value) return false;
    if (strcmp(value, wanted->value) == 0) return true;
    if (wanted->fits == BUS_FITS_SAME) return false;
    long long is = strtoll(value, NULL, 10), least = strtoll(wanted->value, NULL, 10);
    return is == -1 || (least != -1 && is >= least);
}

struct misfits {
    struct bus_misfit *all;
    size_t capacity, count;
};
static void note(struct misfits *m, size_t topic, const char *name, const char *value, const char *needed, bool mend) {
    if (m->count == m->capacity) return;
    struct bus_misfit *one = &m->all[m->count++];
    *one = (struct bus_misfit){.topic = topic, .needed = needed, .mend = mend};
    snprintf(one->name, sizeof one->name, "%s", name);
    snprintf(one->value, sizeof one->value, "%s", value ? value : "?");
}

static int replicas_of(const struct rd_kafka_metadata *all, const char *topic) {
    int least = 0;
    for (int k = 0; k < all->topic_cnt; k++) {
        const struct rd_kafka_metadata_topic *one = &all->topics[k];
        for (int p = 0; strcmp(one->topic, topic) == 0 && p < one->partition_cnt; p++) {
            int count = one->partitions[p].replica_cnt;
            least = least && least < count ? least : count;
        }
    }
    return least;
}
static const char *digits(int number) { /* --replication is one digit */
    static const char *const all[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
    return all[number < 0 || number > 9 ? 0 : number];
}

static void compare(const struct bus_topic *topic, size_t index, const rd_kafka_ConfigResource_t *is, int replicas,
                    struct misfits *m) {
    char text[16];
    snprintf(text, sizeof text, "%d", replicas);
    if (replicas < topic->replication) note(m, index, BUS_REPLICATION, text, digits(topic->replication), false);
    for (size_t c = 0; c < topic->config_count; c++) {
        const struct bus_config *wanted = &topic->config[c];
        const char *value = value_of(is, wanted->name);
        if (!fits(wanted, value)) note(m, index, wanted->name, value, wanted->value, wanted->mend);
    }
    const char *value = value_of(is, in_sync.name);
    if (replicas >= BUS_SAFE_REPLICAS && !fits(&in_sync, value))
        note(m, index, in_sync.name, value, in_sync.value, in_sync.mend);
}

/* Asks; the answer's resources are in the order asked. */
static enum outcome describe(rd_kafka_t *handle, const char *const *names, size_t count, int timeout_ms,
                             struct question *q, const rd_kafka_ConfigResource_t ***ret, struct fault *fault) {
    size_t got = 0;
    question_new(handle, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, count, timeout_ms, q);
    for (size_t i = 0; i < count; i++) question_add(q, names[i]);
    rd_kafka_DescribeConfigs(handle, q->resources, q->count, q->options, q->queue);
    q->event = rd_kafka_queue_poll(q->queue, timeout_ms + 1000);
    TRY(no_answer(q, fault));
    *ret = rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(q->event), &got);
    if (got != count)
        return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "settings of %zu of %zu topics came", got, count);
    return answered(*ret, got, "DescribeConfigs", fault);
}

static const rd_kafka_ConfigResource_t *named(const rd_kafka_ConfigResource_t **all, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rd_kafka_ConfigResource_name(all[i]), name) == 0) return all[i];
    }
    return NULL;
}

static enum outcome misfits_of(rd_kafka_t *handle, const struct bus_topic *topics, const char *const *names,
                               size_t count, int timeout_ms, struct misfits *ret, struct fault *fault) {
    AUTO(question_free) struct question q = {0};
    const rd_kafka_ConfigResource_t **found = NULL;
    const struct rd_kafka_metadata *all;
    TRY(describe(handle, names, count, timeout_ms, &q, &found, fault));
    rd_kafka_resp_err_t error = rd_kafka_metadata(handle, 1, NULL, &all, timeout_ms);
    if (error) return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "topics: %s", rd_kafka_err2str(error));
    for (size_t i = 0; i < count; i++) {
        const rd_kafka_ConfigResource_t *is = named(found, count, names[i]);
        if (is) compare(&topics[i], i, is, replicas_of(all, names[i]), ret);
    }
    rd_kafka_metadata_destroy(all);
    return OK;
}

enum outcome bus_topics_misfits(struct bus_client *client, const struct bus_topic *topics, size_t count, int timeout_ms,
                                struct bus_misfit *ret, size_t capacity, size_t *ret_count, struct fault *fault) {
    struct misfits misfits = {ret, capacity, 0};
    const char **names = calloc(count + 1, sizeof *names);
    INVARIANT(names);
    for (size_t i = 0; i < count; i++) names[i] = topics[i].name;
    enum outcome outcome = misfits_of(bus_handle(client), topics, names, count, timeout_ms, &misfits, fault);
    free(names);
    *ret_count = misfits.count;
    return outcome;
}

/* What was set for this topic, then what is mended, which for the same name comes last and counts. */
static void alteration(struct question *q, const rd_kafka_ConfigResource_t *is, size_t topic,
                       const struct bus_misfit *misfits, size_t count) {
    size_t there = 0;
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(is, &there);
    rd_kafka_ConfigResource_t *to = question_add(q, rd_kafka_ConfigResource_name(is));
    for (size_t e = 0; e < there; e++) {
        const char *name = rd_kafka_ConfigEntry_name(entries[e]), *value = rd_kafka_ConfigEntry_value(entries[e]);
        bool mended = false;
        for (size_t i = 0; i < count; i++)
            mended = mended || (misfits[i].topic == topic && misfits[i].mend && strcmp(misfits[i].name, name) == 0);
        if (rd_kafka_ConfigEntry_source(entries[e]) == RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG && value && !mended)
            rd_kafka_ConfigResource_set_config(to, name, value);
    }
    for (size_t i = 0; i < count; i++) {
        if (misfits[i].topic == topic && misfits[i].mend)
            rd_kafka_ConfigResource_set_config(to, misfits[i].name, misfits[i].needed);
    }
}

static enum outcome alter(rd_kafka_t *handle, struct question *q, int timeout_ms, struct fault *fault) {
    size_t count = 0;
    rd_kafka_AlterConfigs(handle, q->resources, q->count, q->options, q->queue);
    q->event = rd_kafka_queue_poll(q->queue, timeout_ms + 1000);
    TRY(no_answer(q, fault));
    const rd_kafka_ConfigResource_t **done =
        rd_kafka_AlterConfigs_result_resources(rd_kafka_event_AlterConfigs_result(q->event), &count);
    return answered(done, count, "AlterConfigs", fault);
}

enum outcome bus_topics_mend(struct bus_client *client, const struct bus_topic *topics,
                             const struct bus_misfit *misfits, size_t count, int timeout_ms, struct fault *fault) {
    AUTO(question_free) struct question is = {0}, to = {0};
    rd_kafka_t *handle = bus_handle(client);
    const rd_kafka_ConfigResource_t **found = NULL;
    const char **names = calloc(count + 1, sizeof *names);
    INVARIANT(names);
    size_t asked = 0; /* misfits of one topic come one after the other */
    for (size_t i = 0; i < count; i++) {
        if (misfits[i].mend && (!asked || names[asked - 1] != topics[misfits[i].topic].name))
            names[asked++] = topics[misfits[i].topic].name;
    }
    enum outcome outcome = asked ? describe(handle, names, asked, timeout_ms, &is, &found, fault) : OK;
    free(names);
    if (outcome != OK || !asked) return outcome;
    question_new(handle, RD_KAFKA_ADMIN_OP_ALTERCONFIGS, asked, timeout_ms, &to);
    for (size_t i = 0; i < count; i++) {
        const rd_kafka_ConfigResource_t *one = named(found, asked, topics[misfits[i].topic].name);
        bool first = i == 0 || misfits[i - 1].topic != misfits[i].topic;
        if (first && one) alteration(&to, one, misfits[i].topic, misfits, count);
    }
    return alter(handle, &to, timeout_ms, fault);
}
