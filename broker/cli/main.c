/* `ecocase`: the coordinators' command line. Reads the ledger's views, writes nothing. Exit: 0 done, 1 failed, 2 wrong
 * usage. */
#include <stdio.h>
#include <string.h>
#include "broker/cli/command.h"
#include "broker/cli/question.h"
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
#define NEW_WORDS_MAX 24
#define COMMANDS      (sizeof commands / sizeof *commands)

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
    const char *names[COMMANDS + NEW_WORDS_MAX + 1] = {NULL};
    size_t count = COMMANDS;
    char typed[256];
    for (size_t i = 0; i < COMMANDS; i++) names[i] = commands[i].line;
    for (size_t i = 0; i < NEW_WORDS_MAX - 2 && question_at(i); i++) names[count++] = question_at(i)->word;
    names[count++] = "show";
    names[count] = "look";
    typed_words(request, 2, typed, sizeof typed);
    const char *nearest = usage_nearest(typed, names);
    fprintf(stderr, "ecocase: 没有命令“%s”，是否指 ecocase %s？/ no command \"%s\"; nearest: ecocase %s (--help)\n",
            typed, nearest, typed, nearest);
    return EXIT_USAGE;
}

/* `show` and `look`: one case. */
static int on_page(const struct request *request) {
    bool shows = strcmp(request->words[0], "show") == 0, looks = strcmp(request->words[0], "look") == 0;
    struct source source;
    if ((!shows && !looks) || request->word_count != 2) return wrong(request);
    if (!source_open_register(request, looks, &source)) return EXIT_FAILED;
    enum exit_code code = shows ? case_page(&source, request) : case_look(&source, request);
    source_close(&source);
    return fflush(stdout) == 0 ? (int)code : EXIT_FAILED;
}

/* `help manual` and `help completion`; false: another help. */
static bool helped(const struct request *request) {
    const char *topic = request->word_count == 2 && strcmp(request->words[0], "help") == 0 ? request->words[1] : "";
    if (strcmp(topic, "manual") == 0) manual_print();
    else if (strcmp(topic, "completion") == 0) completion_print();
    else return false;
    return true;
}

int main(int argc, char **argv) {
    struct request request;
    if (!request_parse(argc, argv, &request)) return EXIT_USAGE;
    if (request.version) {
        puts("ecocase " ECOCASE_VERSION);
        return EXIT_DONE;
    }
    if (helped(&request)) return EXIT_DONE;
    const struct command *command = find(&request);
    if (request.help || (request.word_count == 1 && strcmp(request.words[0], "help") == 0)) {
        usage_print(stdout, request.word_count > 0 && command ? request.words[0] : NULL);
        return EXIT_DONE;
    }
    if (request.word_count == 0) {
        usage_print(stderr, NULL);
        return EXIT_USAGE;
    }
    if (!command) {
        const struct question *question = question_find(request.words[0]);
        return question ? (int)question_ask(question, &request) : on_page(&request);
    }
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
