/* Hints whose time to refer has run out: one alert for those of one decision. */
#include "broker/judge/alert_inside.h"
#include "broker/judge/hint_inside.h"
#include "base/line.h"
#include "broker/rules/procedure.h"
#include <stdio.h>

static instant moment_of(const struct referral *r, unsigned place, struct bytes line) {
    struct bytes due = line_part(line, PART_DUE);
    enum hint_mark mark = hint_mark_of(r, place);
    if (!due.count || mark == HINT_REPORTED || mark == HINT_ANSWERED) return INSTANT_NONE;
    return mark == HINT_OPEN ? hint_number(due) + 1 : hint_number(line_part(line, PART_DECIDED));
}

instant hint_alarm(const struct referral *r) {
    struct bytes rest = r->hints, line;
    instant next = INSTANT_NONE;
    for (unsigned place = 0; line_next(&rest, &line); place++) {
        instant at = moment_of(r, place, line);
        if (at != INSTANT_NONE && (next == INSTANT_NONE || at < next)) next = at;
    }
    return next;
}

static void begin(const struct procedure *p, enum hint_mark mark, struct bytes line, struct alert *ret) {
    ret->kind = mark == HINT_OPEN ? ALERT_UNREFERRED : ALERT_CORRECTION;
    ret->to_count = ret->hint_count = 0;
    ret->actor_count = 1;
    ret->actors[0] = (int16_t)hint_number(line_part(line, PART_WHO));
    instant due = hint_number(line_part(line, PART_DUE));
    ret->clock = (struct clock){.state = mark == HINT_OPEN ? CLOCK_RUNNING : CLOCK_MET,
                                .statutory = p->thresholds.late.statutory,
                                .actor = ret->actors[0],
                                .started_at = hint_number(line_part(line, PART_DECIDED)),
                                .due_strict = due,
                                .due_lenient = due,
                                .stopped_at = INSTANT_NONE};
    snprintf(ret->clock.rule, sizeof ret->clock.rule, "%s", p->thresholds.late.id);
}

/* Those of one decision together; others follow with the next look. */
bool hint_take(const struct rules *rules, const struct directory *directory, instant time, struct referral *r,
               struct alert *ret) {
    const struct procedure *p = rules_of_version(rules, r->rules);
    struct bytes rest = r->hints, line;
    bool any = false;
    for (unsigned place = 0; p && line_next(&rest, &line); place++) {
        instant at = moment_of(r, place, line);
        enum hint_mark mark = hint_mark_of(r, place);
        if (at == INSTANT_NONE || at > time) continue;
        if (!any) begin(p, mark, line, ret);
        bool same = ret->clock.started_at == hint_number(line_part(line, PART_DECIDED)) &&
                    (mark == HINT_OPEN) == (ret->kind == ALERT_UNREFERRED);
        if (!same) continue;
        any = true;
        ret->hints[ret->hint_count++] = line;
        hint_set_mark(r, place, mark == HINT_OPEN ? HINT_REPORTED : HINT_ANSWERED);
    }
    if (!any) return false;
    const struct participant *actor = directory_by_number(directory, ret->clock.actor);
    alert_add(ret, ret->clock.actor);
    for (size_t i = 0; actor && i < p->thresholds.late.tell.count; i++)
        (void)alert_add_role(ret, directory, p->thresholds.late.tell.role[i], actor);
    return true;
}
