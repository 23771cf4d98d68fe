/* The pivot as rows: as many as the longest group, the record's fields in each, every column of the message,
 * in its order. A group with a sheet of its own (xlsx) has its rows there, with the case's key. */
#include "adapters/conversion/mapping/map.h"

struct table_of_rows {
    struct node **rows;
    size_t count;
};

/* Two canonical fields in one column: the first that is filled stays. */
static void put(const struct map_writing *w, struct node *row, const struct native_path *path, struct bytes text) {
    if (arena_check(w->arena, NULL) != OK) return;
    struct node *cell =
        map_put(row, row, &(struct native_path){path->names, 1, false, path->text, NULL}, false, w->arena);
    if (!cell->text.count) cell->text = text;
    cell->scalar = true;
}

/* A column that continues below says its text once. */
static void put_all(const struct map_writing *w, const struct table_of_rows *table, const struct native_path *path,
                    struct bytes text) {
    const struct format_column *column = format_column(&w->profile->format, bytes_of_cstr(path->names[0]));
    bool once = column && column->continues;
    for (size_t i = 0; i < table->count; i++) put(w, table->rows[i], path, once && i ? BYTES_NONE : text);
}

static struct bytes key_of(const struct map_writing *w, const struct table_of_rows *table) {
    const struct node *cell =
        w->profile->has_key ? node_child(table->rows[0], bytes_of_cstr(w->profile->key.names[0])) : NULL;
    return cell ? cell->text : BYTES_NONE;
}

static void put_sheet(const struct map_writing *w, const struct table_of_rows *table,
                      const struct mapped_group *group) {
    const struct map_group *from = map_write_group(w, group->kind);
    for (size_t i = 0; i < from->count && arena_check(w->arena, NULL) == OK; i++) {
        struct node *row = node_add(table->rows[0]->parent, bytes_of_cstr(group->at.names[0]), w->arena);
        if (w->profile->has_key) put(w, row, &w->profile->key, key_of(w, table));
        for (size_t k = 0; k < group->field_count; k++) {
            if (group->fields[k].placed)
                put(w, row, &group->fields[k].at, map_write_text(w, &group->fields[k], &from->items[i]));
        }
    }
}

static void put_group(const struct map_writing *w, const struct table_of_rows *table,
                      const struct mapped_group *group) {
    const struct map_group *from = map_write_group(w, group->kind);
    if (group->placed) {
        put_sheet(w, table, group);
        return;
    }
    for (size_t k = 0; k < group->field_count; k++) {
        const struct mapped_field *field = &group->fields[k];
        if (!field->placed) continue;
        if (group->split.count) {
            put_all(w, table, &field->at, map_write_split(w, group, field));
            continue;
        }
        for (size_t i = 0; i < table->count; i++)
            put(w, table->rows[i], &field->at,
                i < from->count ? map_write_text(w, field, &from->items[i]) : BYTES_NONE);
    }
}

struct node *map_write_rows(struct map_writing *w) {
    const struct mapped_message *message = w->message;
    struct node *root = arena_alloc(w->arena, sizeof *root);
    struct table_of_rows table = {.count = map_row_count(w)};
    table.rows = arena_array(w->arena, table.count, sizeof *table.rows);
    for (size_t i = 0; i < table.count; i++) {
        if (arena_check(w->arena, NULL) != OK) return root;
        table.rows[i] = node_add(root, NODE_ROW, w->arena);
    }
    for (size_t i = 0; i < message->when_count; i++)
        put_all(w, &table, &message->when[i].at, bytes_of_cstr(message->when[i].texts.at[0]));
    for (size_t i = 0; i < message->constant_count; i++)
        put_all(w, &table, &message->constants[i].at, bytes_of_cstr(message->constants[i].texts.at[0]));
    for (size_t i = 0; i < message->field_count; i++) {
        if (message->fields[i].placed)
            put_all(w, &table, &message->fields[i].at, map_write_text(w, &message->fields[i], &w->record->own));
    }
    for (size_t i = 0; i < message->fact_count; i++)
        put_all(w, &table, &message->facts[i].at, map_write_fact(w, &message->facts[i]));
    for (size_t i = 0; i < message->group_count; i++) put_group(w, &table, &message->groups[i]);
    struct bytes rest = message->rest ? map_rest(w) : BYTES_NONE;
    if (message->rest && (rest.count || !message->rest_shared)) put_all(w, &table, message->rest, rest);
    return root;
}
