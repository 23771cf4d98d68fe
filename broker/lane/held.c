/* 搁置: an outbox that cannot be read on. Its records wait, and so do the alerts of referrals that its sender has part
 * in, for its paper may lie there in time; everybody else's go on, and the lane's time too. It is held for this
 * ownership; the next one looks again. */
#include "broker/lane/session_inside.h"
#include "base/log.h"
#include <stdio.h>

#define TOLD_AGAIN_MS 60000

static uint64_t bit(int number) { return UINT64_C(1) << number; }

bool session_holds(const struct session *s, int number) { return s->held & bit(number); }

bool session_holds_at(const struct session *s, int number, int64_t offset) {
    return session_holds(s, number) && offset >= s->holds[number].offset;
}

static void tell(const struct session *s, int number) {
    const struct participant *who = directory_by_number(s->directory, number);
    const struct hold *hold = &s->holds[number];
    log_error("lane.outbox.held", "lane=%d agency=%s offset=%lld code=%s since_s=%lld text=\"%s\"", s->lane->number,
              who ? who->slug : "?", (long long)hold->offset, hold->code,
              (long long)((monotonic_ms() - hold->since_ms) / 1000), hold->text);
}

void session_hold(struct session *s, int number, int64_t offset, const char *code, const char *text) {
    if (session_holds(s, number)) return;
    s->held |= bit(number);
    s->holds[number] = (struct hold){.offset = offset, .since_ms = monotonic_ms(), .told_ms = monotonic_ms()};
    snprintf(s->holds[number].code, sizeof s->holds[number].code, "%s", code);
    snprintf(s->holds[number].text, sizeof s->holds[number].text, "%s", text);
    ticks_await_no_more(&s->ticks, number);
    s->assigned[number] = false;
    s->reassign = s->held_unsaid = true;
    tell(s, number);
}

/* A connection opened anew has forgotten it, so it is said again each minute too. */
static enum outcome say(struct session *s, struct fault *fault) {
    char words[64] = "held:";
    for (int number = 0; number < (int)LIMIT_PARTICIPANTS; number++) {
        const struct participant *who = session_holds(s, number) ? directory_by_number(s->directory, number) : NULL;
        size_t at = strlen(words);
        if (who) snprintf(words + at, sizeof words - at, " %s", who->slug);
    }
    TRY(ledger_say(s->ledger, words, fault));
    s->held_unsaid = false;
    return OK;
}

enum outcome session_tell_held(struct session *s, struct fault *fault) {
    for (int number = 0; s->held && number < (int)LIMIT_PARTICIPANTS; number++) {
        if (!session_holds(s, number) || monotonic_ms() - s->holds[number].told_ms < TOLD_AGAIN_MS) continue;
        s->holds[number].told_ms = monotonic_ms();
        s->held_unsaid = true;
        tell(s, number);
    }
    return s->held_unsaid ? say(s, fault) : OK;
}
