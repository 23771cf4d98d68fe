/* Deliveries, lane positions, offsets. */
#include "adapters/journal/journal_inside.h"

enum outcome journal_stage(struct journal *journal, const struct delivery_entry *e, struct fault *fault) {
    struct statement s;
    TRY(journal_statement(journal, S_STAGE, &s, fault));
    statement_bind_int(&s, e->place.lane);
    statement_bind_int(&s, e->place.generation);
    statement_bind_int(&s, e->place.sequence);
    statement_bind_int(&s, e->place.epoch);
    statement_bind_int(&s, e->place.broker_time);
    statement_bind_uuid(&s, &e->message_id);
    statement_bind_int(&s, e->partition);
    statement_bind_int(&s, e->offset);
    statement_bind_text(&s, e->stem);
    statement_bind_text(&s, e->files);
    statement_bind_blob(&s, bytes_of(e->meaning.b, sizeof e->meaning.b));
    return journal_run(journal, &s, fault);
}

enum outcome journal_staged(struct journal *journal, struct arena *arena, struct delivery_entry **ret,
                            size_t *ret_count, struct fault *fault) {
    struct delivery_entry *list = NULL;
    struct statement s;
    size_t count = 0, capacity = 0;
    bool row = false;
    TRY(journal_statement(journal, S_STAGED, &s, fault));
    for (;;) {
        TRY(journal_step(journal, &s, &row, fault));
        if (!row) break;
        if (count == capacity) {
            struct delivery_entry *more = arena_array(arena, capacity = capacity ? capacity * 2 : 16, sizeof *more);
            if (count) memcpy(more, list, count * sizeof *more);
            list = more;
        }
        list[count++] = (struct delivery_entry){.place = {(int32_t)statement_column_int(&s, 0),
                                                          statement_column_int(&s, 1), statement_column_int(&s, 2),
                                                          statement_column_int(&s, 3), statement_column_int(&s, 4)},
                                                .message_id = statement_column_uuid(&s, 5),
                                                .partition = (int32_t)statement_column_int(&s, 6),
                                                .offset = statement_column_int(&s, 7),
                                                .stem = statement_column_bytes(&s, 8, arena),
                                                .files = statement_column_bytes(&s, 9, arena)};
    }
    *ret = list;
    *ret_count = count;
    return OK;
}

enum outcome journal_revealed(struct journal *journal, struct fault *fault) {
    struct statement s;
    TRY(journal_statement(journal, S_REVEALED, &s, fault));
    return journal_run(journal, &s, fault);
}

enum outcome journal_delivered(struct journal *journal, const struct uuid *message_id, const struct digest *meaning,
                               enum delivered *ret, int64_t *ret_generation, struct fault *fault) {
    struct statement s;
    bool row = false;
    TRY(journal_statement(journal, S_DELIVERED, &s, fault));
    statement_bind_uuid(&s, message_id);
    statement_bind_blob(&s, bytes_of(meaning->b, sizeof meaning->b));
    TRY(journal_step(journal, &s, &row, fault));
    *ret = DELIVERED_NEVER;
    if (!row) return OK;
    const void *kept = sqlite3_column_blob(s.handle, 0);
    *ret = !kept || memcmp(kept, meaning->b, sizeof meaning->b) == 0 ? DELIVERED_SAME : DELIVERED_OTHERWISE;
    *ret_generation = statement_column_int(&s, 1);
    sqlite3_reset(s.handle);
    return OK;
}

enum outcome journal_positions(struct journal *journal, struct lane_position *ret, size_t capacity, size_t *ret_count,
                               struct fault *fault) {
    struct statement s;
    size_t count = 0;
    bool row = false;
    TRY(journal_statement(journal, S_POSITIONS, &s, fault));
    statement_bind_int(&s, (int64_t)capacity);
    for (;;) {
        TRY(journal_step(journal, &s, &row, fault));
        if (!row) break;
        ret[count++] = (struct lane_position){(int32_t)statement_column_int(&s, 0), statement_column_int(&s, 1),
                                              statement_column_int(&s, 2), statement_column_int(&s, 3),
                                              statement_column_int(&s, 4)};
    }
    *ret_count = count;
    return OK;
}

enum outcome journal_position_put(struct journal *journal, const struct lane_position *place, struct fault *fault) {
    struct statement s;
    TRY(journal_statement(journal, S_POSITION_PUT, &s, fault));
    statement_bind_int(&s, place->lane);
    statement_bind_int(&s, place->generation);
    statement_bind_int(&s, place->sequence);
    statement_bind_int(&s, place->epoch);
    statement_bind_int(&s, place->broker_time);
    return journal_run(journal, &s, fault);
}

enum outcome journal_offset(struct journal *journal, int32_t partition, int64_t *ret, struct fault *fault) {
    struct statement s;
    bool row = false;
    TRY(journal_statement(journal, S_OFFSET, &s, fault));
    statement_bind_int(&s, partition);
    TRY(journal_step(journal, &s, &row, fault));
    *ret = row ? statement_column_int(&s, 0) : -1;
    if (row) sqlite3_reset(s.handle);
    return OK;
}

enum outcome journal_offset_put(struct journal *journal, int32_t partition, int64_t offset, struct fault *fault) {
    struct statement s;
    TRY(journal_statement(journal, S_OFFSET_PUT, &s, fault));
    statement_bind_int(&s, partition);
    statement_bind_int(&s, offset);
    return journal_run(journal, &s, fault);
}
