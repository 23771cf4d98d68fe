/* Inside of the journal: its statements, made once and kept, and the transactions around them. journal_sql.c holds the
 * SQL, journal_transaction.c runs it. */
#ifndef ECOCASE_ADAPTERS_JOURNAL_JOURNAL_INSIDE_H
#define ECOCASE_ADAPTERS_JOURNAL_JOURNAL_INSIDE_H
#include "adapters/journal/journal.h"
#include "adapters/journal/statement.h"

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
    S_ANSWERED,
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
extern const char *const journal_sql[S_COUNT];
extern const char journal_tables[];

/* That statement, reset and without values. */
MUST_USE enum outcome journal_statement(struct journal *journal, enum statement_id which, struct statement *ret,
                                        struct fault *fault);
/* One step: *ret_row tells whether there is a row. */
MUST_USE enum outcome journal_step(struct journal *journal, struct statement *statement, bool *ret_row,
                                   struct fault *fault);
/* no rows expected */
MUST_USE enum outcome journal_run(struct journal *journal, struct statement *statement, struct fault *fault);
/* SQL without values, outside of the kept statements. */
MUST_USE enum outcome journal_execute(struct journal *journal, const char *sql, struct fault *fault);
/* What SQLite just refused, as the fault journal.h promises. */
enum outcome journal_fault(struct journal *journal, const char *what, struct fault *fault);
/* The mark of what is acknowledged, as it stands in the tables. */
MUST_USE enum outcome journal_read_acked(struct journal *journal, struct fault *fault);
#endif
