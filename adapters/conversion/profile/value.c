/* Native text <-> canonical value, by the field's kind and options. */
#include "adapters/conversion/profile/value.h"
#include "base/limits.h"

static enum outcome symbol(const struct canonical_field *field, struct bytes text, struct fault *fault) {
    for (size_t i = 0; field->symbols && field->symbols[i]; i++) {
        if (bytes_equal_cstr(text, field->symbols[i])) return OK;
    }
    return fault_set(fault, REFUSE, "FIELD_CODE", "%s cannot be this code; a table of the profile must say which it is",
                     field->path);
}

/* A quantity kept as text (items.quantity) but counted in another unit. */
static enum outcome measured_text(const struct mapped_field *field, struct bytes text, struct arena *arena,
                                  struct bytes *ret, struct fault *fault) {
    double number = 0;
    TRY(scalar_number(text, field->unit, arena, &number, fault));
    *ret = scalar_number_text(number, NULL, arena);
    return OK;
}

static enum outcome count_of(struct bytes text, struct arena *arena, int64_t *ret, struct fault *fault) {
    double number = 0;
    TRY(scalar_number(text, NULL, arena, &number, fault));
    if (number < 0 || number > LIMIT_OPERATION_COUNT || number > (double)(int64_t)number)
        return fault_set(fault, REFUSE, "FIELD_NUMBER", "a whole number from 0 is expected");
    *ret = (int64_t)number;
    return OK;
}

static enum outcome one(const struct profile *profile, const struct mapped_field *field, struct bytes text,
                        struct arena *arena, struct value *ret, struct fault *fault) {
    const struct participant *who = NULL;
    switch (field->canonical->kind) {
    case VALUE_TIME: return scalar_time(text, &field->dates, arena, &ret->number, fault);
    case VALUE_AMOUNT: return scalar_amount(text, field->unit, arena, &ret->number, fault);
    case VALUE_NUMBER: return scalar_number(text, field->unit, arena, &ret->real, fault);
    case VALUE_COUNT: return count_of(text, arena, &ret->number, fault);
    case VALUE_AGENCY:
    case VALUE_AGENCIES:
        TRY(scalar_agency(text, field->table, profile->directory, arena, &who, fault));
        ret->text = bytes_of_cstr(who->slug);
        return OK;
    case VALUE_SYMBOL:
        TRY(scalar_code(text, field->table, arena, &ret->text, fault));
        return symbol(field->canonical, ret->text, fault);
    case VALUE_TEXT:
    case VALUE_LIST:
    default:
        if (field->unit) return measured_text(field, text, arena, &ret->text, fault);
        return scalar_code(text, field->table, arena, &ret->text, fault);
    }
}

static bool listed(const struct canonical_field *field) {
    return field->kind == VALUE_LIST || field->kind == VALUE_AGENCIES;
}

static struct value_texts parts_of(const struct mapped_field *field, struct value_texts texts, struct arena *arena) {
    if (!field->separators.count) return texts;
    size_t count = 0, capacity = 0;
    for (size_t i = 0; i < texts.count; i++) capacity += texts.at[i].count + 1; /* never more parts than bytes */
    if (arena_check(arena, NULL) != OK) return (struct value_texts){0};
    struct bytes *all = arena_array(arena, capacity < 4096 ? capacity + 1 : 4097, sizeof *all);
    for (size_t i = 0; i < texts.count; i++) {
        size_t parts = 0;
        const struct bytes *part = scalar_split(texts.at[i], &field->separators, false, arena, &parts);
        for (size_t k = 0; k < parts && count < 4096; k++) all[count++] = part[k];
    }
    return (struct value_texts){all, count};
}

enum outcome value_read(const struct profile *profile, const struct mapped_field *field, struct value_texts texts,
                        struct arena *arena, struct value *ret, struct fault *fault) {
    struct value value = {.field = field->canonical};
    if (!listed(field->canonical)) {
        if (!texts.count) return OK;
        TRY(one(profile, field, texts.at[0], arena, &value, fault));
        bool empty_text =
            !value.text.count && (field->canonical->kind == VALUE_TEXT || field->canonical->kind == VALUE_SYMBOL);
        if (!empty_text) *ret = value;
        return OK;
    }
    texts = parts_of(field, texts, arena);
    if (texts.count >= 4096) return fault_set(fault, REFUSE, "TOO_MANY", "a list of more than 4095 values");
    TRY(arena_ready(arena, (texts.count + 1) * sizeof(struct bytes), fault));
    struct bytes *list = arena_array(arena, texts.count + 1, sizeof *list);
    for (size_t i = 0; i < texts.count; i++) {
        struct value part = {0};
        TRY(one(profile, field, texts.at[i], arena, &part, fault));
        TRY(arena_check(arena, fault));
        if (part.text.count) list[value.count++] = part.text;
    }
    value.list = list;
    if (value.count) *ret = value;
    return OK;
}

/* What the profile says itself is canonical already: agencies by slug, amounts in 元, times in ISO form. */
enum outcome value_constant(const struct profile *profile, const struct canonical_field *field, const char *text,
                            struct arena *arena, struct value *ret, struct fault *fault) {
    struct bytes one_text = bytes_of_cstr(text);
    const struct mapped_field plain = {.canonical = field,
                                       .unit = field->kind == VALUE_AMOUNT ? scalar_unit("元", "fen") : NULL};
    return value_read(profile, &plain, (struct value_texts){&one_text, one_text.count ? 1 : 0}, arena, ret, fault);
}

static struct bytes written(const struct profile *profile, const struct mapped_field *field, const struct value *value,
                            struct bytes text, struct arena *arena) {
    double number = 0;
    struct fault ignored;
    switch (field->canonical->kind) {
    case VALUE_TIME: return scalar_time_text(value->number, &field->dates, arena);
    case VALUE_AMOUNT: return scalar_amount_text(value->number, field->unit, arena);
    case VALUE_NUMBER: return scalar_number_text(value->real, field->unit, arena);
    case VALUE_COUNT: return scalar_number_text((double)value->number, NULL, arena);
    case VALUE_AGENCY:
    case VALUE_AGENCIES: return scalar_agency_text(text, field->table, profile->directory);
    case VALUE_TEXT:
    case VALUE_LIST:
    case VALUE_SYMBOL:
    default:
        if (field->unit && scalar_number(text, NULL, arena, &number, &ignored) == OK)
            return scalar_number_text(number, field->unit, arena);
        return scalar_code_text(text, field->table);
    }
}

struct value_texts value_write(const struct profile *profile, const struct mapped_field *field,
                               const struct value *value, struct arena *arena) {
    bool list = listed(field->canonical);
    size_t count = list ? value->count : 1;
    if (arena_ready(arena, (count + 1) * sizeof(struct bytes), NULL) != OK) return (struct value_texts){0};
    struct bytes *texts = arena_array(arena, count + 1, sizeof *texts);
    for (size_t i = 0; i < count && arena_check(arena, NULL) == OK; i++)
        texts[i] = written(profile, field, value, list ? value->list[i] : value->text, arena);
    const char *separator = field->separators.count            ? field->separators.at[0]
                            : format_is_flat(&profile->format) ? "、"
                                                               : NULL;
    if (!list || !separator || count < 2) return (struct value_texts){texts, count};
    texts[0] = scalar_join(texts, count, separator, arena);
    return (struct value_texts){texts, 1};
}
