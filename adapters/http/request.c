/* The texts of a request taken apart: path, numbers, credentials, ranges. */
#include "adapters/http/request.h"
#include <strings.h>

static bool part(const char **at, struct bytes *ret) {
    if (**at != '/') return false;
    const char *from = *at + 1;
    size_t count = strcspn(from, "/");
    *ret = bytes_of(from, count);
    *at = from + count;
    return count > 0;
}

static bool plain_id(struct bytes id) {
    for (size_t i = 0; i < id.count; i++) {
        bool fine = (id.at[i] >= '0' && id.at[i] <= '9') || (id.at[i] >= 'a' && id.at[i] <= 'z') || id.at[i] == '-';
        if (!fine) return false;
    }
    return id.count > 0 && id.count <= 80;
}

static struct route route_submission(const char *at) {
    struct bytes id;
    if (!*at) return (struct route){.kind = ROUTE_SUBMIT, .method = "POST"};
    if (!part(&at, &id) || *at || !plain_id(id)) return (struct route){0};
    return (struct route){.kind = ROUTE_SUBMISSION, .method = "GET", .id = id};
}

static struct route route_inbox(const char *at) {
    struct bytes id, word, digits;
    int64_t nth = 0;
    char text[8] = "";
    if (!*at) return (struct route){.kind = ROUTE_INBOX, .method = "GET"};
    if (!part(&at, &id) || !plain_id(id)) return (struct route){0};
    if (!*at) return (struct route){.kind = ROUTE_MESSAGE, .method = "GET", .id = id};
    if (!part(&at, &word)) return (struct route){0};
    if (bytes_equal_cstr(word, "acknowledge") && !*at)
        return (struct route){.kind = ROUTE_ACKNOWLEDGE, .method = "POST", .id = id};
    if (!bytes_equal_cstr(word, "files") || !part(&at, &digits) || *at || digits.count >= sizeof text)
        return (struct route){0};
    memcpy(text, digits.at, digits.count);
    if (!request_number(text, 0, 9999, -1, &nth)) return (struct route){0};
    return (struct route){.kind = ROUTE_FILE, .method = "GET", .id = id, .nth = (unsigned)nth};
}

struct route route_find(const char *path) {
    struct bytes version, first;
    if (!part(&path, &version) || !bytes_equal_cstr(version, "v1") || !part(&path, &first)) return (struct route){0};
    if (bytes_equal_cstr(first, "health") && !*path) return (struct route){.kind = ROUTE_HEALTH, .method = "GET"};
    if (bytes_equal_cstr(first, "metrics") && !*path) return (struct route){.kind = ROUTE_METRICS, .method = "GET"};
    if (bytes_equal_cstr(first, "submissions")) return route_submission(path);
    if (bytes_equal_cstr(first, "inbox")) return route_inbox(path);
    return (struct route){0};
}

bool request_number(const char *text, int64_t least, int64_t most, int64_t otherwise, int64_t *ret) {
    int64_t value = 0;
    if (!text) {
        *ret = otherwise;
        return true;
    }
    size_t count = strlen(text);
    if (!count || count > 18 || strspn(text, "0123456789") != count) return false;
    for (size_t i = 0; i < count; i++) value = value * 10 + (text[i] - '0');
    if (value < least || value > most) return false;
    *ret = value;
    return true;
}

struct bytes request_credential(const char *authorization, const char *api_key) {
    if (authorization && strncasecmp(authorization, "Bearer ", 7) == 0)
        return bytes_of_cstr(authorization + 7 + strspn(authorization + 7, " "));
    return api_key ? bytes_of_cstr(api_key) : BYTES_NONE;
}

bool request_idempotency_key(const char *text, struct bytes *ret) {
    struct bytes key = bytes_of_cstr(text);
    if (key.count >= 2 && key.at[0] == '"' && key.at[key.count - 1] == '"') key = bytes_of(key.at + 1, key.count - 2);
    if (!key.count || key.count > 255) return false;
    for (size_t i = 0; i < key.count; i++) {
        if (key.at[i] < 0x20 || key.at[i] > 0x7e) return false;
    }
    *ret = key;
    return true;
}

/* RFC 2046: 1 to 70 characters of a small set, no blank at the end. */
static bool boundary_sound(const char *at) {
    bool quoted = *at == '"';
    size_t count = 0;
    at += quoted;
    while (at[count] && (quoted ? at[count] != '"' : !strchr("; \t", at[count]))) {
        unsigned char c = (unsigned char)at[count++];
        bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!word && !strchr(quoted ? "'()+_,-./:=? " : "'+_-.", c)) return false;
    }
    if (quoted && at[count] != '"') return false;
    return count >= 1 && count <= 70 && at[count - 1] != ' ';
}

bool request_multipart(const char *content_type, bool *ret_sound) {
    static const char kind[] = "multipart/form-data";
    *ret_sound = false;
    if (!content_type || strncasecmp(content_type, kind, sizeof kind - 1) != 0) return false;
    const char *at = content_type + sizeof kind - 1;
    if (*at && !strchr("; \t", *at)) return false;
    while (*at) {
        at += strspn(at, "; \t");
        if (strncasecmp(at, "boundary=", 9) == 0) {
            *ret_sound = boundary_sound(at + 9);
            return true;
        }
        at += strcspn(at, ";");
    }
    return true;
}

enum range request_range(const char *text, int64_t size, int64_t *ret_from, int64_t *ret_count) {
    static const char unit[] = "bytes=";
    char first[20] = "", last[20] = "";
    int64_t from = 0, to = size - 1;
    if (!text || strncasecmp(text, unit, sizeof unit - 1) != 0) return RANGE_ALL;
    const char *at = text + sizeof unit - 1, *dash = strchr(at, '-');
    if (!dash || dash - at >= (int)sizeof first || strlen(dash + 1) >= sizeof last) return RANGE_ALL;
    memcpy(first, at, (size_t)(dash - at));
    memcpy(last, dash + 1, strlen(dash + 1));
    bool sound = first[0] || last[0];
    if (first[0]) sound = request_number(first, 0, INT64_MAX, 0, &from);
    if (last[0]) sound = sound && request_number(last, first[0] ? from : 0, INT64_MAX, 0, &to);
    if (!sound) return RANGE_ALL;
    if (!first[0]) { /* the last so many bytes */
        from = to < size ? size - to : 0;
        to = size - 1;
    }
    if (from >= size) return RANGE_NOTHING;
    *ret_from = from;
    *ret_count = (to < size ? to + 1 : size) - from;
    return RANGE_PART;
}
