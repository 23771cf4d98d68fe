/* Names in the register: participants as each version of the directory has them, words as each version of the rules
 * has them, so that history is shown under the names of its time. */
#include <stdlib.h>
#include <stdio.h>
#include "broker/register/registry_inside.h"

static void put_participant(struct rows *rows, int32_t version, const struct participant *p) {
    row_begin(rows, TABLE_PARTICIPANT);
    row_int(rows, version);
    row_int(rows, p->number);
    row_cstr(rows, p->slug);
    row_cstr(rows, p->name);
    row_cstr(rows, p->english);
    row_cstr(rows, role_text(p->role));
    row_bool(rows, p->lead);
    row_cstr(rows, p->region);
    row_end(rows);
}

/* What lanes could not read they passed over; its participants are those of the version before. */
static enum outcome put_directory(struct registry *registry, int32_t version, struct fault *fault) {
    enum outcome outcome = REFUSE;
    struct directory *directory = NULL;
    for (int32_t v = version; outcome == REFUSE && v > 0; v--) {
        char *yaml = NULL;
        TRY(following_directory(registry->record, v, &yaml, fault));
        outcome = directory_parse("directory in the ledger", bytes_of_cstr(yaml), &directory, fault);
        free(yaml);
    }
    if (outcome != OK) return outcome;
    for (size_t i = 0; i < directory_count(directory); i++)
        put_participant(&registry->rows, version, directory_at(directory, i));
    directory_free(directory);
    return OK;
}

static bool same_word(const struct rule_word *a, const struct rule_word *b) {
    return strcmp(a->kind, b->kind) == 0 && strcmp(a->machine, b->machine) == 0 && strcmp(a->code, b->code) == 0;
}
static void put_word(struct rows *rows, int version, const struct rule_word *word) {
    row_begin(rows, TABLE_RULE_NAME);
    row_int(rows, version);
    row_cstr(rows, word->kind);
    row_cstr(rows, word->machine);
    row_cstr(rows, word->code);
    row_cstr(rows, word->zh);
    row_cstr(rows, word->en);
    row_bool(rows, word->terminal);
    row_cstr(rows, word->basis);
    row_end(rows);
}
/* A version's words are its own and, for what it no longer names, those of the versions before: each once, the newest.
 */
static void put_version(struct rows *rows, const struct rules *rules, int version) {
    struct rule_word word, later;
    for (size_t i = 0; rules_word(rules, i, &word); i++) {
        bool again = false;
        for (size_t k = i + 1; !again && rules_word(rules, k, &later); k++) again = same_word(&word, &later);
        if (!again) put_word(rows, version, &word);
    }
}
/* What rules_word leaves out: documents, and the categories that commands know. */
static void put_documents(struct rows *rows, const struct registry *registry, int version) {
    const struct procedure *p = rules_of_version(registry->rules, version);
    for (int i = 0; p && i < p->document_count; i++) {
        const struct rule_word word = {"D", "",   p->documents[i].code, p->documents[i].zh, p->documents[i].en,
                                       "",  false};
        put_word(rows, version, &word);
    }
    for (int i = 0; p && i < p->category_count; i++) {
        const struct rule_word word = {"K", "", p->categories[i], p->categories[i], p->categories[i], "", false};
        put_word(rows, version, &word);
    }
}

static enum outcome put_rules(struct registry *registry, struct fault *fault) {
    TRY(desk_run(registry->conn, "DELETE FROM rule_name; DELETE FROM county", fault));
    for (int version = 1; version <= rules_version(registry->rules); version++) {
        struct rules *then = rules_as_of(registry->rules, version);
        if (!then) continue;
        put_version(&registry->rows, then, version);
        put_documents(&registry->rows, registry, version);
        rules_as_of_free(then);
    }
    const struct division_list *divisions = catalogue_divisions(registry->catalogue);
    for (size_t i = 0; i < division_count(divisions); i++) {
        char code[16];
        const struct division *d = division_entry(divisions, i);
        snprintf(code, sizeof code, "%06d", d->code);
        const char *const values[] = {code, d->name};
        PGresult *result = NULL;
        TRY(desk_ask(registry->conn,
                     "INSERT INTO county VALUES ($1, $2) ON CONFLICT (code) DO UPDATE SET name = excluded.name", 2,
                     values, &result, fault));
        PQclear(result);
    }
    return OK;
}

enum outcome names_write(struct registry *registry, const struct followed *followed, struct fault *fault) {
    if (!registry->named) TRY(put_rules(registry, fault));
    for (int32_t v = registry->directory_version + 1; v <= followed->world.directory_version; v++)
        TRY(put_directory(registry, v, fault));
    return OK;
}
