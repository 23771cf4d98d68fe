/* The life of a lane thread. */
#define _GNU_SOURCE /* pthread_timedjoin_np */
#include "broker/lane/session_inside.h"
#include "base/log.h"
#include "base/failpoint.h"
#include <stdio.h>
#include <stdlib.h>

#define IDLE_WAIT_MS      100
#define BUSY_WAIT_MS      4 /* while acknowledgements are awaited */
#define PUBLISHED_NOTE_MS 300
#define CHECK_MS          1000
/* longer than the group's session time-out: by then the group knows who owns the lane */
#define LOST_REST_MS   9000
#define REST_MAX_MS    2000
#define BEHIND_REST_MS 3000 /* until somebody recovers the ledger */

static enum outcome tick(struct session *s, struct fault *fault) {
    int64_t now = monotonic_ms();
    if (s->world.manual_clock || now < s->next_tick_ms) return OK;
    s->next_tick_ms = now + s->broker->tick_seconds * INT64_C(1000);
    return deliver_tick(s->deliverer, instant_now(), fault);
}

/* With nothing to read: judge ticks that became ready, note what is published by now, look for a newer directory. */
static enum outcome idle(struct session *s, struct fault *fault) {
    int64_t now = monotonic_ms();
    bool published = deliver_published(s->deliverer) != s->row.published;
    if (ticks_want_ends(&s->ticks)) TRY(session_ask_ends(s, fault));
    if (ticks_ready(&s->ticks, s->seen) || (published && now >= s->note_ms)) {
        TRY(session_batch(s, fault));
        if (published) FAILPOINT("publish.noted");
    }
    if (now < s->next_check_ms) return OK;
    s->next_check_ms = now + CHECK_MS;
    struct ledger_world world;
    TRY(ledger_world(s->ledger, &world, fault));
    if (s->outbox_missing || (s->outbox_misfit && now >= s->next_misfit_ms)) return session_follow(s, fault);
    s->world = world;
    s->newest_directory = world.directory_version;
    return OK;
}

static enum outcome one_round(struct session *s, struct fault *fault) {
    pulse_beat(&s->lane->pulse);
    TRY(tick(s, fault));
    TRY(deliver_poll(s->deliverer, 0, fault));
    if (s->alarms_due) return session_alarms(s, fault);
    TRY(session_read(s, deliver_idle(s->deliverer) ? IDLE_WAIT_MS : BUSY_WAIT_MS, fault));
    if (s->message_count && s->unsure) {
        session_let_go(s); /* they come again */
        log_info("lane.kafka.back", "lane=%d text=\"its outboxes are compared with the ledger\"", s->lane->number);
        return session_assign(s, s->directory, fault);
    }
    if (s->message_count) {
        s->note_ms = monotonic_ms() + PUBLISHED_NOTE_MS;
        TRY(session_batch(s, fault));
    } else TRY(idle(s, fault));
    session_let_go(s);
    TRY(session_tell_held(s, fault));
    if (s->reassign) TRY(session_assign(s, s->directory, fault));
    return s->newest_directory == s->directory_version ? OK : session_follow(s, fault);
}

static enum outcome leave(struct session *s, struct fault *fault) {
    for (int64_t until = monotonic_ms() + DELIVER_LAST_WAIT_MS;
         !deliver_idle(s->deliverer) && monotonic_ms() < until;) {
        TRY(deliver_poll(s->deliverer, 20, fault));
    }
    if (deliver_published(s->deliverer) != s->row.published) TRY(session_batch(s, fault));
    ledger_release(s->ledger, &s->row);
    return OK;
}

static enum outcome run_session(struct session *s, struct fault *fault) {
    TRY(session_open(s, fault));
    TRY(session_publish_again(s, fault));
    TRY(session_judge_again(s, fault));
    while (!atomic_load(&s->lane->pulse.stop)) TRY(one_round(s, fault));
    return leave(s, fault);
}

static void rest(struct lane *lane, int64_t ms) {
    for (int64_t until = monotonic_ms() + ms; monotonic_ms() < until && !atomic_load(&lane->pulse.stop);) {
        struct timespec pause = {0, 20 * 1000000};
        pulse_beat(&lane->pulse);
        nanosleep(&pause, NULL);
    }
}

/* Trouble is logged once per change of its kind; `lane.taken` marks its end. */
struct trouble {
    char code[40];
    int64_t rest_ms, started_ms;
};

static void tell(struct trouble *trouble, const struct lane *lane, const struct fault *fault) {
    if (monotonic_ms() - trouble->started_ms > 5000) *trouble = (struct trouble){"", 50, trouble->started_ms};
    if (strcmp(trouble->code, fault->code) != 0) {
        log_warn("lane.session.ended", "lane=%d", lane->number);
        log_fault(LOG_WARN, "lane.trouble", fault);
    }
    snprintf(trouble->code, sizeof trouble->code, "%s", fault->code);
}

static int64_t rest_after(const struct trouble *trouble) {
    if (strcmp(trouble->code, "LANE_LOST") == 0) return LOST_REST_MS;
    return strcmp(trouble->code, "LEDGER_BEHIND") == 0 ? BEHIND_REST_MS : trouble->rest_ms;
}

static void *lane_main(void *opaque) {
    struct lane *lane = opaque;
    struct trouble trouble = {"", 50, 0};
    while (!atomic_load(&lane->pulse.stop)) {
        struct session *s = calloc(1, sizeof *s);
        struct fault fault = {0};
        INVARIANT(s);
        s->lane = lane;
        s->broker = lane->broker;
        trouble.started_ms = monotonic_ms();
        enum outcome outcome = run_session(s, &fault);
        session_close(s);
        free(s);
        if (outcome == OK) break;
        tell(&trouble, lane, &fault);
        if (strcmp(fault.code, "WRONG_WORLD") == 0) {
            atomic_store(&lane->wrong_world, true);
            break;
        }
        rest(lane, rest_after(&trouble));
        if (trouble.rest_ms < REST_MAX_MS) trouble.rest_ms *= 2;
    }
    log_info("lane.left", "lane=%d", lane->number);
    return NULL;
}

void lane_start(struct lane *lane, const struct broker *broker, int32_t number) {
    lane->broker = broker;
    lane->number = number;
    atomic_store(&lane->pulse.stop, false);
    atomic_store(&lane->wrong_world, false);
    pulse_beat(&lane->pulse);
    INVARIANT(pthread_create(&lane->thread, NULL, lane_main, lane) == 0);
}

bool lane_stop(struct lane *lane, int wait_ms) {
    struct timespec until;
    atomic_store(&lane->pulse.stop, true);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += wait_ms / 1000;
    if (pthread_timedjoin_np(lane->thread, NULL, &until) == 0) return true;
    log_error("lane.stuck", "lane=%d", lane->number);
    pthread_detach(lane->thread);
    return false;
}
