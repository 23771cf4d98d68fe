/* Inside of the journal: prepared statements by number of parameters and columns. Not for others. */
#ifndef ECOCASE_ADAPTERS_JOURNAL_JOURNAL_STATEMENT_H
#define ECOCASE_ADAPTERS_JOURNAL_JOURNAL_STATEMENT_H
#include <sqlite3.h>
#include "adapters/journal/journal.h"

enum statement {
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
struct asking {
    sqlite3_stmt *statement;
    int bound;
};
MUST_USE enum outcome journal_ask(struct journal *journal, enum statement which, struct asking *ret,
                                  struct fault *fault);
void ask_bytes(struct asking *asking, struct bytes value); /* blob */
void ask_text(struct asking *asking, struct bytes value);
void ask_uuid(struct asking *asking, const struct uuid *value);
void ask_int(struct asking *asking, int64_t value);
/* One step: *ret_row tells whether there is a row. */
MUST_USE enum outcome journal_step(struct journal *journal, struct asking *asking, bool *ret_row, struct fault *fault);
/* no rows expected */
MUST_USE enum outcome journal_run(struct journal *journal, struct asking *asking, struct fault *fault);
struct bytes told_bytes(const struct asking *asking, int column, struct arena *arena);
/* a blob of that size, else left alone */
void told_fixed(const struct asking *asking, int column, uint8_t *ret, size_t count);
struct uuid told_uuid(const struct asking *asking, int column);
int64_t told_int(const struct asking *asking, int column);
enum outcome journal_fault(struct journal *journal, const char *what, struct fault *fault);
#endif
