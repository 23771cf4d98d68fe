/* What thresholds will not compare of a record's facts, for `ecocase-adapter try`: canonical ones that the broker will
 * remark on, and names that are not canonical, of which it says nothing. */
#ifndef ECOCASE_ADAPTERS_COMMANDS_FACT_NOTE_H
#define ECOCASE_ADAPTERS_COMMANDS_FACT_NOTE_H
#include <jansson.h>
#include "wire/record.h"
/* appends {code, field, zh, en} */
void fact_note(const struct catalogue *catalogue, const struct submission *said, json_t *into);
#endif
