/* The identifiers of a file, asked with the broker's own questions (wire/finding.h) before anything leaves.
 * What the broker would only remark on does not stop a file. The fault's text masks identity numbers. */
#include "adapters/conversion/mapping/map.h"
#include "identifiers/identifiers.h"
#include "wire/finding.h"
#include "identifiers/identifiers.h"

/* `value` NULL or out of the profile: the fault names the canonical path only. */
static enum outcome wrong(const struct map_reading *reading, const struct value *value, const char *code,
                          const char *path, const char *said) {
    fault_set(reading->fault, REFUSE, code, "%s%s%s", path, *said ? ": " : "", said);
    if (!value || !value->at) return fault_place(reading->fault, path, 0, 0);
    const struct map_scope scope = {.root = reading->record.root, .name = value->scope};
    return map_fault(reading, &scope, value->at, value->node);
}

static enum outcome check_party(const struct map_reading *reading, const struct map_item *item, size_t index,
                                instant at) {
    char masked[ID_NUMBER_MASKED];
    const struct party_number party = {bytes_equal_cstr(map_text(item, "kind"), "ORGANISATION"),
                                       map_text(item, "id_type"), map_text(item, "id_no")};
    const char *code = finding_of_party(&party, at);
    if (!code) return OK;
    id_number_mask(party.number, masked);
    return wrong(reading, map_get(item, "id_no"), code, arena_printf(reading->arena, "parties[%zu].id_no", index + 1),
                 masked);
}

static enum outcome check_amount(const struct map_reading *reading, const struct value *value, const char *path) {
    const char *code = value ? amount_check(value->number) : NULL;
    return code ? wrong(reading, value, code, path, "") : OK;
}

static enum outcome check_place(const struct map_reading *reading, const struct map_item *own, instant at) {
    const struct value *longitude = map_get(own, "longitude"), *latitude = map_get(own, "latitude"),
                       *county = map_get(own, "county_code");
    const struct coordinate where = {longitude != NULL, latitude != NULL, longitude ? longitude->real : 0,
                                     latitude ? latitude->real : 0, map_text(own, "coordinates_system")};
    const char *code = coordinate_check(&where);
    if (code) {
        const char *path = finding_coordinate_field(code, &where);
        const struct value *value = map_get(own, path);
        /* of a pair: the one that stands there */
        return wrong(reading, value ? value : longitude ? longitude : latitude, code, path, "");
    }
    code = county ? division_check(catalogue_divisions(reading->profile->catalogue), county->text, at) : NULL;
    return code ? wrong(reading, county, code, "county_code", arena_cstr(reading->arena, county->text)) : OK;
}

/* Of a pivot year that went wrong, or of a field left at 9999-12-31: what was done lies no year behind its paper. */
static enum outcome check_times(const struct map_reading *reading, const struct map_item *own, instant at) {
    static const char *const done[] = {"found_time", "report_time", "approval_time", "decided_time"};
    for (size_t i = 0; i < sizeof done / sizeof *done; i++) {
        const struct value *value = map_get(own, done[i]);
        if (!value || value->number <= at + 366 * DAY_MS) continue;
        TRY(map_noted(reading, wrong(reading, value, "FIELD_DATE_LATER", done[i], "")));
    }
    return OK;
}

enum outcome map_check(const struct map_reading *reading, const struct map_record *record) {
    instant at = map_get(&record->own, "envelope.business_time")->number;
    const struct map_group *parties = &record->groups[GROUP_PARTIES], *penalties = &record->groups[GROUP_PENALTIES];
    if (!reading->profile->identifiers_stop) return OK;
    for (size_t i = 0; i < parties->count; i++)
        TRY(map_noted(reading, check_party(reading, &parties->items[i], i, at)));
    TRY(map_noted(reading, check_place(reading, &record->own, at)));
    TRY(check_times(reading, &record->own, at));
    TRY(map_noted(reading, check_amount(reading, map_get(&record->own, "fine_paid_fen"), "fine_paid_fen")));
    for (size_t i = 0; i < penalties->count; i++) {
        const char *path = arena_printf(reading->arena, "penalties[%zu].amount_fen", i + 1);
        TRY(map_noted(reading, check_amount(reading, map_get(&penalties->items[i], "amount_fen"), path)));
    }
    return OK;
}
