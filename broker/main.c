/* ecocase-broker: `setup` makes topics and ledger, `run` runs the lanes. stdout stays empty; stderr carries log lines.
 * Exit: 0 a clean stop, 1 a failure (one line says what to do), 2 wrong usage. */
#include "base/log.h"
#include "broker/broker.h"
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static volatile int stop;
static void on_signal(int number) {
    (void)number;
    stop = 1;
}

static const char usage[] =
    "用法 · usage:\n"
    "  ecocase-broker setup --kafka HOST:PORT --postgres CONNINFO --schemas DIR [--clock real|manual] [--lanes N] [--replication N]\n"
    "  ecocase-broker run   --kafka HOST:PORT --postgres CONNINFO --schemas DIR --instance NAME [--tick-seconds N]\n"
    "两者均可 · both: [--kafka-properties FILE] (librdkafka properties, name=value a line)\n";

struct options { struct broker_setup setup; const char *instance; int tick_seconds; };

static int wrong(const char *text, const char *what) {
    fprintf(stderr, "ecocase-broker: %s%s\n%s", text, what, usage);
    return 2;
}

static int number(const char *text, int least, int most) {
    char *end;
    long value = strtol(text, &end, 10);
    return *text && !*end && value >= least && value <= most ? (int)value : -1;
}

static int read_options(int argc, char **argv, struct options *o) {
    static const struct option known[] = {{"kafka", 1, 0, 'k'}, {"postgres", 1, 0, 'p'}, {"schemas", 1, 0, 's'}, {"clock", 1, 0, 'c'},
        {"lanes", 1, 0, 'l'}, {"replication", 1, 0, 'r'}, {"instance", 1, 0, 'i'}, {"tick-seconds", 1, 0, 't'},
        {"kafka-properties", 1, 0, 'x'}, {"help", 0, 0, 'h'}, {0, 0, 0, 0}};
    *o = (struct options){.setup = {.lanes = 6, .replication = 1}, .tick_seconds = 5};
    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        switch (c) {
        case 'k': o->setup.bus.servers = optarg; break;
        case 'p': o->setup.conninfo = optarg; break;
        case 's': o->setup.schemas = optarg; break;
        case 'c':
            o->setup.manual_clock = strcmp(optarg, "manual") == 0;
            if (!o->setup.manual_clock && strcmp(optarg, "real") != 0) return wrong("--clock 只能是 real 或 manual · must be real or manual, not ", optarg);
            break;
        case 'l': if ((o->setup.lanes = number(optarg, 1, LIMIT_LANES)) < 0) return wrong("--lanes 1..64, not ", optarg); break;
        case 'r': if ((o->setup.replication = number(optarg, 1, 9)) < 0) return wrong("--replication 1..9, not ", optarg); break;
        case 'i': o->instance = optarg; break;
        case 't': if ((o->tick_seconds = number(optarg, 1, 3600)) < 0) return wrong("--tick-seconds 1..3600, not ", optarg); break;
        case 'x': o->setup.bus.extra = optarg; break;
        case 'h': fputs(usage, stdout); exit(0);
        default: return wrong("选项有误 · wrong option", "");
        }
    }
    if (optind < argc) return wrong("多余的参数 · unexpected argument ", argv[optind]);
    if (!o->setup.bus.servers || !o->setup.conninfo || !o->setup.schemas) return wrong("--kafka, --postgres, --schemas 必填 · are required", "");
    return 0;
}

static enum outcome run(const struct options *o, struct fault *fault) {
    struct broker broker = {.bus = o->setup.bus, .conninfo = o->setup.conninfo, .instance = o->instance, .tick_seconds = o->tick_seconds};
    TRY(catalogue_load(o->setup.schemas, &broker.catalogue, fault));
    enum outcome outcome = rules_load(o->setup.schemas, &broker.rules, fault);
    if (outcome == OK) outcome = instance_run(&broker, &stop, fault);
    rules_free(broker.rules);
    catalogue_free(broker.catalogue);
    return outcome;
}

int main(int argc, char **argv) {
    struct options o;
    struct fault fault = {0};
    if (argc < 2) return wrong("缺少命令 · a command is missing: setup or run", "");
    bool sets_up = strcmp(argv[1], "setup") == 0, runs = strcmp(argv[1], "run") == 0;
    if (strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    if (!sets_up && !runs) return wrong("没有这个命令 · there is no command ", argv[1]);
    int bad = read_options(argc - 1, argv + 1, &o);
    if (bad) return bad;
    if (runs && !o.instance) return wrong("--instance 必填 · is required", "");
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    log_setup(runs ? o.instance : "setup", LOG_INFO);
    o.setup.bus.client_id = runs ? o.instance : "ecocase-setup";
    enum outcome outcome = sets_up ? broker_set_up(&o.setup, &fault) : run(&o, &fault);
    if (outcome == OK) return 0;
    log_fault(LOG_ERROR, "broker.stopped", &fault);
    return 1;
}
