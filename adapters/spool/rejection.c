/* What is written beside a failed file. */
#include "adapters/spool/transport.h"
#include "base/time.h"
#include "wire/reason.h"
#include <stdlib.h>

void rejection_clear(struct rejection *rejection) {
    json_decref(rejection->more);
    *rejection = (struct rejection){0};
}

static json_t *text(const char *from) {
    json_t *value = json_string(from);
    return value ? value : json_string("?"); /* a code or field that is not UTF-8 */
}

static json_t *fault_json(const struct fault *fault) {
    const struct reason *reason = reason_find(fault->code);
    json_t *root = json_object();
    json_object_set_new(root, "code", text(fault->code));
    json_object_set_new(root, "field", text(fault->field));
    json_object_set_new(root, "line", fault->line ? json_integer(fault->line) : json_null());
    json_object_set_new(root, "column", fault->column ? json_integer(fault->column) : json_null());
    json_object_set_new(root, "zh", text(reason->zh));
    json_object_set_new(root, "en", text(reason->en));
    json_object_set_new(root, "detail", text(fault->text));
    return root;
}

void rejection_faults(struct rejection *rejection, const struct fault *all, size_t count) {
    if (count < 2) return;
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) json_array_append_new(list, fault_json(&all[i]));
    if (!rejection->more) rejection->more = json_object();
    json_object_set_new(rejection->more, "faults", list);
}

json_t *rejection_json(const struct rejection *rejection) {
    char at[32], id[UUID_TEXT + 1];
    instant_format(instant_now(), at);
    uuid_format(&rejection->message_id, id);
    json_t *root = fault_json(&rejection->fault);
    json_object_set_new(root, "at", json_string(at));
    json_object_set_new(root, "messageId", uuid_is_nil(&rejection->message_id) ? json_null() : json_string(id));
    if (rejection->more) json_object_update(root, rejection->more);
    return root;
}

struct bytes rejection_write(const struct rejection *rejection, struct arena *arena) {
    json_t *root = rejection_json(rejection);
    char *dumped = json_dumps(root, JSON_INDENT(2));
    INVARIANT(dumped);
    struct bytes copy = bytes_of_cstr(arena_printf(arena, "%s\n", dumped));
    free(dumped);
    json_decref(root);
    return copy;
}
