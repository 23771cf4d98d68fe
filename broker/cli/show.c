/* `ledger show ID`: from whatever a person holds in hand to the referral, with everything that happened to it. */
#include "broker/cli/command.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "base/fault.h"
#include "base/uuid.h"
#include "broker/cli/sheet.h"

#define FOLD(text) "translate(" text ", '[]［］【】()（） ', '〔〕〔〕〔〕〔〕〔〕')"
/* Each query takes $1 and answers referral rows; tried in this order, the first with an answer counts. */
static const char BY_ID[] = "SELECT * FROM ecocase.referral_list WHERE referral_id = $1::uuid";
static const char BY_CASE[] =
    "SELECT * FROM ecocase.referral_list WHERE case_id = $1::uuid ORDER BY opened_at, referral_id";
static const char BY_MESSAGE[] =
    "SELECT r.* FROM ecocase.message_list AS m JOIN ecocase.event_list AS e ON e.lane = m.lane AND e.serial = m.serial"
    " JOIN ecocase.referral_list AS r ON r.case_id = e.case_id AND r.referral_id = e.referral_id WHERE m.message_id = "
    "$1::uuid";
static const char BY_PREFIX[] =
    "SELECT * FROM ecocase.referral_list WHERE starts_with(referral_id::text, lower($1)) ORDER BY referral_id LIMIT 20";
static const char BY_NUMBER[] = "SELECT * FROM ecocase.referral_list WHERE " FOLD("$1") " = ANY (string_to_array(" FOLD(
    "numbers") ", E'\\n')) ORDER BY opened_at, referral_id LIMIT 20";
static const char BY_PART[] = "SELECT * FROM ecocase.referral_list WHERE strpos(" FOLD("numbers") ", " FOLD(
    "$1") ") > 0 ORDER BY opened_at, referral_id LIMIT 20";
static const char REFUSED[] =
    "SELECT lane || '/' || serial AS place, * FROM ecocase.refusal_list WHERE message_id::text = lower($1) OR "
    "referral_id::text = lower($1)"
    " OR case_id::text = lower($1) OR " FOLD("document_no") " = " FOLD("$1") " ORDER BY broker_time LIMIT 20";

static bool is_prefix(const char *text) {
    size_t count = strlen(text);
    if (count < 4 || count > UUID_TEXT) return false;
    for (size_t i = 0; i < count; i++) {
        if (!isxdigit((unsigned char)text[i]) && text[i] != '-') return false;
    }
    return true;
}

/* *ret_exact: every row is meant; otherwise several rows are candidates to choose from. */
PGresult *referral_find(struct source *source, const char *id, bool *ret_exact) {
    struct uuid uuid;
    bool full = uuid_parse(bytes_of_cstr(id), &uuid), prefix = !full && is_prefix(id);
    const struct {
        const char *sql;
        bool use, exact;
    } ways[] = {{BY_ID, full, true},        {BY_CASE, full, true},    {BY_MESSAGE, full, true},
                {BY_PREFIX, prefix, false}, {BY_NUMBER, !full, true}, {BY_PART, !full, false}};
    PGresult *result = NULL;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (!ways[i].use) continue;
        PQclear(result);
        result = source_ask(source, ways[i].sql, 1, &id);
        *ret_exact = ways[i].exact;
        if (!result || PQntuples(result) > 0) break;
    }
    return result;
}

struct story {
    PGresult *clocks, *events, *deliveries, *operation, *bodies, *findings, *links;
};
static void story_free(struct story *story) {
    PQclear(story->clocks);
    PQclear(story->events);
    PQclear(story->deliveries);
    PQclear(story->operation);
    PQclear(story->bodies);
    PQclear(story->findings);
    PQclear(story->links);
}

/* 联合行动: kind and window, who takes part, what was found; and what grew out of a referral, or it out of what. */
static bool tell_operation(struct source *source, const char *const *ids, struct story *ret) {
    ret->operation = source_ask(
        source, "SELECT * FROM ecocase.operation_list WHERE referral_id = $1::uuid AND case_id = $2::uuid", 2, ids);
    ret->bodies = source_ask(source,
                             "SELECT * FROM ecocase.operation_body_list WHERE referral_id = $1::uuid AND case_id = "
                             "$2::uuid ORDER BY state = 'O', body",
                             2, ids);
    ret->findings = source_ask(source,
                               "SELECT * FROM ecocase.operation_finding_list WHERE referral_id = $1::uuid AND case_id "
                               "= $2::uuid ORDER BY found_at",
                               2, ids);
    ret->links = source_ask(source,
                            "SELECT k.relation, k.relation_zh, r.referral_id, r.case_id, r.machine, r.machine_zh, "
                            "r.state, r.state_zh, r.document_no, r.title"
                            " FROM ecocase.link_list AS k JOIN ecocase.referral_list AS r ON r.referral_id = "
                            "k.other_id WHERE k.referral_id = $1::uuid ORDER BY r.opened_at, r.referral_id",
                            1, ids);
    return ret->operation && ret->bodies && ret->findings && ret->links;
}

static bool tell(struct source *source, const PGresult *referral, int row, struct story *ret) {
    const char *const ids[] = {source_text(referral, row, "referral_id"), source_text(referral, row, "case_id"),
                               source_text(referral, row, "lane"), source_text(referral, row, "events")};
    ret->clocks = source_ask(source,
                             "SELECT * FROM ecocase.clock_list WHERE referral_id = $1::uuid AND case_id = $2::uuid "
                             "ORDER BY started_at, rule",
                             2, ids);
    ret->events = source_ask(
        source,
        "SELECT e.* FROM ecocase.event_list AS e WHERE e.lane = $3::smallint AND e.serial = ANY ($4::bigint[])"
        " UNION ALL SELECT e.* FROM ecocase.event_list AS e WHERE e.kind = 'R' AND e.referral_id = $1::uuid AND "
        "e.case_id = $2::uuid ORDER BY serial",
        4, ids);
    ret->deliveries = source_ask(source,
                                 "SELECT d.* FROM ecocase.delivery_list AS d WHERE d.lane = $3::smallint AND (d.serial "
                                 "= ANY ($4::bigint[]) OR d.serial IN"
                                 " (SELECT r.serial FROM ecocase.refusal_list AS r WHERE r.lane = $3::smallint AND "
                                 "r.referral_id = $1::uuid AND r.case_id = $2::uuid))"
                                 " ORDER BY d.serial, d.sequence, d.recipient",
                                 4, ids);
    return ret->clocks && ret->events && ret->deliveries && tell_operation(source, ids, ret);
}

static json_t *story_json(const PGresult *referral, int row, const struct story *story) {
    json_t *all = json_object(), *events = sheet_json(story->events), *deliveries = sheet_json(story->deliveries),
           *event, *delivery;
    size_t i, k;
    json_array_foreach(events, i, event) {
        json_t *mine = json_array();
        json_array_foreach(deliveries, k, delivery) {
            if (json_equal(json_object_get(delivery, "serial"), json_object_get(event, "serial")))
                json_array_append(mine, delivery);
        }
        json_object_set_new(event, "deliveries", mine);
    }
    json_decref(deliveries);
    json_object_set_new(all, "referral", sheet_row_json(referral, row));
    json_object_set_new(all, "clocks", sheet_json(story->clocks));
    json_object_set_new(all, "events", events);
    json_object_set_new(all, "links", sheet_json(story->links));
    if (PQntuples(story->operation) == 0) return all;
    json_object_set_new(all, "operation", sheet_row_json(story->operation, 0));
    json_object_set_new(all, "bodies", sheet_json(story->bodies));
    json_object_set_new(all, "findings", sheet_json(story->findings));
    return all;
}

static void head(const char *zh, const char *value, const char *more) {
    if (*value) printf("%s：%s%s%s\n", zh, value, *more ? "  " : "", more);
}

static void print_numbers(const char *numbers) {
    while (*numbers) {
        size_t count = strcspn(numbers, "\n");
        printf("文号：%.*s\n", (int)count, numbers);
        numbers += count + (numbers[count] == '\n');
    }
}

static void print_operation(const struct story *story) {
    static const struct sheet_column operation[] = {
        {"kind_zh", "种类", 0},       {"window_start", "起始", 0},     {"window_end", "结束", 0},
        {"bodies", "受邀", 0},        {"joined", "参加", 0},           {"reported", "已报", 0},
        {"findings", "发现", 0},      {"patrol_hours", "巡逻小时", 0}, {"patrol_km", "公里", 0},
        {"sites", "点位", 0},         {"hazards_found", "隐患", 0},    {"hazards_rectified", "整改", 0},
        {"admin_cases", "行政案", 0}, {"criminal_cases", "刑事案", 0}, {NULL, NULL, 0}};
    static const struct sheet_column bodies[] = {{"body_name", "单位", 0},
                                                 {"state_zh", "状态", 0},
                                                 {"answered_at", "答复", 0},
                                                 {"late", "逾期", 0},
                                                 {"reason", "理由", 0},
                                                 {"proposed_start", "另提起始", 0},
                                                 {"proposed_end", "另提结束", 0},
                                                 {"people", "人员", 0},
                                                 {"vehicles", "车辆", 0},
                                                 {"uavs", "无人机", 0},
                                                 {"boats", "船艇", 0},
                                                 {"reported_at", "报送", 0},
                                                 {"report_late", "逾期报送", 0},
                                                 {NULL, NULL, 0}};
    static const struct sheet_column findings[] = {{"found_at", "发现时间", 0}, {"body_name", "发现单位", 0},
                                                   {"category", "类别", 0},     {"leads_to", "转为", 0},
                                                   {"document_no", "文号", 30}, {NULL, NULL, 0}};
    static const struct sheet_column links[] = {{"relation_zh", "关系", 0},
                                                {"machine_zh", "程序", 0},
                                                {"document_no", "文号", 30},
                                                {"title", "案件", 36},
                                                {"state_zh", "状态", 0},
                                                {"referral_id", "标识", 0},
                                                {NULL, NULL, 0}};
    if (PQntuples(story->operation)) sheet_table(story->operation, operation, "联合行动 operation");
    if (PQntuples(story->bodies)) sheet_table(story->bodies, bodies, "参战单位 bodies");
    if (PQntuples(story->findings)) sheet_table(story->findings, findings, "发现 findings");
    if (PQntuples(story->links)) sheet_table(story->links, links, "来源与后续移送 follow-ups and origin");
}

static void print_story(const PGresult *referral, int row, const struct story *story) {
    static const struct sheet_column clocks[] = {
        {"rule", "规则", 0},       {"rule_zh", "期限", 0},          {"statutory_zh", "性质", 0},
        {"state_zh", "状态", 0},   {"overdue", "超期", 0},          {"actor_name", "应办单位", 0},
        {"started_at", "起算", 0}, {"due_strict", "届满(字面)", 0}, {"due_lenient", "届满(顺延)", 0},
        {"stopped_at", "停止", 0}, {"basis", "依据", 30},           {NULL, NULL, 0}};
    static const struct sheet_column events[] = {
        {"serial", "序号", 0},          {"kind_zh", "结果", 0},         {"event", "事件", 0},
        {"event_zh", "名称", 0},        {"sender_name", "发送单位", 0}, {"document_no", "文号", 30},
        {"from_state", "原状态", 0},    {"to_state", "新状态", 0},      {"business_time", "业务时间", 0},
        {"broker_time", "代理时间", 0}, {"message_id", "消息标识", 0},  {NULL, NULL, 0}};
    static const struct sheet_column deliveries[] = {
        {"serial", "序号", 0},   {"event", "事件", 0},       {"recipient_name", "收件单位", 0}, {"role_zh", "方式", 0},
        {"sequence", "编号", 0}, {"published", "已投送", 0}, {"delivered", "已送达", 0},        {NULL, NULL, 0}};
    head("移送", source_text(referral, row, "referral_id"), source_text(referral, row, "machine_zh"));
    head("案件", source_text(referral, row, "title"), source_text(referral, row, "category"));
    head("案件标识", source_text(referral, row, "case_id"), "");
    print_numbers(source_text(referral, row, "numbers"));
    head("状态", source_text(referral, row, "state_zh"), source_text(referral, row, "state"));
    head("移送单位", source_text(referral, row, "opener_name"), source_text(referral, row, "opener"));
    head("现办理单位", source_text(referral, row, "holder_name"), source_text(referral, row, "holder"));
    head("处理限制", source_text(referral, row, "handling_zh"), source_text(referral, row, "handling"));
    head("处理限制有效期", source_text(referral, row, "handling_expires"), "");
    head("上一移送", source_text(referral, row, "parent"), "");
    print_operation(story);
    sheet_table(story->clocks, clocks, "期限 clocks");
    sheet_table(story->events, events, "事件 events");
    sheet_table(story->deliveries, deliveries, "送达 deliveries");
}

static enum exit_code show_all(struct source *source, const struct request *request, const PGresult *found) {
    json_t *list = json_array();
    for (int row = 0; row < PQntuples(found); row++) {
        AUTO(story_free) struct story story = {0};
        if (!tell(source, found, row, &story)) return EXIT_FAILED;
        if (request->json) {
            json_array_append_new(list, story_json(found, row, &story));
        } else {
            if (row > 0) printf("\n");
            print_story(found, row, &story);
        }
    }
    if (request->json && json_array_size(list) == 1) {
        json_t *only = json_incref(json_array_get(list, 0));
        json_decref(list);
        sheet_print_json(only);
    } else if (request->json) {
        sheet_print_json(list);
    } else {
        json_decref(list);
        sheet_foot(source, PQntuples(found), 0);
    }
    return EXIT_DONE;
}

static enum exit_code show_refused(struct source *source, const struct request *request, const char *id) {
    static const struct sheet_column columns[] = {
        {"place", "编号", 0},        {"broker_time", "时间", 0}, {"sender_name", "发送单位", 0}, {"event", "事件", 0},
        {"document_no", "文号", 30}, {"codes", "代码", 0},       {"reasons_zh", "理由", 0},      {NULL, NULL, 0}};
    PGresult *refused = source_ask(source, REFUSED, 1, &id);
    if (refused && PQntuples(refused) == 0) {
        fprintf(stderr,
                "ecocase: 台账中没有 %s；请给移送标识或前缀（至少 4 位）、案件标识、消息标识或文号\n"
                "         nothing in the ledger for %s: give a referral id or prefix, a case id, a message id or a "
                "document number\n",
                id, id);
        PQclear(refused);
        return EXIT_FAILED;
    }
    if (refused && !request->json) printf("没有移送，只有被拒绝的提交 / no referral, only refused submissions:\n");
    return sheet_answer(source, request, refused, columns);
}

void referral_candidates(const struct request *request, const char *id, const PGresult *found) {
    static const struct sheet_column candidates[] = {{"referral_id", "移送标识", 0},
                                                     {"machine_zh", "程序", 0},
                                                     {"document_no", "文号", 30},
                                                     {"title", "案件", 36},
                                                     {"opener_name", "移送单位", 0},
                                                     {"state_zh", "状态", 0},
                                                     {NULL, NULL, 0}};
    fprintf(stderr, "ecocase: %s 可指多件移送，请写全 / several referrals match %s, write more of it\n", id, id);
    if (request->json) sheet_print_json(sheet_json(found));
    else sheet_table(found, candidates, NULL);
}

enum exit_code ledger_show(struct source *source, const struct request *request) {
    const char *id = request->words[2];
    bool exact = false;
    AUTO(source_result_free) PGresult *found = referral_find(source, id, &exact);
    if (!found) return EXIT_FAILED;
    if (PQntuples(found) == 0) return show_refused(source, request, id);
    if (exact || PQntuples(found) == 1) return show_all(source, request, found);
    referral_candidates(request, id, found);
    return EXIT_FAILED;
}
