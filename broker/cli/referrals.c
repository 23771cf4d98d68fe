/* `ledger list`, `ledger overdue` and `ledger alerts`. */
#include "broker/cli/command.h"
#include <stdio.h>
#include "broker/cli/sheet.h"

enum exit_code ledger_list(struct source *source, const struct request *request) {
    static const struct sheet_column columns[] = {{"short_id", "标识", 0},
                                                  {"machine_zh", "程序", 0},
                                                  {"state", "代码", 0},
                                                  {"state_zh", "状态", 0},
                                                  {"document_no", "文号", 30},
                                                  {"title", "案件", 36},
                                                  {"opener_name", "移送单位", 0},
                                                  {"holder_name", "现办理单位", 0},
                                                  {"handling_zh", "处理限制", 0},
                                                  {"opened_at", "移送时间", 0},
                                                  {"next_due", "最近届满", 0},
                                                  {"overdue_clocks", "超期", 0},
                                                  {NULL, NULL, 0}};
    if (request->agency && !agency_exists(source, request->agency)) return EXIT_FAILED;
    char limit[24];
    snprintf(limit, sizeof limit, "%ld", request->limit);
    const char *const values[] = {request->state, request->agency, request->open ? "t" : "f", limit};
    return sheet_answer(
        source, request,
        source_ask(source,
                   "SELECT left(referral_id::text, 8) AS short_id, * FROM ecocase.referral_list"
                   " WHERE ($1::text IS NULL OR state = $1 OR state_zh = $1 OR state_en = $1) AND ($2::text IS NULL OR "
                   "$2 IN (opener, holder, referrer)"
                   " OR referral_id IN (SELECT b.referral_id FROM ecocase.operation_body_list AS b WHERE b.body = $2))"
                   " AND (open OR NOT $3::boolean) ORDER BY changed_at DESC, referral_id LIMIT $4",
                   4, values),
        columns);
}

enum exit_code ledger_overdue(struct source *source, const struct request *request) {
    static const struct sheet_column columns[] = {
        {"short_id", "标识", 0},          {"how", "情形", 0},          {"rule", "规则", 0},
        {"rule_zh", "期限", 0},           {"statutory_zh", "性质", 0}, {"actor_name", "应办单位", 0},
        {"document_no", "文号", 30},      {"title", "案件", 36},       {"due_strict", "届满(字面)", 0},
        {"due_lenient", "届满(顺延)", 0}, {"lane_time", "截至", 0},    {NULL, NULL, 0}};
    if (request->agency && !agency_exists(source, request->agency)) return EXIT_FAILED;
    char limit[24];
    snprintf(limit, sizeof limit, "%ld", request->limit);
    const char *const values[] = {request->agency, limit};
    return sheet_answer(
        source, request,
        source_ask(
            source,
            "SELECT left(referral_id::text, 8) AS short_id, CASE WHEN overdue AND stopped_at IS NOT NULL THEN "
            "'超期办结' WHEN overdue THEN '已超期'"
            " ELSE '字面已届满' END AS how, split_part(numbers, E'\\n', 1) AS document_no, * FROM ecocase.clock_list"
            " WHERE (overdue OR due_by_letter) AND ($1::text IS NULL OR $1 = ANY (string_to_array(actor, ' '))) ORDER "
            "BY overdue DESC, due_lenient, referral_id LIMIT $2",
            2, values),
        columns);
}

enum exit_code ledger_alerts(struct source *source, const struct request *request) {
    static const struct sheet_column columns[] = {
        {"told_at", "提醒时间", 0}, {"event_zh", "提醒", 0}, {"rule", "规则", 0},         {"rule_zh", "期限", 0},
        {"due_at", "届满", 0},      {"short_id", "标识", 0}, {"document_no", "文号", 30}, {"title", "案件", 36},
        {"told", "已通知", 0},      {NULL, NULL, 0}};
    if (request->agency && !agency_exists(source, request->agency)) return EXIT_FAILED;
    char limit[24];
    snprintf(limit, sizeof limit, "%ld", request->limit);
    const char *const values[] = {request->agency, limit};
    return sheet_answer(source, request,
                        source_ask(source,
                                   "SELECT left(referral_id::text, 8) AS short_id, * FROM ecocase.alert_list WHERE "
                                   "$1::text IS NULL OR $1 = ANY (string_to_array(told, ' '))"
                                   " ORDER BY told_at DESC, lane, serial DESC LIMIT $2",
                                   2, values),
                        columns);
}
