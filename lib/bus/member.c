/* Membership of a consumer group: who has which partitions. Its handle reads nothing, its partitions are paused. */
#include "bus/bus_inside.h"
#include "base/log.h"
#include <stdlib.h>

struct bus_member {
    rd_kafka_t *handle;
    struct bus_membership how;
};

static void on_rebalance(rd_kafka_t *handle, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t *list,
                         void *opaque) {
    struct bus_member *member = opaque;
    size_t count = list->cnt > 0 ? (size_t)list->cnt : 0;
    int32_t *partitions = calloc(count + 1, sizeof *partitions);
    INVARIANT(partitions);
    for (size_t i = 0; i < count; i++) {
        partitions[i] = list->elems[i].partition;
        list->elems[i].offset = 0; /* no offset needs to be asked for */
    }
    if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        rd_kafka_assign(handle, list);
        rd_kafka_pause_partitions(handle, list);
        member->how.given(member->how.opaque, partitions, count);
    } else {
        member->how.taken(member->how.opaque, partitions, count, rd_kafka_assignment_lost(handle));
        rd_kafka_assign(handle, NULL);
    }
    free(partitions);
}

static enum outcome join(const struct bus_settings *settings, struct bus_member *member, struct fault *fault) {
    const struct bus_membership *how = &member->how;
    // clang-format off
    const char *const pairs[] = {"group.id", how->group,
                                 "group.instance.id", how->instance,
                                 "session.timeout.ms", how->session_timeout_ms,
                                 "heartbeat.interval.ms", how->heartbeat_ms,
                                 "max.poll.interval.ms", how->poll_interval_ms,
                                 "partition.assignment.strategy", "range",
                                 "enable.auto.commit", "false",
                                 "enable.auto.offset.store", "false",
                                 "queued.max.messages.kbytes", "64",
                                 "queued.min.messages", "1",
                                 "fetch.message.max.bytes", "1024"};
    // clang-format on
    rd_kafka_conf_t *conf = NULL;
    TRY(conf_new(settings, &conf, fault));
    rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    rd_kafka_conf_set_opaque(conf, member);
    TRY(conf_open(RD_KAFKA_CONSUMER, conf, pairs, CONF_COUNT(pairs), &member->handle, fault));
    rd_kafka_poll_set_consumer(member->handle);
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, how->topic, RD_KAFKA_PARTITION_UA);
    rd_kafka_subscribe(member->handle, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    return OK;
}

enum outcome bus_member_join(const struct bus_settings *settings, const struct bus_membership *membership,
                             struct bus_member **ret, struct fault *fault) {
    struct bus_member *member = malloc(sizeof *member);
    INVARIANT(member);
    *member = (struct bus_member){NULL, *membership};
    enum outcome outcome = join(settings, member, fault);
    if (outcome == OK) *ret = member;
    else free(member);
    return outcome;
}

bool bus_member_poll(struct bus_member *member, int wait_ms, char *ret_text, size_t capacity) {
    rd_kafka_message_t *message = rd_kafka_consumer_poll(member->handle, wait_ms);
    if (message && message->err) log_debug("group.told", "text=\"%s\"", rd_kafka_message_errstr(message));
    if (message) rd_kafka_message_destroy(message);
    return !rd_kafka_fatal_error(member->handle, ret_text, capacity);
}

void bus_member_leave(struct bus_member *member) {
    if (!member) return;
    rd_kafka_consumer_close(member->handle);
    rd_kafka_destroy(member->handle);
    free(member);
}
