/* `ledger replay`: the ledger judged again and compared with itself. Exit: 0 identical, 1 differences, 2 could not be
 * done. */
#include <stdio.h>
#include <string.h>
#include "base/time.h"
#include "broker/cli/command.h"
#include "broker/cli/sheet.h"
#include "broker/cli/table.h"
#include "broker/replay/replay.h"

#define CANNOT      EXIT_USAGE
#define PROGRESS_MS 2000

struct account {
    struct table table;
    json_t *list;
    long left;
    int64_t shown_ms;
};

static void hear(void *opaque, const struct difference *d) {
    struct account *account = opaque;
    char lane[16], serial[24] = "", referral[UUID_TEXT + 1] = "";
    if (account->left-- <= 0) return;
    snprintf(lane, sizeof lane, "%d", d->lane);
    if (d->serial) snprintf(serial, sizeof serial, "%lld", (long long)d->serial);
    if (!uuid_is_nil(&d->referral)) uuid_format(&d->referral, referral);
    const char *const cells[] = {lane, serial, referral, d->field, d->recorded, d->replayed};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) table_cell(&account->table, cells[i]);
    json_array_append_new(account->list, json_pack("{s:i, s:o, s:o, s:s, s:s, s:s}", "lane", (int)d->lane, "serial",
                                                   d->serial ? json_integer(d->serial) : json_null(), "referral_id",
                                                   referral[0] ? json_string(referral) : json_null(), "field", d->field,
                                                   "recorded", d->recorded, "replayed", d->replayed));
}

static void hear_progress(void *opaque, int32_t lane, int64_t serial, int64_t last) {
    struct account *account = opaque;
    if (monotonic_ms() - account->shown_ms < PROGRESS_MS) return;
    account->shown_ms = monotonic_ms();
    fprintf(stderr, "ecocase: 泳道 lane %d：%lld / %lld\n", lane, (long long)serial, (long long)last);
}

static void print(struct account *account, const struct request *request, const struct replay_count *n) {
    if (request->json) {
        json_t *all = json_pack(
            "{s:b, s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:O}", "identical", n->differences == 0, "lanes",
            (int)n->lanes, "accepted", (json_int_t)n->accepted, "refused", (json_int_t)n->refused, "repeated",
            (json_int_t)n->repeated, "dead_letters", (json_int_t)n->dead, "alerts", (json_int_t)n->alerts, "referrals",
            (json_int_t)n->referrals, "difference_count", (json_int_t)n->differences, "differences", account->list);
        sheet_print_json(all);
        return;
    }
    if (n->differences) table_print(&account->table, stdout);
    if (n->differences && request->check) return;
    printf("重演 %d 条泳道：受理 %lld，拒绝 %lld，重复 %lld，死信 %lld，提醒 %lld，移送 %lld 件 · replayed %d lanes: "
           "accepted, refused, repeated, dead letters, alerts, referrals\n",
           n->lanes, (long long)n->accepted, (long long)n->refused, (long long)n->repeated, (long long)n->dead,
           (long long)n->alerts, (long long)n->referrals, n->lanes);
    if (!n->differences) printf("与台账完全一致 · identical with the ledger\n");
}

enum exit_code ledger_replay(struct source *source, const struct request *request) {
    static const char *const heads[] = {"泳道 lane",  "序号 serial",   "移送 referral",
                                        "字段 field", "台账 recorded", "重演 replayed"};
    char text[1024];
    const char *from = NULL, *conninfo = source_conninfo(request, text, sizeof text, &from);
    struct account account = {.list = json_array(), .left = request->limit, .shown_ms = monotonic_ms()};
    struct replay_request what = {conninfo, request->word_count > 2 ? request->words[2] : request->schemas,
                                  (int32_t)request->lane, request->from, request->to};
    struct replay_listener listener = {hear, hear_progress, &account};
    struct replay_count count = {0};
    struct fault fault = {0};
    (void)source;
    table_start(&account.table, sizeof heads / sizeof *heads);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) table_cell(&account.table, heads[i]);
    enum exit_code code = CANNOT;
    if (conninfo && replay(&what, &listener, &count, &fault) == OK) {
        code = count.differences ? EXIT_FAILED : EXIT_DONE;
        print(&account, request, &count);
        if (count.differences) {
            fprintf(stderr, "ecocase: 重演与台账有 %lld 处不同%s · %lld differences\n", (long long)count.differences,
                    account.left < 0 ? "（--limit 之内已列出）" : "", (long long)count.differences);
        }
    } else if (conninfo) {
        fprintf(stderr, "ecocase: 无法重演 · cannot replay: %s (%s)\n", fault.text, fault.code);
        if (strstr(fault.text, "(42501)")) { /* insufficient_privilege */
            fputs("         重演须读取来文内容（含个人信息），请由审计人员以属于 ecocase_auditor 的用户连接\n"
                  "         judging again needs the records themselves, personal data included: connect as a member of "
                  "ecocase_auditor\n",
                  stderr);
        }
    }
    json_decref(account.list);
    table_free(&account.table);
    return fflush(stdout) == 0 ? code : CANNOT;
}
