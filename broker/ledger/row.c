/* A lane row and an event row as read from a binary result. See connection.h. */
#include "broker/ledger/event_row_inside.h"

static void read_places(const PGresult *result, int row, int column, int64_t *ret) {
    size_t count = column_array_count(result, row, column);
    for (size_t i = 0; i < LIMIT_PARTICIPANTS; i++) ret[i] = i < count ? column_array_int(result, row, column, i) : 0;
}

void lane_row_read(const PGresult *result, int row, struct lane_row *ret) {
    memset(ret, 0, sizeof *ret); /* also the padding: callers may compare rows */
    ret->lane = (int32_t)column_int(result, row, 0);
    ret->epoch = column_int(result, row, 1);
    ret->generation = column_int(result, row, 2);
    ret->serial = column_int(result, row, 3);
    ret->published = column_int(result, row, 4);
    ret->time = column_instant(result, row, 5);
    ret->clock_offset = column_int(result, row, 6);
    read_places(result, row, 7, ret->next_offset);
    read_places(result, row, 8, ret->sequence);
    read_places(result, row, 9, ret->delivered);
    ret->directory_version = (int32_t)column_int(result, row, 10);
}

static void read_deliveries(const PGresult *result, int row, struct ledger_event *ret) {
    struct bytes roles = column_bytes(result, row, 15);
    size_t count = column_array_count(result, row, 14), room = sizeof ret->deliveries / sizeof ret->deliveries[0];
    ret->delivery_count = count < room ? count : room;
    for (size_t i = 0; i < ret->delivery_count; i++) {
        ret->deliveries[i].to = (int16_t)column_array_int(result, row, 14, i);
        ret->deliveries[i].role = i < roles.count ? (char)roles.at[i] : '\0';
        ret->deliveries[i].sequence = column_array_int(result, row, 16, i);
    }
}

void event_row_read(const PGresult *result, int row, struct arena *arena, struct ledger_event *ret) {
    memset(ret, 0, sizeof *ret);
    ret->serial = column_int(result, row, 0);
    ret->kind = column_char(result, row, 1);
    ret->broker_time = column_instant(result, row, 2);
    ret->business_time = column_instant(result, row, 3);
    ret->sender = (int16_t)column_int(result, row, 4);
    ret->offset = column_int(result, row, 5);
    ret->has_ids = !PQgetisnull(result, row, 6);
    ret->message_id = column_uuid(result, row, 6);
    ret->case_id = column_uuid(result, row, 7);
    ret->referral_id = column_uuid(result, row, 8);
    ret->event = arena_copy(arena, column_bytes(result, row, 9));
    ret->document_no = arena_copy(arena, column_bytes(result, row, 10));
    column_cstr(result, row, 11, ret->from_state, sizeof ret->from_state);
    column_cstr(result, row, 12, ret->to_state, sizeof ret->to_state);
    ret->rules_version = (int16_t)column_int(result, row, 13);
    read_deliveries(result, row, ret);
    ret->answer = arena_copy(arena, column_bytes(result, row, 17));
    ret->key = arena_copy(arena, column_bytes(result, row, 18));
    ret->value = arena_copy(arena, column_bytes(result, row, 19));
    ret->headers = arena_copy(arena, column_bytes(result, row, 20));
    ret->elsewhere = arena_copy(arena, column_bytes(result, row, 21));
}
