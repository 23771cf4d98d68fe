/* A new generation of every lane (schemas/ledger: ecocase.recover), and what its lanes must read in order. */
#include "broker/ledger/connection_inside.h"
#include <stdio.h>
#include <stdlib.h>

enum outcome ledger_lanes(struct ledger *ledger, struct lane_row *ret, size_t capacity, size_t *ret_count,
                          struct fault *fault) {
    TRY(ledger_ready(ledger, fault));
    AUTO(result_clear)
    PGresult *result = PQexecParams(ledger->conn, "SELECT " LANE_COLUMNS " FROM ecocase.lane AS l ORDER BY l.lane", 0,
                                    NULL, NULL, NULL, NULL, 1);
    TRY(ledger_judge_result(ledger, result, "lanes", fault));
    *ret_count = 0;
    for (int row = 0; row < PQntuples(result) && *ret_count < capacity; row++)
        lane_row_read(result, row, &ret[(*ret_count)++]);
    return OK;
}

enum outcome ledger_recovered_up_to(struct ledger *ledger, int32_t lane, struct recovered_up_to *ret,
                                    struct fault *fault) {
    char text[16];
    snprintf(text, sizeof text, "%d", lane);
    const char *const values[] = {text};
    *ret = (struct recovered_up_to){0};
    TRY(ledger_ready(ledger, fault));
    AUTO(result_clear)
    PGresult *result =
        PQexecParams(ledger->conn,
                     "SELECT r.clock_end, r.outbox_ends FROM ecocase.recovery AS r JOIN ecocase.lane AS l"
                     " ON l.lane = r.lane AND l.generation = r.generation WHERE r.lane = $1",
                     1, NULL, values, NULL, NULL, 1);
    TRY(ledger_judge_result(ledger, result, "recovery", fault));
    if (!PQntuples(result)) return OK;
    ret->clock = column_int(result, 0, 0);
    size_t count = column_array_count(result, 0, 1);
    for (size_t i = 0; i < LIMIT_PARTICIPANTS && i < count; i++) ret->outbox[i] = column_array_int(result, 0, 1, i);
    return OK;
}

static struct pgbinary *numbers_begin(struct parameters *parameters, size_t count) {
    struct pgbinary *binary = parameter(parameters, OID_INT8_ARRAY);
    pgbinary_array(binary, OID_INT8, count, 1);
    return binary;
}
#define EACH_LANE(member)                                                                 \
    do {                                                                                  \
        struct pgbinary *binary = numbers_begin(parameters, count);                       \
        for (size_t i = 0; i < count; i++) pgbinary_field_int64(binary, lanes[i].member); \
    } while (0)

enum outcome ledger_recover(struct ledger *ledger, int64_t generation, const struct lane_seen *lanes, size_t count,
                            struct lane_begun *ret, struct fault *fault) {
    TRY(ledger_ready(ledger, fault));
    struct parameters *parameters = &ledger->parameters[0];
    parameters_clear(parameters);
    parameter_int64(parameters, generation);
    EACH_LANE(given_out.epoch);
    EACH_LANE(given_out.serial);
    EACH_LANE(up_to.clock);
    struct pgbinary *ends = numbers_begin(parameters, count * LIMIT_PARTICIPANTS);
    for (size_t i = 0; i < count; i++) {
        for (size_t p = 0; p < LIMIT_PARTICIPANTS; p++) pgbinary_field_int64(ends, lanes[i].up_to.outbox[p]);
    }
    AUTO(result_clear) PGresult *result = NULL;
    TRY(ledger_call(ledger, STATEMENT_RECOVER, parameters, &result, fault));
    if ((size_t)PQntuples(result) != count)
        return fault_set(fault, FATAL, "LEDGER_EMPTY", "the ledger has %d lanes, not %zu", PQntuples(result), count);
    for (int row = 0; row < PQntuples(result); row++) {
        ret[row] = (struct lane_begun){.epoch = column_int(result, row, 1)};
        for (size_t i = 0; i < LIMIT_PARTICIPANTS; i++) ret[row].behind[i] = column_array_int(result, row, 2, i);
    }
    return OK;
}
