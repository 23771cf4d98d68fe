/* The program itself against a ledger with one case, a refusal and a dead letter in it, as the coordinator's role. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include "base/log.h"
#include "broker/ledger/cluster_fixture.h"
#include "broker/ledger/ledger.h"

static struct cluster cluster;
static char output[1 << 16];

/* Runs `ecocase --postgres <coordinator> ARGUMENTS`; output holds stdout and stderr. */
static int ecocase(const char *arguments) {
    char command[1024];
    snprintf(command, sizeof command, "%s --postgres '%s' %s 2>&1", ECOCASE_PROGRAM,
             cluster_as(&cluster, "ecocase_coordinator"), arguments);
    FILE *from = popen(command, "r");
    assert_non_null(from);
    size_t count = fread(output, 1, sizeof output - 1, from);
    output[count] = '\0';
    int status = pclose(from);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
static bool says(const char *text) {
    if (strstr(output, text)) return true;
    print_error("not in the output: %s\n%s\n", text, output);
    return false;
}

static struct uuid id(uint8_t kind, uint8_t n) {
    struct uuid uuid = {{0}};
    memset(uuid.b, kind, 4);
    uuid.b[15] = n;
    return uuid;
}

static bool fill(void) {
    struct fault fault;
    struct directory *directory = NULL;
    struct ledger *ledger = NULL;
    struct lane_row row, after;
    int32_t version = 0;
    bool good = directory_load("schemas/directory.yaml", &directory, &fault) == OK;
    struct ledger_setup setup = {"schemas", "K1", true, 2, directory};
    good = good && ledger_set_up(cluster.conninfo, &setup, &fault) == OK &&
           ledger_connect(cluster.conninfo, &ledger, &fault) == OK;
    good = good && ledger_take(ledger, 1, "one", &row, &fault) == OK;
    if (!good) return false;
    instant day = INT64_C(1780934400000);
    struct ledger_event events[3] = {
        {.serial = 1,
         .kind = 'A',
         .broker_time = day,
         .business_time = day,
         .sender = 1,
         .has_ids = true,
         .message_id = id(1, 1),
         .case_id = id(2, 1),
         .referral_id = id(3, 1),
         .event = BYTES_LITERAL("REF.SEND"),
         .document_no = BYTES_LITERAL("巴环移送〔2026〕15号"),
         .to_state = "A20",
         .rules_version = 1,
         .delivery_count = 1,
         .deliveries = {{19, 't', 1}},
         .value = BYTES_LITERAL("x"),
         .new_submission = true},
        {.serial = 2,
         .kind = 'R',
         .broker_time = day,
         .business_time = day,
         .sender = 1,
         .offset = 1,
         .has_ids = true,
         .message_id = id(1, 2),
         .case_id = id(2, 1),
         .referral_id = id(3, 1),
         .event = BYTES_LITERAL("REF.FILED"),
         .document_no = BYTES_LITERAL("第9号"),
         .from_state = "A20",
         .answer = BYTES_LITERAL(
             "{\"reasons\":[{\"code\":\"SENDER_ROLE\",\"zh\":\"不得由该单位发出\",\"en\":\"may not send\"}]}"),
         .new_submission = true},
        {.serial = 3,
         .kind = 'D',
         .broker_time = day,
         .business_time = INSTANT_NONE,
         .sender = 2,
         .offset = 7,
         .key = BYTES_LITERAL("k"),
         .value = BYTES_LITERAL("\1\2\3"),
         .answer = BYTES_LITERAL("{\"reasons\":[{\"code\":\"FRAME_MAGIC\",\"zh\":\"首字节不符\",\"en\":\"magic\"}]}"),
         .headers = BYTES_LITERAL("{\"a\":\"b\"}")}};
    struct referral referral = {.id = id(3, 1),
                                .case_id = id(2, 1),
                                .machine = "REF",
                                .state = "A20",
                                .rules = 1,
                                .opener = 1,
                                .holder = 19,
                                .category = "ENV2",
                                .county = "150823",
                                .title = BYTES_LITERAL("危险废物倾倒"),
                                .numbers = BYTES_LITERAL("巴环移送〔2026〕15号"),
                                .opened_at = day,
                                .changed_at = day,
                                .event_count = 1,
                                .clock_count = 1,
                                .parent = id(9, 2),
                                .handling_expires = INSTANT_NONE};
    struct referral clue = {.id = id(9, 2),
                            .case_id = id(2, 1),
                            .machine = "CLU",
                            .state = "K05",
                            .rules = 1,
                            .opener = 18,
                            .holder = 1,
                            .category = "ENV2",
                            .county = "150823",
                            .title = BYTES_LITERAL("夜间倾倒线索"),
                            .numbers = BYTES_LITERAL("乌护线〔2026〕3号"),
                            .opened_at = day,
                            .changed_at = day,
                            .event_count = 1,
                            .handling = 2,
                            .handling_expires = day + DAY_MS,
                            .fresh = true,
                            .clock_count = 1};
    clue.clocks[0] = (struct clock){"D81", 'R', false, false, 0, 1, day, day + DAY_MS, day + DAY_MS, INSTANT_NONE};
    referral.clocks[0] = (struct clock){"D09", 'R', true, false, 0, 19, day, day + DAY_MS, day + DAY_MS, INSTANT_NONE};
    /* A patrol: 5 accepted, 18 owes an answer, 13 watches; it names the number of the referral above. */
    struct referral patrol = {
        .id = id(4, 2),
        .case_id = id(2, 2),
        .machine = "OPS",
        .state = "O05",
        .rules = 1,
        .opener = 19,
        .title = BYTES_LITERAL("联合巡湖"),
        .numbers = BYTES_LITERAL("巴公联〔2026〕3号"),
        .opened_at = day,
        .changed_at = day,
        .event_count = 1,
        .clock_count = 1,
        .roster = BYTES_LITERAL(
            "PATROL\t1780934400000\t1781020800000\t\n5\tA\t1780938000000\t\t\t\t\t6\t2\t\t1\t\t\t365\t\t\t3\t\t\t\t\t\n"
            "18\tI\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\n13\tO\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\n"
            "F\t1780941600000\t5\tFISH\tREF\t第7号\nL\t巴环移送〔2026〕15号\n")};
    patrol.clocks[0] = (struct clock){"D90", 'R', false, false, 0, -1, day, day + DAY_MS, day + DAY_MS, INSTANT_NONE};
    struct referral *referrals[] = {&referral, &clue, &patrol};
    after = row;
    after.serial = 3, after.published = 1, after.time = day + 2 * DAY_MS;
    after.sequence[19] = 1;
    struct ledger_batch batch = {events, 3, referrals, 3, &row, &after};
    good = ledger_record(ledger, &batch, &version, &fault) == OK;
    ledger_free(ledger);
    directory_free(directory);
    return good;
}

static int start(void **state) {
    (void)state;
    log_setup("cli_test", LOG_ERROR);
    cluster_start(&cluster);
    return fill() ? 0 : -1;
}
static int stop(void **state) {
    (void)state;
    cluster_stop(&cluster);
    return 0;
}

static void every_list_has_its_row(void **state) {
    (void)state;
    assert_int_equal(ecocase("ledger list"), 0);
    assert_true(says("已移送") && says("危险废物倾倒") && says("巴彦淖尔市生态环境局") && says("手动时钟"));
    assert_int_equal(ecocase("ledger list --state 已立案"), 0);
    assert_true(says("0 rows"));
    assert_int_equal(ecocase("ledger list --agency sthj --open --state A20"), 0);
    assert_true(says("1 rows"));
    assert_int_equal(ecocase("ledger list --agency jcy"), 0); /* watches an operation */
    assert_true(says("联合巡湖") && says("1 rows"));
    assert_int_equal(ecocase("ledger overdue --agency nm"), 0); /* it has answered */
    assert_true(says("0 rows"));
    assert_int_equal(ecocase("ledger overdue --agency wlsh"), 0);
    assert_true(says("D90") && says("1 rows"));
    assert_int_equal(ecocase("ledger overdue"), 0);
    assert_true(says("已超期") && says("立案审查") && says("法定"));
    assert_int_equal(ecocase("ledger stats"), 0);
    assert_true(says("泳道 lanes") && says("死信"));
    assert_int_equal(ecocase("agencies"), 0);
    assert_true(says("sthj"));
    assert_int_equal(ecocase("refusals list"), 0);
    assert_true(says("SENDER_ROLE") && says("不得由该单位发出"));
    assert_int_equal(ecocase("dead-letters list"), 0);
    assert_true(says("1/3") && says("FRAME_MAGIC"));
    assert_int_equal(ecocase("dead-letters show 1/3"), 0);
    assert_true(!says("010203") && says("ecocase.outbox.zrzy"));
}

static void a_referral_is_found_by_whatever_is_at_hand(void **state) {
    (void)state;
    static const char *const ids[] = {"03030303-0000-0000-0000-000000000001",
                                      "0303",
                                      "02020202-0000-0000-0000-000000000001",
                                      "01010101-0000-0000-0000-000000000001",
                                      "巴环移送〔2026〕15号",
                                      "'巴环移送[2026]15号'",
                                      "'移送（2026）15号'",
                                      NULL};
    for (size_t i = 0; ids[i]; i++) {
        char arguments[128];
        snprintf(arguments, sizeof arguments, "ledger show %s", ids[i]);
        assert_int_equal(ecocase(arguments), 0);
        assert_true(says("03030303-0000-0000-0000-000000000001") && says("REF.SEND") && says("REF.FILED") &&
                    says("D09") && says("主送"));
    }
    assert_int_equal(ecocase("ledger show 巴环移送〔2027〕1号"), 1);
    assert_int_equal(ecocase("ledger show 第9号"), 0);
    assert_true(says("只有被拒绝的提交"));
}

/* Each side of a link shows the other; a body of the roster shows what it said. */
static void an_operation_shows_its_bodies_and_its_cases(void **state) {
    (void)state;
    assert_int_equal(ecocase("ledger show 巴公联〔2026〕3号"), 0);
    assert_true(says("联合巡逻") && says("待答复") && says("列席") && says("参战单位 bodies") && says("危险废物倾倒") &&
                says("后续") && says("发现 findings"));
    assert_int_equal(ecocase("ledger show 巴公联〔2026〕3号 --json"), 0);
    json_t *json = json_loads(output, 0, NULL);
    const json_t *body = json_array_get(json_object_get(json, "bodies"), 0);
    assert_string_equal(json_string_value(json_object_get(body, "body")), "nm");
    assert_string_equal(json_string_value(json_object_get(body, "state_en")), "accepted");
    assert_int_equal(json_integer_value(json_object_get(body, "people")), 6);
    assert_true(json_is_null(json_object_get(body, "uavs")));
    assert_true(json_real_value(json_object_get(body, "patrol_hours")) > 36.4 &&
                json_real_value(json_object_get(body, "patrol_hours")) < 36.6);
    assert_int_equal(json_array_size(json_object_get(json, "links")), 1); /* by number */
    const json_t *clock = json_array_get(json_object_get(json, "clocks"), 0);
    assert_string_equal(json_string_value(json_object_get(clock, "actor")), "wlsh");
    json_decref(json);
    assert_int_equal(ecocase("ledger show 巴环移送〔2026〕15号"), 0);
    assert_true(says("来自") && says("联合巡湖"));
    assert_int_equal(ecocase("ledger stats"), 0);
    assert_true(says("联合行动 joint operations") && says("36.5"));
}

static void a_controlled_clue_is_shown_by_its_number_only(void **state) {
    (void)state;
    assert_int_equal(ecocase("ledger show 乌护线〔2026〕3号"), 0);
    assert_true(says("线索流转") && says("原单位控制") && says("ORCON") && says("2026-06-10") && says("受限线索"));
    assert_null(strstr(output, "夜间倾倒"));
    assert_true(says("后续移送 follow-ups") && says("巴环移送〔2026〕15号")); /* what came of it */
    assert_int_equal(ecocase("ledger show 巴环移送〔2026〕15号"), 0);
    assert_true(says("上一移送：09090909-0000-0000-0000-000000000002"));
    static const char *const commands[] = {
        "ledger list",   "ledger list --json", "ledger overdue",          "ledger overdue --json",
        "ledger alerts", "ledger by-hand",     "ledger show 0202 --json", NULL};
    for (size_t i = 0; commands[i]; i++) {
        (void)ecocase(commands[i]);
        assert_null(strstr(output, "夜间倾倒"));
    }
    assert_int_equal(ecocase("ledger overdue --agency sthj"), 0);
    assert_true(says("D81") && says("非法定"));
    assert_int_equal(ecocase("ledger stats"), 0);
    assert_true(says("线索流转") && says("K05"));
}

static void json_is_json(void **state) {
    (void)state;
    static const char *const commands[] = {
        "ledger list",   "ledger show 0303",    "ledger overdue",        "ledger alerts",
        "ledger hints",  "ledger hints --open", "ledger stats",          "agencies",
        "refusals list", "dead-letters list",   "dead-letters show 1/3", NULL};
    for (size_t i = 0; commands[i]; i++) {
        char arguments[128];
        snprintf(arguments, sizeof arguments, "%s --json", commands[i]);
        assert_int_equal(ecocase(arguments), 0);
        json_t *json = json_loads(output, 0, NULL);
        assert_non_null(json);
        json_decref(json);
    }
    assert_int_equal(ecocase("ledger show 0303 --json"), 0);
    json_t *json = json_loads(output, 0, NULL);
    const json_t *delivery =
        json_array_get(json_object_get(json_array_get(json_object_get(json, "events"), 0), "deliveries"), 0);
    assert_true(json_is_true(json_object_get(delivery, "published")) &&
                json_is_false(json_object_get(delivery, "delivered")));
    assert_string_equal(json_string_value(json_object_get(json_object_get(json, "referral"), "opened_at")),
                        "2026-06-09T00:00:00+08:00");
    json_decref(json);
}

static void wrong_usage_names_the_nearest(void **state) {
    (void)state;
    assert_int_equal(ecocase("ledger lst"), 2);
    assert_true(says("ecocase ledger list"));
    assert_int_equal(ecocase("--jsn agencies"), 2);
    assert_true(says("--json"));
    assert_int_equal(ecocase("ledger show"), 2);
    assert_int_equal(ecocase("ledger list --agency sthk"), 1);
    assert_true(says("sthj"));
    assert_int_equal(ecocase("--help"), 0);
    assert_true(says("dead-letters show"));
    assert_int_equal(ecocase("--postgres 'host=/nowhere' agencies"), 1);
    assert_true(says("./run"));
}

static void change(const char *sql) {
    PGconn *conn = PQconnectdb(cluster.conninfo);
    PGresult *result = PQexec(conn, sql);
    assert_int_equal(PQresultStatus(result), PGRES_COMMAND_OK);
    PQclear(result);
    PQfinish(conn);
}

static void a_ledger_of_another_shape_is_not_read(void **state) {
    (void)state;
    change("UPDATE ecocase.schema_version SET version = version + 1");
    assert_int_equal(ecocase("ledger list"), 1);
    assert_true(says("请安装较新的程序") && says("LEDGER_NEWER"));
    change("UPDATE ecocase.schema_version SET version = version - 1");
    change("ALTER TABLE ecocase.schema_version RENAME TO no_version");
    assert_int_equal(ecocase("ledger list"), 1);
    assert_true(says("请另建空台账") && says("start an empty one"));
    change("ALTER TABLE ecocase.no_version RENAME TO schema_version");
    assert_int_equal(ecocase("ledger list"), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_list_has_its_row),
                                       cmocka_unit_test(a_referral_is_found_by_whatever_is_at_hand),
                                       cmocka_unit_test(a_controlled_clue_is_shown_by_its_number_only),
                                       cmocka_unit_test(json_is_json),
                                       cmocka_unit_test(an_operation_shows_its_bodies_and_its_cases),
                                       cmocka_unit_test(a_ledger_of_another_shape_is_not_read),
                                       cmocka_unit_test(wrong_usage_names_the_nearest)};
    return cmocka_run_group_tests(tests, start, stop);
}
