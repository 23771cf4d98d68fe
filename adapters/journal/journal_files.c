/* Papers in chunks, and which paper has which content. */
#include "adapters/journal/journal_inside.h"

enum outcome journal_file(struct journal *journal, const struct digest *sha256, bool *ret_known,
                          struct journaled_file *ret, struct fault *fault) {
    struct statement s;
    TRY(journal_statement(journal, S_FILE, &s, fault));
    statement_bind_blob(&s, bytes_of(sha256->b, sizeof sha256->b));
    TRY(journal_step(journal, &s, ret_known, fault));
    if (!*ret_known) return OK;
    *ret = (struct journaled_file){.what = {.sha256 = *sha256,
                                            .size = statement_column_int(&s, 1),
                                            .partition = (int32_t)statement_column_int(&s, 2),
                                            .first_offset = statement_column_int(&s, 3),
                                            .last_offset = statement_column_int(&s, 4),
                                            .count = (int32_t)statement_column_int(&s, 5),
                                            .chunk_size = (int32_t)statement_column_int(&s, 6)},
                                   .acked = (int32_t)statement_column_int(&s, 8),
                                   .at = statement_column_int(&s, 9)};
    statement_column_fixed(&s, 0, ret->what.sm3.b, sizeof ret->what.sm3.b);
    statement_column_fixed(&s, 7, ret->what.key, sizeof ret->what.key);
    sqlite3_reset(s.handle);
    return OK;
}

enum outcome journal_file_put(struct journal *journal, const struct journaled_file *file, struct fault *fault) {
    const struct chunked *what = &file->what;
    struct statement s;
    TRY(journal_statement(journal, S_FILE_PUT, &s, fault));
    statement_bind_blob(&s, bytes_of(what->sha256.b, sizeof what->sha256.b));
    statement_bind_blob(&s, bytes_of(what->sm3.b, sizeof what->sm3.b));
    statement_bind_int(&s, what->size);
    statement_bind_int(&s, what->partition);
    statement_bind_int(&s, what->first_offset);
    statement_bind_int(&s, what->last_offset);
    statement_bind_int(&s, what->count);
    statement_bind_int(&s, what->chunk_size);
    statement_bind_blob(&s, bytes_of(what->key, sizeof what->key));
    statement_bind_int(&s, file->acked);
    statement_bind_int(&s, file->at);
    return journal_run(journal, &s, fault);
}

enum outcome journal_paper(struct journal *journal, struct bytes identity, bool *ret_known, struct digest *ret_sha256,
                           struct fault *fault) {
    struct statement s;
    TRY(journal_statement(journal, S_PAPER, &s, fault));
    statement_bind_blob(&s, identity);
    TRY(journal_step(journal, &s, ret_known, fault));
    if (!*ret_known) return OK;
    statement_column_fixed(&s, 0, ret_sha256->b, sizeof ret_sha256->b);
    sqlite3_reset(s.handle);
    return OK;
}

enum outcome journal_papers_of(struct journal *journal, const struct digest *sha256, struct arena *arena,
                               struct bytes *ret, size_t capacity, size_t *ret_count, struct fault *fault) {
    struct statement s;
    bool row = true;
    *ret_count = 0;
    TRY(journal_statement(journal, S_PAPERS_OF, &s, fault));
    statement_bind_blob(&s, bytes_of(sha256->b, sizeof sha256->b));
    while (*ret_count < capacity) {
        TRY(journal_step(journal, &s, &row, fault));
        if (!row) return OK;
        ret[(*ret_count)++] = statement_column_bytes(&s, 0, arena);
    }
    sqlite3_reset(s.handle);
    return OK;
}

enum outcome journal_paper_put(struct journal *journal, struct bytes identity, const struct digest *sha256,
                               struct fault *fault) {
    struct statement s;
    instant now = instant_now();
    TRY(journal_statement(journal, S_PAPER_PUT, &s, fault));
    statement_bind_blob(&s, identity);
    statement_bind_blob(&s, bytes_of(sha256->b, sizeof sha256->b));
    statement_bind_int(&s, now);
    TRY(journal_run(journal, &s, fault));
    TRY(journal_statement(journal, S_PAPERS_FORGET, &s, fault));
    statement_bind_int(&s, now - JOURNAL_PAPER_MS);
    return journal_run(journal, &s, fault);
}
