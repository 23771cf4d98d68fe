/* A set-up ledger and batches for tests. */
#include "broker/ledger/ledger_fixture.h"
#include <stdio.h>
#include <stdlib.h>
#include "base/log.h"

struct cluster cluster;
struct directory *directory;
struct fault fault;
char broker_conninfo[256];

enum outcome set_up(const char *cluster_id, bool manual, int32_t lanes) {
    struct ledger_setup setup = {"schemas", cluster_id, manual, lanes, directory};
    return ledger_set_up(cluster.conninfo, &setup, &fault);
}

int start(void **state) {
    (void)state;
    log_setup("ledger_test", LOG_ERROR);
    cluster_start(&cluster);
    snprintf(broker_conninfo, sizeof broker_conninfo, "%s", cluster_as(&cluster, "ecocase_broker"));
    return directory_load("schemas/directory.yaml", &directory, &fault) == OK && set_up("K1", true, 4) == OK ? 0 : -1;
}

int stop(void **state) {
    (void)state;
    directory_free(directory);
    cluster_stop(&cluster);
    return 0;
}

void ledger_free_auto(struct ledger **ledger) { ledger_free(*ledger); }

struct ledger *open_ledger(void) {
    struct ledger *ledger = NULL;
    assert_ok(ledger_connect(broker_conninfo, &ledger, &fault));
    return ledger;
}

int64_t scalar(const char *conninfo, const char *sql) {
    PGconn *conn = PQconnectdb(conninfo);
    assert_int_equal(PQstatus(conn), CONNECTION_OK);
    PGresult *result = PQexec(conn, sql);
    int64_t value = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) > 0
                        ? strtoll(PQgetvalue(result, 0, 0), NULL, 10)
                        : -1;
    if (PQresultStatus(result) != PGRES_TUPLES_OK) print_message("%s\n", PQresultErrorMessage(result));
    PQclear(result);
    PQfinish(conn);
    return value;
}

struct uuid id(uint8_t kind, uint8_t n) {
    struct uuid uuid = {{0}};
    uuid.b[0] = kind;
    uuid.b[15] = n;
    return uuid;
}

struct ledger_event event(int64_t serial, uint8_t n, char kind) {
    struct ledger_event e = {.serial = serial,
                             .kind = kind,
                             .broker_time = DAY + serial,
                             .business_time = DAY,
                             .sender = 1,
                             .offset = serial - 1,
                             .has_ids = kind != 'D',
                             .message_id = id(1, n),
                             .case_id = id(2, n),
                             .referral_id = id(3, n),
                             .event = BYTES_LITERAL("REF.SEND"),
                             .document_no = BYTES_LITERAL("巴环移送〔2026〕15号"),
                             .to_state = "A20",
                             .rules_version = 1,
                             .delivery_count = 2,
                             .deliveries = {{21, 't', serial}, {20, 'c', serial * 2}},
                             .answer = BYTES_LITERAL("{\"reasons\":[{\"code\":\"X\",\"zh\":\"理由\",\"en\":\"why\"}]}"),
                             .value = BYTES_LITERAL("\0\0\0\0\1abc"),
                             .headers = BYTES_LITERAL("{\"traceparent\":\"00\"}"),
                             .new_submission = kind != 'D'};
    e.hash[0] = n;
    return e;
}

struct referral referral_of(uint8_t n) {
    struct referral r = {.id = id(3, n),
                         .case_id = id(2, n),
                         .machine = "REF",
                         .state = "A20",
                         .rules = 1,
                         .opener = 1,
                         .holder = 21,
                         .flags = 0x80000001u,
                         .category = "ENV2",
                         .county = "150823",
                         .title = BYTES_LITERAL("危险废物倾倒"),
                         .numbers = BYTES_LITERAL("巴环移送〔2026〕15号\n第二号"),
                         .opened_at = DAY,
                         .changed_at = DAY + 5,
                         .event_count = 1,
                         .clock_count = 2,
                         .alarm_at = DAY + 10,
                         .handling = 3,
                         .handling_expires = DAY + 11,
                         .dirty = true,
                         .fresh = true,
                         .regime = 1,
                         .gaps = UINT64_C(0x8000000000000005),
                         .parties = UINT64_C(1) << 63 | 2,
                         .countersign = BYTES_LITERAL("REF.HANDOVER 1\n电机\t2\t台\n"),
                         .manual_service = BYTES_LITERAL("ext-bttj\tREF.SEND\t巴环移送〔2026〕15号\t1780934400000\t\n"),
                         .roster = BYTES_LITERAL(
                             "PATROL\t1780934400000\t1780984800000\t\n5\tI\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\n"),
                         .facts = BYTES_LITERAL("waste_t\t5.2\tt\n"),
                         .hints = BYTES_LITERAL("RED\tENV1-2\tTHRESHOLD_MET\t…\t依据\t1\tADM.PENALTY\t1\t2\t1\n"),
                         .hint_marks = UINT64_C(0x8000000000000001),
                         .persons = BYTES_LITERAL("00112233445566aa 00112233445566bb"),
                         .penalty = BYTES_LITERAL("1780934400000\t1\t巴环罚〔2026〕5号")};
    r.clocks[0] = (struct clock){
        "D04", 'R', false, false, ALERTED_OVERDUE, 21, DAY, DAY + DAY_MS, DAY + 2 * DAY_MS, INSTANT_NONE};
    r.clocks[1] = (struct clock){"D02", 'M', true, true, 63, 1, DAY - 7, DAY - 6, DAY - 5, DAY - 4};
    return r;
}

void sample(struct sample *s, const struct lane_row *row, uint8_t n) {
    memset(s, 0, sizeof *s);
    s->before = s->after = *row;
    s->events[0] = event(row->serial + 1, n, 'A');
    s->referral = referral_of(n);
    s->referrals[0] = &s->referral;
    s->after.serial++;
    s->after.next_offset[1]++;
    s->after.sequence[21]++;
    s->after.time = DAY + DAY_MS + 1;
    s->batch = (struct ledger_batch){s->events, 1, s->referrals, 1, &s->before, &s->after};
}
