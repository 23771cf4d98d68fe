/* ecocase-broker: `setup` makes topics and ledger, `run` runs the lanes, `recover` begins a generation after a restore,
 * `health` is a probe: one line on stdout, 0 when the instance holds lanes and works all of them and no outbox waits.
 * Else stdout stays empty; stderr carries log lines. Exit: 0 a clean stop, 1 a failure (one line says what to do), 2
 * wrong usage. */
#include "base/log.h"
#include "broker/instance/instance.h"
#include "broker/rules/rules.h"
#include "wire/catalogue.h"
#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static volatile sig_atomic_t stop;
static void on_signal(int number) {
    (void)number;
    stop = 1;
}

/* Buffers of a megabyte come and go with every batch. glibc would map and unmap each of them, and the kernel would
 * clear its pages anew; and it would give nearly every thread a heap of its own, each with free memory that the others
 * cannot use. */
static void keep_memory(void) {
    mallopt(M_MMAP_THRESHOLD, 4 << 20);
    mallopt(M_TRIM_THRESHOLD, 8 << 20);
    mallopt(M_ARENA_MAX, 2);
}

static const char usage[] =
    "用法 · usage:\n"
    "  ecocase-broker setup --kafka HOST:PORT --postgres CONNINFO --schemas DIR [--clock real|manual] [--lanes N] "
    "[--replication N]\n"
    "                       [--wait-seconds N] (等待 Kafka 与 Postgres · for Kafka and Postgres to come up)\n"
    "  ecocase-broker run   --kafka HOST:PORT --postgres CONNINFO --schemas DIR --instance NAME [--tick-seconds N]\n"
    "  ecocase-broker recover --kafka HOST:PORT --postgres CONNINFO --schemas DIR [--anyway]\n"
    "                       台账恢复自备份之后：开始新代次，重新处理所缺 · after a restore of the ledger: a new "
    "generation\n"
    "  ecocase-broker pass-over --postgres CONNINFO --schemas DIR --agency SLUG --lane N --offset N --operator NAME "
    "--reason TEXT [--up-to N]\n"
    "                       跳过一条无法读取的记录，记入台账 · gives one record up that cannot be read; the ledger "
    "says so\n"
    "  ecocase-broker health --postgres CONNINFO --instance NAME [--tick-seconds N]\n"
    "                       该实例是否持有并处理泳道 · does the instance hold lanes and work them? exit 0 or 1\n"
    "setup, run, recover: [--kafka-properties FILE] (librdkafka properties, name=value a line)\n";

enum command { COMMAND_SETUP, COMMAND_RUN, COMMAND_RECOVER, COMMAND_PASS_OVER, COMMAND_HEALTH, COMMAND_COUNT };
static const char *const commands[COMMAND_COUNT] = {"setup", "run", "recover", "pass-over", "health"};
struct options {
    enum command command;
    struct broker_setup setup;
    const char *instance;
    int tick_seconds, wait_seconds;
    bool anyway;
    struct pass_over pass_over;
};

static int wrong(const char *text, const char *what) {
    fprintf(stderr, "ecocase-broker: %s%s\n%s", text, what, usage);
    return 2;
}

static int number(const char *text, int least, int most) {
    char *end;
    long value = strtol(text, &end, 10);
    return *text && !*end && value >= least && value <= most ? (int)value : -1;
}

static bool offset(const char *text, int64_t *ret) {
    char *end;
    errno = 0;
    *ret = strtoll(text, &end, 10);
    return *text && !*end && !errno && *ret >= 0;
}

static int needed(const struct options *o) {
    bool probes = o->command == COMMAND_HEALTH, passes = o->command == COMMAND_PASS_OVER;
    const struct {
        const char *name, *value;
        bool wanted;
    } all[] = {{"--kafka", o->setup.bus.servers, !probes && !passes}, {"--postgres", o->setup.conninfo, true},
               {"--schemas", o->setup.schemas, !probes},
               {"--instance", o->instance, o->command == COMMAND_RUN || probes},
               {"--agency", o->pass_over.agency, passes}, {"--lane", o->pass_over.lane < 0 ? NULL : "", passes},
               {"--offset", o->pass_over.offset < 0 ? NULL : "", passes},
               {"--operator", o->pass_over.operator, passes }, {"--reason", o->pass_over.reason, passes}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i].wanted && !all[i].value) return wrong("缺少必填项 · required and missing: ", all[i].name);
    }
    return 0;
}

static int read_options(int argc, char **argv, struct options *o) {
    static const struct option known[] = {{"kafka", 1, 0, 'k'},
                                          {"postgres", 1, 0, 'p'},
                                          {"schemas", 1, 0, 's'},
                                          {"clock", 1, 0, 'c'},
                                          {"lanes", 1, 0, 'l'},
                                          {"replication", 1, 0, 'r'},
                                          {"instance", 1, 0, 'i'},
                                          {"tick-seconds", 1, 0, 't'},
                                          {"wait-seconds", 1, 0, 'w'},
                                          {"kafka-properties", 1, 0, 'x'},
                                          {"help", 0, 0, 'h'},
                                          {"anyway", 0, 0, 'a'},
                                          {"agency", 1, 0, 'A'},
                                          {"lane", 1, 0, 'L'},
                                          {"offset", 1, 0, 'O'},
                                          {"operator", 1, 0, 'P'},
                                          {"reason", 1, 0, 'R'},
                                          {"up-to", 1, 0, 'U'},
                                          {0, 0, 0, 0}};
    *o = (struct options){.command = o->command,
                          .setup = {.lanes = 6, .replication = 1},
                          .tick_seconds = 5,
                          .pass_over = {.lane = -1, .offset = -1, .up_to = -1}};
    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        switch (c) {
        case 'k': o->setup.bus.servers = optarg; break;
        case 'p': o->setup.conninfo = optarg; break;
        case 's': o->setup.schemas = optarg; break;
        case 'c':
            o->setup.manual_clock = strcmp(optarg, "manual") == 0;
            if (!o->setup.manual_clock && strcmp(optarg, "real") != 0)
                return wrong("--clock 只能是 real 或 manual · must be real or manual, not ", optarg);
            break;
        case 'l':
            if ((o->setup.lanes = number(optarg, 1, LIMIT_LANES)) < 0) return wrong("--lanes 1..64, not ", optarg);
            break;
        case 'r':
            if ((o->setup.replication = number(optarg, 1, 9)) < 0) return wrong("--replication 1..9, not ", optarg);
            break;
        case 'i': o->instance = optarg; break;
        case 't':
            if ((o->tick_seconds = number(optarg, 1, 3600)) < 0) return wrong("--tick-seconds 1..3600, not ", optarg);
            break;
        case 'w':
            if ((o->wait_seconds = number(optarg, 0, 3600)) < 0) return wrong("--wait-seconds 0..3600, not ", optarg);
            break;
        case 'A': o->pass_over.agency = optarg; break;
        case 'P': o->pass_over.operator= optarg; break;
        case 'R': o->pass_over.reason = optarg; break;
        case 'L':
            if ((o->pass_over.lane = number(optarg, 0, LIMIT_LANES - 1)) < 0)
                return wrong("--lane 0..63, not ", optarg);
            break;
        case 'O':
            if (!offset(optarg, &o->pass_over.offset)) return wrong("--offset: a number, not ", optarg);
            break;
        case 'U':
            if (!offset(optarg, &o->pass_over.up_to)) return wrong("--up-to: a number, not ", optarg);
            break;
        case 'a': o->anyway = true; break;
        case 'x': o->setup.bus.extra = optarg; break;
        case 'h': fputs(usage, stdout); exit(0);
        default: return wrong("选项有误 · wrong option", "");
        }
    }
    if (optind < argc) return wrong("多余的参数 · unexpected argument ", argv[optind]);
    return needed(o);
}

static enum outcome run(const struct options *o, struct fault *fault) {
    struct broker broker = {
        .bus = o->setup.bus, .conninfo = o->setup.conninfo, .instance = o->instance, .tick_seconds = o->tick_seconds};
    TRY(catalogue_load(o->setup.schemas, &broker.catalogue, fault));
    enum outcome outcome = rules_load(o->setup.schemas, &broker.rules, fault);
    if (outcome == OK) outcome = instance_run(&broker, &stop, fault);
    rules_free(broker.rules);
    catalogue_free(broker.catalogue);
    return outcome;
}

/* Kafka and Postgres may come up after us. Every step is idempotent, so the whole is done again. */
static enum outcome set_up(const struct options *o, struct fault *fault) {
    enum outcome outcome;
    for (int64_t until = monotonic_ms() + o->wait_seconds * INT64_C(1000);;) {
        outcome = broker_set_up(&o->setup, fault);
        if (outcome != RETRY || stop || monotonic_ms() >= until) return outcome;
        log_fault(LOG_WARN, "setup.waiting", fault);
        nanosleep(&(struct timespec){1, 0}, NULL);
    }
}

static enum outcome probe(const struct options *o, struct fault *fault) {
    struct ledger *ledger = NULL;
    struct lanes_held held = {0};
    TRY(ledger_connect(o->setup.conninfo, &ledger, fault));
    enum outcome outcome = ledger_held(ledger, o->instance, o->tick_seconds, &held, fault);
    ledger_free(ledger);
    if (outcome != OK) return outcome;
    if (held.lanes == 0) return fault_set(fault, REFUSE, "LANE_LOST", "instance %s holds no lane", o->instance);
    if (held.worked < held.lanes) {
        return fault_set(fault, REFUSE, "LANE_LOST", "instance %s works %d of the %d lanes it holds", o->instance,
                         held.worked, held.lanes);
    }
    if (held.said[0])
        return fault_set(fault, REFUSE, "OUTBOX_HELD",
                         "instance %s works its lanes, but outboxes wait (%s): lane.outbox.held in its log says why",
                         o->instance, held.said);
    printf("%s：持有并处理 %d 条泳道 · holds and works %d lanes\n", o->instance, held.lanes, held.lanes);
    return OK;
}

static void hear_signals(void) {
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

int main(int argc, char **argv) {
    struct options o = {.command = COMMAND_SETUP};
    struct fault fault = {0};
    if (argc < 2) return wrong("缺少命令 · a command is missing: ", "setup, run, recover, pass-over, health");
    if (strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    while (o.command < COMMAND_COUNT && strcmp(argv[1], commands[o.command]) != 0) o.command++;
    if (o.command == COMMAND_COUNT) return wrong("没有这个命令 · there is no command ", argv[1]);
    int bad = read_options(argc - 1, argv + 1, &o);
    if (bad) return bad;
    hear_signals();
    keep_memory();
    log_setup(o.command == COMMAND_RUN ? o.instance : commands[o.command], LOG_INFO);
    o.setup.bus.client_id = o.command == COMMAND_RUN ? o.instance : "ecocase-setup";
    enum outcome outcome = OK;
    switch (o.command) {
    case COMMAND_SETUP: outcome = set_up(&o, &fault); break;
    case COMMAND_RUN: outcome = run(&o, &fault); break;
    case COMMAND_RECOVER: outcome = broker_recover(&o.setup, o.anyway, &fault); break;
    case COMMAND_PASS_OVER: outcome = broker_pass_over(o.setup.conninfo, o.setup.schemas, &o.pass_over, &fault); break;
    case COMMAND_HEALTH: outcome = probe(&o, &fault); break;
    case COMMAND_COUNT: break;
    }
    if (outcome == OK) return 0;
    if (o.command == COMMAND_HEALTH) fprintf(stderr, "ecocase-broker: 实例不正常 · not well: %s\n", fault.text);
    else log_fault(LOG_ERROR, "broker.stopped", &fault);
    return 1;
}
