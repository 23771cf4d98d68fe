/* Single facts of the list (profile_fact.c), both ways, and facts of a repeated part in their canonical
 * unit. A code is kept with value 1 and the code as its unit, a truth as 1 or 0, a day as yyyymmdd (wire/fact.h). */
#include "adapters/conversion/mapping/map.h"
#include "wire/fact.h"

struct kept {
    double value;
    struct bytes unit;
};

static enum outcome day_of_text(const struct map_reading *reading, struct bytes text, struct kept *ret) {
    instant at = 0;
    TRY(scalar_time(text, &reading->profile->dates, reading->arena, &at, reading->fault));
    struct civil day = civil_of(at);
    ret->value = day.year * 10000 + day.month * 100 + day.day;
    return OK;
}

static enum outcome read_value(const struct map_reading *reading, const struct mapped_fact *fact, struct bytes text,
                               struct kept *ret) {
    struct bytes code = BYTES_NONE;
    *ret = (struct kept){0, bytes_of_cstr(fact->unit_text)};
    if (!fact->rule || fact->rule->kind == FACT_NUMBER)
        return scalar_number(text, fact->unit, reading->arena, &ret->value, reading->fault);
    if (fact->rule->kind == FACT_DATE) return day_of_text(reading, text, ret);
    TRY(scalar_code(text, fact->table, reading->arena, &code, reading->fault));
    ret->value = fact->rule->kind == FACT_CODE || bytes_equal_cstr(code, "1");
    if (fact->rule->kind == FACT_CODE) ret->unit = code;
    return OK;
}

enum outcome map_read_fact(const struct map_reading *reading, const struct mapped_fact *fact, struct map_record *into) {
    struct bytes text = BYTES_NONE;
    const struct node *node = NULL;
    struct kept kept;
    TRY(map_read_text(reading, &reading->record, &fact->at, &text, &node));
    if (!text.count && !fact->required) return OK;
    if (!text.count) {
        fault_set(reading->fault, REFUSE, "FIELD_MISSING", "must not be empty (facts: %s)", fact->name);
        return map_fault(reading, &reading->record, &fact->at, NULL);
    }
    if (read_value(reading, fact, text, &kept) != OK) return map_fault(reading, &reading->record, &fact->at, node);
    /* a table may say that a text means nothing */
    if (fact->rule && fact->rule->kind == FACT_CODE && !kept.unit.count) return OK;
    struct map_item *item = map_append(&into->groups[GROUP_FACTS], reading->arena);
    const struct value name = {.field = canonical_find("name", GROUP_FACTS), .text = bytes_of_cstr(fact->name)};
    const struct value value = {.field = canonical_find("value", GROUP_FACTS), .real = kept.value};
    const struct value unit = {.field = canonical_find("unit", GROUP_FACTS), .text = kept.unit};
    map_add(item, &name, reading->arena);
    map_add(item, &value, reading->arena);
    if (unit.text.count) map_add(item, &unit, reading->arena);
    return OK;
}

/* Of a repeated part, each with a unit of its own: where it can be turned into the canonical one it is. */
void map_settle_facts(const struct profile *profile, struct map_group *facts) {
    const struct fact_list *list = catalogue_facts(profile->catalogue);
    for (size_t i = 0; i < facts->count; i++) {
        struct map_item *item = &facts->items[i];
        int found = fact_find(list, map_text(item, "name"));
        const struct fact_rule *rule = found < 0 ? NULL : fact_at(list, (size_t)found);
        struct value *value = NULL, *unit = NULL;
        for (size_t k = 0; k < item->count; k++) {
            if (strcmp(item->values[k].field->path, "value") == 0) value = &item->values[k];
            if (strcmp(item->values[k].field->path, "unit") == 0) unit = &item->values[k];
        }
        if (!rule || rule->kind != FACT_NUMBER || rule->of || !value || !unit ||
            bytes_equal_cstr(unit->text, rule->unit))
            continue;
        char native[32] = "";
        memcpy(native, unit->text.at, unit->text.count < sizeof native - 1 ? unit->text.count : sizeof native - 1);
        const struct unit_pair *pair = scalar_unit(native, rule->unit);
        if (!pair) continue; /* the broker will remark on it */
        value->real = (double)((long double)value->real * (long double)pair->multiply / (long double)pair->divide);
        unit->text = bytes_of_cstr(rule->unit);
    }
}

/* ---- writing
 * ----------------------------------------------------------------------------------------------------------------- */
bool map_fact_takes(const struct mapped_fact *fact, const struct map_item *item) {
    if (!bytes_equal_cstr(map_text(item, "name"), fact->name)) return false;
    if (fact->rule && fact->rule->kind == FACT_CODE) return true;
    return bytes_equal_cstr(map_text(item, "unit"), fact->unit_text ? fact->unit_text : "");
}

static struct bytes write_value(const struct map_writing *w, const struct mapped_fact *fact,
                                const struct map_item *item, const struct value *value) {
    if (!fact->rule || fact->rule->kind == FACT_NUMBER) return scalar_number_text(value->real, fact->unit, w->arena);
    if (fact->rule->kind == FACT_CODE) return scalar_code_text(map_text(item, "unit"), fact->table);
    if (fact->rule->kind == FACT_TRUTH)
        return scalar_code_text(value->real > 0 ? BYTES_LITERAL("1") : BYTES_LITERAL("0"), fact->table);
    int date = (int)value->real;
    const struct civil day = {.year = date / 10000, .month = date / 100 % 100, .day = date % 100};
    return civil_valid(&day) ? scalar_time_text(instant_of(&day), &w->profile->dates, w->arena)
                             : scalar_number_text(value->real, NULL, w->arena);
}

struct bytes map_write_fact(const struct map_writing *w, const struct mapped_fact *fact) {
    const struct map_group *facts = &w->record->groups[GROUP_FACTS];
    for (size_t i = 0; i < facts->count; i++) {
        const struct value *value = map_get(&facts->items[i], "value");
        if (value && map_fact_takes(fact, &facts->items[i])) return write_value(w, fact, &facts->items[i], value);
    }
    return BYTES_NONE;
}
