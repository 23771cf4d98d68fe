/* Inside of the journal: prepared statements by number of parameters and columns. Not for others. */
#ifndef ECOCASE_ADAPTERS_JOURNAL_JOURNAL_STATEMENT_H
#define ECOCASE_ADAPTERS_JOURNAL_JOURNAL_STATEMENT_H
#include <sqlite3.h>
#include "adapters/journal/journal.h"

enum statement_id {
    S_BEGIN,
    S_COMMIT,
    S_ROLLBACK,
    S_PREPARE,
    S_BY_DIGEST,
    S_BY_MESSAGE,
    S_BY_SENT_AS,
    S_IN_STATE,
    S_QUEUE,
    S_ACKED,
    S_ACKED_PUT,
    S_ADVANCE,
    S_MOVED,
    S_DROP_NUMBERS,
    S_DROP,
    S_NUMBER_ADD,
    S_NUMBERS,
    S_NUMBERS_FORGET,
    S_STAGE,
    S_STAGED,
    S_REVEALED,
    S_DELIVERED,
    S_POSITIONS,
    S_POSITION_PUT,
    S_OFFSET,
    S_OFFSET_PUT,
    S_FILE,
    S_FILE_PUT,
    S_PAPER,
    S_PAPER_PUT,
    S_PAPERS_OF,
    S_PAPERS_FORGET,
    S_ALARM,
    S_ALARMS,
    S_FACT_PUT,
    S_FACT,
    S_COUNT
};
struct journal {
    sqlite3 *db;
    char path[4096];
    sqlite3_stmt *statements[S_COUNT];
    int64_t acked; /* prepared rows up to this one are acknowledged */
    bool opened;   /* all statements fit the tables */
    bool inside;   /* a transaction is open */
    bool unsynced; /* commits are not synced now */
};
MUST_USE enum outcome journal_read_acked(struct journal *journal, struct fault *fault);
extern const char *const journal_sql[S_COUNT];
extern const char journal_tables[];

/* A statement being filled; bind_* number the parameters themselves, in order. */
struct statement {
    sqlite3_stmt *handle;
    int bound;
};
MUST_USE enum outcome journal_statement(struct journal *journal, enum statement_id which, struct statement *ret,
                                        struct fault *fault);
void statement_bind_blob(struct statement *statement, struct bytes value); /* blob */
void statement_bind_text(struct statement *statement, struct bytes value);
void statement_bind_uuid(struct statement *statement, const struct uuid *value);
void statement_bind_int(struct statement *statement, int64_t value);
/* One step: *ret_row tells whether there is a row. */
MUST_USE enum outcome journal_step(struct journal *journal, struct statement *statement, bool *ret_row,
                                   struct fault *fault);
/* no rows expected */
MUST_USE enum outcome journal_run(struct journal *journal, struct statement *statement, struct fault *fault);
struct bytes statement_column_bytes(const struct statement *statement, int column, struct arena *arena);
/* a blob of that size, else left alone */
void statement_column_fixed(const struct statement *statement, int column, uint8_t *ret, size_t count);
struct uuid statement_column_uuid(const struct statement *statement, int column);
int64_t statement_column_int(const struct statement *statement, int column);
enum outcome journal_fault(struct journal *journal, const char *what, struct fault *fault);
#endif
