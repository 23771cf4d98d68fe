/* ecocase-adapter: `run` is an agency's adapter; `new`, `check` and `try` help to write its profile, `status` looks at
 * a running one, `unseal` opens what only it can. stdout carries what was asked for; stderr log lines. Exit: 0 a clean
 * stop or all well, 1 a failure (one line says what to do), 2 wrong usage. */
#include "adapters/engine/engine.h"
#include "adapters/commands/commands.h"
#include "adapters/run/run.h"
#include "adapters/table/table.h"
#include "base/log.h"
#include "wire/reason.h"
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static volatile sig_atomic_t stop;
static void on_signal(int number) {
    (void)number;
    stop = 1;
    wake_now();
}

static const char usage[] =
    "ecocase-adapter：一个单位的适配器 / the adapter of one agency\n\n"
    "用法 · usage:\n"
    "  ecocase-adapter run --agency SLUG --profile FILE --spool DIR --kafka HOST:PORT --schemas DIR [--http FILE] "
    "[--table FILE] [--clock real|manual] [--kafka-properties FILE]\n"
    "                  收发文件，直至收到 SIGTERM · takes and delivers files until SIGTERM\n"
    "                  DIR/outbox 放入待发文件 · put files here; DIR/inbox 收到的文件 · files that came; DIR/sent, "
    "DIR/failed, DIR/done\n"
    "  ecocase-adapter new SLUG [SAMPLE-FILE] [--schemas DIR]\n"
    "                  由样例文件生成起步配置 · writes a starting profile from a sample file, on stdout\n"
    "  ecocase-adapter check PROFILE [--schemas DIR]\n"
    "                  列出配置的全部错误 · lists every mistake of a profile\n"
    "  ecocase-adapter try PROFILE CASE-FILE [--as MASK|ROLE] [--schemas DIR]\n"
    "                  显示文件将如何转换，不发送 · shows what a file would become, sends nothing\n"
    "                  --as：按脱敏规则显示（STAT，或 copy：按本配置）· as a mask of schemas/privacy.yaml shows it, or "
    "the profile's for a role\n"
    "  ecocase-adapter status --spool DIR [--json]\n"
    "                  显示队列、最近成功与错误、未取数 · shows queue, last success and error, lag; exit 1 unless it "
    "runs and reaches Kafka and the agency's database\n"
    "  ecocase-adapter table-setup --table FILE --print|--apply [--owner USER]\n"
    "                  打印或执行建表语句（收发表、角色、权限） · prints or runs the SQL that makes the tables, roles "
    "and grants\n"
    "  ecocase-adapter unseal --spool DIR RECORD-FILE [--schemas DIR]\n"
    "                  以本单位密钥打开线索记录中密封的举报人 · opens who reported a clue, with the key in this "
    "agency's spool\n"
    "  --help, --version\n\n"
    "选项 · options:\n"
    "  --agency SLUG            参与单位代号，见 schemas/directory.yaml · participant, e.g. sthj\n"
    "  --profile FILE           单位配置 · the agency's profile, adapters/agencies/SLUG/profile.yaml\n"
    "  --schemas DIR            缺省 schemas · default: schemas (needed by run)\n"
    "  --http FILE              另以 HTTP 收发，设置见 docs/HTTP.md · also over HTTP, as this settings file says\n"
    "  --table FILE             另以本单位数据库的表收发，设置见 docs/TABLE.md · also through tables of the agency's "
    "own database, as this settings file says\n"
    "  --clock manual           消息时间取文书时间（仅测试台账）· message time = document time, for ledgers made with "
    "--clock manual\n"
    "  --kafka-properties FILE  librdkafka 属性，每行 name=value · librdkafka properties (TLS, SASL), one a line\n\n"
    "退出码 · exit status: 0 正常 well, 1 失败 failed, 2 用法错误 wrong usage\n";

struct options {
    struct run_settings engine;
    const char *words[2], *owner;
    int word_count;
    const char *as;
    bool json, print, apply;
};

static int wrong(const char *text, const char *what) {
    fprintf(stderr, "ecocase-adapter: %s%s；用法见 · see: ecocase-adapter --help\n", text, what);
    return 2;
}

static int read_options(int argc, char **argv, struct options *o) {
    static const struct option known[] = {{"agency", 1, 0, 'a'},
                                          {"profile", 1, 0, 'p'},
                                          {"spool", 1, 0, 'd'},
                                          {"kafka", 1, 0, 'k'},
                                          {"schemas", 1, 0, 's'},
                                          {"clock", 1, 0, 'c'},
                                          {"kafka-properties", 1, 0, 'x'},
                                          {"http", 1, 0, 't'},
                                          {"table", 1, 0, 'b'},
                                          {"owner", 1, 0, 'o'},
                                          {"print", 0, 0, 'P'},
                                          {"apply", 0, 0, 'A'},
                                          {"json", 0, 0, 'j'},
                                          {"as", 1, 0, 'm'},
                                          {"help", 0, 0, 'h'},
                                          {0, 0, 0, 0}};
    *o = (struct options){0};
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        switch (c) {
        case 'a': o->engine.agency = optarg; break;
        case 'p': o->engine.profile = optarg; break;
        case 'd': o->engine.spool = optarg; break;
        case 'k': o->engine.bus.servers = optarg; break;
        case 's': o->engine.schemas = optarg; break;
        case 'c':
            o->engine.manual_clock = strcmp(optarg, "manual") == 0;
            if (!o->engine.manual_clock && strcmp(optarg, "real") != 0)
                return wrong("--clock 只能是 real 或 manual · must be real or manual, not ", optarg);
            break;
        case 't': o->engine.http = optarg; break;
        case 'b': o->engine.table = optarg; break;
        case 'o': o->owner = optarg; break;
        case 'P': o->print = true; break;
        case 'A': o->apply = true; break;
        case 'x': o->engine.bus.extra = optarg; break;
        case 'j': o->json = true; break;
        case 'm': o->as = optarg; break;
        case 'h': fputs(usage, stdout); exit(0);
        default: return wrong("选项有误或缺少参数 · wrong option, or its value is missing: ", argv[optind - 1]);
        }
    }
    for (; optind < argc; optind++) {
        if (o->word_count == 2) return wrong("多余的参数 · unexpected argument ", argv[optind]);
        o->words[o->word_count++] = argv[optind];
    }
    return 0;
}

/* See broker/main.c: a batch's memory is kept for the next one, and threads share two heaps. */
static void keep_memory(void) {
    mallopt(M_MMAP_THRESHOLD, 4 << 20);
    mallopt(M_TRIM_THRESHOLD, 8 << 20);
    mallopt(M_ARENA_MAX, 2);
}

static int run(struct options *o) {
    char client[96];
    struct fault fault = {0};
    struct sigaction action = {.sa_handler = on_signal};
    keep_memory();
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a full quota is an error of a write, not the end */
    snprintf(client, sizeof client, "adapter-%.80s", o->engine.agency);
    log_setup(client, LOG_INFO);
    o->engine.bus.client_id = client;
    if (run_adapter(&o->engine, &stop, &fault) == OK) return 0;
    fprintf(stderr, "ecocase-adapter: %s · %s: %s\n", reason_find(fault.code)->zh, reason_find(fault.code)->en,
            fault.text);
    return 1;
}
static const char *schemas(const struct options *o) { return o->engine.schemas ? o->engine.schemas : "schemas"; }
static int start(struct options *o) { return starter_run(o->words[0], o->words[1], schemas(o)); }
static int check(struct options *o) { return check_run(o->words[0], schemas(o)); }
static int status(struct options *o) { return status_show(o->engine.spool, o->json); }
static int tables(struct options *o) {
    if (o->print == o->apply) return wrong("请给出 --print 或 --apply 之一 · give one of --print and --apply", "");
    return table_setup(o->engine.table, o->apply, o->owner);
}
static int open_seal(struct options *o) { return unseal_run(o->engine.spool, schemas(o), o->words[0]); }
static int attempt(struct options *o) {
    bool named = o->engine.profile != NULL; /* --profile FILE CASE-FILE, as `run` has it */
    if (named == (o->word_count == 2)) return wrong("try 需要配置和案件文件 · try needs a profile and a case file", "");
    return try_run(named ? o->engine.profile : o->words[0], schemas(o), o->words[named ? 0 : 1], o->as);
}

/* Letters as read_options has them. */
static const struct command {
    const char *name, *needs, *takes;
    int least, most;
    int (*work)(struct options *);
} commands[] = {{"run", "apdks", "cxtb", 0, 0, run},      {"new", "", "s", 1, 2, start},
                {"check", "", "s", 1, 1, check},          {"try", "", "psm", 1, 2, attempt},
                {"status", "d", "j", 0, 0, status},       {"unseal", "d", "s", 1, 1, open_seal},
                {"table-setup", "b", "oPA", 0, 0, tables}};

/* All but `run`, which is told where they are, look for them where they are started. */
static int schemas_there(const struct command *command, const struct options *o) {
    char path[4096];
    struct stat facts;
    if (!strchr(command->takes, 's')) return 0;
    snprintf(path, sizeof path, "%s/directory.yaml", schemas(o));
    return stat(path, &facts) == 0 ? 0
                                   : wrong("没有这个文件，请用 --schemas 指明 schemas 目录 · not there; say where the "
                                           "schemas folder is with --schemas: ",
                                           path);
}

static int fits(const struct command *command, const struct options *o) {
    const struct run_settings *e = &o->engine;
    const struct {
        char letter;
        const char *name;
        bool given;
    } all[] = {{'a', "--agency", e->agency},
               {'p', "--profile", e->profile},
               {'d', "--spool", e->spool},
               {'k', "--kafka", e->bus.servers},
               {'s', "--schemas", e->schemas},
               {'c', "--clock", e->manual_clock},
               {'x', "--kafka-properties", e->bus.extra},
               {'j', "--json", o->json},
               {'t', "--http", e->http},
               {'b', "--table", e->table},
               {'o', "--owner", o->owner},
               {'P', "--print", o->print},
               {'A', "--apply", o->apply},
               {'m', "--as", o->as}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        bool needed = strchr(command->needs, all[i].letter), taken = needed || strchr(command->takes, all[i].letter);
        if (needed && !all[i].given) return wrong("缺少必填项 · required and missing: ", all[i].name);
        if (!taken && all[i].given) return wrong("此命令不用 · not for this command: ", all[i].name);
    }
    if (o->word_count > command->most) return wrong("多余的参数 · unexpected argument ", o->words[o->word_count - 1]);
    return o->word_count < command->least ? wrong("缺少参数 · an argument is missing for ", command->name)
                                          : schemas_there(command, o);
}

int main(int argc, char **argv) {
    struct options o;
    if (argc < 2)
        return wrong("缺少命令 · a command is missing: run, new, check, try, status, unseal, table-setup", "");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "--version") == 0) {
        fputs(argv[1][2] == 'h' ? usage : "ecocase-adapter " ECOCASE_VERSION "\n", stdout);
        return 0;
    }
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(argv[1], commands[i].name) != 0) continue;
        int bad = read_options(argc - 1, argv + 1, &o);
        if (!bad) bad = fits(&commands[i], &o);
        return bad ? bad : commands[i].work(&o);
    }
    return wrong("没有这个命令 · there is no command ", argv[1]);
}
