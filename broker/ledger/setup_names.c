/* Names of machines, states, events and clocks from schemas/rules/procedure.yaml into ecocase.rule_name, for the views. */
#include "broker/ledger/connection.h"
#include <stdio.h>
#include <unistd.h>
#include "base/settings.h"

struct name { const char *kind, *machine, *code; };


static enum outcome store(PGconn *conn, const struct name *name, struct setting *entry, struct fault *fault) {
    const char *zh = NULL, *en = NULL, *basis = NULL;
    bool terminal = false;
    TRY(setting_text_or(entry, "zh", name->code, &zh, fault));
    TRY(setting_text_or(entry, "en", name->code, &en, fault));
    TRY(setting_text_or(entry, "basis", "", &basis, fault));
    TRY(setting_bool_or(entry, "terminal", false, &terminal, fault));
    const char *const values[] = {name->kind, name->machine, name->code, zh, en, terminal ? "t" : "f", basis};
    return setup_run(conn, "INSERT INTO ecocase.rule_name (kind, machine, code, zh, en, terminal, basis) VALUES ($1, $2, $3, $4, $5, $6, $7)"
                           " ON CONFLICT (kind, machine, code) DO UPDATE SET zh = excluded.zh, en = excluded.en, terminal = excluded.terminal,"
                           " basis = excluded.basis", 7, values, NULL, fault);
}

static enum outcome store_each(PGconn *conn, const char *kind, const char *machine, struct setting *map, struct fault *fault) {
    for (struct setting *entry = map ? map->first : NULL; entry; entry = entry->next) {
        struct name name = {kind, machine, entry->key};
        if (entry->kind == SETTING_MAP) TRY(store(conn, &name, entry, fault));
    }
    return OK;
}

enum outcome setup_names(PGconn *conn, const char *schemas_folder, struct fault *fault) {
    char path[4096];
    snprintf(path, sizeof path, "%s/rules/procedure.yaml", schemas_folder);
    if (access(path, R_OK) != 0) return OK; /* the views then show codes */
    AUTO(settings_free_auto) struct settings *settings = NULL;
    TRY(settings_load(path, &settings, fault));
    struct setting *root = settings_root(settings), *machines = setting_get(root, "machines");
    TRY(store_each(conn, "M", "", machines, fault));
    for (struct setting *machine = machines ? machines->first : NULL; machine; machine = machine->next) {
        if (machine->kind == SETTING_MAP) TRY(store_each(conn, "S", machine->key, setting_get(machine, "states"), fault));
    }
    TRY(store_each(conn, "E", "", setting_get(root, "events"), fault));
    return store_each(conn, "C", "", setting_get(root, "clocks"), fault);
}
