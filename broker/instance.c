/* 实例: membership of the group on ecocase.clock, and the lane threads of the partitions owned. The membership handle reads nothing
 * (its partitions are paused); it stops polling when a lane shows no sign of life, so that a stalled worker loses its lanes too. */
#include "broker/lane/lane.h"
#include "base/log.h"
#include <stdlib.h>

#define STALLED_MS 20000
struct instance {
    const struct broker *broker;
    struct lane *lanes[LIMIT_LANES];
};

static void start_lanes(struct instance *self, const rd_kafka_topic_partition_list_t *list) {
    for (int i = 0; i < list->cnt; i++) {
        int32_t number = list->elems[i].partition;
        if (number < 0 || number >= (int32_t)LIMIT_LANES || self->lanes[number]) continue;
        self->lanes[number] = calloc(1, sizeof(struct lane));
        PROMISE(self->lanes[number]);
        lane_start(self->lanes[number], self->broker, number);
    }
}

static void stop_lanes(struct instance *self) {
    for (size_t i = 0; i < LIMIT_LANES; i++) {
        if (self->lanes[i]) atomic_store(&self->lanes[i]->stop, true);
    }
    for (size_t i = 0; i < LIMIT_LANES; i++) {
        if (!self->lanes[i]) continue;
        lane_stop(self->lanes[i]);
        free(self->lanes[i]);
        self->lanes[i] = NULL;
    }
}

static void on_rebalance(rd_kafka_t *member, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t *list, void *opaque) {
    struct instance *self = opaque;
    if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        log_info("group.assigned", "lanes=%d", list->cnt);
        rd_kafka_assign(member, list);
        rd_kafka_pause_partitions(member, list);
        start_lanes(self, list);
    } else {
        log_info("group.revoked", "lanes=%d", list->cnt);
        stop_lanes(self); /* eager protocol: everything is revoked at once */
        rd_kafka_assign(member, NULL);
    }
}

static enum outcome join(struct instance *self, rd_kafka_t **ret, struct fault *fault) {
    static const char *const pairs[][2] = {{"group.id", "ecocase-broker"}, {"session.timeout.ms", "6000"}, {"heartbeat.interval.ms", "1500"},
        {"max.poll.interval.ms", "30000"}, {"partition.assignment.strategy", "range"}, {"enable.auto.commit", "false"},
        {"auto.offset.reset", "latest"}, {"queued.max.messages.kbytes", "64"}};
    rd_kafka_conf_t *conf = NULL;
    char text[256] = "";
    TRY(bus_conf(&self->broker->bus, &conf, fault));
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) rd_kafka_conf_set(conf, pairs[i][0], pairs[i][1], text, sizeof text);
    rd_kafka_conf_set(conf, "group.instance.id", self->broker->instance, text, sizeof text);
    rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    rd_kafka_conf_set_opaque(conf, self);
    rd_kafka_t *member = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof text);
    if (!member) {
        rd_kafka_conf_destroy(conf);
        return fault_set(fault, FATAL, "KAFKA_UNREACHABLE", "%s", text);
    }
    rd_kafka_poll_set_consumer(member);
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, TOPIC_CLOCK, RD_KAFKA_PARTITION_UA);
    rd_kafka_subscribe(member, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    *ret = member;
    return OK;
}

static bool stalled(const struct instance *self) {
    for (size_t i = 0; i < LIMIT_LANES; i++) {
        if (self->lanes[i] && monotonic_ms() - atomic_load(&self->lanes[i]->beat) > STALLED_MS) return true;
    }
    return false;
}
static bool wrong_world(const struct instance *self) {
    for (size_t i = 0; i < LIMIT_LANES; i++) {
        if (self->lanes[i] && atomic_load(&self->lanes[i]->wrong_world)) return true;
    }
    return false;
}

enum outcome instance_run(const struct broker *broker, volatile const int *stop, struct fault *fault) {
    struct instance self = {.broker = broker};
    rd_kafka_t *member = NULL;
    enum outcome outcome = join(&self, &member, fault);
    while (outcome == OK && !*stop) {
        struct timespec pause = {0, 100 * 1000000};
        if (wrong_world(&self)) outcome = fault_set(fault, FATAL, "WRONG_WORLD", "the lane's last line says what happened");
        if (stalled(&self)) {
            nanosleep(&pause, NULL);
            continue;
        }
        rd_kafka_message_t *message = rd_kafka_consumer_poll(member, 100);
        if (message) rd_kafka_message_destroy(message);
        char text[200];
        if (rd_kafka_fatal_error(member, text, sizeof text)) {
            log_error("group.fatal", "text=\"%s\"", text);
            outcome = fault_set(fault, FATAL, "LANE_LOST", "%s", text); /* another process runs under this instance's name */
        }
    }
    stop_lanes(&self);
    if (member) {
        rd_kafka_consumer_close(member);
        rd_kafka_destroy(member);
    }
    return outcome;
}
