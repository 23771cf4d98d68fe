/* A record out of the native tree: its own fields, then its facts and groups, checked. */
#include "adapters/conversion/mapping/map.h"

static enum outcome timed(const struct map_reading *reading, const struct map_record *record) {
    if (map_get(&record->own, "envelope.business_time")) return OK;
    fault_set(reading->fault, REFUSE, "FIELD_MISSING", "a paper needs its date (envelope.business_time)");
    for (size_t i = 0; i < reading->message->field_count; i++) {
        const struct mapped_field *field = &reading->message->fields[i];
        if (strcmp(field->canonical->path, "envelope.business_time") == 0)
            return map_fault(reading, &reading->record, &field->at, NULL);
    }
    return REFUSE;
}

static enum outcome read_own(const struct map_reading *reading, struct map_record *ret) {
    for (size_t i = 0; i < reading->message->field_count; i++) {
        const struct mapped_field *field = &reading->message->fields[i];
        struct value value = {0};
        if (!field->canonical->sent) continue;
        enum outcome outcome = map_read_field(reading, &reading->record, field, &value);
        TRY(map_noted(reading, outcome));
        if (outcome == OK && value.field) map_add(&ret->own, &value, reading->arena);
    }
    return OK;
}

/* A date that was wrong already is not missing besides. */
static bool dated_wrongly(const struct map_reading *reading) {
    for (size_t i = 0; i < reading->message->field_count && reading->all; i++) {
        const struct mapped_field *field = &reading->message->fields[i];
        for (size_t k = 0; k < reading->all->count; k++) {
            if (strcmp(field->canonical->path, "envelope.business_time") == 0 && field->placed &&
                strcmp(reading->all->at[k].field, field->at.text) == 0)
                return true;
        }
    }
    return false;
}

enum outcome map_read_record(const struct map_reading *reading, struct map_record *ret) {
    *ret = (struct map_record){.event = reading->message->event, .record = reading->message->record};
    TRY(read_own(reading, ret));
    if (!dated_wrongly(reading)) TRY(map_noted(reading, timed(reading, ret)));
    for (size_t i = 0; i < reading->message->fact_count; i++)
        TRY(map_noted(reading, map_read_fact(reading, &reading->message->facts[i], ret)));
    TRY(map_read_groups(reading, ret));
    map_settle_facts(reading->profile, &ret->groups[GROUP_FACTS]);
    if (map_get(&ret->own, "envelope.business_time")) TRY(map_check(reading, ret));
    return map_noted(reading, map_read_unmapped(reading, ret));
}
