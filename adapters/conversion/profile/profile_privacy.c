/* `privacy`, the mask under which this agency's own files are written, and `withhold`, what never
 * leaves it. */
#include "adapters/conversion/canonical/privacy.h"
#include "adapters/conversion/profile/profile_inside.h"

_Static_assert(sizeof((struct profile *)0)->masks / sizeof(struct mask *) == PRIVACY_ARRIVALS,
               "a mask for each way to arrive");
#define AS_COPY 1u /* of privacy_arrivals */

static enum outcome read_mask(struct profile_reading *r, const struct setting *at, const struct mask **ret) {
    const struct mask *mask = at->kind == SETTING_TEXT ? privacy_mask(r->profile->privacy, at->text) : NULL;
    if (!mask) {
        return setting_fault(at, r->fault, "SETTINGS_TYPE", "%s: one of the masks of schemas/privacy.yaml: %s", at->key,
                             privacy_names(r->profile->privacy));
    }
    *ret = mask;
    return OK;
}

static enum outcome read_event_masks(struct profile_reading *r, struct setting *from) {
    struct setting *map = setting_get(from, "events");
    if (!map) return OK;
    if (map->kind != SETTING_MAP || map->count > MAX_MESSAGES)
        return setting_fault(map, r->fault, "SETTINGS_TYPE", "events: {EVENT: MASK}, at most %u", MAX_MESSAGES);
    struct event_mask *all = arena_array(r->profile->arena, map->count + 1, sizeof *all);
    r->profile->event_masks = all;
    for (struct setting *one = map->first; one; one = one->next) {
        struct event_mask *made = &all[r->profile->event_mask_count];
        one->seen = true;
        *made = (struct event_mask){.event = one->key};
        if (!catalogue_event(r->profile->catalogue, bytes_of_cstr(one->key))) {
            NOTE(r, one,
                 setting_fault(one, r->fault, "SETTINGS_UNKNOWN", "\"%s\" is no event of schemas/rules/rules.yaml",
                               one->key));
            continue;
        }
        NOTE(r, one, read_mask(r, one, &made->mask));
        if (made->mask) r->profile->event_mask_count++;
    }
    return OK;
}

enum outcome profile_read_privacy(struct profile_reading *r, struct setting *root) {
    struct profile *p = r->profile;
    struct setting *from = setting_get(root, "privacy");
    enum role role = p->agency ? p->agency->role : ROLE_AE; /* an unknown agency was profile_noted */
    TRY(privacy_load(catalogue_folder(p->catalogue), catalogue_divisions(p->catalogue), &p->privacy, r->fault));
    for (size_t i = 0; i < PRIVACY_ARRIVALS; i++) p->masks[i] = privacy_usual(p->privacy, i, role);
    if (!from) return OK;
    if (from->kind != SETTING_MAP)
        return setting_fault(from, r->fault, "SETTINGS_TYPE",
                             "privacy: {to: MASK, copy: MASK, notice: MASK, alert: MASK, events: {EVENT: MASK}}");
    for (size_t i = 0; i < PRIVACY_ARRIVALS; i++) {
        const struct setting *one = setting_get(from, privacy_arrivals[i]);
        if (one) NOTE(r, NULL, read_mask(r, one, &p->masks[i]));
    }
    return read_event_masks(r, from);
}

const struct mask *profile_mask(const struct profile *profile, const char *role, struct bytes event) {
    for (size_t i = 0; i < profile->event_mask_count; i++) {
        if (bytes_equal_cstr(event, profile->event_masks[i].event)) return profile->event_masks[i].mask;
    }
    for (size_t i = 0; i < PRIVACY_ARRIVALS; i++) {
        if (strcmp(privacy_arrivals[i], role) == 0) return profile->masks[i];
    }
    return profile->masks[AS_COPY];
}

/* What the procedure cannot do without, and papers, whose files would be left lying, cannot be withheld. */
static const char *kept(const struct canonical_field *field, enum group_kind group) {
    if (group == GROUP_DOCUMENTS) return "the papers travel with their case: leave them out of `documents`";
    if (field && !field->sent) return "it is never sent";
    if (field && field->needed) return "an item cannot be without it";
    if (field && field->group == GROUP_NONE && strncmp(field->path, "envelope.", 9) == 0)
        return "the envelope is what a paper is addressed and found by";
    return NULL;
}

static enum outcome read_withheld_one(struct profile_reading *r, const struct setting *one, struct withheld *ret) {
    if (one->kind != SETTING_TEXT)
        return setting_fault(one, r->fault, "SETTINGS_TYPE", "withhold: [canonical path, …]");
    const char *dot = strchr(one->text, '.');
    *ret = (struct withheld){canonical_find(one->text, GROUP_NONE), GROUP_NONE};
    for (enum group_kind kind = 0; kind < GROUP_COUNT && !ret->field; kind++) {
        const char *name = canonical_group_name(kind);
        bool whole = strcmp(name, one->text) == 0,
             inside = dot && strncmp(name, one->text, (size_t)(dot - one->text)) == 0 && !name[dot - one->text];
        if (whole || inside) ret->group = kind;
        if (whole) break;
        if (inside) ret->field = canonical_find(dot + 1, kind);
    }
    if (!ret->field && (ret->group == GROUP_NONE || dot)) {
        return setting_fault(one, r->fault, "SETTINGS_UNKNOWN",
                             "\"%s\" is no canonical field and no group (docs/ADAPTERS.md)", one->text);
    }
    const char *why = kept(ret->field, ret->group);
    return why ? setting_fault(one, r->fault, "SETTINGS_TYPE", "%s cannot be withheld: %s", one->text, why) : OK;
}

enum outcome profile_read_withheld(struct profile_reading *r, struct setting *root) {
    struct setting *list = setting_get(root, "withhold");
    if (!list) return OK;
    if (list->kind != SETTING_LIST || list->count > MAX_TEXTS)
        return setting_fault(list, r->fault, "SETTINGS_TYPE", "withhold: [canonical path, …], at most %u", MAX_TEXTS);
    struct withheld *all = arena_array(r->profile->arena, list->count + 1, sizeof *all);
    r->profile->withheld = all;
    for (const struct setting *one = list->first; one; one = one->next) {
        NOTE(r, NULL, read_withheld_one(r, one, &all[r->profile->withheld_count]));
        r->profile->withheld_count++;
    }
    return OK;
}
