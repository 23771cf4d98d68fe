/* See answer.h. Hand-written, because every accepted submission of a participant with receipts passes here twice. */
#include "broker/entry/answer.h"
#include "wire/reason.h"
#include <stdio.h>

#define ROOM_OF_CLOCK 128u
struct writing {
    char *at;
    size_t count;
};

static void raw(struct writing *w, const char *text, size_t count) {
    memcpy(w->at + w->count, text, count);
    w->count += count;
}
#define RAW(w, literal) raw((w), (literal), sizeof(literal) - 1)

/* At most six bytes for one. */
static void quoted(struct writing *w, struct bytes text) {
    RAW(w, "\"");
    for (size_t i = 0; i < text.count; i++) {
        uint8_t c = text.at[i];
        if (c == '"' || c == '\\') {
            w->at[w->count++] = '\\';
            w->at[w->count++] = (char)c;
        } else if (c < 0x20) w->count += (size_t)sprintf(w->at + w->count, "\\u%04x", c);
        else w->at[w->count++] = (char)c;
    }
    RAW(w, "\"");
}

static void write_reason(struct writing *w, const struct notice_reason *reason) {
    const struct reason *known = reason_find(reason->code);
    RAW(w, "{\"code\":");
    quoted(w, bytes_of_cstr(known->code));
    RAW(w, ",\"field\":");
    quoted(w, reason->field);
    RAW(w, ",\"zh\":");
    quoted(w, bytes_of_cstr(known->zh));
    RAW(w, ",\"en\":");
    quoted(w, bytes_of_cstr(known->en));
    RAW(w, "}");
}

struct bytes answer_write(struct arena *arena, const struct notice_reason *reasons, size_t reason_count,
                          const struct clock *clocks, size_t clock_count) {
    if (!reason_count && !clock_count) return BYTES_NONE;
    size_t room = 64 + clock_count * ROOM_OF_CLOCK;
    for (size_t i = 0; i < reason_count; i++) {
        const struct reason *known = reason_find(reasons[i].code);
        room += 64 + 6 * (strlen(known->code) + strlen(known->zh) + strlen(known->en) + reasons[i].field.count);
    }
    struct writing w = {arena_alloc(arena, room), 0};
    RAW(&w, "{\"reasons\":[");
    for (size_t i = 0; i < reason_count; i++) {
        if (i) RAW(&w, ",");
        write_reason(&w, &reasons[i]);
    }
    RAW(&w, "],\"clocks\":[");
    for (size_t i = 0; i < clock_count; i++) {
        const struct clock *c = &clocks[i];
        w.count += (size_t)snprintf(w.at + w.count, ROOM_OF_CLOCK,
                                    "%s{\"rule\":\"%.7s\",\"due_strict\":%lld,\"due_lenient\":%lld,\"statutory\":%s}",
                                    i ? "," : "", c->rule, (long long)c->due_strict, (long long)c->due_lenient,
                                    c->statutory ? "true" : "false");
    }
    RAW(&w, "]}");
    INVARIANT(w.count <= room);
    return bytes_of(w.at, w.count);
}

/* ---- reading
 * ---------------------------------------------------------------------------------------------------------------- */
struct reading {
    struct arena *arena;
    const uint8_t *at, *end;
    bool broken;
};

static bool next_is(struct reading *r, const char *literal) {
    size_t count = strlen(literal);
    if ((size_t)(r->end - r->at) < count || memcmp(r->at, literal, count) != 0) return false;
    r->at += count;
    return true;
}
static void need(struct reading *r, const char *literal) {
    if (!next_is(r, literal)) r->broken = true;
}
static int64_t number(struct reading *r) {
    char text[24];
    size_t count = 0;
    while (r->at < r->end && count < sizeof text - 1 && (*r->at == '-' || (*r->at >= '0' && *r->at <= '9')))
        text[count++] = (char)*r->at++;
    text[count] = 0;
    long long value = 0;
    if (sscanf(text, "%lld", &value) != 1) r->broken = true;
    return value;
}
static unsigned hex4(struct reading *r) {
    unsigned value = 0;
    if (r->end - r->at < 4 ||
        sscanf((const char[]){(char)r->at[0], (char)r->at[1], (char)r->at[2], (char)r->at[3], 0}, "%4x", &value) != 1)
        r->broken = true;
    else r->at += 4;
    return value;
}
/* With a terminating NUL behind it. */
static struct bytes text(struct reading *r) {
    need(r, "\"");
    const uint8_t *close = r->at;
    while (close < r->end && *close != '"') close += *close == '\\' ? 2 : 1;
    if (r->broken || close >= r->end) {
        r->broken = true;
        return BYTES_LITERAL("");
    }
    uint8_t *out = arena_alloc(r->arena, (size_t)(close - r->at) + 1);
    size_t count = 0;
    while (r->at < close && !r->broken) {
        if (*r->at != '\\') out[count++] = *r->at++;
        else if (r->at[1] == 'u') {
            r->at += 2;
            out[count++] = (uint8_t)hex4(r);
        } else {
            out[count++] = r->at[1];
            r->at += 2;
        }
    }
    r->at = close + 1;
    return bytes_of(out, count);
}

static struct notice_reason read_reason(struct reading *r) {
    need(r, "{\"code\":");
    struct bytes code = text(r);
    need(r, ",\"field\":");
    struct bytes field = text(r);
    need(r, ",\"zh\":");
    struct bytes zh = text(r);
    need(r, ",\"en\":");
    struct bytes en = text(r);
    need(r, "}");
    return (struct notice_reason){(const char *)code.at, field, (const char *)zh.at, (const char *)en.at};
}

static struct notice_clock read_clock(struct reading *r) {
    struct notice_clock clock = {.rule = ""};
    need(r, "{\"rule\":");
    clock.rule = (const char *)text(r).at;
    need(r, ",\"due_strict\":");
    clock.due_strict = number(r);
    need(r, ",\"due_lenient\":");
    clock.due_lenient = number(r);
    need(r, ",\"statutory\":");
    clock.statutory = next_is(r, "true");
    if (!clock.statutory) need(r, "false");
    need(r, "}");
    return clock;
}

static enum outcome not_ours(struct fault *fault, struct bytes answer) {
    return fault_set(fault, FATAL, "INTERNAL", "an answer in the ledger is not of the known form: %.*s",
                     (int)(answer.count < 80 ? answer.count : 80), (const char *)answer.at);
}

enum outcome answer_read(struct arena *arena, struct bytes answer, struct notice *notice, struct fault *fault) {
    if (!answer.count) return OK;
    struct reading r = {arena, answer.at, answer.at + answer.count, false};
    struct notice_reason *reasons = arena_array(arena, LIMIT_REASONS, sizeof *reasons);
    struct notice_clock *clocks = arena_array(arena, LIMIT_CLOCKS, sizeof *clocks);
    size_t reason_count = 0, clock_count = 0;
    need(&r, "{\"reasons\":[");
    while (!r.broken && reason_count < LIMIT_REASONS && r.at < r.end && *r.at != ']') {
        if (reason_count) need(&r, ",");
        reasons[reason_count++] = read_reason(&r);
    }
    need(&r, "],\"clocks\":[");
    while (!r.broken && clock_count < LIMIT_CLOCKS && r.at < r.end && *r.at != ']') {
        if (clock_count) need(&r, ",");
        clocks[clock_count++] = read_clock(&r);
    }
    need(&r, "]}");
    if (r.broken || r.at != r.end) return not_ours(fault, answer);
    notice->reasons = reasons;
    notice->reason_count = reason_count;
    notice->clocks = clocks;
    notice->clock_count = clock_count;
    return OK;
}

struct bytes answer_write_place(struct arena *arena, int32_t lane, int64_t serial) {
    return bytes_of_cstr(arena_printf(arena, "{\"lane\":%d,\"serial\":%lld}", lane, (long long)serial));
}

enum outcome answer_read_place(struct bytes answer, int32_t *ret_lane, int64_t *ret_serial, struct fault *fault) {
    struct reading r = {NULL, answer.at, answer.at + answer.count, false};
    need(&r, "{\"lane\":");
    int64_t lane = number(&r);
    need(&r, ",\"serial\":");
    int64_t serial = number(&r);
    need(&r, "}");
    if (r.broken || r.at != r.end || lane < 0 || lane >= (int64_t)LIMIT_LANES) return not_ours(fault, answer);
    *ret_lane = (int32_t)lane;
    *ret_serial = serial;
    return OK;
}
