/* `ledger stats`: how much of what, and whether the lanes are moving. */
#include "broker/cli/command.h"
#include <stdio.h>
#include "base/fault.h"
#include "broker/cli/sheet.h"

static const struct section {
    const char *name, *title, *sql;
    struct sheet_column columns[8];
} sections[] = {
    {"ledger",
     "台账 ledger",
     "SELECT * FROM ecocase.world_list",
     {{"cluster_id", "Kafka 集群", 0},
      {"clock_zh", "时钟", 0},
      {"lanes", "泳道数", 0},
      {"generation", "代次", 0},
      {"directory_version", "名录版本", 0},
      {"created", "建立", 0},
      {0}}},
    {"states",
     "移送 referrals",
     "SELECT machine, machine_zh, state, state_zh, open, count(*) AS count, sum((overdue_clocks > 0)::int) AS overdue "
     "FROM ecocase.referral_list"
     " GROUP BY 1, 2, 3, 4, 5 ORDER BY machine DESC, state",
     {{"machine_zh", "程序", 0},
      {"state", "代码", 0},
      {"state_zh", "状态", 0},
      {"open", "未办结", 0},
      {"count", "件数", 0},
      {"overdue", "有超期", 0},
      {0}}},
    {"operations",
     "联合行动 joint operations",
     "SELECT kind, kind_zh, count(*) AS count, count(*) FILTER (WHERE open) AS open, sum(joined)::bigint AS joined, "
     "sum(findings)::bigint AS findings,"
     " sum(patrol_hours) AS patrol_hours, sum(patrol_km) AS patrol_km, sum(hazards_found)::bigint AS hazards_found,"
     " sum(admin_cases)::bigint AS admin_cases, sum(criminal_cases)::bigint AS criminal_cases FROM "
     "ecocase.operation_list GROUP BY 1, 2 ORDER BY 1",
     {{"kind_zh", "种类", 0},
      {"count", "次数", 0},
      {"open", "未办结", 0},
      {"joined", "参加单位", 0},
      {"findings", "发现", 0},
      {"patrol_hours", "巡逻小时", 0},
      {"patrol_km", "公里", 0},
      {0}}},
    {"agencies",
     "单位 agencies",
     "SELECT p.slug, p.name, (SELECT count(*) FROM ecocase.referral_list AS r WHERE r.opener = p.slug) AS opened,"
     " (SELECT count(*) FROM ecocase.referral_list AS r WHERE r.holder = p.slug AND r.open) AS open_in_hand,"
     " (SELECT count(*) FROM ecocase.clock_list AS c WHERE p.slug = ANY (string_to_array(c.actor, ' ')) AND c.overdue) "
     "AS overdue,"
     " (SELECT count(*) FROM ecocase.refusal_list AS x WHERE x.sender = p.slug) AS refused FROM "
     "ecocase.participant_list AS p ORDER BY p.number",
     {{"slug", "代号", 0},
      {"name", "名称", 0},
      {"opened", "移送", 0},
      {"open_in_hand", "在办", 0},
      {"overdue", "超期期限", 0},
      {"refused", "被拒绝", 0},
      {0}}},
    {"events",
     "事件 events",
     "SELECT kind, kind_zh, count(*) AS count FROM ecocase.event_list GROUP BY 1, 2 ORDER BY 1",
     {{"kind_zh", "结果", 0}, {"count", "条数", 0}, {0}}},
    {"lanes",
     "泳道 lanes",
     "SELECT * FROM ecocase.lane_list ORDER BY lane",
     {{"lane", "泳道", 0},
      {"owner", "持有实例", 0},
      {"epoch", "接管", 0},
      {"serial", "已登记", 0},
      {"unpublished", "待投送", 0},
      {"undelivered", "未确认送达", 0},
      {"lane_time", "泳道时间", 0},
      {0}}},
};

enum exit_code ledger_stats(struct source *source, const struct request *request) {
    json_t *all = json_object();
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        AUTO(source_result_free) PGresult *result = source_ask(source, sections[i].sql, 0, NULL);
        if (!result) {
            json_decref(all);
            return EXIT_FAILED;
        }
        if (request->json) json_object_set_new(all, sections[i].name, sheet_json(result));
        else sheet_table(result, sections[i].columns, sections[i].title);
    }
    if (request->json) {
        sheet_print_json(all);
    } else {
        json_decref(all);
        if (source->manual_clock) printf("\n手动时钟的测试台账 / a test ledger with a manual clock\n");
    }
    return EXIT_DONE;
}
