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

enum outcome map_read_record(const struct map_reading *reading, struct map_record *ret) {
    *ret = (struct map_record){.event = reading->message->event, .record = reading->message->record};
    for (size_t i = 0; i < reading->message->field_count; i++) {
        const struct mapped_field *field = &reading->message->fields[i];
        struct value value;
        if (!field->canonical->sent) continue;
        TRY(map_read_field(reading, &reading->record, field, &value));
        if (value.field) map_add(&ret->own, &value, reading->arena);
    }
    TRY(timed(reading, ret));
    for (size_t i = 0; i < reading->message->fact_count; i++)
        TRY(map_read_fact(reading, &reading->message->facts[i], ret));
    TRY(map_read_groups(reading, ret));
    map_settle_facts(reading->profile, &ret->groups[GROUP_FACTS]);
    TRY(map_check(reading, ret));
    return map_read_unmapped(reading, &ret->groups[GROUP_NATIVE]);
}
