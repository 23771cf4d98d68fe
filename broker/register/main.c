/* ecocase-register: `setup` makes roles and desk as the database's owner, `run` follows the record. Exit: 0 a clean
 * stop, 1 a failure (one line says what to do), 2 wrong usage. What people ask of it: `ecocase register`. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/log.h"
#include "broker/register/register.h"

static volatile sig_atomic_t stop;
static void on_signal(int number) {
    (void)number;
    stop = 1;
}

static const char usage[] =
    "用法 · usage:\n"
    "  ecocase-register setup --register CONNINFO --schemas DIR [--wait-seconds N]\n"
    "                         以数据库所有者建立角色、账号与查阅记录 · roles, accounts and the log of looks, as the "
    "database's owner\n"
    "  ecocase-register run   --record CONNINFO --register CONNINFO --schemas DIR [--instance NAME]\n"
    "                         跟随台账，写登记簿；可启动多个，一个工作，其余待命 · follows the record; several may "
    "run, one works\n";

struct options {
    const char *command, *record, *reg, *schemas, *instance;
    int wait_seconds;
};

static int wrong(const char *text, const char *what) {
    fprintf(stderr, "ecocase-register: %s%s\n%s", text, what, usage);
    return 2;
}

static int read_options(int argc, char **argv, struct options *o) {
    static const struct option known[] = {{"record", 1, 0, 'r'},
                                          {"register", 1, 0, 'p'},
                                          {"schemas", 1, 0, 's'},
                                          {"instance", 1, 0, 'i'},
                                          {"wait-seconds", 1, 0, 'w'},
                                          {"help", 0, 0, 'h'},
                                          {0, 0, 0, 0}};
    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        switch (c) {
        case 'r': o->record = optarg; break;
        case 'p': o->reg = optarg; break;
        case 's': o->schemas = optarg; break;
        case 'i': o->instance = optarg; break;
        case 'w': o->wait_seconds = atoi(optarg); break;
        case 'h': fputs(usage, stdout); exit(0);
        default: return wrong("选项有误 · wrong option", "");
        }
    }
    if (optind < argc) return wrong("多余的参数 · unexpected argument ", argv[optind]);
    if (!o->reg) return wrong("缺少必填项 · required and missing: ", "--register");
    if (!o->schemas) return wrong("缺少必填项 · required and missing: ", "--schemas");
    if (!o->record && strcmp(o->command, "run") == 0) return wrong("缺少必填项 · required and missing: ", "--record");
    return 0;
}

/* Postgres may come up after us; the whole may be done again. */
static enum outcome set_up(const struct options *o, struct fault *fault) {
    enum outcome outcome;
    for (int64_t until = monotonic_ms() + o->wait_seconds * INT64_C(1000);;) {
        outcome = register_set_up(o->reg, o->schemas, fault);
        if (outcome != RETRY || stop || monotonic_ms() >= until) return outcome;
        log_fault(LOG_WARN, "setup.waiting", fault);
        nanosleep(&(struct timespec){1, 0}, NULL);
    }
}

int main(int argc, char **argv) {
    struct options o = {.instance = "register"};
    struct fault fault = {0};
    if (argc < 2) return wrong("缺少命令 · a command is missing: ", "setup, run");
    if (strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    o.command = argv[1];
    if (strcmp(o.command, "setup") != 0 && strcmp(o.command, "run") != 0)
        return wrong("没有这个命令 · there is no command ", o.command);
    int bad = read_options(argc - 1, argv + 1, &o);
    if (bad) return bad;
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    log_setup(o.instance, LOG_INFO);
    const struct register_request request = {o.record, o.reg, o.schemas, o.instance};
    enum outcome outcome = strcmp(o.command, "setup") == 0 ? set_up(&o, &fault) : register_run(&request, &stop, &fault);
    if (outcome == OK) return 0;
    log_fault(LOG_ERROR, "register.stopped", &fault);
    return 1;
}
