/* `agencies`, `dead-letters list|show`, `refusals list`. */
#include "broker/cli/command.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/fault.h"
#include "broker/cli/sheet.h"
#include "broker/cli/usage.h"

enum exit_code agencies(struct source *source, const struct request *request) {
    static const struct sheet_column columns[] = {
        {"number", "编号", 0},     {"slug", "代号", 0},        {"name", "名称", 0},
        {"role", "角色", 0},       {"lead", "牵头", 0},        {"region", "区划", 0},
        {"receipts", "要回执", 0}, {"english", "英文名称", 0}, {NULL, NULL, 0}};
    struct request all = *request;
    all.limit = 0;
    return sheet_answer(source, &all,
                        source_ask(source, "SELECT * FROM ecocase.participant_list ORDER BY number", 0, NULL), columns);
}

bool agency_exists(struct source *source, const char *slug) {
    AUTO(source_result_free)
    PGresult *result = source_ask(source, "SELECT slug FROM ecocase.participant_list ORDER BY number", 0, NULL);
    if (!result) return false;
    size_t count = (size_t)PQntuples(result);
    const char **slugs = calloc(count + 1, sizeof *slugs);
    INVARIANT(slugs);
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        slugs[i] = PQgetvalue(result, (int)i, 0);
        found = found || strcmp(slugs[i], slug) == 0;
    }
    if (!found) {
        const char *nearest = count > 0 ? usage_nearest(slug, slugs) : "-";
        fprintf(stderr,
                "ecocase: 名录中没有单位 %s，是否指 %s？（ecocase agencies 列出全部）/ no agency %s; nearest: %s\n",
                slug, nearest, slug, nearest);
    }
    free(slugs);
    return found;
}

static enum exit_code register_of(struct source *source, const struct request *request, const char *sql,
                                  const struct sheet_column *columns) {
    if (request->agency && !agency_exists(source, request->agency)) return EXIT_FAILED;
    char limit[24];
    snprintf(limit, sizeof limit, "%ld", request->limit);
    const char *const values[] = {request->agency, limit};
    return sheet_answer(source, request, source_ask(source, sql, 2, values), columns);
}

enum exit_code dead_letters_list(struct source *source, const struct request *request) {
    static const struct sheet_column columns[] = {{"place", "编号", 0},
                                                  {"broker_time", "时间", 0},
                                                  {"sender", "代号", 0},
                                                  {"sender_name", "发件箱单位", 0},
                                                  {"source_offset", "偏移", 0},
                                                  {"bytes", "字节", 0},
                                                  {"codes", "代码", 24},
                                                  {"reasons_zh", "理由", 60},
                                                  {NULL, NULL, 0}};
    return register_of(source, request,
                       "SELECT lane || '/' || serial AS place, * FROM ecocase.dead_letter_list"
                       " WHERE $1::text IS NULL OR sender = $1 ORDER BY broker_time DESC, lane, serial DESC LIMIT $2",
                       columns);
}

enum exit_code refusals_list(struct source *source, const struct request *request) {
    static const struct sheet_column columns[] = {{"place", "编号", 0},           {"broker_time", "时间", 0},
                                                  {"sender_name", "发送单位", 0}, {"event", "事件", 0},
                                                  {"event_zh", "名称", 0},        {"document_no", "文号", 30},
                                                  {"from_state", "状态", 0},      {"codes", "代码", 32},
                                                  {"reasons_zh", "理由", 60},     {NULL, NULL, 0}};
    return register_of(source, request,
                       "SELECT lane || '/' || serial AS place, * FROM ecocase.refusal_list"
                       " WHERE $1::text IS NULL OR sender = $1 ORDER BY broker_time DESC, lane, serial DESC LIMIT $2",
                       columns);
}

/* 待人工送达: what waits for an addressee without an inbox; with --open only what is not served yet. */
enum exit_code ledger_by_hand(struct source *source, const struct request *request) {
    static const struct sheet_column columns[] = {{"addressee_zh", "送达机关", 30},
                                                  {"event_zh", "文书环节", 0},
                                                  {"document_no", "文号", 30},
                                                  {"dated", "日期", 0},
                                                  {"served_at", "送达", 0},
                                                  {"title", "案件", 30},
                                                  {"holder_name", "办理单位", 0},
                                                  {"referral_id", "移送标识", 0},
                                                  {NULL, NULL, 0}};
    return register_of(source, request,
                       request->open ? "SELECT * FROM ecocase.by_hand_list WHERE outstanding AND ($1::text IS NULL OR "
                                       "holder = $1) ORDER BY dated, addressee, referral_id LIMIT $2"
                                     : "SELECT * FROM ecocase.by_hand_list WHERE $1::text IS NULL OR holder = $1 ORDER "
                                       "BY dated, addressee, referral_id LIMIT $2",
                       columns);
}

/* 应移未移提示: what decisions brought; with --open only RED ones that no referral answered. */
enum exit_code ledger_hints(struct source *source, const struct request *request) {
    static const struct sheet_column columns[] = {
        {"level_zh", "级别", 0},     {"decided_at", "决定时间", 0},  {"agency_name", "单位", 0},
        {"event_zh", "决定环节", 0}, {"title", "案件", 24},          {"text", "提示", 80},
        {"basis", "依据", 30},       {"statutory_zh", "", 0},        {"state_zh", "办理", 0},
        {"send_by", "应移送于", 0},  {"referral_id", "移送标识", 0}, {NULL, NULL, 0}};
    return register_of(source, request,
                       request->open
                           ? "SELECT * FROM ecocase.hint_list WHERE state IN ('OPEN', 'UNREFERRED') AND ($1::text IS "
                             "NULL OR agency = $1) ORDER BY decided_at DESC, referral_id, threshold LIMIT $2"
                           : "SELECT * FROM ecocase.hint_list WHERE $1::text IS NULL OR agency = $1 ORDER BY "
                             "decided_at DESC, referral_id, threshold LIMIT $2",
                       columns);
}

/* 疑似重复: the same party in two cases of a kind; with --open only where both are under way. */
enum exit_code ledger_duplicates(struct source *source, const struct request *request) {
    static const struct sheet_column columns[] = {{"machine", "程序", 0},
                                                  {"category", "类别", 0},
                                                  {"document_no", "先立文号", 30},
                                                  {"opener_name", "单位", 0},
                                                  {"opened_at", "时间", 0},
                                                  {"other_document_no", "后立文号", 30},
                                                  {"other_opener_name", "单位", 0},
                                                  {"other_opened_at", "时间", 0},
                                                  {"referral_id", "先立标识", 0},
                                                  {"other_id", "后立标识", 0},
                                                  {NULL, NULL, 0}};
    return register_of(
        source, request,
        request->open ? "SELECT * FROM ecocase.duplicate_list WHERE open AND other_open AND ($1::text IS NULL OR $1 IN "
                        "(opener, other_opener)) ORDER BY other_opened_at DESC, referral_id, other_id LIMIT $2"
                      : "SELECT * FROM ecocase.duplicate_list WHERE $1::text IS NULL OR $1 IN (opener, other_opener) "
                        "ORDER BY other_opened_at DESC, referral_id, other_id LIMIT $2",
        columns);
}

enum exit_code dead_letters_show(struct source *source, const struct request *request) {
    int lane = 0;
    long long serial = 0;
    char rest = 0;
    if (sscanf(request->words[2], "%d/%lld%c", &lane, &serial, &rest) != 2) {
        fprintf(stderr,
                "ecocase: 死信编号形如 3/1207（泳道/序号）/ a dead letter is named LANE/SERIAL, e.g. 3/1207: %s\n",
                request->words[2]);
        return EXIT_USAGE;
    }
    char lane_text[16], serial_text[24];
    snprintf(lane_text, sizeof lane_text, "%d", lane);
    snprintf(serial_text, sizeof serial_text, "%lld", serial);
    const char *const values[] = {lane_text, serial_text};
    AUTO(source_result_free)
    PGresult *result =
        source_ask(source, "SELECT * FROM ecocase.dead_letter_list WHERE lane = $1 AND serial = $2", 2, values);
    if (!result) return EXIT_FAILED;
    if (PQntuples(result) == 0) {
        fprintf(stderr, "ecocase: 没有死信 %s（ecocase dead-letters list）/ no dead letter %s\n", request->words[2],
                request->words[2]);
        return EXIT_FAILED;
    }
    if (request->json) {
        sheet_print_json(sheet_row_json(result, 0));
        return EXIT_DONE;
    }
    static const struct sheet_column columns[] = {{"topic", "来源主题", 0},
                                                  {"lane", "分区", 0},
                                                  {"source_offset", "偏移", 0},
                                                  {"broker_time", "时间", 0},
                                                  {"sender_name", "发件箱单位", 0},
                                                  {"bytes", "字节", 0},
                                                  {"codes", "代码", 0},
                                                  {NULL, NULL, 0}};
    static const struct sheet_column text[] = {{"reasons_zh", "理由", 0}, {NULL, NULL, 0}},
                                     english[] = {{"reasons_en", "reasons", 0}, {NULL, NULL, 0}},
                                     headers[] = {{"headers", "消息头", 0}, {NULL, NULL, 0}};
    const struct sheet_column *const parts[] = {columns, text, english, headers};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) sheet_table(result, parts[i], "");
    return EXIT_DONE;
}
