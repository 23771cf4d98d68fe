/* 实例: membership of the group on ecocase.clock, and the lane threads of the partitions owned. Eager, static
 * membership: a rebalance revokes everything, an instance that comes back under its name within the session time-out
 * finds its lanes again. The membership handle reads nothing (its partitions are paused); it is not polled while a lane
 * shows no sign of life, so that after max.poll.interval a stalled worker loses its lanes too. Threads: the main one;
 * each lane has its own. */
#include "broker/instance/instance.h"
#include "broker/lane/lane.h"
#include "base/log.h"
#include <stdio.h>
#include <stdlib.h>

#define STALLED_MS 15000 /* no sign of life of a lane */
#define STOP_MS    12000 /* a lane that is to stop; below max.poll.interval */
#define ASK_MS     3000
#define REJOIN_MS  8000   /* longer than the group's session: whoever else had the name is known by then */
#define FENCED_MS  120000 /* put out twice within so long: somebody else really has the name */
struct instance {
    const struct broker *broker;
    struct lane *lanes[LIMIT_LANES];
    bool stuck; /* a lane's thread was left to itself: what it uses must stay */
    bool fenced;
    int64_t fenced_ms; /* when, last */
};

static void start_lanes(struct instance *self, const int32_t *numbers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        int32_t number = numbers[i];
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

static void describe(const int32_t *numbers, size_t count, char *text, size_t capacity) {
    size_t at = 0;
    text[0] = 0;
    for (size_t i = 0; i < count && at + 8 < capacity; i++)
        at += (size_t)sprintf(text + at, "%s%d", i ? "," : "", numbers[i]);
}

static void on_given(void *opaque, const int32_t *numbers, size_t count) {
    char lanes[256];
    describe(numbers, count, lanes, sizeof lanes);
    log_info("group.assigned", "lanes=%s", lanes);
    start_lanes(opaque, numbers, count);
}

static void on_taken(void *opaque, const int32_t *numbers, size_t count, bool lost) {
    char lanes[256];
    describe(numbers, count, lanes, sizeof lanes);
    log_info("group.revoked", "lanes=%s lost=%d", lanes, lost);
    stop_lanes(opaque);
}

static enum outcome join(struct instance *self, struct bus_member **ret, struct fault *fault) {
    const struct bus_membership membership = {.group = "ecocase-broker",
                                              .instance = self->broker->instance,
                                              .topic = TOPIC_CLOCK,
                                              .session_timeout_ms = "6000",
                                              .heartbeat_ms = "1500",
                                              .poll_interval_ms = "30000",
                                              .given = on_given,
                                              .taken = on_taken,
                                              .opaque = self};
    return bus_member_join(&self->broker->bus, &membership, ret, fault);
}

/* Is this the Kafka that the ledger belongs to? Asked before joining: an instance in a wrong world must not take lanes
 * from a right one. */
static enum outcome check_world(const struct broker *broker, struct fault *fault) {
    struct ledger *ledger = NULL;
    struct bus_client *client = NULL;
    struct ledger_world world;
    char cluster[64];
    int32_t lanes = 0;
    enum outcome outcome = ledger_connect(broker->conninfo, &ledger, fault);
    if (outcome == OK) outcome = ledger_world(ledger, &world, fault);
    ledger_free(ledger);
    if (outcome == OK) outcome = bus_client_open(&broker->bus, &client, fault);
    if (outcome == OK) outcome = bus_cluster_id(client, ASK_MS, cluster, sizeof cluster, fault);
    if (outcome == OK) outcome = bus_partitions(client, TOPIC_CLOCK, ASK_MS, &lanes, fault);
    bus_client_close(client);
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

static enum outcome poll_once(struct instance *self, struct bus_member *member, struct fault *fault) {
    char text[200];
    self->fenced = !bus_member_poll(member, 100, text, sizeof text);
    if (wrong_world(self))
        return fault_set(fault, FATAL, "WRONG_WORLD",
                         "the ledger and Kafka do not belong together; the line before says which lane and why");
    if (!self->fenced) return OK;
    return fault_set(fault, FATAL, "LANE_LOST",
                     "the group does not take this instance any more (another process under the name %s?): %s",
                     self->broker->instance, text);
}

static enum outcome work(struct instance *self, struct bus_member *member, volatile const sig_atomic_t *stop,
                         struct fault *fault) {
    enum outcome outcome = OK;
    bool was_stalled = false;
    while (outcome == OK && !*stop) {
        bool now_stalled = stalled(self);
        if (now_stalled != was_stalled) log_warn("lane.stalled", "stalled=%d", now_stalled);
        was_stalled = now_stalled;
        if (now_stalled) pause_ms(100);
        else outcome = poll_once(self, member, fault);
    }
    return outcome;
}

/* A Kafka that was killed may take an instance that joins twice, since the first answer was lost, for two of one name,
 * and put the living one out (seen with 4.3.1 and librdkafka 2.0.2). So it joins anew, once. */
static bool joins_anew(struct instance *self, volatile const sig_atomic_t *stop, const struct fault *fault) {
    bool again =
        self->fenced && !self->stuck && !*stop && (!self->fenced_ms || monotonic_ms() - self->fenced_ms > FENCED_MS);
    if (!again) return false;
    self->fenced_ms = monotonic_ms();
    log_fault(LOG_WARN, "group.joining_anew", fault);
    for (int64_t until = monotonic_ms() + REJOIN_MS; monotonic_ms() < until && !*stop;) pause_ms(100);
    return !*stop;
}

enum outcome instance_run(const struct broker *broker, volatile const sig_atomic_t *stop, struct fault *fault) {
    struct instance *self = calloc(1, sizeof *self);
    INVARIANT(self);
    self->broker = broker;
    enum outcome outcome = await_world(broker, stop, fault);
    for (bool again = true; again && outcome == OK && !*stop;) {
        struct bus_member *member = NULL;
        outcome = join(self, &member, fault);
        if (outcome == OK) outcome = work(self, member, stop, fault);
        stop_lanes(self);
        bus_member_leave(member);
        again = joins_anew(self, stop, fault);
        if (again) outcome = OK;
    }
    bool stuck = self->stuck;
    free(self);
    log_info("broker.left", "stuck=%d", stuck);
    if (stuck) _Exit(outcome == OK ? 0 : 1); /* a thread still uses what the caller would free */
    return outcome;
}
