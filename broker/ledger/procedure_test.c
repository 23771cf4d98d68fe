/* What a referral keeps for the whole procedure survives the ledger: its version and regime, the first paper of a
 * hand-over, what waits for manual service. A version loaded later does not touch a case that comes back from the
 * ledger. Against a real Postgres. */
#include <stdlib.h>
#include <sys/stat.h>
#include "base/log.h"
#include "broker/judge/judge_fixture.h"
#include "broker/rules/rules_fixture.h"
#include "broker/ledger/cluster_fixture.h"
#include "broker/ledger/connection_inside.h"

static struct cluster cluster;
static struct fault fault;
static struct ledger *ledger;
static struct lane_row row;

#define assert_ok(call)                                                     \
    do {                                                                    \
        enum outcome o_ = (call);                                           \
        if (o_ != OK) {                                                     \
            print_error("%s: %s %s\n", fault.site, fault.code, fault.text); \
        }                                                                   \
        assert_int_equal(o_, OK);                                           \
    } while (0)

static int start(void **state) {
    if (fixture_load(state) || fixture_make_folder(state)) return -1;
    log_setup("procedure_test", LOG_ERROR);
    cluster_start(&cluster);
    struct ledger_setup setup = {"schemas", "K1", true, 1, directory};
    assert_ok(ledger_set_up(cluster.conninfo, &setup, &fault));
    assert_ok(ledger_connect(cluster_as(&cluster, "ecocase_broker"), &ledger, &fault));
    assert_ok(ledger_take(ledger, 0, "one", &row, &fault));
    return 0;
}
static int stop(void **state) {
    ledger_free(ledger);
    cluster_stop(&cluster);
    fixture_remove_folder(state);
    return fixture_unload(state);
}

/* The case as it stands goes into the ledger and is forgotten; then it is read back. */
static void through_the_ledger(void) {
    static struct referral kept[LIMIT_REFERRALS_PER_CASE];
    struct referral *list[LIMIT_REFERRALS_PER_CASE];
    struct lane_row after = row;
    int32_t version = 0;
    for (size_t i = 0; i < cases.count; i++) list[i] = cases.referrals[i];
    struct ledger_event event = {.serial = ++after.serial,
                                 .kind = 'A',
                                 .has_ids = true,
                                 .new_submission = true,
                                 .sender = 1,
                                 .rules_version = cases.referrals[0]->rules,
                                 .event = BYTES_LITERAL("REF.SEND"),
                                 .broker_time = at("2026-06-08 10:00"),
                                 .business_time = INSTANT_NONE,
                                 .case_id = cases.referrals[0]->case_id,
                                 .referral_id = cases.referrals[0]->id};
    event.message_id.b[0] = (uint8_t)after.serial;
    struct ledger_batch batch = {.events = &event,
                                 .event_count = 1,
                                 .referrals = list,
                                 .referral_count = cases.count,
                                 .before = &row,
                                 .after = &after};
    assert_ok(ledger_record(ledger, &batch, &version, &fault));
    row = after;
    struct uuid id = cases.referrals[0]->case_id;
    for (size_t i = 0; i < cases.count; i++) kept[i] = *cases.referrals[i];
    size_t count = cases.count;
    assert_ok(ledger_cases(ledger, &id, 1, keep, &cases, &fault));
    assert_int_equal(cases.count, count);
    for (size_t i = 0; i < count; i++) {
        const struct referral *r = cases.referrals[i];
        assert_true(r->rules == kept[i].rules && r->regime == kept[i].regime && r->gaps == kept[i].gaps &&
                    r->parties == kept[i].parties && r->flags == kept[i].flags);
        assert_true(r->handling == kept[i].handling && r->handling_expires == kept[i].handling_expires);
        assert_true(bytes_equal(r->countersign, kept[i].countersign) &&
                    bytes_equal(r->manual_service, kept[i].manual_service) && bytes_equal(r->roster, kept[i].roster));
        assert_true(bytes_equal(r->facts, kept[i].facts) && bytes_equal(r->hints, kept[i].hints) &&
                    r->hint_marks == kept[i].hint_marks);
    }
}

static char *scalar(const char *sql) {
    PGconn *conn = PQconnectdb(cluster.conninfo);
    PGresult *result = PQexec(conn, sql);
    if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != 1)
        fail_msg("%s: %s", sql, PQresultErrorMessage(result));
    char *value = strdup(PQgetvalue(result, 0, 0));
    PQclear(result);
    PQfinish(conn);
    return value;
}
static void tells(const char *sql, const char *wanted) {
    char *value = scalar(sql);
    assert_string_equal(value, wanted);
    free(value);
}

static void load_two(struct rules **ret) {
    char earlier[128];
    snprintf(earlier, sizeof earlier, "%s/earlier", fixture_folder);
    mkdir(earlier, 0755);
    snprintf(earlier, sizeof earlier, "%s/earlier/2", fixture_folder);
    mkdir(earlier, 0755);
    free(fixture_copy_rules(earlier, NULL, "", ""));
    free(fixture_copy_rules(fixture_folder, "rules.yaml", "version: 2\nfrom: 2016-01-01",
                            "version: 3\nfrom: 2026-07-01"));
    char *clocks = fixture_copy_text("clocks.yaml", "amount: 3, actor: holder, basis: 310-8; 程序规定180(1)",
                                     "amount: 5, actor: holder, basis: 310-8; 程序规定180(1)");
    fixture_write(fixture_folder, "clocks.yaml", clocks);
    free(clocks);
    assert_ok(rules_load_folder(fixture_folder, ret, &fault));
}

static void a_case_from_the_ledger_keeps_its_version(void **state) {
    (void)state;
    struct rules *real = rules, *two = NULL;
    accepted(says("sthj", "REF.SEND", "psb-bynr", "2026-06-08 10:00", 1));
    through_the_ledger();
    load_two(&two);
    rules = two;
    struct verdict v = accepted(says("psb-bynr", "REF.RECEIPT", "sthj", "2026-07-06 10:00", 1));
    assert_int_equal(v.rules, 2);
    /* three days, not five */
    assert_int_equal(clock_of(cases.referrals[0], "D09")->due_strict, at("2026-07-10 00:00"));
    struct submission draft = says("nm", "REF.DRAFT", "", "2026-07-06 10:00", 2);
    draft.category = BYTES_LITERAL("FISH");
    accepted(draft);
    through_the_ledger();
    tells("SELECT string_agg(rules || '/' || regime, ' ' ORDER BY id) FROM ecocase.referral", "2/1 3/0");
    rules = real;
    rules_free(two);
}

static void what_waits_to_be_served_is_listed(void **state) {
    (void)state;
    struct submission ask = with_reason(says("psb-bynr", "JUR.FORWARD", "psb-erds", "2026-06-08 09:00", 3), "JB1");
    ask.case_id.b[0] = 7;
    ask.copies = text_list("ext-jw");
    ask.document_no = BYTES_LITERAL("巴公移〔2026〕9号");
    accepted(ask);
    through_the_ledger();
    tells("SELECT addressee_zh || ' ' || event_zh || ' ' || document_no || ' ' || outstanding FROM "
          "ecocase.by_hand_list WHERE addressee = 'ext-jw'",
          "监察委员会 移送管辖 巴公移〔2026〕9号 true");
    struct submission served = says("psb-erds", "EXT.SERVED", "", "2026-06-09 09:00", 3);
    served.case_id.b[0] = 7;
    served.cites = text_list("巴公移〔2026〕9号");
    accepted(served);
    through_the_ledger();
    tells("SELECT to_char(served_at AT TIME ZONE 'Asia/Shanghai', 'MM-DD HH24:MI') FROM ecocase.by_hand_list WHERE "
          "addressee = 'ext-jw' AND NOT outstanding",
          "06-09 09:00");
}

static void hints_are_listed_with_what_became_of_them(void **state) {
    (void)state;
    struct submission s = says("sthj", "ADM.PENALTY", "", "2026-06-10 10:00", 4);
    s.case_id.b[0] = 9;
    s.approval_time = at("2026-06-09 17:00");
    s.facts = fact_array((const struct said_fact[]){{"waste_t", 5.2, "t"}, {"exceedance_ratio", 3, "Pb"}}, 2);
    accepted(s);
    through_the_ledger();
    tells("SELECT string_agg(level_zh || ' ' || threshold || ' ' || basis || ' ' || statutory || ' ' || event_zh || ' "
          "' || agency || ' ' || state, '; ' ORDER BY threshold) FROM ecocase.hint_list",
          "红色 ENV1-2 法释〔2023〕7号-1(2) true 行政处罚决定信息录入 sthj OPEN; 红色 ENV1-3 法释〔2023〕7号-1(3) true "
          "行政处罚决定信息录入 sthj OPEN");
    tells("SELECT to_char(send_by AT TIME ZONE 'Asia/Shanghai', 'MM-DD HH24:MI') || ' ' || facts FROM "
          "ecocase.hint_list WHERE threshold = 'ENV1-2'",
          "06-10 17:00 waste_t\t5.2\tt\nexceedance_ratio\t3\tPb\n");
    struct alert alerts[LIMIT_ALERTS];
    assert_int_equal(alarm_take(rules, directory, at("2026-06-11 00:00"), cases.referrals[0], alerts), 1);
    through_the_ledger();
    tells("SELECT string_agg(state, ' ') FROM ecocase.hint_list", "UNREFERRED UNREFERRED");
    struct submission referral = says("sthj", "REF.SEND", "psb-bynr", "2026-06-12 10:00", 5);
    referral.case_id.b[0] = 9;
    accepted(referral);
    through_the_ledger();
    tells("SELECT string_agg(state_zh, ' ') FROM ecocase.hint_list", "已移送 已移送");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_case_from_the_ledger_keeps_its_version, fixture_fresh),
        cmocka_unit_test_setup(what_waits_to_be_served_is_listed, fixture_fresh),
        cmocka_unit_test_setup(hints_are_listed_with_what_became_of_them, fixture_fresh)};
    return cmocka_run_group_tests(tests, start, stop);
}
