/* Escapes: quote and backslash by a backslash, control characters as \u00xx; everything else as it is. */
#include "base/json_text.h"
#include "base/fault.h"
#include <stdio.h>

void json_write_raw(struct json_writer *w, struct bytes text) {
    INVARIANT(text.count <= w->capacity - w->count);
    if (text.count) memcpy(w->at + w->count, text.at, text.count);
    w->count += text.count;
}

void json_write_text(struct json_writer *w, struct bytes text) {
    JSON_WRITE(w, "\"");
    INVARIANT(text.count <= (w->capacity - w->count) / JSON_QUOTED_MAX);
    for (size_t i = 0; i < text.count; i++) {
        uint8_t c = text.at[i];
        if (c == '"' || c == '\\') w->at[w->count++] = '\\';
        if (c < 0x20) {
            char escape[JSON_QUOTED_MAX + 1];
            snprintf(escape, sizeof escape, "\\u%04x", c);
            memcpy(w->at + w->count, escape, JSON_QUOTED_MAX);
            w->count += JSON_QUOTED_MAX;
        } else w->at[w->count++] = (char)c;
    }
    JSON_WRITE(w, "\"");
}

void json_write_int(struct json_writer *w, int64_t value) {
    char text[24];
    json_write_raw(w, bytes_of(text, (size_t)snprintf(text, sizeof text, "%lld", (long long)value)));
}

static void advance(struct json_reader *r, size_t count) {
    if (!count) return;
    r->rest = bytes_of(r->rest.at + count, r->rest.count - count);
}

bool json_take(struct json_reader *r, const char *literal) {
    size_t count = strlen(literal);
    if (r->rest.count < count || memcmp(r->rest.at, literal, count) != 0) return false;
    advance(r, count);
    return true;
}

void json_need(struct json_reader *r, const char *literal) {
    if (!json_take(r, literal)) r->broken = true;
}

bool json_at(const struct json_reader *r, char next) { return r->rest.count && r->rest.at[0] == (uint8_t)next; }

int64_t json_int(struct json_reader *r) {
    char text[24];
    size_t count = 0;
    while (count < r->rest.count && count < sizeof text - 1 &&
           (r->rest.at[count] == '-' || (r->rest.at[count] >= '0' && r->rest.at[count] <= '9'))) {
        text[count] = (char)r->rest.at[count];
        count++;
    }
    text[count] = 0;
    advance(r, count);
    long long value = 0;
    if (sscanf(text, "%lld", &value) != 1) r->broken = true;
    return value;
}

/* The character behind a backslash; how much of the text stood for it. */
static size_t unescape(struct json_reader *r, const uint8_t *at, const uint8_t *close, uint8_t *ret) {
    unsigned value = 0;
    if (at[0] != 'u') {
        *ret = at[0];
        return 1;
    }
    const char digits[] = {close - at > 4 ? (char)at[1] : 0, close - at > 4 ? (char)at[2] : 0,
                           close - at > 4 ? (char)at[3] : 0, close - at > 4 ? (char)at[4] : 0, 0};
    if (sscanf(digits, "%4x", &value) != 1) r->broken = true;
    *ret = (uint8_t)value;
    return 5;
}

struct bytes json_text(struct json_reader *r, struct arena *arena) {
    json_need(r, "\"");
    const uint8_t *at = r->rest.at, *end = at + r->rest.count, *close = at;
    while (close < end && *close != '"') close += *close == '\\' ? 2 : 1;
    if (r->broken || close >= end) {
        r->broken = true;
        return BYTES_LITERAL("");
    }
    uint8_t *out = arena_alloc(arena, (size_t)(close - at) + 1);
    size_t count = 0;
    while (at < close && !r->broken) {
        if (*at != '\\') out[count++] = *at++;
        else at += 1 + unescape(r, at + 1, close, &out[count++]);
    }
    advance(r, (size_t)(close - r->rest.at) + 1);
    return bytes_of(out, count);
}

bool json_done(const struct json_reader *r) { return !r->broken && !r->rest.count; }
