/* Submissions and numbers. */
#include "adapters/journal/journal_inside.h"

enum outcome journal_prepare(struct journal *journal, const struct journaled *what, struct fault *fault) {
    struct statement s;
    TRY(journal_statement(journal, S_PREPARE, &s, fault));
    statement_bind_blob(&s, bytes_of(what->digest.b, sizeof what->digest.b));
    statement_bind_uuid(&s, &what->message_id);
    statement_bind_uuid(&s, &what->case_id);
    statement_bind_uuid(&s, &what->referral_id);
    statement_bind_text(&s, what->file);
    statement_bind_text(&s, what->sent_as);
    statement_bind_text(&s, what->event);
    statement_bind_text(&s, what->document_no);
    statement_bind_text(&s, what->papers);
    statement_bind_text(&s, what->key);
    statement_bind_blob(&s, what->value);
    statement_bind_blob(&s, what->headers);
    statement_bind_int(&s, what->business_time);
    statement_bind_int(&s, what->at);
    return journal_run(journal, &s, fault);
}

static struct journaled journaled_of(const struct journal *journal, const struct statement *s, struct arena *arena) {
    struct journaled j = {.row = statement_column_int(s, 0),
                          .state = (enum journaled_state)statement_column_int(s, 1),
                          .message_id = statement_column_uuid(s, 3),
                          .case_id = statement_column_uuid(s, 4),
                          .referral_id = statement_column_uuid(s, 5),
                          .file = statement_column_bytes(s, 6, arena),
                          .sent_as = statement_column_bytes(s, 7, arena),
                          .event = statement_column_bytes(s, 8, arena),
                          .document_no = statement_column_bytes(s, 9, arena),
                          .papers = statement_column_bytes(s, 10, arena),
                          .key = statement_column_bytes(s, 11, arena),
                          .value = statement_column_bytes(s, 12, arena),
                          .headers = statement_column_bytes(s, 13, arena),
                          .business_time = statement_column_int(s, 14),
                          .at = statement_column_int(s, 15),
                          .answered = statement_column_int(s, 16) != 0};
    struct bytes digest = statement_column_bytes(s, 2, arena);
    if (j.state == JOURNALED_PREPARED && j.row <= journal->acked) j.state = JOURNALED_ACKED;
    if (digest.count == sizeof j.digest.b) memcpy(j.digest.b, digest.at, digest.count);
    return j;
}

static enum outcome one(struct journal *journal, struct statement *s, struct arena *arena, bool *ret_known,
                        struct journaled *ret, struct fault *fault) {
    TRY(journal_step(journal, s, ret_known, fault));
    if (!*ret_known) return OK;
    *ret = journaled_of(journal, s, arena);
    sqlite3_reset(s->handle);
    return OK;
}

enum outcome journal_by_digest(struct journal *journal, const struct digest *digest, struct arena *arena,
                               bool *ret_known, struct journaled *ret, struct fault *fault) {
    struct statement s;
    TRY(journal_statement(journal, S_BY_DIGEST, &s, fault));
    statement_bind_blob(&s, bytes_of(digest->b, sizeof digest->b));
    return one(journal, &s, arena, ret_known, ret, fault);
}
enum outcome journal_by_message(struct journal *journal, const struct uuid *message_id, struct arena *arena,
                                bool *ret_known, struct journaled *ret, struct fault *fault) {
    struct statement s;
    TRY(journal_statement(journal, S_BY_MESSAGE, &s, fault));
    statement_bind_uuid(&s, message_id);
    return one(journal, &s, arena, ret_known, ret, fault);
}
enum outcome journal_by_sent_as(struct journal *journal, struct bytes sent_as, bool *ret_known, struct fault *fault) {
    struct statement s;
    TRY(journal_statement(journal, S_BY_SENT_AS, &s, fault));
    statement_bind_text(&s, sent_as);
    TRY(journal_step(journal, &s, ret_known, fault));
    if (*ret_known) sqlite3_reset(s.handle);
    return OK;
}

enum outcome journal_read_acked(struct journal *journal, struct fault *fault) {
    struct statement s;
    bool row = false;
    TRY(journal_statement(journal, S_ACKED, &s, fault));
    TRY(journal_step(journal, &s, &row, fault));
    journal->acked = row ? statement_column_int(&s, 0) : 0;
    sqlite3_reset(s.handle);
    return OK;
}

static enum outcome put_acked(struct journal *journal, int64_t row, struct fault *fault) {
    struct statement s;
    TRY(journal_statement(journal, S_ACKED_PUT, &s, fault));
    statement_bind_int(&s, row);
    return journal_run(journal, &s, fault);
}
enum outcome journal_acked(struct journal *journal, int64_t row, struct fault *fault) {
    TRY(journal_begin_repeatable(journal, fault));
    enum outcome outcome = put_acked(journal, row, fault);
    if (outcome == OK) outcome = journal_commit(journal, fault);
    if (outcome != OK) journal_rollback(journal);
    else if (row > journal->acked) journal->acked = row;
    return outcome;
}

/* Rows that are marked one by one (state) lie above the mark, or were acknowledged beside one that was not. */
struct range {
    enum journaled_state state;
    int64_t above, to;
};
static enum outcome in_range(struct journal *journal, const struct range *range, size_t most, size_t most_bytes,
                             struct arena *arena, struct journaled *list, size_t *ret_count, struct fault *fault) {
    struct statement s;
    size_t count = 0, bytes = 0;
    bool row = false;
    TRY(journal_statement(journal, S_IN_STATE, &s, fault));
    statement_bind_int(&s, range->state);
    statement_bind_int(&s, range->above);
    statement_bind_int(&s, range->to);
    statement_bind_int(&s, (int64_t)most);
    for (;;) {
        TRY(journal_step(journal, &s, &row, fault));
        if (!row) break;
        bytes += (size_t)sqlite3_column_bytes(s.handle, 12);
        if (count && bytes > most_bytes) {
            sqlite3_reset(s.handle);
            break;
        }
        list[count++] = journaled_of(journal, &s, arena);
    }
    *ret_count = count;
    return OK;
}

enum outcome journal_in_state(struct journal *journal, enum journaled_state state, size_t most, size_t most_bytes,
                              struct arena *arena, struct journaled **ret, size_t *ret_count, struct fault *fault) {
    const struct range prepared = {JOURNALED_PREPARED, journal->acked, INT64_MAX},
                       marked = {JOURNALED_PREPARED, 0, journal->acked}, single = {JOURNALED_ACKED, 0, INT64_MAX};
    struct journaled *list = *ret = arena_array(arena, most, sizeof *list);
    *ret_count = 0;
    if (state == JOURNALED_PREPARED)
        return in_range(journal, &prepared, most, most_bytes, arena, list, ret_count, fault);
    if (state != JOURNALED_ACKED) return OK;
    TRY(in_range(journal, &marked, most, most_bytes, arena, list, ret_count, fault));
    return *ret_count ? OK : in_range(journal, &single, most, most_bytes, arena, list, ret_count, fault);
}

enum outcome journal_advance(struct journal *journal, int64_t row, enum journaled_state state, struct fault *fault) {
    struct statement s;
    TRY(journal_statement(journal, state == JOURNALED_MOVED ? S_MOVED : S_ADVANCE, &s, fault));
    statement_bind_int(&s, row);
    if (state != JOURNALED_MOVED) statement_bind_int(&s, state);
    return journal_run(journal, &s, fault);
}

enum outcome journal_answered(struct journal *journal, const struct uuid *message_id, struct fault *fault) {
    struct statement s;
    TRY(journal_statement(journal, S_ANSWERED, &s, fault));
    statement_bind_uuid(&s, message_id);
    return journal_run(journal, &s, fault);
}

enum outcome journal_drop(struct journal *journal, int64_t row, struct fault *fault) {
    struct statement s;
    TRY(journal_statement(journal, S_DROP_NUMBERS, &s, fault));
    statement_bind_int(&s, row);
    TRY(journal_run(journal, &s, fault));
    TRY(journal_statement(journal, S_DROP, &s, fault));
    statement_bind_int(&s, row);
    return journal_run(journal, &s, fault);
}

enum outcome journal_number_add(struct journal *journal, const struct number_entry *e, struct fault *fault) {
    struct statement s;
    if (!e->number.count) return OK;
    TRY(journal_statement(journal, S_NUMBER_ADD, &s, fault));
    statement_bind_text(&s, e->number);
    statement_bind_int(&s, e->of_case);
    statement_bind_uuid(&s, &e->message_id);
    statement_bind_uuid(&s, &e->case_id);
    statement_bind_uuid(&s, &e->referral_id);
    statement_bind_uuid(&s, &e->parent_referral_id);
    statement_bind_text(&s, e->other);
    statement_bind_text(&s, e->event);
    statement_bind_int(&s, e->came_in);
    return journal_run(journal, &s, fault);
}

enum outcome journal_numbers(struct journal *journal, struct bytes number, bool of_case, struct arena *arena,
                             struct number_entry **ret, size_t *ret_count, struct fault *fault) {
    struct number_entry *list = NULL;
    struct statement s;
    size_t count = 0, capacity = 0;
    bool row = false;
    TRY(journal_statement(journal, S_NUMBERS, &s, fault));
    statement_bind_text(&s, number);
    statement_bind_int(&s, of_case);
    for (;;) {
        TRY(journal_step(journal, &s, &row, fault));
        if (!row) break;
        if (count == capacity) {
            struct number_entry *more = arena_array(arena, capacity = capacity ? capacity * 2 : 8, sizeof *more);
            if (count) memcpy(more, list, count * sizeof *more);
            list = more;
        }
        list[count++] = (struct number_entry){.number = statement_column_bytes(&s, 0, arena),
                                              .of_case = statement_column_int(&s, 1) != 0,
                                              .message_id = statement_column_uuid(&s, 2),
                                              .case_id = statement_column_uuid(&s, 3),
                                              .referral_id = statement_column_uuid(&s, 4),
                                              .parent_referral_id = statement_column_uuid(&s, 5),
                                              .other = statement_column_bytes(&s, 6, arena),
                                              .event = statement_column_bytes(&s, 7, arena),
                                              .came_in = statement_column_int(&s, 8) != 0};
    }
    *ret = list;
    *ret_count = count;
    return OK;
}

enum outcome journal_numbers_forget(struct journal *journal, const struct uuid *message_id, struct fault *fault) {
    struct statement s;
    TRY(journal_statement(journal, S_NUMBERS_FORGET, &s, fault));
    statement_bind_uuid(&s, message_id);
    return journal_run(journal, &s, fault);
}

enum outcome journal_queue(struct journal *journal, int64_t *ret_rows, int64_t *ret_bytes, struct fault *fault) {
    struct statement s;
    bool row = false;
    TRY(journal_statement(journal, S_QUEUE, &s, fault));
    statement_bind_int(&s, journal->acked);
    TRY(journal_step(journal, &s, &row, fault));
    *ret_rows = row ? statement_column_int(&s, 0) : 0;
    *ret_bytes = row ? statement_column_int(&s, 1) : 0;
    sqlite3_reset(s.handle);
    return OK;
}
