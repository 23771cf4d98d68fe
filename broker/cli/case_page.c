/* `show ID`: a case on one page, from whatever a person holds in hand: an id or its beginning, a message's id, or a
 * document number. What the role may not see is not asked for. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "base/fault.h"
#include "base/uuid.h"
#include "broker/cli/question.h"
#include "broker/cli/screen.h"

static const struct way {
    const char *sql;
    bool whole; /* takes a whole UUID */
} ways[] = {
    {"SELECT DISTINCT case_id FROM referral WHERE referral_id = $1::uuid OR case_id = $1::uuid", true},
    {"SELECT DISTINCT case_id FROM event WHERE message_id = $1::uuid AND kind = 'A'", true},
    {"SELECT DISTINCT case_id FROM referral WHERE referral_id >= rpad(lower($1), 36, "
     "'00000000-0000-0000-0000-000000000000')::uuid "
     "AND referral_id <= overlay('ffffffff-ffff-ffff-ffff-ffffffffffff' PLACING lower($1) FROM 1)::uuid LIMIT 20",
     false},
    {"SELECT DISTINCT case_id FROM number WHERE folded = fold($1) LIMIT 20", false},
    {"SELECT DISTINCT case_id FROM number WHERE grams(folded) @> grams(fold($1)) AND strpos(folded, fold($1)) > 0 "
     "LIMIT 20",
     false},
};

static bool is_prefix(const char *text) {
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    size_t count = strlen(text);
    if (count < 4 || count > UUID_TEXT) return false;
    for (size_t i = 0; i < count; i++) {
        if (form[i] == '-' ? text[i] != '-' : !isxdigit((unsigned char)text[i])) return false;
    }
    return true;
}

/* The case that is meant; NULL with words on stderr: none, or several. */
static PGresult *find(struct source *source, const char *id) {
    struct uuid uuid;
    bool whole = uuid_parse(bytes_of_cstr(id), &uuid), prefix = !whole && is_prefix(id);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        bool by_prefix = i == 2;
        if (ways[i].whole != whole || (by_prefix && !prefix)) continue;
        PGresult *found = source_ask(source, ways[i].sql, 1, &id);
        if (!found || PQntuples(found) == 1) return found;
        if (PQntuples(found) > 1) {
            fprintf(stderr,
                    "ecocase: “%s”可指 %d 个案件，请写得更全，或用 ecocase list --number 查找 / %s may mean %d cases: "
                    "write more of it, or list --number\n",
                    id, PQntuples(found), id, PQntuples(found));
            PQclear(found);
            return NULL;
        }
        PQclear(found);
    }
    fprintf(
        stderr,
        "ecocase: 登记簿中没有 %s，或此用户无权查看 / nothing in the register for %s, or this role may not see it\n",
        id, id);
    return NULL;
}

#define WHERE_CASE " WHERE case_id = $1::uuid"
static const struct section {
    const char *name, *title, *sql;
    const char *needs; /* table.column whose right decides; NULL: always */
    struct sheet_column columns[QUESTION_COLUMNS];
} sections[] = {
    {"referrals",
     "移送 referrals",
     "SELECT left(referral_id::text, 8) AS short_id, * FROM referral_list" WHERE_CASE
     " ORDER BY opened_at, referral_id",
     NULL,
     {{"short_id", "标识", 0},
      {"machine_zh", "程序", 0},
      {"state", "代码", 0},
      {"state_zh", "状态", 0},
      {"document_no", "文号", 0},
      {"title", "案件", 0},
      {"category", "类别", 0},
      {"county_name", "县区", 0},
      {"opener_name", "移送单位", 0},
      {"holder_name", "现办理单位", 0},
      {"opened_at", "移送时间", 0},
      {0}}},
    {"parties",
     "当事人（脱敏；全部见 ecocase look） parties, masked",
     "SELECT left(p.referral_id::text, 8) AS short_id, p.kind, CASE p.kind WHEN 'P' THEN '自然人' ELSE '单位' END AS "
     "kind_zh, p.role, "
     "p.masked_name FROM party AS p WHERE p.case_id = $1::uuid ORDER BY p.lane, p.serial, p.ordinal",
     "party.masked_name",
     {{"short_id", "标识", 0}, {"kind_zh", "类别", 0}, {"role", "身份", 0}, {"masked_name", "姓名或名称", 0}, {0}}},
    {"party_counts",
     "当事人（仅人数） parties, how many",
     "SELECT CASE p.kind WHEN 'P' THEN '自然人' ELSE '单位' END AS kind_zh, p.role, count(*) AS count FROM party AS p "
     "WHERE p.case_id = $1::uuid GROUP BY 1, 2 ORDER BY 1, 2",
     "party.kind",
     {{"kind_zh", "类别", 0}, {"role", "身份", 0}, {"count", "人数", 0}, {0}}},
    {"owed",
     "应办 what is owed",
     "SELECT left(referral_id::text, 8) AS short_id, * FROM owed_list" WHERE_CASE " ORDER BY due, actor_no",
     NULL,
     {{"short_id", "标识", 0},
      {"rule", "规则", 0},
      {"rule_zh", "期限", 0},
      {"statutory_zh", "性质", 0},
      {"actor_name", "应办单位", 0},
      {"waiting_name", "等待单位", 0},
      {"due", "届满", 0},
      {"overdue", "超期", 0},
      {"days_late", "超期天数", 0},
      {0}}},
    {"clocks",
     "期限 clocks",
     "SELECT left(k.referral_id::text, 8) AS short_id, k.rule, k.state, CASE k.state WHEN 'R' THEN '计时中' WHEN 'P' "
     "THEN '中止' WHEN 'M' THEN '按期' WHEN 'B' THEN '超期' WHEN 'V' THEN '作废' WHEN 'S' THEN '被延长替代' END AS "
     "state_zh, "
     "n.zh AS rule_zh, k.started_at, k.due_strict, k.due_lenient, k.stopped_at, k.taken_days FROM clock AS k JOIN "
     "referral AS r ON r.case_id = k.case_id AND r.referral_id = k.referral_id LEFT JOIN rule_name AS n ON n.rules = "
     "r.rules AND n.kind = 'C' "
     "AND n.machine = '' AND n.code = k.rule WHERE k.case_id = $1::uuid ORDER BY k.referral_id, k.ordinal",
     NULL,
     {{"short_id", "标识", 0},
      {"rule", "规则", 0},
      {"rule_zh", "期限", 0},
      {"state_zh", "状态", 0},
      {"started_at", "起算", 0},
      {"due_strict", "届满(字面)", 0},
      {"due_lenient", "届满(顺延)", 0},
      {"stopped_at", "办结", 0},
      {"taken_days", "天数", 0},
      {0}}},
    {"events",
     "经过 events",
     "SELECT left(referral_id::text, 8) AS short_id, * FROM event_list" WHERE_CASE
     " ORDER BY broker_time, lane, serial",
     NULL,
     {{"place", "编号", 0},
      {"business_time", "业务时间", 0},
      {"short_id", "标识", 0},
      {"kind_zh", "结果", 0},
      {"event_zh", "事项", 0},
      {"sender_name", "发送单位", 0},
      {"document_no", "文号", 0},
      {"to_state", "状态", 0},
      {"sent_to", "送达", 0},
      {0}}},
    {"documents",
     "文书与附件 papers present",
     "SELECT left(d.referral_id::text, 8) AS short_id, d.lane || '/' || d.serial AS place, d.code, coalesce((SELECT "
     "n.zh FROM rule_name AS n WHERE n.kind = 'D' AND n.machine = '' AND n.code = d.code ORDER BY n.rules DESC LIMIT "
     "1), d.code) "
     "AS name, d.number, d.size, d.sha256 FROM document AS d WHERE d.case_id = $1::uuid ORDER BY d.lane, d.serial, "
     "d.ordinal",
     "document.code",
     {{"short_id", "标识", 0},
      {"place", "随事件", 0},
      {"code", "代码", 0},
      {"name", "文书", 0},
      {"number", "文号", 0},
      {"size", "字节", 0},
      {0}}},
    {"missing",
     "缺少的材料 papers missing",
     "SELECT left(referral_id::text, 8) AS short_id, code, missing_zh, missing_en FROM missing_list" WHERE_CASE
     " ORDER BY referral_id, code",
     NULL,
     {{"short_id", "标识", 0}, {"code", "代码", 0}, {"missing_zh", "材料", 0}, {"missing_en", "英文", 0}, {0}}},
    {"hints",
     "应移未移提示 hints",
     "SELECT left(referral_id::text, 8) AS short_id, * FROM hint_list" WHERE_CASE " ORDER BY referral_id, ordinal",
     NULL,
     {{"short_id", "标识", 0},
      {"level_zh", "级别", 0},
      {"mark_zh", "办理", 0},
      {"text", "提示", 0},
      {"basis", "依据", 0},
      {"agency_name", "单位", 0},
      {"send_by", "应于何时前", 0},
      {0}}},
    {"by_hand",
     "人工送达 papers by hand",
     "SELECT left(referral_id::text, 8) AS short_id, * FROM by_hand_list" WHERE_CASE " ORDER BY referral_id, ordinal",
     NULL,
     {{"short_id", "标识", 0},
      {"addressee_zh", "送达机关", 0},
      {"event_zh", "文书", 0},
      {"document_no", "文号", 0},
      {"dated", "日期", 0},
      {"served_at", "送达", 0},
      {0}}},
    {"bodies",
     "参战单位 bodies",
     "SELECT left(b.referral_id::text, 8) AS short_id, p.slug, p.name, b.state, CASE b.state WHEN 'I' THEN '待答复' "
     "WHEN 'A' THEN '参加' WHEN 'D' THEN '不参加' WHEN 'P' THEN '另提时间' WHEN 'R' THEN '已报送' WHEN 'O' THEN '列席' "
     "END AS state_zh, "
     "b.answered_at, b.late, b.reported_at, b.report_late, b.patrol_hours, b.patrol_km, b.hazards_found FROM "
     "operation_body AS b LEFT JOIN participant_now AS p ON p.number = b.participant WHERE b.case_id = $1::uuid ORDER "
     "BY b.referral_id, b.participant",
     NULL,
     {{"name", "单位", 0},
      {"state_zh", "状态", 0},
      {"answered_at", "答复", 0},
      {"late", "逾期", 0},
      {"reported_at", "报送", 0},
      {"report_late", "逾期", 0},
      {"patrol_hours", "巡逻小时", 0},
      {"patrol_km", "公里", 0},
      {0}}},
};

static bool may(struct source *source, const char *needs) {
    char table[32];
    if (!needs) return true;
    const char *column = strchr(needs, '.');
    snprintf(table, sizeof table, "register.%.*s", (int)(column - needs), needs);
    const char *const values[] = {table, column + 1};
    AUTO(source_result_free)
    PGresult *right = source_ask(source, "SELECT has_column_privilege($1, $2, 'SELECT')", 2, values);
    return right && PQgetvalue(right, 0, 0)[0] == 't';
}

/* Whoever sees parties masked need not be told how many there are. */
static bool wanted(struct source *source, const struct section *section) {
    if (strcmp(section->name, "party_counts") == 0 && may(source, "party.masked_name")) return false;
    return may(source, section->needs);
}

enum exit_code case_page(struct source *source, const struct request *request) {
    AUTO(source_result_free) PGresult *found = find(source, request->words[1]);
    if (!found) return EXIT_FAILED;
    const char *const values[] = {PQgetvalue(found, 0, 0)};
    json_t *all = json_object();
    struct screen screen = request->json ? (struct screen){.to = stdout} : screen_open(60);
    json_object_set_new(all, "case_id", json_string(values[0]));
    if (!request->json) fprintf(screen.to, "案件 case %s；时间为北京时间 times: Asia/Shanghai (+08:00)\n", values[0]);
    bool good = true;
    for (size_t i = 0; good && i < sizeof sections / sizeof *sections; i++) {
        if (!wanted(source, &sections[i])) continue;
        AUTO(source_result_free) PGresult *rows = source_ask(source, sections[i].sql, 1, values);
        good = rows != NULL;
        if (good && request->json) json_object_set_new(all, sections[i].name, sheet_json(rows));
        if (!good || request->json || PQntuples(rows) == 0) continue;
        fprintf(screen.to, "\n%s\n", sections[i].title);
        sheet_rows(screen.to, rows, PQntuples(rows), sections[i].columns, screen.width, screen.colour);
    }
    if (good && request->json) sheet_print_json(json_incref(all));
    json_decref(all);
    screen_close(&screen);
    return good ? EXIT_DONE : EXIT_FAILED;
}

static const struct sheet_column party_columns[] = {
    {"kind", "类别", 0},  {"role", "身份", 0},    {"name", "姓名或名称", 0}, {"id_type", "证件", 0},
    {"id_no", "号码", 0}, {"address", "住址", 0}, {"phone", "电话", 0},      {0}};
/* The case's referrals one after the other; each look is recorded by the register itself. */
enum exit_code case_look(struct source *source, const struct request *request) {
    if (!request->reason) {
        fprintf(stderr, "ecocase: 查阅个人信息须以 --reason 写明理由，并将被记录 / a look at personal data needs "
                        "--reason, and is recorded\n");
        return EXIT_USAGE;
    }
    AUTO(source_result_free) PGresult *found = find(source, request->words[1]);
    if (!found) return EXIT_FAILED;
    const char *const values[] = {PQgetvalue(found, 0, 0), request->reason};
    AUTO(source_result_free)
    PGresult *rows = source_ask(source,
                                "SELECT l.* FROM referral AS r CROSS JOIN LATERAL desk.look(r.case_id, r.referral_id, "
                                "$2) AS l WHERE r.case_id = $1::uuid ORDER BY l.lane, l.serial, l.ordinal",
                                2, values);
    if (!rows) return EXIT_FAILED;
    if (request->json) sheet_print_json(sheet_json(rows));
    else sheet_rows(stdout, rows, PQntuples(rows), party_columns, 0, false);
    return EXIT_DONE;
}
