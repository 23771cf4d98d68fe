/* See journal.h: papers in chunks. */
#include "adapters/journal/journal_statement.h"

enum outcome journal_file(struct journal *journal, const struct digest *sha256, bool *ret_known,
                          struct journaled_file *ret, struct fault *fault) {
    struct asking a;
    TRY(journal_ask(journal, S_FILE, &a, fault));
    ask_bytes(&a, bytes_of(sha256->b, sizeof sha256->b));
    TRY(journal_step(journal, &a, ret_known, fault));
    if (!*ret_known) return OK;
    *ret = (struct journaled_file){.what = {.sha256 = *sha256,
                                            .size = told_int(&a, 1),
                                            .partition = (int32_t)told_int(&a, 2),
                                            .first_offset = told_int(&a, 3),
                                            .last_offset = told_int(&a, 4),
                                            .count = (int32_t)told_int(&a, 5),
                                            .chunk_size = (int32_t)told_int(&a, 6)},
                                   .acked = (int32_t)told_int(&a, 8),
                                   .at = told_int(&a, 9)};
    told_fixed(&a, 0, ret->what.sm3.b, sizeof ret->what.sm3.b);
    told_fixed(&a, 7, ret->what.key, sizeof ret->what.key);
    sqlite3_reset(a.statement);
    return OK;
}

enum outcome journal_file_put(struct journal *journal, const struct journaled_file *file, struct fault *fault) {
    const struct chunked *what = &file->what;
    struct asking a;
    TRY(journal_ask(journal, S_FILE_PUT, &a, fault));
    ask_bytes(&a, bytes_of(what->sha256.b, sizeof what->sha256.b));
    ask_bytes(&a, bytes_of(what->sm3.b, sizeof what->sm3.b));
    ask_int(&a, what->size);
    ask_int(&a, what->partition);
    ask_int(&a, what->first_offset);
    ask_int(&a, what->last_offset);
    ask_int(&a, what->count);
    ask_int(&a, what->chunk_size);
    ask_bytes(&a, bytes_of(what->key, sizeof what->key));
    ask_int(&a, file->acked);
    ask_int(&a, file->at);
    return journal_run(journal, &a, fault);
}

enum outcome journal_paper(struct journal *journal, struct bytes identity, bool *ret_known, struct digest *ret_sha256,
                           struct fault *fault) {
    struct asking a;
    TRY(journal_ask(journal, S_PAPER, &a, fault));
    ask_bytes(&a, identity);
    TRY(journal_step(journal, &a, ret_known, fault));
    if (!*ret_known) return OK;
    told_fixed(&a, 0, ret_sha256->b, sizeof ret_sha256->b);
    sqlite3_reset(a.statement);
    return OK;
}

enum outcome journal_papers_of(struct journal *journal, const struct digest *sha256, struct arena *arena,
                               struct bytes *ret, size_t room, size_t *ret_count, struct fault *fault) {
    struct asking a;
    bool row = true;
    *ret_count = 0;
    TRY(journal_ask(journal, S_PAPERS_OF, &a, fault));
    ask_bytes(&a, bytes_of(sha256->b, sizeof sha256->b));
    while (*ret_count < room) {
        TRY(journal_step(journal, &a, &row, fault));
        if (!row) return OK;
        ret[(*ret_count)++] = told_bytes(&a, 0, arena);
    }
    sqlite3_reset(a.statement);
    return OK;
}

enum outcome journal_paper_put(struct journal *journal, struct bytes identity, const struct digest *sha256,
                               struct fault *fault) {
    struct asking a;
    instant now = instant_now();
    TRY(journal_ask(journal, S_PAPER_PUT, &a, fault));
    ask_bytes(&a, identity);
    ask_bytes(&a, bytes_of(sha256->b, sizeof sha256->b));
    ask_int(&a, now);
    TRY(journal_run(journal, &a, fault));
    TRY(journal_ask(journal, S_PAPERS_FORGET, &a, fault));
    ask_int(&a, now - JOURNAL_PAPER_MS);
    return journal_run(journal, &a, fault);
}
