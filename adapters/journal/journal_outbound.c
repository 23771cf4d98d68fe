/* See journal.h: submissions and numbers. */
#include "adapters/journal/journal_statement.h"

enum outcome journal_prepare(struct journal *journal, const struct journaled *what, struct fault *fault) {
    struct asking a;
    TRY(journal_ask(journal, S_PREPARE, &a, fault));
    ask_bytes(&a, bytes_of(what->digest.b, sizeof what->digest.b));
    ask_uuid(&a, &what->message_id);
    ask_uuid(&a, &what->case_id);
    ask_uuid(&a, &what->referral_id);
    ask_text(&a, what->file);
    ask_text(&a, what->sent_as);
    ask_text(&a, what->event);
    ask_text(&a, what->document_no);
    ask_text(&a, what->papers);
    ask_text(&a, what->key);
    ask_bytes(&a, what->value);
    ask_text(&a, what->headers);
    ask_int(&a, what->business_time);
    ask_int(&a, what->at);
    return journal_run(journal, &a, fault);
}

static struct journaled told(const struct journal *journal, const struct asking *a, struct arena *arena) {
    struct journaled j = {.row = told_int(a, 0),
                          .state = (enum journaled_state)told_int(a, 1),
                          .message_id = told_uuid(a, 3),
                          .case_id = told_uuid(a, 4),
                          .referral_id = told_uuid(a, 5),
                          .file = told_bytes(a, 6, arena),
                          .sent_as = told_bytes(a, 7, arena),
                          .event = told_bytes(a, 8, arena),
                          .document_no = told_bytes(a, 9, arena),
                          .papers = told_bytes(a, 10, arena),
                          .key = told_bytes(a, 11, arena),
                          .value = told_bytes(a, 12, arena),
                          .headers = told_bytes(a, 13, arena),
                          .business_time = told_int(a, 14),
                          .at = told_int(a, 15)};
    struct bytes digest = told_bytes(a, 2, arena);
    if (j.state == JOURNALED_PREPARED && j.row <= journal->acked) j.state = JOURNALED_ACKED;
    if (digest.count == sizeof j.digest.b) memcpy(j.digest.b, digest.at, digest.count);
    return j;
}

static enum outcome one(struct journal *journal, struct asking *a, struct arena *arena, bool *ret_known,
                        struct journaled *ret, struct fault *fault) {
    TRY(journal_step(journal, a, ret_known, fault));
    if (!*ret_known) return OK;
    *ret = told(journal, a, arena);
    sqlite3_reset(a->statement);
    return OK;
}

enum outcome journal_by_digest(struct journal *journal, const struct digest *digest, struct arena *arena,
                               bool *ret_known, struct journaled *ret, struct fault *fault) {
    struct asking a;
    TRY(journal_ask(journal, S_BY_DIGEST, &a, fault));
    ask_bytes(&a, bytes_of(digest->b, sizeof digest->b));
    return one(journal, &a, arena, ret_known, ret, fault);
}
enum outcome journal_by_message(struct journal *journal, const struct uuid *message_id, struct arena *arena,
                                bool *ret_known, struct journaled *ret, struct fault *fault) {
    struct asking a;
    TRY(journal_ask(journal, S_BY_MESSAGE, &a, fault));
    ask_uuid(&a, message_id);
    return one(journal, &a, arena, ret_known, ret, fault);
}
enum outcome journal_by_sent_as(struct journal *journal, struct bytes sent_as, bool *ret_known, struct fault *fault) {
    struct asking a;
    TRY(journal_ask(journal, S_BY_SENT_AS, &a, fault));
    ask_text(&a, sent_as);
    TRY(journal_step(journal, &a, ret_known, fault));
    if (*ret_known) sqlite3_reset(a.statement);
    return OK;
}

enum outcome journal_read_acked(struct journal *journal, struct fault *fault) {
    struct asking a;
    bool row = false;
    TRY(journal_ask(journal, S_ACKED, &a, fault));
    TRY(journal_step(journal, &a, &row, fault));
    journal->acked = row ? told_int(&a, 0) : 0;
    sqlite3_reset(a.statement);
    return OK;
}

static enum outcome put_acked(struct journal *journal, int64_t row, struct fault *fault) {
    struct asking a;
    TRY(journal_ask(journal, S_ACKED_PUT, &a, fault));
    ask_int(&a, row);
    return journal_run(journal, &a, fault);
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
    struct asking a;
    size_t count = 0, bytes = 0;
    bool row = false;
    TRY(journal_ask(journal, S_IN_STATE, &a, fault));
    ask_int(&a, range->state);
    ask_int(&a, range->above);
    ask_int(&a, range->to);
    ask_int(&a, (int64_t)most);
    for (;;) {
        TRY(journal_step(journal, &a, &row, fault));
        if (!row) break;
        bytes += (size_t)sqlite3_column_bytes(a.statement, 12);
        if (count && bytes > most_bytes) {
            sqlite3_reset(a.statement);
            break;
        }
        list[count++] = told(journal, &a, arena);
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
    struct asking a;
    TRY(journal_ask(journal, state == JOURNALED_MOVED ? S_MOVED : S_ADVANCE, &a, fault));
    ask_int(&a, row);
    if (state != JOURNALED_MOVED) ask_int(&a, state);
    return journal_run(journal, &a, fault);
}

enum outcome journal_drop(struct journal *journal, int64_t row, struct fault *fault) {
    struct asking a;
    TRY(journal_ask(journal, S_DROP_NUMBERS, &a, fault));
    ask_int(&a, row);
    TRY(journal_run(journal, &a, fault));
    TRY(journal_ask(journal, S_DROP, &a, fault));
    ask_int(&a, row);
    return journal_run(journal, &a, fault);
}

enum outcome journal_number_add(struct journal *journal, const struct number_entry *e, struct fault *fault) {
    struct asking a;
    if (!e->number.count) return OK;
    TRY(journal_ask(journal, S_NUMBER_ADD, &a, fault));
    ask_text(&a, e->number);
    ask_int(&a, e->of_case);
    ask_uuid(&a, &e->message_id);
    ask_uuid(&a, &e->case_id);
    ask_uuid(&a, &e->referral_id);
    ask_uuid(&a, &e->parent_referral_id);
    ask_text(&a, e->other);
    ask_text(&a, e->event);
    ask_int(&a, e->came_in);
    return journal_run(journal, &a, fault);
}

enum outcome journal_numbers(struct journal *journal, struct bytes number, bool of_case, struct arena *arena,
                             struct number_entry **ret, size_t *ret_count, struct fault *fault) {
    struct number_entry *list = NULL;
    struct asking a;
    size_t count = 0, room = 0;
    bool row = false;
    TRY(journal_ask(journal, S_NUMBERS, &a, fault));
    ask_text(&a, number);
    ask_int(&a, of_case);
    for (;;) {
        TRY(journal_step(journal, &a, &row, fault));
        if (!row) break;
        if (count == room) {
            struct number_entry *more = arena_array(arena, room = room ? room * 2 : 8, sizeof *more);
            if (count) memcpy(more, list, count * sizeof *more);
            list = more;
        }
        list[count++] = (struct number_entry){.number = told_bytes(&a, 0, arena),
                                              .of_case = told_int(&a, 1) != 0,
                                              .message_id = told_uuid(&a, 2),
                                              .case_id = told_uuid(&a, 3),
                                              .referral_id = told_uuid(&a, 4),
                                              .parent_referral_id = told_uuid(&a, 5),
                                              .other = told_bytes(&a, 6, arena),
                                              .event = told_bytes(&a, 7, arena),
                                              .came_in = told_int(&a, 8) != 0};
    }
    *ret = list;
    *ret_count = count;
    return OK;
}

enum outcome journal_numbers_forget(struct journal *journal, const struct uuid *message_id, struct fault *fault) {
    struct asking a;
    TRY(journal_ask(journal, S_NUMBERS_FORGET, &a, fault));
    ask_uuid(&a, message_id);
    return journal_run(journal, &a, fault);
}

enum outcome journal_queue(struct journal *journal, int64_t *ret_rows, int64_t *ret_bytes, struct fault *fault) {
    struct asking a;
    bool row = false;
    TRY(journal_ask(journal, S_QUEUE, &a, fault));
    ask_int(&a, journal->acked);
    TRY(journal_step(journal, &a, &row, fault));
    *ret_rows = row ? told_int(&a, 0) : 0;
    *ret_bytes = row ? told_int(&a, 1) : 0;
    sqlite3_reset(a.statement);
    return OK;
}
