/* 实例: membership of the group on ecocase.clock, and the lane threads of the partitions owned. Eager, static
 * membership: a rebalance revokes everything, an instance that comes back under its name within the session time-out
 * finds its lanes again. The membership handle reads nothing (its partitions are paused); it is not polled while a lane
 * shows no sign of life, so that after max.poll.interval a stalled worker loses its lanes too. Threads: the main one;
 * each lane has its own. */
#include "broker/instance.h"
#include "broker/lane/lane.h"
#include "base/log.h"
#include <stdio.h>
#include <stdlib.h>

#define STALLED_MS 15000 /* no sign of life of a lane */
#define STOP_MS    12000 /* a lane that is to stop; below max.poll.interval */
#define ASK_MS     3000
struct instance {
    const struct broker *broker;
    struct lane *lanes[LIMIT_LANES];
    bool stuck; /* a lane's thread was left to itself: what it uses must stay */
};

static void start_lanes(struct instance *self, const rd_kafka_topic_partition_list_t *list) {
    for (int i = 0; i < list->cnt; i++) {
        int32_t number = list->elems[i].partition;
        if (number < 0 || number >= (int32_t)LIMIT_LANES || self->lanes[number]) continue;
        self->lanes[number] = calloc(1, sizeof(struct lane));
        INVARIANT(self->lanes[number]);
        lane_start(self->lanes[number], self->broker, number);
    }
}

static void stop_lanes(struct instance *self) {
    for (size_t i = 0; i < LIMIT_LANES; i++) {
        if (self->lanes[i]) atomic_store(&self->lanes[i]->pulse.stop, true);
    }
    for (size_t i = 0; i < LIMIT_LANES; i++) {
        if (!self->lanes[i]) continue;
        if (lane_stop(self->lanes[i], STOP_MS)) free(self->lanes[i]);
        else self->stuck = true;
        self->lanes[i] = NULL;
    }
}

static void describe(const rd_kafka_topic_partition_list_t *list, char *text, size_t capacity) {
    size_t count = 0;
    text[0] = 0;
    for (int i = 0; i < list->cnt && count + 8 < capacity; i++)
        count += (size_t)sprintf(text + count, "%s%d", i ? "," : "", list->elems[i].partition);
}

static void on_rebalance(rd_kafka_t *member, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t *list,
                         void *opaque) {
    struct instance *self = opaque;
    char lanes[256];
    describe(list, lanes, sizeof lanes);
    if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        log_info("group.assigned", "lanes=%s", lanes);
        for (int i = 0; i < list->cnt; i++) list->elems[i].offset = 0; /* no offset needs to be asked for */
        rd_kafka_assign(member, list);
        rd_kafka_pause_partitions(member, list);
        start_lanes(self, list);
    } else {
        log_info("group.revoked", "lanes=%s lost=%d", lanes, rd_kafka_assignment_lost(member));
        stop_lanes(self);
        rd_kafka_assign(member, NULL);
    }
}

static enum outcome member_conf(struct instance *self, rd_kafka_conf_t *conf, struct fault *fault) {
    const char *const pairs[][2] = {{"group.id", "ecocase-broker"},       {"group.instance.id", self->broker->instance},
                                    {"session.timeout.ms", "6000"},       {"heartbeat.interval.ms", "1500"},
                                    {"max.poll.interval.ms", "30000"},    {"partition.assignment.strategy", "range"},
                                    {"enable.auto.commit", "false"},      {"enable.auto.offset.store", "false"},
                                    {"queued.max.messages.kbytes", "64"}, {"queued.min.messages", "1"},
                                    {"fetch.message.max.bytes", "1024"}};
    char text[200];
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (rd_kafka_conf_set(conf, pairs[i][0], pairs[i][1], text, sizeof text) == RD_KAFKA_CONF_OK) continue;
        return fault_set(fault, FATAL, "SETTINGS_TYPE", "kafka property %s: %s", pairs[i][0], text);
    }
    rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    rd_kafka_conf_set_opaque(conf, self);
    return OK;
}

static enum outcome join(struct instance *self, rd_kafka_t **ret, struct fault *fault) {
    rd_kafka_conf_t *conf = NULL;
    char text[200] = "";
    TRY(bus_conf(&self->broker->bus, &conf, fault));
    enum outcome set = member_conf(self, conf, fault);
    rd_kafka_t *member = set == OK ? rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof text) : NULL;
    if (!member) {
        rd_kafka_conf_destroy(conf);
        return set != OK ? set : fault_set(fault, FATAL, "KAFKA_UNREACHABLE", "%s", text);
    }
    rd_kafka_poll_set_consumer(member);
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, TOPIC_CLOCK, RD_KAFKA_PARTITION_UA);
    rd_kafka_subscribe(member, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    *ret = member;
    return OK;
}

/* Is this the Kafka that the ledger belongs to? Asked before joining: an instance in a wrong world must not take lanes
 * from a right one. */
static enum outcome check_world(const struct broker *broker, struct fault *fault) {
    struct ledger *ledger = NULL;
    rd_kafka_t *any = NULL;
    struct ledger_world world;
    char cluster[64];
    int32_t lanes = 0;
    enum outcome outcome = ledger_connect(broker->conninfo, &ledger, fault);
    if (outcome == OK) outcome = ledger_world(ledger, &world, fault);
    ledger_free(ledger);
    if (outcome == OK) outcome = bus_asker(&broker->bus, &any, fault);
    if (outcome == OK) outcome = bus_cluster_id(any, ASK_MS, cluster, sizeof cluster, fault);
    if (outcome == OK) outcome = bus_partitions(any, TOPIC_CLOCK, ASK_MS, &lanes, fault);
    if (any) rd_kafka_destroy_flags(any, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    if (outcome != OK) return outcome;
    if (strcmp(cluster, world.cluster_id) != 0) {
        return fault_set(fault, FATAL, "WRONG_WORLD",
                         "this Kafka cluster is %s, the ledger belongs to %s: give the broker the Kafka and the "
                         "Postgres that belong together",
                         cluster, world.cluster_id);
    }
    if (lanes != world.lanes) {
        return fault_set(fault, FATAL, "WRONG_WORLD", "topic %s has %d partitions, the ledger has %d lanes",
                         TOPIC_CLOCK, lanes, world.lanes);
    }
    return OK;
}

static void pause_ms(long ms) {
    struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

/* Kafka or Postgres may come up after us. */
static enum outcome await_world(const struct broker *broker, volatile const sig_atomic_t *stop, struct fault *fault) {
    for (long rest_ms = 100; !*stop; rest_ms = rest_ms < 2000 ? rest_ms * 2 : 2000) {
        struct fault mine = {0};
        enum outcome outcome = check_world(broker, &mine);
        if (outcome == OK) return OK;
        if (outcome != RETRY) {
            *fault = mine;
            return outcome;
        }
        if (rest_ms == 100) log_fault(LOG_WARN, "broker.waiting", &mine);
        pause_ms(rest_ms);
    }
    return OK;
}

static bool stalled(const struct instance *self) {
    for (size_t i = 0; i < LIMIT_LANES; i++) {
        if (self->lanes[i] && monotonic_ms() - atomic_load(&self->lanes[i]->pulse.beat) > STALLED_MS) return true;
    }
    return false;
}
static bool wrong_world(const struct instance *self) {
    for (size_t i = 0; i < LIMIT_LANES; i++) {
        if (self->lanes[i] && atomic_load(&self->lanes[i]->wrong_world)) return true;
    }
    return false;
}

static enum outcome poll_once(const struct instance *self, rd_kafka_t *member, struct fault *fault) {
    char text[200];
    rd_kafka_message_t *message = rd_kafka_consumer_poll(member, 100);
    if (message && message->err) log_debug("group.told", "text=\"%s\"", rd_kafka_message_errstr(message));
    if (message) rd_kafka_message_destroy(message);
    if (wrong_world(self))
        return fault_set(fault, FATAL, "WRONG_WORLD",
                         "the ledger and Kafka do not belong together; the line before says which lane and why");
    if (!rd_kafka_fatal_error(member, text, sizeof text)) return OK;
    return fault_set(fault, FATAL, "LANE_LOST",
                     "the group does not take this instance any more (another process under the name %s?): %s",
                     self->broker->instance, text);
}

enum outcome instance_run(const struct broker *broker, volatile const sig_atomic_t *stop, struct fault *fault) {
    struct instance *self = calloc(1, sizeof *self);
    rd_kafka_t *member = NULL;
    INVARIANT(self);
    self->broker = broker;
    enum outcome outcome = await_world(broker, stop, fault);
    if (outcome == OK && !*stop) outcome = join(self, &member, fault);
    bool was_stalled = false;
    while (outcome == OK && !*stop) {
        bool now_stalled = stalled(self);
        if (now_stalled != was_stalled) log_warn("lane.stalled", "stalled=%d", now_stalled);
        was_stalled = now_stalled;
        if (now_stalled) pause_ms(100);
        else outcome = poll_once(self, member, fault);
    }
    stop_lanes(self);
    bool stuck = self->stuck;
    if (member) {
        rd_kafka_consumer_close(member);
        rd_kafka_destroy(member);
    }
    free(self);
    log_info("broker.left", "stuck=%d", stuck);
    if (stuck) _Exit(outcome == OK ? 0 : 1); /* a thread still uses what the caller would free */
    return outcome;
}
