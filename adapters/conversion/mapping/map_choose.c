/* Which message a file is. */
#define _GNU_SOURCE /* FNM_CASEFOLD */
#include "adapters/conversion/mapping/map.h"
#include <fnmatch.h>

static bool named(const struct mapped_message *message, const char *file_name) {
    for (size_t i = 0; i < message->files.count; i++) {
        if (fnmatch(message->files.at[i], file_name, FNM_CASEFOLD | FNM_PERIOD) == 0) return true;
    }
    return !message->files.count;
}

static bool among(struct bytes text, const struct texts *texts) {
    for (size_t i = 0; i < texts->count; i++) {
        if (bytes_equal_cstr(text, texts->at[i])) return true;
    }
    return false;
}

/* Every row or element that says something there must say one of the texts, and one must. */
static bool holds(const struct map_reading *reading, const struct fixed_text *when) {
    struct map_walk walk = {&reading->record, &when->at, 0, 0, {NULL}};
    size_t said = 0;
    for (const struct node *node; (node = map_next(&walk)) != NULL;) {
        struct bytes text = scalar_trim(node->text);
        if (!text.count) continue;
        if (!among(text, &when->texts)) return false;
        said++;
    }
    return said > 0;
}

static bool fits(const struct map_reading *reading, const struct mapped_message *message) {
    for (size_t i = 0; i < message->when_count; i++) {
        if (!holds(reading, &message->when[i])) return false;
    }
    return true;
}

static const char * and (struct arena * arena, const char *list, const char *more) {
    return *list ? arena_printf(arena, "%s, %s", list, more) : more;
}

/* What stands where the messages look, and which texts they would take. */
static enum outcome unknown(const struct map_reading *reading, const struct mapped_message *unsent) {
    const struct profile *profile = reading->profile;
    const struct native_path *at = NULL;
    const char *known = "", *found = "nothing";
    const struct node *node = NULL;
    for (size_t i = 0; i < profile->message_count; i++) {
        const struct mapped_message *message = &profile->messages[i];
        if (!message->sends || !message->when_count) continue;
        if (!at) at = &message->when[0].at;
        for (size_t k = 0; k < message->when[0].texts.count; k++)
            known = and(reading->arena, known, message->when[0].texts.at[k]);
    }
    if (at) {
        struct map_nodes nodes = map_find(&reading->record, at, reading->arena);
        for (size_t i = 0; i < nodes.count && !node; i++) {
            struct bytes text = scalar_trim(nodes.at[i]->text);
            if (!text.count) continue;
            node = nodes.at[i];
            found = arena_cstr(reading->arena, bytes_of(text.at, text.count < 60 ? text.count : 60));
        }
    }
    if (unsent) {
        fault_set(reading->fault, REFUSE, "UNKNOWN_MESSAGE", "\"%s\" is only received (%s); sent are: %s", found,
                  unsent->event, known);
    } else fault_set(reading->fault, REFUSE, "UNKNOWN_MESSAGE", "found: %s; known: %s", found, known);
    return at ? map_fault(reading, &reading->record, at, node) : REFUSE;
}

enum outcome map_choose(struct map_reading *reading, const char *file_name) {
    const struct mapped_message *unsent = NULL;
    for (size_t i = 0; i < reading->profile->message_count; i++) {
        const struct mapped_message *message = &reading->profile->messages[i];
        if (message->sends ? !named(message, file_name) : unsent != NULL) continue;
        if (!fits(reading, message)) continue;
        if (message->sends) {
            reading->message = message;
            return OK;
        }
        unsent = message;
    }
    return unknown(reading, unsent);
}
