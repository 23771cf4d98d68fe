/* Headers to JSON and back. */
#include "broker/deliver/kept.h"
#include "base/fault.h"
#include "base/limits.h"
#include "base/line.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_TRACE        512u
#define MAX_HEADERS      100u
#define MAX_HEADER_BYTES (64u * KIB)

/* Visible ASCII that needs no escape in JSON. */
static bool plain(struct bytes text) {
    for (size_t i = 0; i < text.count; i++) {
        if (text.at[i] < 0x20 || text.at[i] > 0x7e || text.at[i] == '"' || text.at[i] == '\\') return false;
    }
    return text.count > 0;
}

static struct bytes header(const struct bus_message *message, const char *name) {
    struct bytes text = bus_header(message, name);
    return text.count <= MAX_TRACE && plain(text) ? text : BYTES_NONE;
}

struct bytes kept_tracing(struct arena *arena, const struct bus_message *message) {
    struct bytes parent = header(message, "traceparent"), state = header(message, "tracestate");
    if (!parent.count) return BYTES_NONE;
    if (!state.count) return bytes_of_cstr(arena_printf(arena, "{\"traceparent\":\"%.*s\"}", BYTES_FMT(parent)));
    return bytes_of_cstr(
        arena_printf(arena, "{\"traceparent\":\"%.*s\",\"tracestate\":\"%.*s\"}", BYTES_FMT(parent), BYTES_FMT(state)));
}

static json_t *value_of(const uint8_t *at, size_t count) {
    bool text = true;
    for (size_t i = 0; i < count; i++) text = text && at[i] >= 0x20 && at[i] != 0x7f;
    /* NULL where not UTF-8 */
    json_t *value = text ? json_stringn(count ? (const char *)at : "", count) : NULL;
    if (value) return value;
    char *hex = calloc(count * 2 + 1, 1);
    INVARIANT(hex);
    for (size_t i = 0; i < count; i++) snprintf(hex + 2 * i, 3, "%02x", at[i]);
    value = json_pack("{s:s}", "hex", hex);
    free(hex);
    return value;
}

static void keep_one(json_t *root, const char *name, const void *at, size_t count) {
    size_t length = strlen(name);
    char *clean = strdup(name);
    INVARIANT(clean);
    line_clean(clean, length);
    json_t *value = value_of(at, count), *before = json_object_get(root, clean);
    if (!before) json_object_set_new(root, clean, value);
    else if (json_is_array(before)) json_array_append_new(before, value);
    else json_object_set_new(root, clean, json_pack("[O, o]", before, value));
    free(clean);
}

struct bytes kept_all(struct arena *arena, const struct bus_message *message) {
    json_t *root = json_object();
    const char *name;
    struct bytes value;
    size_t bytes = 0, dropped = 0;
    for (size_t i = 0; bus_header_at(message, i, &name, &value); i++) {
        bytes += strlen(name) + value.count;
        if (i >= MAX_HEADERS || bytes > MAX_HEADER_BYTES) dropped++;
        else keep_one(root, name, value.at, value.count);
    }
    if (dropped) {
        char text[24];
        snprintf(text, sizeof text, "%zu", dropped);
        json_object_set_new(root, "ecocase_headers_dropped", json_string(text));
    }
    char *text = json_dumps(root, JSON_COMPACT);
    INVARIANT(text);
    struct bytes kept = json_object_size(root) ? arena_copy(arena, bytes_of_cstr(text)) : BYTES_NONE;
    free(text);
    json_decref(root);
    return kept;
}

static void add_value(struct bus_headers *headers, const char *name, const json_t *value) {
    if (json_is_string(value)) {
        bus_headers_add(headers, bytes_of_cstr(name), bytes_of(json_string_value(value), json_string_length(value)));
        return;
    }
    const char *hex = json_string_value(json_object_get(value, "hex"));
    if (!hex) return;
    size_t count = strlen(hex) / 2;
    uint8_t *bytes = calloc(count + 1, 1);
    INVARIANT(bytes);
    for (size_t i = 0; i < count; i++) {
        unsigned byte = 0;
        if (sscanf((const char[]){hex[2 * i], hex[2 * i + 1], 0}, "%2x", &byte) == 1) bytes[i] = (uint8_t)byte;
    }
    bus_headers_add(headers, bytes_of_cstr(name), bytes_of(bytes, count));
    free(bytes);
}

void kept_add(struct bus_headers *headers, struct bytes kept) {
    json_t *root = kept.count ? json_loadb((const char *)kept.at, kept.count, 0, NULL) : NULL;
    const char *name;
    json_t *value;
    json_object_foreach(root, name, value) {
        if (!json_is_array(value)) add_value(headers, name, value);
        for (size_t i = 0; i < json_array_size(value); i++) add_value(headers, name, json_array_get(value, i));
    }
    json_decref(root);
}
