/* A referral's clocks as the jsonb of referral.clocks: readable from SQL, and read back field by field. */
#include "broker/ledger/connection.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

static void add_instant(char *line, size_t room, size_t *count, const char *name, instant at) {
    if (at != INSTANT_NONE) *count += (size_t)snprintf(line + *count, room - *count, ",\"%s\":%" PRId64, name, at);
}

static size_t write_clock(char *line, size_t room, const struct clock *clock) {
    size_t count = (size_t)snprintf(line, room, "{\"rule\":\"%s\",\"state\":\"%c\",\"statutory\":%s,\"measured\":%s,\"actor\":%d", clock->rule,
                                    clock->state, clock->statutory ? "true" : "false", clock->measured ? "true" : "false", clock->actor);
    add_instant(line, room, &count, "start", clock->started_at);
    add_instant(line, room, &count, "strict", clock->due_strict);
    add_instant(line, room, &count, "lenient", clock->due_lenient);
    add_instant(line, room, &count, "stop", clock->stopped_at);
    count += (size_t)snprintf(line + count, room - count, "}");
    PROMISE(count < room);
    return count;
}

/* An element of a jsonb[]: length, version 1, text. */
void clocks_write(struct form *form, const struct clock *clocks, size_t count) {
    char text[LIMIT_CLOCKS * 240 + 8];
    size_t at = 0;
    text[at++] = 1;
    text[at++] = '[';
    for (size_t i = 0; i < count; i++) {
        if (i > 0) text[at++] = ',';
        at += write_clock(text + at, sizeof text - at, &clocks[i]);
    }
    text[at++] = ']';
    form_field_bytes(form, bytes_of(text, at));
}

static instant read_instant(const json_t *clock, const char *name) {
    const json_t *at = json_object_get(clock, name);
    return json_is_integer(at) ? (instant)json_integer_value(at) : INSTANT_NONE;
}

void clocks_read(struct bytes json, struct referral *into) {
    json_t *list = json_loadb((const char *)json.at, json.count, 0, NULL);
    size_t count = json_array_size(list);
    if (count > LIMIT_CLOCKS) count = LIMIT_CLOCKS;
    for (size_t i = 0; i < count; i++) {
        const json_t *from = json_array_get(list, i);
        struct clock *clock = &into->clocks[i];
        const char *rule = json_string_value(json_object_get(from, "rule")), *state = json_string_value(json_object_get(from, "state"));
        if (rule) snprintf(clock->rule, sizeof clock->rule, "%s", rule);
        clock->state = state ? state[0] : CLOCK_VOID;
        clock->statutory = json_is_true(json_object_get(from, "statutory"));
        clock->measured = json_is_true(json_object_get(from, "measured"));
        clock->actor = (int16_t)json_integer_value(json_object_get(from, "actor"));
        clock->started_at = read_instant(from, "start");
        clock->due_strict = read_instant(from, "strict");
        clock->due_lenient = read_instant(from, "lenient");
        clock->stopped_at = read_instant(from, "stop");
    }
    into->clock_count = (uint8_t)count;
    json_decref(list);
}
