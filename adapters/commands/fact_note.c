/* Remarks on a record's facts, for `ecocase-adapter try`. */
#include "adapters/commands/commands_inside.h"
#include "wire/fact.h"
#include "wire/reason.h"
#include <stdio.h>

void fact_note(const struct catalogue *catalogue, const struct submission *said, json_t *into) {
    const struct fact_list *list = catalogue_facts(catalogue);
    struct fact fact;
    struct paper_cursor cursor = {0};
    for (int i = 1; fact_next(&said->facts, &cursor, &fact); i++) {
        const char *code = fact_find(list, fact.name) >= 0 ? fact_check(list, &fact) : "FACT_NAME";
        if (!code) continue;
        const struct reason *reason = reason_find(code);
        char field[200];
        snprintf(field, sizeof field, "facts[%d]", i);
        json_t *one = json_pack("{s:s, s:s, s:s%, s:s, s:s}", "code", reason->code, "field", field, "name",
                                (const char *)fact.name.at, fact.name.count, "zh", reason->zh, "en", reason->en);
        if (one) json_array_append_new(into, one);
    }
}
