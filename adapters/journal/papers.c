/* A submission's papers as JSON and back. */
#include "adapters/journal/journal.h"
#include <jansson.h>
#include <stdlib.h>

struct bytes papers_write(const struct outbox_file *papers, size_t count, struct arena *arena) {
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *name = json_stringn((const char *)papers[i].name.at, papers[i].name.count);
        if (!name) name = json_string(""); /* not UTF-8: such a file stays where it is */
        json_t *one = json_pack("{s:o, s:I, s:I, s:I}", "name", name, "size", (json_int_t)papers[i].size, "modified",
                                (json_int_t)papers[i].modified_ns, "inode", (json_int_t)papers[i].inode);
        INVARIANT(json_array_append_new(list, one) == 0);
    }
    char *text = json_dumps(list, JSON_COMPACT);
    INVARIANT(text);
    struct bytes copy = arena_copy(arena, bytes_of_cstr(text));
    free(text);
    json_decref(list);
    return copy;
}

const struct outbox_file *papers_read(struct bytes json, struct arena *arena, size_t *ret_count) {
    json_t *list = json_loadb((const char *)json.at, json.count, 0, NULL);
    size_t count = json_array_size(list);
    struct outbox_file *papers = arena_array(arena, count + 1, sizeof *papers);
    for (size_t i = 0; i < count; i++) {
        const json_t *one = json_array_get(list, i), *name = json_object_get(one, "name");
        papers[i].name = arena_copy(arena, bytes_of(json_string_value(name), json_string_length(name)));
        papers[i].size = json_integer_value(json_object_get(one, "size"));
        papers[i].modified_ns = json_integer_value(json_object_get(one, "modified"));
        papers[i].inode = (uint64_t)json_integer_value(json_object_get(one, "inode"));
        papers[i].readable = true;
    }
    json_decref(list);
    *ret_count = count;
    return papers;
}
