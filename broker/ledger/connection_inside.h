/* What the files of this room share: the connection, its prepared statements, and how a server's error becomes an
 * outcome. */
#ifndef ECOCASE_LEDGER_CONNECTION_INSIDE_H
#define ECOCASE_LEDGER_CONNECTION_INSIDE_H
#include "broker/ledger/pgbinary_inside.h"
#include "broker/ledger/ledger.h"

#define PARAMETERS_MAX 48
/* Parameters of one call, all binary, encoded one after the other into one buffer. */
struct parameters {
    struct pgbinary binary;
    size_t count;
    size_t start[PARAMETERS_MAX];
    bool null[PARAMETERS_MAX];
    Oid type[PARAMETERS_MAX];
};
void parameters_clear(struct parameters *parameters);
/* Begins the next parameter; its value is then written with pgbinary_raw, pgbinary_int*, pgbinary_array and the fields
 * of an array.
 */
struct pgbinary *parameter(struct parameters *parameters, enum oid type);
void parameter_int16(struct parameters *parameters, int16_t value);
void parameter_int32(struct parameters *parameters, int32_t value);
void parameter_int64(struct parameters *parameters, int64_t value);
void parameter_instant(struct parameters *parameters, instant at);
void parameter_text(struct parameters *parameters, const char *cstr);
void parameter_lane_array(struct parameters *parameters, const int64_t *values);

enum ledger_statement {
    STATEMENT_REFERRALS,
    STATEMENT_FENCE,
    STATEMENT_CASES,
    STATEMENT_KNOWN,
    STATEMENT_UNPUBLISHED,
    STATEMENT_EVENT_AT,
    STATEMENT_TAKE,
    STATEMENT_LOOK,
    STATEMENT_OWN,
    STATEMENT_END,
    STATEMENT_TEND,
    STATEMENT_ALARMS,
    STATEMENT_PENALTIES,
    STATEMENT_CHILD_REFERRALS,
    STATEMENT_RECOVER,
    STATEMENT_COUNT
};
struct ledger {
    PGconn *conn;
    char *conninfo;
    bool prepared[STATEMENT_COUNT];
    bool in_snapshot; /* following.h: a transaction that reads is open between calls */
    bool held;        /* a lane is held: after a reconnection the row must name the new backend */
    int32_t lane;
    int64_t epoch;
    struct segments {
        int64_t end; /* the first serial without a place; 0: not asked since the lane was taken */
        int64_t tended_serial, tended_ms;
    } segments;
    struct pgbinary copy;
    /* referrals and fence are under way together; a take-over uses the third, other calls the first */
    struct parameters parameters[3];
};
void result_clear(PGresult **result);

/* Connected, set up, and named as the lane's owner. Reconnects once if the connection was lost. RETRY or FATAL
 * LANE_LOST. */
MUST_USE enum outcome ledger_ready(struct ledger *ledger, struct fault *fault);
MUST_USE enum outcome ledger_reconnect(struct ledger *ledger, struct fault *fault);
/* Judges a result (NULL: the connection is gone): OK, RETRY, REFUSE SUBMISSION_RACE, FATAL. */
MUST_USE enum outcome ledger_judge_result(struct ledger *ledger, const PGresult *result, const char *doing,
                                          struct fault *fault);
MUST_USE enum outcome ledger_run(struct ledger *ledger, const char *sql, const char *doing, struct fault *fault);
MUST_USE enum outcome ledger_prepare(struct ledger *ledger, enum ledger_statement which,
                                     const struct parameters *parameters, struct fault *fault);
/* Sends only; for use in pipeline mode, after ledger_prepare. */
MUST_USE enum outcome ledger_send(struct ledger *ledger, enum ledger_statement which,
                                  const struct parameters *parameters, struct fault *fault);
/* Prepares when needed, calls, waits; the result is binary. */
MUST_USE enum outcome ledger_call(struct ledger *ledger, enum ledger_statement which,
                                  const struct parameters *parameters, PGresult **ret_result, struct fault *fault);
/* Leaves no transaction open, whatever happened. */
void ledger_roll_back(struct ledger *ledger);
const char *statement_text(enum ledger_statement which);
const char *statement_name(enum ledger_statement which);

/* Columns of a lane row from `first` on, in the order of LANE_COLUMNS. */
#define LANE_COLUMNS                                                                                                \
    "l.lane, l.epoch, l.generation, l.serial, l.published, l.\"time\", l.clock_offset, l.next_offset, l.sequence, " \
    "l.delivered, l.directory_version"
#define LANE_COLUMN_COUNT 11
void lane_row_read(const PGresult *result, int row, struct lane_row *ret);
/* Ends the backend (pid, start) that the row names as owner or former owner and waits until it is gone. */
MUST_USE enum outcome ledger_end_backend(struct ledger *ledger, int32_t lane, int32_t pid, int64_t start_us,
                                         struct fault *fault);
/* Gets the row's lock, ending the recorded owner when it does not let go within lock_timeout. Inside a transaction. */
MUST_USE enum outcome ledger_lane_locked(struct ledger *ledger, int32_t lane, enum ledger_statement which,
                                         const struct parameters *parameters, PGresult **ret_result,
                                         struct fault *fault);

/* Arrays of the referrals that the ledger has already (or of all); how many. */
size_t referral_rows(struct parameters *parameters, const struct ledger_batch *batch, bool fresh_too);
size_t referral_count(const struct ledger_batch *batch, bool fresh);
extern const char REFERRAL_COPY[];
/* rows only */
MUST_USE enum outcome referral_copy(struct ledger *ledger, const struct ledger_batch *batch, struct fault *fault);
/* clocks <-> the numbers of referral.clocks, CLOCK_NUMBERS for each; written as fields of an array */
#define CLOCK_NUMBERS 6
void clocks_write(struct pgbinary *binary, const struct clock *clocks, size_t count);
void clocks_read(const PGresult *result, int row, int column, struct referral *into);
/* BEGIN and every new row of the batch: known ids, events, referrals. REFUSE SUBMISSION_RACE as ledger_record. */
MUST_USE enum outcome copy_batch(struct ledger *ledger, const struct ledger_batch *batch, struct fault *fault);
/* what is in ledger->copy, to the server: all of it; or, after each row, when it is a piece */
MUST_USE enum outcome copy_put(struct ledger *ledger, struct fault *fault);
MUST_USE enum outcome copy_flush(struct ledger *ledger, struct fault *fault);
/* Before a batch: a place for its serials, and from time to time what keeps look-ups by serial short. */
MUST_USE enum outcome segments_tend(struct ledger *ledger, const struct ledger_batch *batch, struct fault *fault);
size_t submission_count(const struct ledger_batch *batch);
MUST_USE enum outcome copy_events(struct ledger *ledger, const char *copy, const struct ledger_batch *batch,
                                  struct fault *fault);
MUST_USE enum outcome record_without_fence(struct ledger *ledger, const struct ledger_batch *batch,
                                           int32_t *ret_directory_version, struct fault *fault);
void fence_parameters(struct parameters *parameters, const struct ledger_batch *batch);
#endif
