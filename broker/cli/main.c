/* `ecocase`: the coordinators' command line. Reads the ledger's views, writes nothing. Exit: 0 done, 1 failed, 2 wrong
 * usage. */
#include <stdio.h>
#include <string.h>
#include "broker/cli/command.h"
#include "broker/cli/usage.h"

struct command {
    const char *line; /* as typed, words separated by one space */
    size_t words;     /* of the line itself */
    /* name of the one further word it needs, or NULL; [DIR]: may have; those open no ledger here */
    const char *argument;
    enum exit_code (*run)(struct source *source, const struct request *request);
};
static const struct command commands[] = {
    {"ledger list", 2, NULL, ledger_list},
    {"ledger show", 2, "ID", ledger_show},
    {"ledger overdue", 2, NULL, ledger_overdue},
    {"ledger stats", 2, NULL, ledger_stats},
    {"agencies", 1, NULL, agencies},
    {"dead-letters list", 2, NULL, dead_letters_list},
    {"dead-letters show", 2, "LANE/SERIAL", dead_letters_show},
    {"refusals list", 2, NULL, refusals_list},
    {"ledger by-hand", 2, NULL, ledger_by_hand},
    {"ledger alerts", 2, NULL, ledger_alerts},
    {"ledger replay", 2, "[SCHEMAS]", ledger_replay},
    {"ledger hints", 2, NULL, ledger_hints},
    {"ledger documents", 2, "ID", ledger_documents},
    {"ledger duplicates", 2, NULL, ledger_duplicates},
    {"register status", 2, "[SCHEMAS]", register_status_command},
    {"register rebuild", 2, "[SCHEMAS]", register_rebuild_command},
    {"register verify", 2, "[SCHEMAS]", register_verify_command},
    {"rules check", 2, "[DIR]", rules_check_command},
    {"rules diagram", 2, "[DIR]", rules_diagram_command},
    {"rules procedure", 2, "[DIR]", rules_procedure_command},
};
#define COMMANDS (sizeof commands / sizeof *commands)

static void typed_words(const struct request *request, size_t count, char *ret, size_t capacity) {
    size_t at = 0;
    ret[0] = '\0';
    for (size_t i = 0; i < count && i < request->word_count && at < capacity; i++) {
        at += (size_t)snprintf(ret + at, capacity - at, "%s%s", i > 0 ? " " : "", request->words[i]);
    }
}

static const struct command *find(const struct request *request) {
    char typed[256];
    for (size_t i = 0; i < COMMANDS; i++) {
        typed_words(request, commands[i].words, typed, sizeof typed);
        if (strcmp(typed, commands[i].line) == 0) return &commands[i];
    }
    return NULL;
}

static enum exit_code wrong(const struct request *request) {
    const char *names[COMMANDS + 1] = {NULL};
    char typed[256];
    for (size_t i = 0; i < COMMANDS; i++) names[i] = commands[i].line;
    typed_words(request, 2, typed, sizeof typed);
    const char *nearest = usage_nearest(typed, names);
    fprintf(stderr, "ecocase: 没有命令“%s”，是否指 ecocase %s？/ no command \"%s\"; nearest: ecocase %s (--help)\n",
            typed, nearest, typed, nearest);
    return EXIT_USAGE;
}

int main(int argc, char **argv) {
    struct request request;
    if (!request_parse(argc, argv, &request)) return EXIT_USAGE;
    if (request.version) {
        puts("ecocase " ECOCASE_VERSION);
        return EXIT_DONE;
    }
    const struct command *command = find(&request);
    if (request.help || (request.word_count == 1 && strcmp(request.words[0], "help") == 0)) {
        usage_print(stdout, request.word_count > 0 && command ? request.words[0] : NULL);
        return EXIT_DONE;
    }
    if (request.word_count == 0) {
        usage_print(stderr, NULL);
        return EXIT_USAGE;
    }
    if (!command) return wrong(&request);
    bool offline = command->argument && command->argument[0] == '[';
    size_t least = command->words + (command->argument && !offline),
           most = command->words + (command->argument != NULL);
    if (request.word_count < least || request.word_count > most) {
        fprintf(stderr, "ecocase: 用法 / usage: ecocase %s%s%s [--json]\n", command->line, command->argument ? " " : "",
                command->argument ? command->argument : "");
        return EXIT_USAGE;
    }
    if (offline) return (int)command->run(NULL, &request);
    struct source source;
    if (!source_open(&request, &source)) return EXIT_FAILED;
    enum exit_code code = command->run(&source, &request);
    source_close(&source);
    if (fflush(stdout) != 0) return EXIT_FAILED;
    return (int)code;
}
