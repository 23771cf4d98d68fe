/* See journal.h: deliveries, lane positions, offsets. */
#include "adapters/journal/journal_statement.h"

enum outcome journal_stage(struct journal *journal, const struct delivery_entry *e, struct fault *fault) {
    struct asking a;
    TRY(journal_ask(journal, S_STAGE, &a, fault));
    ask_int(&a, e->place.lane);
    ask_int(&a, e->place.generation);
    ask_int(&a, e->place.sequence);
    ask_int(&a, e->place.epoch);
    ask_int(&a, e->place.broker_time);
    ask_uuid(&a, &e->message_id);
    ask_int(&a, e->partition);
    ask_int(&a, e->offset);
    ask_text(&a, e->stem);
    ask_text(&a, e->files);
    return journal_run(journal, &a, fault);
}

enum outcome journal_staged(struct journal *journal, struct arena *arena, struct delivery_entry **ret,
                            size_t *ret_count, struct fault *fault) {
    struct delivery_entry *list = NULL;
    struct asking a;
    size_t count = 0, room = 0;
    bool row = false;
    TRY(journal_ask(journal, S_STAGED, &a, fault));
    for (;;) {
        TRY(journal_step(journal, &a, &row, fault));
        if (!row) break;
        if (count == room) {
            struct delivery_entry *more = arena_array(arena, room = room ? room * 2 : 16, sizeof *more);
            if (count) memcpy(more, list, count * sizeof *more);
            list = more;
        }
        list[count++] = (struct delivery_entry){
            .place = {(int32_t)told_int(&a, 0), told_int(&a, 1), told_int(&a, 2), told_int(&a, 3), told_int(&a, 4)},
            .message_id = told_uuid(&a, 5),
            .partition = (int32_t)told_int(&a, 6),
            .offset = told_int(&a, 7),
            .stem = told_bytes(&a, 8, arena),
            .files = told_bytes(&a, 9, arena)};
    }
    *ret = list;
    *ret_count = count;
    return OK;
}

enum outcome journal_revealed(struct journal *journal, struct fault *fault) {
    struct asking a;
    TRY(journal_ask(journal, S_REVEALED, &a, fault));
    return journal_run(journal, &a, fault);
}

enum outcome journal_delivered(struct journal *journal, const struct uuid *message_id, bool *ret_known,
                               struct fault *fault) {
    struct asking a;
    TRY(journal_ask(journal, S_DELIVERED, &a, fault));
    ask_uuid(&a, message_id);
    TRY(journal_step(journal, &a, ret_known, fault));
    if (*ret_known) sqlite3_reset(a.statement);
    return OK;
}

enum outcome journal_positions(struct journal *journal, struct lane_position *ret, size_t room, size_t *ret_count,
                               struct fault *fault) {
    struct asking a;
    size_t count = 0;
    bool row = false;
    TRY(journal_ask(journal, S_POSITIONS, &a, fault));
    ask_int(&a, (int64_t)room);
    for (;;) {
        TRY(journal_step(journal, &a, &row, fault));
        if (!row) break;
        ret[count++] = (struct lane_position){(int32_t)told_int(&a, 0), told_int(&a, 1), told_int(&a, 2),
                                              told_int(&a, 3), told_int(&a, 4)};
    }
    *ret_count = count;
    return OK;
}

enum outcome journal_position_put(struct journal *journal, const struct lane_position *place, struct fault *fault) {
    struct asking a;
    TRY(journal_ask(journal, S_POSITION_PUT, &a, fault));
    ask_int(&a, place->lane);
    ask_int(&a, place->generation);
    ask_int(&a, place->sequence);
    ask_int(&a, place->epoch);
    ask_int(&a, place->broker_time);
    return journal_run(journal, &a, fault);
}

enum outcome journal_offset(struct journal *journal, int32_t partition, int64_t *ret, struct fault *fault) {
    struct asking a;
    bool row = false;
    TRY(journal_ask(journal, S_OFFSET, &a, fault));
    ask_int(&a, partition);
    TRY(journal_step(journal, &a, &row, fault));
    *ret = row ? told_int(&a, 0) : -1;
    if (row) sqlite3_reset(a.statement);
    return OK;
}

enum outcome journal_offset_put(struct journal *journal, int32_t partition, int64_t offset, struct fault *fault) {
    struct asking a;
    TRY(journal_ask(journal, S_OFFSET_PUT, &a, fault));
    ask_int(&a, partition);
    ask_int(&a, offset);
    return journal_run(journal, &a, fault);
}
