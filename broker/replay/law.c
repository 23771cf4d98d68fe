/* Rules and directories loaded by version, the last ones kept. */
#include "broker/replay/law_inside.h"
#include "broker/rules/rules.h"
#include "wire/catalogue.h"
#include <stdlib.h>

struct law {
    struct catalogue *catalogue;
    struct rules *newest, *then;
    int then_version;
    struct history *directories;
    struct directory *directory;
    int32_t directory_version;
};

enum outcome law_load(const char *schemas, const char *conninfo, struct law **ret, struct ledger_world *ret_world,
                      struct fault *fault) {
    struct law *law = calloc(1, sizeof *law);
    INVARIANT(law);
    enum outcome outcome = catalogue_load(schemas, &law->catalogue, fault);
    if (outcome == OK) outcome = rules_load(schemas, &law->newest, fault);
    if (outcome == OK) outcome = history_open(conninfo, &law->directories, ret_world, fault);
    if (outcome == OK) *ret = law;
    else law_free(law);
    return outcome;
}

void law_free(struct law *law) {
    if (!law) return;
    history_close(law->directories);
    directory_free(law->directory);
    rules_as_of_free(law->then);
    rules_free(law->newest);
    catalogue_free(law->catalogue);
    free(law);
}

const struct catalogue *law_catalogue(const struct law *law) { return law->catalogue; }
const struct rules *law_newest(const struct law *law) { return law->newest; }

enum outcome law_rules(struct law *law, int version, const struct rules **ret, struct fault *fault) {
    if (!law->then || law->then_version != version) {
        rules_as_of_free(law->then);
        law->then = rules_as_of(law->newest, version);
        law->then_version = version;
    }
    *ret = law->then;
    if (law->then) return OK;
    return fault_set(fault, FATAL, "LEDGER_EMPTY",
                     "events were judged by version %d of the rules, which is not loaded: keep it in rules/earlier/%d/",
                     version, version);
}

static enum outcome read_directory(struct law *law, int32_t version, struct directory **ret, struct fault *fault) {
    char *yaml = NULL;
    TRY(history_directory(law->directories, version, &yaml, fault));
    enum outcome parsed = directory_parse("directory in the ledger", bytes_of_cstr(yaml), ret, fault);
    free(yaml);
    return parsed;
}

enum outcome law_directory(struct law *law, int32_t version, const struct directory **ret, struct fault *fault) {
    if (!law->directory || law->directory_version != version) {
        directory_free(law->directory);
        law->directory = NULL;
        enum outcome outcome = REFUSE;
        for (int32_t v = version; outcome == REFUSE && v > 0; v--)
            outcome = read_directory(law, v, &law->directory, fault);
        if (outcome != OK) return outcome;
        law->directory_version = version;
    }
    *ret = law->directory;
    return OK;
}
