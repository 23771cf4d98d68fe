/* Two rows compared field by field; a difference is cut to a line. */
#include "broker/replay/compare_inside.h"
#include "base/line.h"
#include <stdio.h>

static void tell(struct comparison *c, const char *field, struct bytes recorded, struct bytes replayed) {
    struct difference d = {.lane = c->lane, .serial = c->serial, .referral = c->referral};
    if (c->serial && (c->serial < c->request->from || (c->request->to && c->serial > c->request->to))) return;
    c->count->differences++;
    snprintf(d.field, sizeof d.field, "%s", field);
    const struct {
        struct bytes from;
        char *into;
    } sides[] = {{recorded, d.recorded}, {replayed, d.replayed}};
    for (size_t i = 0; i < 2; i++) {
        size_t most = sizeof d.recorded - 1, count = sides[i].from.count < most ? sides[i].from.count : most;
        if (count) memcpy(sides[i].into, sides[i].from.at, count);
        while (count > 0 && count < sides[i].from.count && (sides[i].from.at[count] & 0xc0) == 0x80) count--;
        sides[i].into[count] = 0;
        line_clean(sides[i].into, count);
    }
    c->listener->differ(c->listener->opaque, &d);
}

/* Where two long texts part, with what leads there. */
static struct bytes from_parting(struct bytes text, size_t parting) {
    size_t start = text.count > 100 && parting > 40 ? parting - 40 : 0;
    while (start > 0 && start < text.count && (text.at[start] & 0xc0) == 0x80) start--;
    return start < text.count ? bytes_of(text.at + start, text.count - start) : BYTES_NONE;
}

/* Text that Postgres would not take is '?' there, byte for byte (ledger/pgbinary_inside.h): such a '?' is the same. */
static size_t parting_of(struct bytes recorded, struct bytes replayed) {
    size_t i = 0;
    while (i < recorded.count && i < replayed.count) {
        bool replaced = recorded.at[i] == '?' && (replayed.at[i] >= 0x80 || replayed.at[i] == 0);
        if (recorded.at[i] != replayed.at[i] && !replaced) break;
        i++;
    }
    return i;
}

void compare_text(struct comparison *c, const char *field, struct bytes recorded, struct bytes replayed) {
    size_t parting = parting_of(recorded, replayed);
    if (parting == recorded.count && parting == replayed.count) return;
    tell(c, field, from_parting(recorded, parting), from_parting(replayed, parting));
}

void compare_int(struct comparison *c, const char *field, int64_t recorded, int64_t replayed) {
    char a[24], b[24];
    if (recorded == replayed) return;
    snprintf(a, sizeof a, "%lld", (long long)recorded);
    snprintf(b, sizeof b, "%lld", (long long)replayed);
    tell(c, field, bytes_of_cstr(a), bytes_of_cstr(b));
}

static void compare_cstr(struct comparison *c, const char *field, const char *recorded, const char *replayed) {
    compare_text(c, field, bytes_of_cstr(recorded), bytes_of_cstr(replayed));
}

static void compare_instant(struct comparison *c, const char *field, instant recorded, instant replayed) {
    char a[32] = "", b[32] = "";
    if (recorded == replayed) return;
    if (recorded != INSTANT_NONE) instant_format(recorded, a);
    if (replayed != INSTANT_NONE) instant_format(replayed, b);
    tell(c, field, bytes_of_cstr(a), bytes_of_cstr(b));
}

static void compare_uuid(struct comparison *c, const char *field, const struct uuid *recorded,
                         const struct uuid *replayed) {
    char a[UUID_TEXT + 1], b[UUID_TEXT + 1];
    if (uuid_equal(recorded, replayed)) return;
    uuid_format(recorded, a);
    uuid_format(replayed, b);
    tell(c, field, bytes_of_cstr(a), bytes_of_cstr(b));
}

/* A value is shown by its size only: it may hold what is in a case file. */
static void compare_value(struct comparison *c, const char *field, struct bytes recorded, struct bytes replayed) {
    char a[40], b[40];
    if (bytes_equal(recorded, replayed)) return;
    snprintf(a, sizeof a, "%zu 字节 bytes", recorded.count);
    snprintf(b, sizeof b, "%zu 字节 bytes%s", replayed.count, replayed.count == recorded.count ? ", other" : "");
    tell(c, field, bytes_of_cstr(a), bytes_of_cstr(b));
}

static void delivery_text(const struct comparison *c, const struct ledger_event *event, size_t i, char *ret,
                          size_t capacity) {
    const struct ledger_delivery *d = &event->deliveries[i];
    const struct participant *who =
        i < event->delivery_count && c->directory ? directory_by_number(c->directory, d->to) : NULL;
    ret[0] = 0;
    if (i < event->delivery_count)
        snprintf(ret, capacity, "%s(%d) %c %lld", who ? who->slug : "", d->to, d->role, (long long)d->sequence);
}

static void compare_deliveries(struct comparison *c, const struct ledger_event *recorded,
                               const struct ledger_event *replayed) {
    size_t most =
        recorded->delivery_count > replayed->delivery_count ? recorded->delivery_count : replayed->delivery_count;
    for (size_t i = 0; i < most; i++) {
        char a[100], b[100], field[40];
        delivery_text(c, recorded, i, a, sizeof a);
        delivery_text(c, replayed, i, b, sizeof b);
        snprintf(field, sizeof field, "deliveries[%zu]", i);
        compare_cstr(c, field, a, b);
    }
}

void compare_event(struct comparison *c, const struct ledger_event *recorded, const struct ledger_event *replayed) {
    compare_text(c, "kind", bytes_of(&recorded->kind, 1), bytes_of(&replayed->kind, 1));
    compare_instant(c, "broker_time", recorded->broker_time, replayed->broker_time);
    compare_instant(c, "business_time", recorded->business_time, replayed->business_time);
    compare_int(c, "sender", recorded->sender, replayed->sender);
    compare_uuid(c, "message_id", &recorded->message_id, &replayed->message_id);
    compare_uuid(c, "case_id", &recorded->case_id, &replayed->case_id);
    compare_uuid(c, "referral_id", &recorded->referral_id, &replayed->referral_id);
    compare_text(c, "event", recorded->event, replayed->event);
    compare_text(c, "document_no", recorded->document_no, replayed->document_no);
    compare_cstr(c, "from_state", recorded->from_state, replayed->from_state);
    compare_cstr(c, "to_state", recorded->to_state, replayed->to_state);
    compare_int(c, "rules", recorded->rules_version, replayed->rules_version);
    compare_deliveries(c, recorded, replayed);
    compare_text(c, "answer", recorded->answer, replayed->answer);
    compare_value(c, "key", recorded->key, replayed->key);
    compare_value(c, "value", recorded->value, replayed->value);
}

static void compare_clock(struct comparison *c, const struct clock *recorded, const struct clock *replayed) {
    char field[40];
    const struct {
        const char *name;
        int64_t recorded, replayed;
        bool moment;
    } parts[] = {{"statutory", recorded->statutory, replayed->statutory, false},
                 {"measured", recorded->measured, replayed->measured, false},
                 {"told", recorded->alerted, replayed->alerted, false},
                 {"actor", recorded->actor, replayed->actor, false},
                 {"started_at", recorded->started_at, replayed->started_at, true},
                 {"due_strict", recorded->due_strict, replayed->due_strict, true},
                 {"due_lenient", recorded->due_lenient, replayed->due_lenient, true},
                 {"stopped_at", recorded->stopped_at, replayed->stopped_at, true}};
    compare_cstr(c, "clock.rule", recorded->rule, replayed->rule);
    snprintf(field, sizeof field, "clock.%s.state", replayed->rule);
    compare_text(c, field, bytes_of(&recorded->state, 1), bytes_of(&replayed->state, 1));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        snprintf(field, sizeof field, "clock.%s.%s", replayed->rule, parts[i].name);
        if (parts[i].moment) compare_instant(c, field, parts[i].recorded, parts[i].replayed);
        else compare_int(c, field, parts[i].recorded, parts[i].replayed);
    }
}

void compare_referral(struct comparison *c, const struct referral *recorded, const struct referral *replayed,
                      instant alarm) {
    const struct {
        const char *field;
        int64_t recorded, replayed;
    } numbers[] = {{"rules", recorded->rules, replayed->rules},
                   {"regime", recorded->regime, replayed->regime},
                   {"opener", recorded->opener, replayed->opener},
                   {"holder", recorded->holder, replayed->holder},
                   {"referrer", recorded->referrer, replayed->referrer},
                   {"flags", recorded->flags, replayed->flags},
                   {"gaps", (int64_t)recorded->gaps, (int64_t)replayed->gaps},
                   {"parties", (int64_t)recorded->parties, (int64_t)replayed->parties},
                   {"hint_marks", (int64_t)recorded->hint_marks, (int64_t)replayed->hint_marks},
                   {"handling", recorded->handling, replayed->handling},
                   {"event_count", recorded->event_count, replayed->event_count},
                   {"clocks", recorded->clock_count, replayed->clock_count}};
    const struct {
        const char *field;
        struct bytes recorded, replayed;
    } texts[] = {{"machine", bytes_of_cstr(recorded->machine), bytes_of_cstr(replayed->machine)},
                 {"state", bytes_of_cstr(recorded->state), bytes_of_cstr(replayed->state)},
                 {"category", bytes_of_cstr(recorded->category), bytes_of_cstr(replayed->category)},
                 {"county", bytes_of_cstr(recorded->county), bytes_of_cstr(replayed->county)},
                 {"half", recorded->countersign, replayed->countersign},
                 {"hand", recorded->manual_service, replayed->manual_service},
                 {"roster", recorded->roster, replayed->roster},
                 {"title", recorded->title, replayed->title},
                 {"persons", recorded->persons, replayed->persons},
                 {"penalty", recorded->penalty, replayed->penalty},
                 {"facts", recorded->facts, replayed->facts},
                 {"hints", recorded->hints, replayed->hints},
                 {"numbers", recorded->numbers, replayed->numbers}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        compare_text(c, texts[i].field, texts[i].recorded, texts[i].replayed);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        compare_int(c, numbers[i].field, numbers[i].recorded, numbers[i].replayed);
    compare_uuid(c, "parent", &recorded->parent, &replayed->parent);
    compare_instant(c, "opened_at", recorded->opened_at, replayed->opened_at);
    compare_instant(c, "handling_expires", recorded->handling_expires, replayed->handling_expires);
    compare_instant(c, "changed_at", recorded->changed_at, replayed->changed_at);
    compare_instant(c, "alarm_at", recorded->alarm_at, alarm);
    for (size_t i = 0; i < recorded->clock_count && i < replayed->clock_count; i++)
        compare_clock(c, &recorded->clocks[i], &replayed->clocks[i]);
}
