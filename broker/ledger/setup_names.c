/* Names of machines, states, events, clocks, regimes and addressees from the rules (all loaded versions) into
 * ecocase.rule_name, for the views. */
#include "broker/ledger/connection_inside.h"
#include "broker/rules/rules.h"
#include <stdio.h>
#include <unistd.h>

static enum outcome store(PGconn *conn, const struct rule_word *word, struct fault *fault) {
    const char *const values[] = {word->kind, word->machine, word->code, word->zh, word->en, word->terminal ? "t" : "f",
                                  word->basis};
    return setup_run(conn,
                     "INSERT INTO ecocase.rule_name (kind, machine, code, zh, en, terminal, basis) VALUES ($1, $2, $3, "
                     "$4, $5, $6, $7)"
                     " ON CONFLICT (kind, machine, code) DO UPDATE SET zh = excluded.zh, en = excluded.en, terminal = "
                     "excluded.terminal,"
                     " basis = excluded.basis",
                     7, values, NULL, fault);
}

static void rules_free_auto(struct rules **rules) { rules_free(*rules); }
enum outcome setup_names(PGconn *conn, const char *schemas_folder, struct fault *fault) {
    char path[4096];
    snprintf(path, sizeof path, "%s/rules/rules.yaml", schemas_folder);
    if (access(path, R_OK) != 0) return OK; /* the views then show codes */
    AUTO(rules_free_auto) struct rules *rules = NULL;
    TRY(rules_load(schemas_folder, &rules, fault));
    struct rule_word word;
    for (size_t i = 0; rules_word(rules, i, &word); i++) TRY(store(conn, &word, fault));
    return OK;
}
