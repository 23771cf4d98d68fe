/* Every accepted submission of a participant with receipts passes here twice: written with its row, read for its
 * notice. */
#include "broker/entry/answer.h"
#include "base/fault.h"
#include "base/json_text.h"
#include "wire/reason.h"

#define CLOCK_CAPACITY  128u
#define REASON_CAPACITY 64u
#define FRAME_CAPACITY  64u

static void write_reason(struct json_writer *w, const struct notice_reason *reason) {
    const struct reason *known = reason_find(reason->code);
    JSON_WRITE(w, "{\"code\":");
    json_write_text(w, bytes_of_cstr(known->code));
    JSON_WRITE(w, ",\"field\":");
    json_write_text(w, reason->field);
    JSON_WRITE(w, ",\"zh\":");
    json_write_text(w, bytes_of_cstr(known->zh));
    JSON_WRITE(w, ",\"en\":");
    json_write_text(w, bytes_of_cstr(known->en));
    JSON_WRITE(w, "}");
}

static void write_clock(struct json_writer *w, const struct clock *clock) {
    JSON_WRITE(w, "{\"rule\":\"");
    json_write_raw(w, bytes_of(clock->rule, strnlen(clock->rule, sizeof clock->rule - 1)));
    JSON_WRITE(w, "\",\"due_strict\":");
    json_write_int(w, clock->due_strict);
    JSON_WRITE(w, ",\"due_lenient\":");
    json_write_int(w, clock->due_lenient);
    if (clock->statutory) JSON_WRITE(w, ",\"statutory\":true}");
    else JSON_WRITE(w, ",\"statutory\":false}");
}

static size_t capacity_of(const struct notice_reason *reasons, size_t reason_count, size_t clock_count) {
    size_t capacity = FRAME_CAPACITY + clock_count * CLOCK_CAPACITY;
    for (size_t i = 0; i < reason_count; i++) {
        const struct reason *known = reason_find(reasons[i].code);
        capacity += REASON_CAPACITY + JSON_QUOTED_MAX * (strlen(known->code) + strlen(known->zh) + strlen(known->en) +
                                                         reasons[i].field.count);
    }
    return capacity;
}

struct bytes answer_write(struct arena *arena, const struct notice_reason *reasons, size_t reason_count,
                          const struct clock *clocks, size_t clock_count) {
    if (!reason_count && !clock_count) return BYTES_NONE;
    struct json_writer w = {.capacity = capacity_of(reasons, reason_count, clock_count)};
    w.at = arena_alloc(arena, w.capacity);
    JSON_WRITE(&w, "{\"reasons\":[");
    for (size_t i = 0; i < reason_count; i++) {
        if (i) JSON_WRITE(&w, ",");
        write_reason(&w, &reasons[i]);
    }
    JSON_WRITE(&w, "],\"clocks\":[");
    for (size_t i = 0; i < clock_count; i++) {
        if (i) JSON_WRITE(&w, ",");
        write_clock(&w, &clocks[i]);
    }
    JSON_WRITE(&w, "]}");
    return bytes_of(w.at, w.count);
}

static struct notice_reason read_reason(struct json_reader *r, struct arena *arena) {
    json_need(r, "{\"code\":");
    struct bytes code = json_text(r, arena);
    json_need(r, ",\"field\":");
    struct bytes field = json_text(r, arena);
    json_need(r, ",\"zh\":");
    struct bytes zh = json_text(r, arena);
    json_need(r, ",\"en\":");
    struct bytes en = json_text(r, arena);
    json_need(r, "}");
    return (struct notice_reason){(const char *)code.at, field, (const char *)zh.at, (const char *)en.at};
}

static struct notice_clock read_clock(struct json_reader *r, struct arena *arena) {
    struct notice_clock clock;
    json_need(r, "{\"rule\":");
    clock.rule = (const char *)json_text(r, arena).at;
    json_need(r, ",\"due_strict\":");
    clock.due_strict = json_int(r);
    json_need(r, ",\"due_lenient\":");
    clock.due_lenient = json_int(r);
    json_need(r, ",\"statutory\":");
    clock.statutory = json_take(r, "true");
    if (!clock.statutory) json_need(r, "false");
    json_need(r, "}");
    return clock;
}

static enum outcome not_ours(struct fault *fault, struct bytes answer) {
    return fault_set(fault, FATAL, "INTERNAL", "an answer in the ledger is not of the known form: %.*s",
                     (int)(answer.count < 80 ? answer.count : 80), (const char *)answer.at);
}

enum outcome answer_read(struct arena *arena, struct bytes answer, struct notice *notice, struct fault *fault) {
    if (!answer.count) return OK;
    struct json_reader r = {answer, false};
    struct notice_reason *reasons = arena_array(arena, LIMIT_REASONS, sizeof *reasons);
    struct notice_clock *clocks = arena_array(arena, LIMIT_CLOCKS, sizeof *clocks);
    size_t reason_count = 0, clock_count = 0;
    json_need(&r, "{\"reasons\":[");
    while (!r.broken && reason_count < LIMIT_REASONS && !json_at(&r, ']')) {
        if (reason_count) json_need(&r, ",");
        reasons[reason_count++] = read_reason(&r, arena);
    }
    json_need(&r, "],\"clocks\":[");
    while (!r.broken && clock_count < LIMIT_CLOCKS && !json_at(&r, ']')) {
        if (clock_count) json_need(&r, ",");
        clocks[clock_count++] = read_clock(&r, arena);
    }
    json_need(&r, "]}");
    if (!json_done(&r)) return not_ours(fault, answer);
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
    struct json_reader r = {answer, false};
    json_need(&r, "{\"lane\":");
    int64_t lane = json_int(&r);
    json_need(&r, ",\"serial\":");
    int64_t serial = json_int(&r);
    json_need(&r, "}");
    if (!json_done(&r) || lane < 0 || lane >= (int64_t)LIMIT_LANES) return not_ours(fault, answer);
    *ret_lane = (int32_t)lane;
    *ret_serial = serial;
    return OK;
}
