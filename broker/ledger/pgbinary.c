/* PostgreSQL's binary form, out and in. Source: PostgreSQL 15, chapters 55.7 (COPY), array_send, timestamptz_send (µs
 * since 2000-01-01), jsonb_send. */
#include "broker/ledger/pgbinary_inside.h"
#include <endian.h>
#include "base/limits.h"

#define FORM_MAX     (64u * MIB)
#define YEAR_2000_MS INT64_C(946684800000)
#define YEAR_1_MS    (-INT64_C(62135596800000))
#define YEAR_9999_MS INT64_C(253402300799000)

void pgbinary_init(struct pgbinary *binary) {
    buffer_init(&binary->buffer, FORM_MAX);
    binary->failed = false;
}

void pgbinary_free(struct pgbinary *binary) { buffer_free(&binary->buffer); }

void pgbinary_clear(struct pgbinary *binary) {
    buffer_clear(&binary->buffer);
    binary->failed = false;
}

enum outcome pgbinary_check(const struct pgbinary *binary, struct fault *fault) {
    if (binary->failed)
        return fault_set(fault, FATAL, "TOO_LARGE", "a batch needs more than %u bytes for the ledger", FORM_MAX);
    return OK;
}

/* Where `count` more bytes go, or NULL. A batch is some hundred thousand numbers: the usual case is one comparison. */
static inline uint8_t *reserve(struct pgbinary *binary, size_t count) {
    struct buffer *buffer = &binary->buffer;
    if (buffer->capacity - buffer->count < count && buffer_reserve(buffer, count, NULL) != OK) {
        binary->failed = true;
        return NULL;
    }
    uint8_t *at = buffer->at + buffer->count;
    buffer->count += count;
    return at;
}

void pgbinary_raw(struct pgbinary *binary, struct bytes what) {
    uint8_t *at = what.count > 0 ? reserve(binary, what.count) : NULL;
    if (at) memcpy(at, what.at, what.count);
}

static inline void put16(uint8_t *at, uint16_t value) {
    value = htobe16(value);
    memcpy(at, &value, sizeof value);
}
static inline void put32(uint8_t *at, uint32_t value) {
    value = htobe32(value);
    memcpy(at, &value, sizeof value);
}
static inline void put64(uint8_t *at, uint64_t value) {
    value = htobe64(value);
    memcpy(at, &value, sizeof value);
}

void pgbinary_int16(struct pgbinary *binary, int16_t value) {
    uint8_t *at = reserve(binary, 2);
    if (at) put16(at, (uint16_t)value);
}
void pgbinary_int32(struct pgbinary *binary, int32_t value) {
    uint8_t *at = reserve(binary, 4);
    if (at) put32(at, (uint32_t)value);
}
void pgbinary_int64(struct pgbinary *binary, int64_t value) {
    uint8_t *at = reserve(binary, 8);
    if (at) put64(at, (uint64_t)value);
}
void pgbinary_null(struct pgbinary *binary) { pgbinary_int32(binary, -1); }

/* A field's length, and where its value goes. */
static inline uint8_t *field(struct pgbinary *binary, size_t count) {
    uint8_t *at = reserve(binary, 4 + count);
    if (!at) return NULL;
    put32(at, (uint32_t)count);
    return at + 4;
}
void pgbinary_field_int16(struct pgbinary *binary, int16_t value) {
    uint8_t *at = field(binary, 2);
    if (at) put16(at, (uint16_t)value);
}
void pgbinary_field_int32(struct pgbinary *binary, int32_t value) {
    uint8_t *at = field(binary, 4);
    if (at) put32(at, (uint32_t)value);
}
void pgbinary_field_int64(struct pgbinary *binary, int64_t value) {
    uint8_t *at = field(binary, 8);
    if (at) put64(at, (uint64_t)value);
}
void pgbinary_field_char(struct pgbinary *binary, char value) { pgbinary_field_bytes(binary, bytes_of(&value, 1)); }

void pgbinary_instant(struct pgbinary *binary, instant at) {
    if (at < YEAR_1_MS) at = YEAR_1_MS;
    if (at > YEAR_9999_MS) at = YEAR_9999_MS;
    pgbinary_int64(binary, (at - YEAR_2000_MS) * 1000);
}

void pgbinary_field_instant(struct pgbinary *binary, instant at) {
    if (at == INSTANT_NONE) {
        pgbinary_null(binary);
        return;
    }
    pgbinary_int32(binary, 8);
    pgbinary_instant(binary, at);
}

size_t pgbinary_field_begin(struct pgbinary *binary) {
    pgbinary_int32(binary, 0);
    return binary->buffer.count;
}
void pgbinary_field_end(struct pgbinary *binary, size_t from) {
    if (binary->failed) return;
    size_t count = binary->buffer.count - from;
    for (size_t i = 0; i < 4; i++) binary->buffer.at[from - 4 + i] = (uint8_t)(count >> (24 - 8 * i));
}

void pgbinary_field_uuid(struct pgbinary *binary, const struct uuid *uuid) {
    pgbinary_field_bytes(binary, bytes_of(uuid->b, 16));
}

void pgbinary_field_bytes(struct pgbinary *binary, struct bytes what) {
    uint8_t *at = field(binary, what.count);
    if (at && what.count > 0) memcpy(at, what.at, what.count);
}

/* Bytes of the UTF-8 character at `at`, 0 where there is none that Postgres takes. */
static size_t character(const uint8_t *at, size_t left) {
    uint8_t a = at[0];
    if (a < 0x80) return a != 0;
    size_t count = a >= 0xC2 && a <= 0xDF ? 2 : (a & 0xF0) == 0xE0 ? 3 : a >= 0xF0 && a <= 0xF4 ? 4 : 0;
    if (count == 0 || count > left) return 0;
    for (size_t i = 1; i < count; i++) {
        if ((at[i] & 0xC0) != 0x80) return 0;
    }
    if ((a == 0xE0 && at[1] < 0xA0) || (a == 0xED && at[1] > 0x9F)) return 0;
    if ((a == 0xF0 && at[1] < 0x90) || (a == 0xF4 && at[1] > 0x8F)) return 0;
    return count;
}

void pgbinary_field_text(struct pgbinary *binary, struct bytes what) {
    pgbinary_int32(binary, (int32_t)what.count);
    size_t from = 0;
    for (size_t i = 0; i < what.count;) {
        size_t count = character(what.at + i, what.count - i);
        if (count > 0) {
            i += count;
            continue;
        }
        pgbinary_raw(binary, bytes_of(what.at + from, i - from));
        pgbinary_raw(binary, BYTES_LITERAL("?"));
        from = ++i;
    }
    if (what.count > from) pgbinary_raw(binary, bytes_of(what.at + from, what.count - from));
}

void pgbinary_array(struct pgbinary *binary, enum oid element, size_t count, int32_t first) {
    pgbinary_int32(binary, count > 0);
    pgbinary_int32(binary, 1);
    pgbinary_int32(binary, (int32_t)element);
    if (count == 0) return;
    pgbinary_int32(binary, (int32_t)count);
    pgbinary_int32(binary, first);
}

void pgbinary_lane_array(struct pgbinary *binary, const int64_t *values) {
    pgbinary_array(binary, OID_INT8, LIMIT_PARTICIPANTS, 0);
    for (size_t i = 0; i < LIMIT_PARTICIPANTS; i++) pgbinary_field_int64(binary, values[i]);
}

static int64_t read_int(const uint8_t *at, size_t count) {
    uint64_t value = count > 0 && (at[0] & 0x80) ? UINT64_MAX : 0;
    for (size_t i = 0; i < count; i++) value = value << 8 | at[i];
    return (int64_t)value;
}

struct bytes column_bytes(const PGresult *result, int row, int column) {
    if (PQgetisnull(result, row, column)) return BYTES_NONE;
    return bytes_of(PQgetvalue(result, row, column), (size_t)PQgetlength(result, row, column));
}

int64_t column_int(const PGresult *result, int row, int column) {
    struct bytes view = column_bytes(result, row, column);
    return read_int(view.at, view.count);
}

bool column_bool(const PGresult *result, int row, int column) { return column_int(result, row, column) != 0; }

char column_char(const PGresult *result, int row, int column) {
    struct bytes view = column_bytes(result, row, column);
    return view.count == 1 ? (char)view.at[0] : '\0';
}

instant column_instant(const PGresult *result, int row, int column) {
    if (PQgetisnull(result, row, column)) return INSTANT_NONE;
    int64_t us = column_int(result, row, column);
    int64_t ms = us / 1000 - (us % 1000 < 0 ? 1 : 0);
    return ms + YEAR_2000_MS;
}

struct uuid column_uuid(const PGresult *result, int row, int column) {
    struct uuid uuid = {{0}};
    struct bytes view = column_bytes(result, row, column);
    if (view.count == sizeof uuid.b) memcpy(uuid.b, view.at, sizeof uuid.b);
    return uuid;
}

void column_cstr(const PGresult *result, int row, int column, char *ret, size_t capacity) {
    struct bytes view = column_bytes(result, row, column);
    size_t count = view.count < capacity ? view.count : capacity - 1;
    if (view.at && count > 0) memcpy(ret, view.at, count);
    ret[count] = '\0';
}

size_t column_array_count(const PGresult *result, int row, int column) {
    struct bytes view = column_bytes(result, row, column);
    if (view.count < 20 || read_int(view.at, 4) != 1) return 0;
    return (size_t)read_int(view.at + 12, 4);
}

int64_t column_array_int(const PGresult *result, int row, int column, size_t i) {
    struct bytes view = column_bytes(result, row, column);
    size_t width = read_int(view.at + 8, 4) == OID_INT2 ? 2 : 8;
    size_t at = 20 + i * (width + 4) + 4;
    return at + width <= view.count ? read_int(view.at + at, width) : 0;
}
