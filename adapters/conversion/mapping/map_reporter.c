/* See map.h: 举报人, the one part of a record that is sealed before it is encoded (seal.h). Without a key it is left
 * out: it never goes out open. */
#include "adapters/conversion/mapping/map_draft.h"
#include "adapters/chunks/seal.h"
#include <jansson.h>
#include <stdlib.h>

static json_t *said(const struct map_item *own) {
    json_t *all = json_object();
    for (size_t i = 0; i < own->count; i++) {
        const struct value *value = &own->values[i];
        if (strncmp(value->field->path, "reporter.", 9) != 0 || !value->text.count) continue;
        json_object_set_new(all, value->field->path + 9, json_stringn((const char *)value->text.at, value->text.count));
    }
    return all;
}

struct bytes map_reporter(const struct map_item *own, const struct address *address, const char *sender,
                          struct arena *arena) {
    json_t *all = said(own);
    struct bytes sealed = BYTES_NONE;
    if (address->seal && json_object_size(all)) {
        const struct seal_place place = {sender, address->message_id};
        char *text = json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS);
        INVARIANT(text);
        sealed = seal_close(address->seal, &place, bytes_of_cstr(text), arena);
        free(text);
    }
    json_decref(all);
    return sealed;
}
