/* `ecocase-adapter status`: what an adapter's spool says of it, from outside. */
#include "adapters/commands/commands.h"
#include "adapters/commands/commands_inside.h"
#include "adapters/engine/engine.h"
#include "base/limits.h"
#include "wire/reason.h"
#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define SILENT_S (3 * STATUS_ALIVE_MS / 1000)
struct observed {
    json_t *status;
    bool held, full; /* full: no room for its journal and status */
    int64_t queued, oldest_s, failed, silent_s;
};

static bool is_error(const char *name) {
    size_t count = strlen(name);
    return count > 6 && strcmp(name + count - 6, ".error") == 0;
}

/* Files of a folder: all that are visible, or, of failed/, those that have a reason beside them. */
static int64_t count_files(const char *spool, const char *folder, bool errors, int64_t *ret_oldest_s) {
    char path[4096];
    int64_t count = 0;
    struct stat facts;
    *ret_oldest_s = 0;
    snprintf(path, sizeof path, "%s/%s", spool, folder);
    DIR *open = opendir(path);
    if (!open) return -1;
    for (const struct dirent *entry; (entry = readdir(open));) {
        if (entry->d_name[0] == '.' || (errors && !is_error(entry->d_name))) continue;
        count++;
        if (fstatat(dirfd(open), entry->d_name, &facts, AT_SYMLINK_NOFOLLOW) != 0) continue;
        /* of the inode: files may be dropped with times of long ago */
        int64_t age = time(NULL) - facts.st_ctim.tv_sec;
        if (age > *ret_oldest_s) *ret_oldest_s = age;
    }
    closedir(open);
    return count;
}

/* The adapter holds the lock as long as it lives, whatever its clock or its pid. */
static bool lock_held(const char *spool) {
    char path[4096];
    snprintf(path, sizeof path, "%s/.lock", spool);
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) return false;
    bool held = flock(file, LOCK_SH | LOCK_NB) != 0;
    close(file);
    return held;
}

static enum outcome look(const char *spool, struct observed *ret, struct fault *fault) {
    char path[4096];
    struct stat facts;
    int64_t ignored = 0;
    AUTO(buffer_free) struct buffer text;
    buffer_init(&text, MIB);
    snprintf(path, sizeof path, "%s/.status.json", spool);
    if (stat(spool, &facts) != 0 || !S_ISDIR(facts.st_mode))
        return fault_set(fault, REFUSE, "FILE_READ",
                         "%s: no such folder; --spool is the folder with outbox/ and inbox/ in it", spool);
    if (stat(path, &facts) != 0)
        return fault_set(fault, REFUSE, "FILE_READ",
                         "%s: no adapter has ever run here; --spool is the folder with outbox/ and inbox/ in it",
                         spool);
    TRY(buffer_read_file(&text, path, fault));
    ret->status = json_loadb((const char *)text.at, text.count, 0, NULL);
    if (!json_is_object(ret->status))
        return fault_set(fault, REFUSE, "JSON_SYNTAX", "%s is no status of an adapter", path);
    ret->silent_s = stat(path, &facts) == 0 ? time(NULL) - facts.st_mtim.tv_sec : 0;
    ret->held = lock_held(spool);
    struct statvfs disk;
    ret->full = statvfs(spool, &disk) == 0 && (uint64_t)disk.f_bavail * disk.f_frsize < MIB;
    ret->queued = count_files(spool, "outbox", false, &ret->oldest_s);
    ret->failed = count_files(spool, "failed", true, &ignored);
    return OK;
}

static const char *text_at(const struct observed *f, const char *key) {
    const char *text = json_string_value(json_object_get(f->status, key));
    return text ? text : "–";
}
static long long number(const struct observed *f, const char *key) {
    return json_integer_value(json_object_get(f->status, key));
}

static const char *state_of(const struct observed *f) {
    if (!f->held) return "stopped";
    return f->silent_s > SILENT_S ? "silent" : "running";
}

static void print_error(const struct observed *f) {
    const json_t *error = json_object_get(f->status, "lastError");
    const char *code = json_string_value(json_object_get(error, "code")),
               *at = json_string_value(json_object_get(error, "at")),
               *detail = json_string_value(json_object_get(error, "detail")),
               *mended = json_string_value(json_object_get(error, "mendedAt"));
    if (!code) printf("最近错误 last error     – 无 none\n");
    else
        printf("最近错误 last error     %s %s · %s\n                        %s, %s\n", code, reason_find(code)->zh,
               reason_find(code)->en, detail ? detail : "", at ? at : "");
    if (mended) printf("                        已恢复 mended %s\n", mended);
}

/* What does not work now, and what waits for a person. */
static void print_trouble(const struct observed *f) {
    const json_t *trouble = json_object_get(f->status, "trouble");
    const char *code = json_string_value(json_object_get(trouble, "code")),
               *since = json_string_value(json_object_get(trouble, "since"));
    long long stuck = number(f, "stuck");
    if (f->full)
        printf(
            "磁盘 disk               已满，什么也不收发，请腾出空间 full, nothing is taken or delivered: make room\n");
    if (code)
        printf("故障 trouble            %s %s · %s, 自 since %s\n", code, reason_find(code)->zh, reason_find(code)->en,
               since ? since : "–");
    if (stuck)
        printf("无法移出 stuck          %lld 个文件须移入 failed/ 而无权移动，请检查 outbox 的权限 · in outbox that "
               "may not be "
               "moved to failed/: check the rights of the folders\n",
               stuck);
}

/* All parts work, and every paper can be moved. */
static bool untroubled(const struct observed *f) {
    return !f->full && !json_is_object(json_object_get(f->status, "trouble")) && number(f, "stuck") == 0;
}

/* 单位数据库: only where the adapter has one. */
static void print_database(const struct observed *f) {
    const json_t *table = json_object_get(f->status, "table"), *error = json_object_get(table, "lastError");
    const char *state = json_string_value(json_object_get(table, "state")),
               *since = json_string_value(json_object_get(table, "since"));
    const char *code = json_string_value(json_object_get(error, "code")),
               *at = json_string_value(json_object_get(error, "at")),
               *detail = json_string_value(json_object_get(error, "detail"));
    if (!state) return;
    bool up = strcmp(state, "up") == 0;
    printf("单位数据库 database     %s, 自 since %s\n",
           up ? "已连接 up" : "未连接，两边等待 down, what waits, waits on either side", since ? since : "–");
    printf("  未取 to take          %lld 行 rows, 最早 oldest %lld s\n",
           (long long)json_integer_value(json_object_get(table, "waiting")),
           (long long)json_integer_value(json_object_get(table, "oldestSeconds")));
    printf("  未写入 to write       %lld 个结果 outcomes, %lld 件收文 messages\n",
           (long long)json_integer_value(json_object_get(table, "untold")),
           (long long)json_integer_value(json_object_get(table, "undelivered")));
    if (code)
        printf("  最近错误 last error   %s %s · %s\n                        %s, %s\n", code, reason_find(code)->zh,
               reason_find(code)->en, detail ? detail : "", at ? at : "");
}

/* No database, or one that is reached. */
static bool database_well(const struct observed *f) {
    const json_t *table = json_object_get(f->status, "table");
    const char *state = json_string_value(json_object_get(table, "state"));
    return !state || strcmp(state, "up") == 0;
}

static void print_table(const struct observed *f) {
    const char *state = state_of(f);
    const char *zh = strcmp(state, "running") == 0  ? "运行中"
                     : strcmp(state, "silent") == 0 ? "无响应，请查看日志"
                                                    : "已停止，请启动";
    printf("单位 agency             %s\n", text_at(f, "agency"));
    printf("状态 state              %s %s (pid %lld, %lld 秒前 s ago)\n", zh, state, number(f, "pid"),
           (long long)f->silent_s);
    bool up = strcmp(text_at(f, "kafka"), "up") == 0;
    printf("消息总线 Kafka          %s, 自 since %s\n",
           up ? "已连接 up" : "未连接，文件留在 outbox 等待 down, files wait in outbox", text_at(f, "kafkaSince"));
    printf("待发 queue              %lld 个文件 files in outbox, 最早 oldest %lld s\n", (long long)f->queued,
           (long long)f->oldest_s);
    printf("其中已入日志库 journaled %lld, 等待 Kafka waiting for Kafka\n", number(f, "journaled"));
    printf("已发 sent               %lld 自启动 since start\n", number(f, "sent"));
    printf("退件 failed             %lld 自启动 since start, %lld 在 in failed/\n", number(f, "failed"),
           (long long)f->failed);
    printf("已送达 delivered        %lld 自启动 since start\n", number(f, "delivered"));
    printf("未取 lag                %lld 条 records\n", number(f, "lag"));
    printf("告警 alarms             %lld\n", number(f, "alarms"));
    printf("最近成功 last success   %s\n", text_at(f, "lastSuccess"));
    print_database(f);
    print_trouble(f);
    print_error(f);
}

static bool print_json(const struct observed *f) {
    json_object_set_new(f->status, "state", json_string(state_of(f)));
    json_object_set_new(
        f->status, "queue",
        json_pack("{s:I, s:I}", "files", (json_int_t)f->queued, "oldestSeconds", (json_int_t)f->oldest_s));
    json_object_set_new(f->status, "failedFiles", json_integer(f->failed));
    json_object_set_new(f->status, "diskFull", json_boolean(f->full));
    json_object_set_new(f->status, "silentSeconds", json_integer(f->silent_s));
    return json_dumpf(f->status, stdout, JSON_INDENT(2)) == 0 && putchar('\n') != EOF;
}

int status_show(const char *spool, bool json) {
    struct observed found = {0};
    struct fault fault = {0};
    if (look(spool, &found, &fault) != OK) {
        json_decref(found.status);
        return command_failed(&fault);
    }
    bool well = strcmp(state_of(&found), "running") == 0 && strcmp(text_at(&found, "kafka"), "up") == 0 &&
                database_well(&found) && untroubled(&found);
    if (json) well = print_json(&found) && well;
    else print_table(&found);
    json_decref(found.status);
    return well ? 0 : 1;
}
