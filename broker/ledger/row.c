/* Rows of lanes, events and referrals as read from a binary result. A referral's clocks are kept as numbers: cheap to
 * write, and readable in SQL through ecocase.clocks_of. */
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
    size_t count = column_array_count(result, row, 14), capacity = sizeof ret->deliveries / sizeof ret->deliveries[0];
    ret->delivery_count = count < capacity ? count : capacity;
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
    ret->related_cases = arena_copy(arena, column_bytes(result, row, 21));
}

/* The rule's name as eight bytes, filled up with spaces. */
static int64_t name_number(const char *rule) {
    uint64_t number = 0;
    size_t count = strnlen(rule, 8);
    for (size_t i = 0; i < 8; i++) number = number << 8 | (uint8_t)(i < count ? rule[i] : ' ');
    return (int64_t)number;
}

static void name_read(int64_t number, char *ret, size_t capacity) {
    size_t count = 0;
    for (size_t i = 0; i < 8 && count + 1 < capacity; i++) {
        char c = (char)((uint64_t)number >> (56 - 8 * i) & 0xFF);
        if (c != ' ') ret[count++] = c;
    }
    ret[count] = '\0';
}

void clocks_write(struct pgbinary *binary, const struct clock *clocks, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct clock *clock = &clocks[i];
        pgbinary_field_int64(binary, name_number(clock->rule));
        pgbinary_field_int64(binary, (uint8_t)clock->state | clock->statutory << 8 | clock->measured << 9 |
                                         clock->alerted << 10 | (int64_t)clock->actor * 65536);
        pgbinary_field_int64(binary, clock->started_at);
        pgbinary_field_int64(binary, clock->due_strict);
        pgbinary_field_int64(binary, clock->due_lenient);
        pgbinary_field_int64(binary, clock->stopped_at);
    }
}

void clocks_read(const PGresult *result, int row, int column, struct referral *into) {
    size_t count = column_array_count(result, row, column) / CLOCK_NUMBERS;
    if (count > LIMIT_CLOCKS) count = LIMIT_CLOCKS;
    into->clock_count = (uint8_t)count;
    for (size_t i = 0; i < count; i++) {
        struct clock *clock = &into->clocks[i];
        int64_t numbers[CLOCK_NUMBERS];
        for (size_t k = 0; k < CLOCK_NUMBERS; k++)
            numbers[k] = column_array_int(result, row, column, i * CLOCK_NUMBERS + k);
        name_read(numbers[0], clock->rule, sizeof clock->rule);
        clock->state = (char)(numbers[1] & 0xFF);
        clock->statutory = (numbers[1] & 256) != 0;
        clock->measured = (numbers[1] & 512) != 0;
        clock->alerted = (uint8_t)(numbers[1] >> 10 & 63);
        clock->actor = (int16_t)(numbers[1] >> 16);
        clock->started_at = numbers[2];
        clock->due_strict = numbers[3];
        clock->due_lenient = numbers[4];
        clock->stopped_at = numbers[5];
    }
}

struct referral *referral_row_read(const PGresult *result, int row, struct arena *keep) {
    struct referral *r = arena_alloc(keep, sizeof *r);
    r->case_id = column_uuid(result, row, 0);
    r->id = column_uuid(result, row, 1);
    column_cstr(result, row, 2, r->machine, sizeof r->machine);
    column_cstr(result, row, 3, r->state, sizeof r->state);
    r->rules = (int16_t)column_int(result, row, 4);
    r->opener = (int16_t)column_int(result, row, 5);
    r->holder = (int16_t)column_int(result, row, 6);
    r->referrer = (int16_t)column_int(result, row, 7);
    r->parent = column_uuid(result, row, 8);
    r->flags = (uint32_t)column_int(result, row, 9);
    column_cstr(result, row, 10, r->category, sizeof r->category);
    column_cstr(result, row, 11, r->county, sizeof r->county);
    r->title = arena_copy(keep, column_bytes(result, row, 12));
    r->numbers = arena_copy(keep, column_bytes(result, row, 13));
    r->opened_at = column_instant(result, row, 14);
    r->changed_at = column_instant(result, row, 15);
    r->event_count = (int32_t)column_int(result, row, 16);
    clocks_read(result, row, 17, r);
    r->regime = (int16_t)column_int(result, row, 18);
    r->gaps = (uint64_t)column_int(result, row, 19);
    r->parties = (uint64_t)column_int(result, row, 20);
    r->countersign = arena_copy(keep, column_bytes(result, row, 21));
    r->manual_service = arena_copy(keep, column_bytes(result, row, 22));
    r->alarm_at = column_instant(result, row, 23);
    r->handling = (int8_t)column_int(result, row, 24);
    r->handling_expires = column_instant(result, row, 25);
    r->roster = arena_copy(keep, column_bytes(result, row, 26));
    r->facts = arena_copy(keep, column_bytes(result, row, 27));
    r->hints = arena_copy(keep, column_bytes(result, row, 28));
    r->hint_marks = (uint64_t)column_int(result, row, 29);
    r->persons = arena_copy(keep, column_bytes(result, row, 30));
    r->penalty = arena_copy(keep, column_bytes(result, row, 31));
    return r;
}
