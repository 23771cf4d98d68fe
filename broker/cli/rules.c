/* `rules check|diagram|procedure [DIR]`: what needs no ledger: the rules of a folder checked, drawn, written out. */
#include <stdio.h>
#include <unistd.h>
#include "broker/cli/command.h"
#include "base/limits.h"
#include "broker/rules/rules.h"

#define PAGE_MAX (1u * MIB)
static const char default_folder[] = "schemas/rules";

static void rules_free_auto(struct rules **rules) { rules_free(*rules); }
static void directory_free_auto(struct directory **directory) { directory_free(*directory); }
static enum outcome open_rules(const struct request *request, struct rules **ret, const char **ret_folder,
                               struct fault *fault) {
    *ret_folder = request->word_count > 2 ? request->words[2] : default_folder;
    return rules_load_folder(*ret_folder, ret, fault);
}

/* The directory beside the folder and these rules speak of each other. */
static enum outcome check_directory(const struct rules *rules, const char *folder, struct fault *fault) {
    char path[1200];
    AUTO(directory_free_auto) struct directory *directory = NULL;
    snprintf(path, sizeof path, "%s/../directory.yaml", folder);
    if (access(path, R_OK) != 0) return OK;
    TRY(directory_load(path, &directory, fault));
    TRY(rules_check_regimes(rules, directory, fault));
    return rules_check_subscriptions(rules, directory, fault);
}

static enum exit_code wrong(const struct fault *fault) {
    fprintf(stderr, "ecocase: 规则有误 / the rules are wrong: %s (%s)\n", fault->text, fault->code);
    return EXIT_FAILED;
}

enum exit_code rules_check_command(struct source *source, const struct request *request) {
    (void)source;
    AUTO(rules_free_auto) struct rules *rules = NULL;
    const char *folder = NULL;
    struct fault fault = {0};
    if (open_rules(request, &rules, &folder, &fault) != OK || check_directory(rules, folder, &fault) != OK)
        return wrong(&fault);
    struct rule_word word;
    size_t counts[128] = {0};
    for (size_t i = 0; rules_word(rules, i, &word); i++) counts[word.kind[0] & 127]++;
    if (request->json) {
        printf("{\"folder\": \"%s\", \"version\": %d, \"machines\": %zu, \"states\": %zu, \"events\": %zu, \"clocks\": "
               "%zu}\n",
               folder, rules_version(rules), counts['M'], counts['S'], counts['E'], counts['C']);
        return EXIT_DONE;
    }
    printf("%s：版本 %d，%zu 个程序、%zu 个状态、%zu 种环节、%zu 项期限，核对无误 / version %d: %zu machines, %zu "
           "states, %zu events, %zu limits, nothing wrong\n",
           folder, rules_version(rules), counts['M'], counts['S'], counts['E'], counts['C'], rules_version(rules),
           counts['M'], counts['S'], counts['E'], counts['C']);
    return EXIT_DONE;
}

static enum exit_code written(const struct request *request,
                              enum outcome (*write)(const struct rules *, struct buffer *, struct fault *)) {
    AUTO(rules_free_auto) struct rules *rules = NULL;
    AUTO(buffer_free) struct buffer text;
    const char *folder = NULL;
    struct fault fault = {0};
    buffer_init(&text, PAGE_MAX);
    if (open_rules(request, &rules, &folder, &fault) != OK || write(rules, &text, &fault) != OK) return wrong(&fault);
    return fwrite(text.at, 1, text.count, stdout) == text.count ? EXIT_DONE : EXIT_FAILED;
}

enum exit_code rules_diagram_command(struct source *source, const struct request *request) {
    (void)source;
    return written(request, rules_diagram);
}
enum exit_code rules_procedure_command(struct source *source, const struct request *request) {
    (void)source;
    return written(request, rules_page);
}
