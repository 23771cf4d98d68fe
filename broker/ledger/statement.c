/* The statements of a lane, prepared on first use, and their parameters. */
#include "broker/ledger/event_row_inside.h"

#define SELF_START "(SELECT a.backend_start FROM pg_stat_activity AS a WHERE a.pid = pg_backend_pid())"

static const struct {
    const char *name, *text;
} statements[STATEMENT_COUNT] = {
    [STATEMENT_REFERRALS] =
        {"referrals",
         "INSERT INTO ecocase.referral AS r (case_id, id, lane, machine, state, rules, opener, holder, referrer, "
         "parent, flags, category, county,"
         " title, numbers, opened_at, changed_at, event_count, regime, gaps, parties, half, hand, alarm_at, handling, "
         "handling_expires, roster, facts, hints, hint_marks, persons, penalty, clocks, events)"
         " SELECT f.case_id, f.id, $1, f.machine, f.state, f.rules, f.opener, f.holder, f.referrer, f.parent, f.flags, "
         "f.category, f.county,"
         " f.title, f.numbers, f.opened_at, f.changed_at, f.event_count, f.regime, f.gaps, f.parties, f.half, f.hand, "
         "f.alarm_at, f.handling, f.handling_expires, f.roster, f.facts, f.hints, f.hint_marks, f.persons, f.penalty, "
         "$3[f.clock_lo:f.clock_hi], $2[f.lo:f.hi]"
         " FROM unnest($4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, "
         "$24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38)"
         " AS f(case_id, id, machine, state, rules, opener, holder, referrer, parent, flags, category, county, title, "
         "numbers, opened_at, changed_at,"
         " event_count, regime, gaps, parties, half, hand, alarm_at, handling, handling_expires, roster, facts, hints, "
         "hint_marks, persons, penalty, clock_lo, clock_hi, lo, hi)"
         " ON CONFLICT (case_id, id) DO UPDATE SET machine = excluded.machine, state = excluded.state, rules = "
         "excluded.rules,"
         " opener = excluded.opener, holder = excluded.holder, referrer = excluded.referrer, parent = excluded.parent, "
         "flags = excluded.flags,"
         " category = excluded.category, county = excluded.county, title = excluded.title, numbers = excluded.numbers, "
         "opened_at = excluded.opened_at,"
         " changed_at = excluded.changed_at, event_count = excluded.event_count, regime = excluded.regime,"
         " gaps = excluded.gaps, parties = excluded.parties, half = excluded.half, hand = excluded.hand, alarm_at = "
         "excluded.alarm_at,"
         " handling = excluded.handling, handling_expires = excluded.handling_expires, roster = excluded.roster,"
         " facts = excluded.facts, hints = excluded.hints, hint_marks = excluded.hint_marks, persons = "
         "excluded.persons, penalty = excluded.penalty, clocks = excluded.clocks, events = r.events || "
         "excluded.events"},
    [STATEMENT_FENCE] = {"fence", "SELECT ecocase.fence($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"},
    [STATEMENT_CASES] =
        {"cases",
         "SELECT " REFERRAL_COLUMNS
         " FROM ecocase.referral WHERE case_id = ANY ($1) ORDER BY case_id, events[1] NULLS LAST, opened_at, id"},
    [STATEMENT_KNOWN] = {"known",
                         /* The digest is not kept: only a repeat needs it, and its first event has the bytes. */
                         "SELECT k.n, " EVENT_DIGEST
                         ", e.kind, s.lane, s.serial FROM unnest($1, $2) WITH ORDINALITY AS k(sender, "
                         "message_id, n) JOIN ecocase.known AS s ON s.message_id = k.message_id AND s.sender = k.sender"
                         " LEFT JOIN ecocase.event AS e ON e.lane = s.lane AND e.serial = s.serial"},
    [STATEMENT_UNPUBLISHED] =
        {"unpublished", "SELECT " EVENT_COLUMNS
                        " FROM ecocase.event WHERE lane = $1 AND serial > $2 AND serial <= $2 + $3 ORDER BY serial"},
    [STATEMENT_EVENT_AT] = {"event_at", "SELECT " EVENT_COLUMNS " FROM ecocase.event WHERE lane = $1 AND serial = $2"},
    [STATEMENT_TAKE] = {"take",
                        "UPDATE ecocase.lane AS l SET epoch = epoch + 1, owner = $2, owner_pid = pg_backend_pid(), "
                        "owner_start = " SELF_START ","
                        " former_pid = owner_pid, former_start = owner_start, changed = clock_timestamp() WHERE lane = "
                        "$1 RETURNING " LANE_COLUMNS ", l.former_pid, l.former_start, l.owner_pid, l.owner_start"},
    [STATEMENT_LOOK] = {"look", "SELECT owner_pid, owner_start FROM ecocase.lane WHERE lane = $1"},
    [STATEMENT_OWN] = {"own", "UPDATE ecocase.lane AS l SET owner_pid = pg_backend_pid(), owner_start = " SELF_START
                              " WHERE lane = $1 AND epoch = $2 RETURNING l.lane"},
    [STATEMENT_TEND] = {"tend", "SELECT ecocase.tend_lane($1)"},
    [STATEMENT_END] = {"end", "SELECT ecocase.end_backend($1, $2, $3)"},
    [STATEMENT_PENALTIES] = {"penalties",
                             "SELECT k.n, r.case_id, r.category, r.penalty FROM unnest($1) WITH ORDINALITY AS "
                             "k(person, n) CROSS JOIN LATERAL"
                             " (SELECT case_id, category, penalty FROM ecocase.referral WHERE penalty <> '' AND "
                             "string_to_array(persons, ' ') @> ARRAY[k.person]"
                             " ORDER BY split_part(penalty, E'\\t', 1)::bigint DESC, case_id, id LIMIT $2) AS r ORDER "
                             "BY k.n, split_part(r.penalty, E'\\t', 1)::bigint DESC, r.case_id"},
    [STATEMENT_CHILD_REFERRALS] =
        {"grown", "SELECT parent, numbers FROM ecocase.referral WHERE parent <> "
                  "'00000000-0000-0000-0000-000000000000' AND parent = ANY ($1) ORDER BY parent, case_id, id"},
    [STATEMENT_RECOVER] = {"recover", "SELECT lane, epoch, behind FROM ecocase.recover($1, $2, $3, $4, $5)"},
    [STATEMENT_ALARMS] = {"alarms", "SELECT DISTINCT case_id FROM (SELECT case_id FROM ecocase.referral WHERE lane = "
                                    "$1 AND alarm_at <= $2 AND parties & $4 = 0 ORDER BY alarm_at LIMIT $3) AS due"},
};

const char *statement_text(enum ledger_statement which) { return statements[which].text; }
const char *statement_name(enum ledger_statement which) { return statements[which].name; }

void parameters_clear(struct parameters *parameters) {
    pgbinary_clear(&parameters->binary);
    parameters->count = 0;
}

struct pgbinary *parameter(struct parameters *parameters, enum oid type) {
    INVARIANT(parameters->count < PARAMETERS_MAX);
    parameters->type[parameters->count] = type;
    parameters->null[parameters->count] = false;
    parameters->start[parameters->count++] = parameters->binary.buffer.count;
    return &parameters->binary;
}

void parameter_int16(struct parameters *parameters, int16_t value) {
    pgbinary_int16(parameter(parameters, OID_INT2), value);
}
void parameter_int32(struct parameters *parameters, int32_t value) {
    pgbinary_int32(parameter(parameters, OID_INT4), value);
}
void parameter_int64(struct parameters *parameters, int64_t value) {
    pgbinary_int64(parameter(parameters, OID_INT8), value);
}

void parameter_instant(struct parameters *parameters, instant at) {
    struct pgbinary *binary = parameter(parameters, OID_TIMESTAMPTZ);
    parameters->null[parameters->count - 1] = at == INSTANT_NONE;
    if (at != INSTANT_NONE) pgbinary_instant(binary, at);
}

void parameter_text(struct parameters *parameters, const char *cstr) {
    pgbinary_raw(parameter(parameters, OID_TEXT), bytes_of_cstr(cstr));
}

void parameter_lane_array(struct parameters *parameters, const int64_t *values) {
    pgbinary_lane_array(parameter(parameters, OID_INT8_ARRAY), values);
}

enum outcome ledger_prepare(struct ledger *ledger, enum ledger_statement which, const struct parameters *parameters,
                            struct fault *fault) {
    if (ledger->prepared[which]) return OK;
    AUTO(result_clear)
    PGresult *result = PQprepare(ledger->conn, statements[which].name, statements[which].text, (int)parameters->count,
                                 parameters->type);
    TRY(ledger_judge_result(ledger, result, statements[which].name, fault));
    ledger->prepared[which] = true;
    return OK;
}

enum outcome ledger_send(struct ledger *ledger, enum ledger_statement which, const struct parameters *parameters,
                         struct fault *fault) {
    TRY(pgbinary_check(&parameters->binary, fault));
    const char *values[PARAMETERS_MAX];
    int lengths[PARAMETERS_MAX], formats[PARAMETERS_MAX];
    for (size_t i = 0; i < parameters->count; i++) {
        size_t end = i + 1 < parameters->count ? parameters->start[i + 1] : parameters->binary.buffer.count;
        values[i] = parameters->null[i] ? NULL : (const char *)parameters->binary.buffer.at + parameters->start[i];
        lengths[i] = parameters->null[i] ? 0 : (int)(end - parameters->start[i]);
        formats[i] = 1;
    }
    if (PQsendQueryPrepared(ledger->conn, statements[which].name, (int)parameters->count, values, lengths, formats,
                            1) != 1) {
        return fault_set(fault, RETRY, "LEDGER_DOWN", "%s: %s", statements[which].name, PQerrorMessage(ledger->conn));
    }
    return OK;
}

enum outcome ledger_call(struct ledger *ledger, enum ledger_statement which, const struct parameters *parameters,
                         PGresult **ret_result, struct fault *fault) {
    TRY(ledger_prepare(ledger, which, parameters, fault));
    TRY(ledger_send(ledger, which, parameters, fault));
    PGresult *result = PQgetResult(ledger->conn);
    for (PGresult *more = result ? PQgetResult(ledger->conn) : NULL; more; more = PQgetResult(ledger->conn))
        PQclear(more);
    enum outcome outcome = ledger_judge_result(ledger, result, statements[which].name, fault);
    if (outcome != OK) {
        PQclear(result);
        return outcome;
    }
    *ret_result = result;
    return OK;
}
