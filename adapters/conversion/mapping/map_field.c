/* One field or text out of the native tree, and what is wrong at its place. */
#include "adapters/conversion/mapping/map.h"
#include "base/blank.h"

enum outcome map_fault(const struct map_reading *reading, const struct map_scope *scope, const struct native_path *path,
                       const struct node *node) {
    const char *name =
        path->absolute || !*scope->name ? path->text : arena_printf(reading->arena, "%s/%s", scope->name, path->text);
    if (!node && scope->base_count) node = scope->bases[0];
    (void)fault_place(reading->fault, name, node ? node->line : 0, node ? node->column : 0);
    return REFUSE;
}

enum outcome map_noted(const struct map_reading *reading, enum outcome outcome) {
    struct map_faults *all = reading->all;
    if (outcome != REFUSE || !all || all->count == MAP_FAULTS_MAX) return outcome;
    if (arena_check(reading->arena, NULL) != OK) return outcome; /* none of the file's own */
    all->at[all->count++] = *reading->fault;
    return OK;
}

void map_placed(struct value *value, const struct map_scope *scope, const struct native_path *at,
                const struct node *node) {
    value->at = at;
    value->node = node;
    value->scope = scope->name;
}

/* An object, a list of lists or elements where a text is mapped: what lies below would vanish, or show what is to be
 * hidden; and text with elements in it would lose them, a negation among them. */
static enum outcome check_shape(const struct map_reading *reading, const struct map_scope *scope,
                                const struct native_path *path, const struct node *node) {
    if (reading->profile->format.kind == FORMAT_XML ? node_is_text(node) : !node->first) return OK;
    fault_set(reading->fault, REFUSE, "FIELD_SHAPE", "a text is expected here, not something with parts of its own");
    return map_fault(reading, scope, path, node);
}

static struct value_texts filled(const struct map_nodes *nodes, struct arena *arena, const struct node **ret_first) {
    if (arena_ready(arena, (nodes->count + 1) * sizeof(struct bytes), NULL) != OK) return (struct value_texts){0};
    struct bytes *texts = arena_array(arena, nodes->count + 1, sizeof *texts);
    size_t count = 0;
    for (size_t i = 0; i < nodes->count; i++) {
        struct bytes text = scalar_trim(nodes->at[i]->text);
        if (!text.count) continue;
        if (!count) *ret_first = nodes->at[i];
        texts[count++] = text;
    }
    return (struct value_texts){texts, count};
}

enum outcome map_read_text(const struct map_reading *reading, const struct map_scope *scope,
                           const struct native_path *path, struct bytes *ret, const struct node **ret_node) {
    struct map_walk walk = {scope, path, 0, 0, {NULL}};
    struct bytes first = BYTES_NONE;
    const struct node *from = NULL;
    for (const struct node *node; (node = map_next(&walk)) != NULL;) {
        if (node->first) TRY(check_shape(reading, scope, path, node));
        if (!node->text.count || (from && bytes_equal(node->text, from->text))) continue;
        struct bytes text = scalar_trim(node->text);
        if (!text.count) continue;
        if (from && !bytes_equal(text, first)) {
            fault_set(reading->fault, REFUSE, "FIELD_CONFLICT", "two different values where one case has one");
            return map_fault(reading, scope, path, node);
        }
        if (!from) first = text, from = node;
    }
    if (!from) return OK;
    *ret = first;
    *ret_node = from;
    return OK;
}

static enum outcome absent(const struct map_reading *reading, const struct map_scope *scope,
                           const struct mapped_field *field, struct value *ret) {
    if (field->otherwise)
        return value_constant(reading->profile, field->canonical, field->otherwise, reading->arena, ret,
                              reading->fault);
    if (!field->required) return OK;
    fault_set(reading->fault, REFUSE, "FIELD_MISSING", "must not be empty (%s)", field->canonical->path);
    return map_fault(reading, scope, &field->at, NULL);
}

/* A list that several rows repeat. */
static struct value_texts distinct(struct value_texts texts, struct arena *arena) {
    if (arena_ready(arena, (texts.count + 1) * sizeof(struct bytes), NULL) != OK) return texts;
    struct bytes *kept = arena_array(arena, texts.count + 1, sizeof *kept);
    size_t count = 0;
    for (size_t i = 0; i < texts.count; i++) {
        size_t k = 0;
        while (k < count && !bytes_equal(kept[k], texts.at[i])) k++;
        if (k == count) kept[count++] = texts.at[i];
    }
    return (struct value_texts){kept, count};
}

static bool of_a_person(const struct canonical_field *field) {
    return field->group == GROUP_PARTIES || strncmp(field->path, "reporter.", 9) == 0;
}

/* 吴某 with a soft hyphen in it is 吴某. What joins letters of Mongolian stays. */
static struct bytes seen(const struct map_reading *reading, struct bytes text) {
    size_t count = 0, at = 0;
    while (at < text.count && !invisible_at(text, at)) at++;
    if (at == text.count || arena_ready(reading->arena, text.count, NULL) != OK) return text;
    uint8_t *to = arena_alloc(reading->arena, text.count);
    for (at = 0; at < text.count;) {
        size_t unseen = invisible_at(text, at);
        bool joins =
            unseen == 3 &&
            ((text.at[at] == 0xe2 && text.at[at + 1] == 0x80 && (text.at[at + 2] == 0x8c || text.at[at + 2] == 0x8d)) ||
             text.at[at] == 0xe1 || text.at[at] == 0xef);
        for (size_t i = 0; i < (unseen ? unseen : 1); i++) {
            if (!unseen || joins) to[count++] = text.at[at + i];
        }
        at += unseen ? unseen : 1;
    }
    return bytes_of(to, count);
}

/* A placeholder is nothing, and would become somebody; what a spreadsheet could not compute is lost, and is told. */
static enum outcome check_placeholder(const struct map_reading *reading, const struct mapped_field *field,
                                      struct value_texts *texts) {
    const char *path = field->canonical->path;
    bool reporter = strncmp(path, "reporter.", 9) == 0, person = of_a_person(field->canonical);
    bool number = person && strcmp(reporter ? path + 9 : path, "id_no") == 0;
    if (texts->count != 1 || field->canonical->kind != VALUE_TEXT) return OK;
    switch (scalar_placeholder(texts->at[0], number   ? IN_NUMBER_OF_A_PERSON
                                             : person ? IN_TEXT_OF_A_PERSON
                                                      : IN_ANY_TEXT)) {
    case PLACEHOLDER_NONE: break;
    case PLACEHOLDER_NOTHING: texts->count = 0; break;
    case PLACEHOLDER_ERROR:
        return fault_set(reading->fault, REFUSE, "FIELD_ERROR_VALUE", "%.*s stands where a value was lost",
                         BYTES_FMT(texts->at[0]));
    }
    return OK;
}

enum outcome map_read_field(const struct map_reading *reading, const struct map_scope *scope,
                            const struct mapped_field *field, struct value *ret) {
    *ret = (struct value){0};
    TRY(arena_check(reading->arena, reading->fault));
    if (!field->placed)
        return value_constant(reading->profile, field->canonical, field->constant, reading->arena, ret, reading->fault);
    bool list = field->canonical->kind == VALUE_LIST || field->canonical->kind == VALUE_AGENCIES;
    const struct node *first = NULL;
    struct bytes only = BYTES_NONE;
    struct value_texts texts = {&only, 1};
    if (!list || (reading->rows && field->separators.count)) {
        TRY(map_read_text(reading, scope, &field->at, &only, &first));
        texts.count = first ? 1 : 0;
    } else {
        struct map_nodes nodes = map_find(scope, &field->at, reading->arena);
        for (size_t i = 0; i < nodes.count; i++) TRY(check_shape(reading, scope, &field->at, nodes.at[i]));
        texts = filled(&nodes, reading->arena, &first);
        if (reading->rows) texts = distinct(texts, reading->arena);
    }
    if (of_a_person(field->canonical)) only = seen(reading, only);
    if (check_placeholder(reading, field, &texts) != OK) return map_fault(reading, scope, &field->at, first);
    if (!texts.count) return absent(reading, scope, field, ret);
    if (value_read(reading->profile, field, texts, reading->arena, ret, reading->fault) != OK)
        return map_fault(reading, scope, &field->at, first);
    map_placed(ret, scope, &field->at, first);
    return ret->field ? OK : absent(reading, scope, field, ret);
}
