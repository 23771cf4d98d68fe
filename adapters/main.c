/* ecocase-adapter: `run` is an agency's adapter, `try` shows what one file would become. stdout carries what was asked for; stderr log
 * lines. Exit: 0 a clean stop, 1 a failure (one line says what to do), 2 wrong usage. */
#include "adapters/engine/engine.h"
#include "adapters/engine/try.h"
#include "base/log.h"
#include "wire/reason.h"
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static volatile int stop;
static void on_signal(int number) {
    (void)number;
    stop = 1;
    engine_wake();
}

static const char usage[] =
    "ecocase-adapter：一个单位的适配器 / the adapter of one agency\n\n"
    "用法 · usage:\n"
    "  ecocase-adapter run --agency SLUG --profile FILE --spool DIR --kafka HOST:PORT --schemas DIR [--http FILE] [--clock real|manual] [--kafka-properties FILE]\n"
    "                  收发文件，直至收到 SIGTERM · takes and delivers files until SIGTERM\n"
    "                  DIR/outbox 放入待发文件 · put files here; DIR/inbox 收到的文件 · files that came; DIR/sent, DIR/failed, DIR/done\n"
    "  ecocase-adapter try --profile FILE --schemas DIR CASE-FILE\n"
    "                  显示文件将如何转换，不发送 · shows what a file would become, sends nothing\n"
    "  --help, --version\n\n"
    "选项 · options:\n"
    "  --agency SLUG            参与单位代号，见 schemas/directory.yaml · participant, e.g. sthj\n"
    "  --profile FILE           单位配置 · the agency's profile, adapters/agencies/SLUG/profile.yaml\n"
    "  --http FILE              另以 HTTP 收发，设置见 docs/HTTP.md · also over HTTP, as this settings file says\n"
    "  --clock manual           消息时间取文书时间（仅测试台账）· message time = document time, for ledgers made with --clock manual\n"
    "  --kafka-properties FILE  librdkafka 属性，每行 name=value · librdkafka properties (TLS, SASL), one a line\n\n"
    "退出码 · exit status: 0 正常停止 clean stop, 1 失败 failed, 2 用法错误 wrong usage\n";

struct options { struct engine_settings engine; const char *file; };

static int wrong(const char *text, const char *what) {
    fprintf(stderr, "ecocase-adapter: %s%s；用法见 · see: ecocase-adapter --help\n", text, what);
    return 2;
}

static int read_options(int argc, char **argv, struct options *o) {
    static const struct option known[] = {{"agency", 1, 0, 'a'}, {"profile", 1, 0, 'p'}, {"spool", 1, 0, 'd'}, {"kafka", 1, 0, 'k'},
        {"schemas", 1, 0, 's'}, {"clock", 1, 0, 'c'}, {"kafka-properties", 1, 0, 'x'}, {"http", 1, 0, 't'}, {"help", 0, 0, 'h'}, {0, 0, 0, 0}};
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
            if (!o->engine.manual_clock && strcmp(optarg, "real") != 0) return wrong("--clock 只能是 real 或 manual · must be real or manual, not ", optarg);
            break;
        case 't': o->engine.http = optarg; break;
        case 'x': o->engine.bus.extra = optarg; break;
        case 'h': fputs(usage, stdout); exit(0);
        default: return wrong("选项有误或缺少参数 · wrong option, or its value is missing: ", argv[optind - 1]);
        }
    }
    if (optind < argc) o->file = argv[optind++];
    if (optind < argc) return wrong("多余的参数 · unexpected argument ", argv[optind]);
    return 0;
}

static int needed(const struct options *o, bool runs) {
    const struct engine_settings *e = &o->engine;
    const struct { const char *name, *value; bool wanted; } all[] = {{"--agency", e->agency, runs}, {"--profile", e->profile, true},
        {"--spool", e->spool, runs}, {"--kafka", e->bus.servers, runs}, {"--schemas", e->schemas, true}, {"CASE-FILE", o->file, !runs}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i].wanted && !all[i].value) return wrong("缺少必填项 · required and missing: ", all[i].name);
        if (!all[i].wanted && all[i].value) return wrong("此命令不用 · not for this command: ", all[i].name);
    }
    return 0;
}

static int run(struct options *o) {
    char client[96];
    struct fault fault = {0};
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    snprintf(client, sizeof client, "adapter-%.80s", o->engine.agency);
    log_setup(client, LOG_INFO);
    o->engine.bus.client_id = client;
    if (engine_run(&o->engine, &stop, &fault) == OK) return 0;
    fprintf(stderr, "ecocase-adapter: %s · %s: %s\n", reason_find(fault.code)->zh, reason_find(fault.code)->en, fault.text);
    return 1;
}

int main(int argc, char **argv) {
    struct options o;
    if (argc < 2) return wrong("缺少命令 run 或 try · a command is missing: run or try", "");
    bool runs = strcmp(argv[1], "run") == 0, tries = strcmp(argv[1], "try") == 0;
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "--version") == 0) {
        fputs(argv[1][2] == 'h' ? usage : "ecocase-adapter " ECOCASE_VERSION "\n", stdout);
        return 0;
    }
    if (!runs && !tries) return wrong("没有这个命令 · there is no command ", argv[1]);
    int bad = read_options(argc - 1, argv + 1, &o);
    if (!bad) bad = needed(&o, runs);
    if (bad) return bad;
    return runs ? run(&o) : try_run(o.engine.profile, o.engine.schemas, o.file);
}
