/* `register status`, `register rebuild`, `register verify`: what operators ask of the register. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "broker/cli/command.h"
#include "broker/cli/sheet.h"
#include "broker/cli/table.h"
#include "broker/register/register.h"

#define LATE_MS 10000 /* a follower at work polls every second and oftener */

/* Both connections: --record and --register, else the ledger's own, in which the register mostly lies. */
struct both {
    char text[1024];
    struct register_request request;
};
static bool find_both(const struct request *request, struct both *ret) {
    const char *from = NULL, *own = getenv("ECOCASE_REGISTER");
    const char *ledger = request->record && request->reg ? request->record
                                                         : source_conninfo(request, ret->text, sizeof ret->text, &from);
    ret->request = (struct register_request){.record = request->record ? request->record : ledger,
                                             .reg = request->reg  ? request->reg
                                                    : own && *own ? own
                                                                  : ledger,
                                             .schemas = request->word_count > 2 ? request->words[2] : request->schemas,
                                             .instance = "ecocase"};
    return ledger != NULL;
}

static enum exit_code cannot(const struct fault *fault) {
    fprintf(stderr, "ecocase: 登记簿操作未完成 · the register: %s (%s)\n", fault->text, fault->code);
    return EXIT_USAGE;
}

static void print_status(const struct register_status *s, bool good) {
    char built[32] = "";
    if (s->built != INSTANT_NONE) instant_format_short(s->built, built);
    printf("登记簿 register：%s\n", good          ? "正常 · well"
                                    : s->ahead    ? "须重建 · must be rebuilt"
                                    : s->followed ? "无进展 · makes no progress"
                                                  : "无人跟随 · nobody follows");
    printf("  落后 behind        %lld 件事件 events，%.1f 秒 s\n", (long long)s->events, (double)s->behind_ms / 1000);
    printf("  最近跟随 last poll  %.1f 秒前 s ago\n", (double)s->quiet_ms / 1000);
    printf("  建立 built         %s 北京时间 Asia/Shanghai，版本 version %d\n", built, s->version);
    if (s->ahead) printf("  原因 why           %s\n", s->why);
}

enum exit_code register_status_command(struct source *source, const struct request *request) {
    struct both both;
    struct register_status s;
    struct fault fault = {0};
    (void)source;
    if (!find_both(request, &both)) return EXIT_FAILED;
    if (register_status(&both.request, &s, &fault) != OK) return cannot(&fault);
    bool good = s.version && s.followed && !s.ahead && s.quiet_ms < LATE_MS;
    if (request->json) {
        sheet_print_json(json_pack("{s:b, s:i, s:b, s:I, s:I, s:I, s:b, s:s}", "good", good, "version", s.version,
                                   "followed", s.followed, "behind_events", (json_int_t)s.events, "behind_ms",
                                   (json_int_t)s.behind_ms, "quiet_ms", (json_int_t)s.quiet_ms, "ahead", s.ahead, "why",
                                   s.why));
    } else if (!s.version) {
        printf("没有登记簿：请启动 ecocase-register · there is no register: start ecocase-register\n");
    } else {
        print_status(&s, good);
    }
    return good ? EXIT_DONE : EXIT_FAILED;
}

struct account {
    struct table table;
    json_t *list;
    long left;
};
static void hear_progress(void *opaque, int64_t done, int64_t of) {
    (void)opaque;
    fprintf(stderr, "ecocase: %lld / %lld\n", (long long)done, (long long)of);
}
static void hear_difference(void *opaque, const char *table, const char *what, const char *row) {
    struct account *account = opaque;
    bool lacks = strcmp(what, "record") == 0;
    if (account->left-- <= 0) return;
    table_cell(&account->table, table);
    table_cell(&account->table, lacks ? "登记簿缺 register lacks" : "台账无 not of the record");
    table_cell(&account->table, row);
    json_array_append_new(account->list, json_pack("{s:s, s:s, s:s}", "table", table, "only_in", what, "row", row));
}

enum exit_code register_rebuild_command(struct source *source, const struct request *request) {
    struct both both;
    struct fault fault = {0};
    int64_t events = 0;
    const struct register_listener listener = {.progress = hear_progress};
    (void)source;
    if (!find_both(request, &both)) return EXIT_FAILED;
    if (register_rebuild(&both.request, &listener, &events, &fault) != OK) return cannot(&fault);
    printf("登记簿已重建：%lld 件事件；旧的保留一小时 · rebuilt from %lld events; the old one is kept for an hour\n",
           (long long)events, (long long)events);
    return EXIT_DONE;
}

static void print_verified(struct account *account, const struct request *request, const struct register_verified *v) {
    if (request->json) {
        sheet_print_json(json_pack("{s:b, s:I, s:i, s:I, s:O}", "identical", v->differences == 0, "events",
                                   (json_int_t)v->events, "tables", v->tables, "difference_count",
                                   (json_int_t)v->differences, "differences", account->list));
        return;
    }
    if (v->differences) table_print(&account->table, stdout);
    printf("由 %lld 件事件重算 %d 张表：%lld 处不同 · %d tables made again from the events: %lld differences\n",
           (long long)v->events, v->tables, (long long)v->differences, v->tables, (long long)v->differences);
}

enum exit_code register_verify_command(struct source *source, const struct request *request) {
    static const char *const heads[] = {"表 table", "情形 what", "行 row"};
    struct both both;
    struct fault fault = {0};
    struct register_verified v;
    struct account account = {.list = json_array(), .left = request->limit};
    const struct register_listener listener = {hear_progress, hear_difference, &account};
    (void)source;
    if (!find_both(request, &both)) return EXIT_FAILED;
    table_start(&account.table, 3);
    for (size_t i = 0; i < 3; i++) table_cell(&account.table, heads[i]);
    enum exit_code code = EXIT_DONE;
    if (register_verify(&both.request, &listener, &v, &fault) != OK) {
        code = cannot(&fault);
    } else {
        print_verified(&account, request, &v);
        code = v.differences ? EXIT_FAILED : EXIT_DONE;
    }
    json_decref(account.list);
    table_free(&account.table);
    return code;
}
