/* 收文不丢: whether all that a record may say reaches the agency's files. Every canonical field of a message that is
 * received has a place of its own, or goes into `rest`, or is left out by every mask that the message may come under.
 * Asked by `check` only: an adapter that is in service is not stopped by it. One mistake for each kind of record, at
 * its first message, naming all fields (a second and third where one text cannot hold them). */
#include "adapters/conversion/canonical/privacy.h"
#include "adapters/conversion/profile/profile_inside.h"
#include <stdio.h>

/* Of fields in one fault's text, which has room for the profile's path and the remedy besides. */
#define NAMES_MAX 192u

struct vanishing {
    const struct profile *profile;
    const struct mapped_message *message;
};

/* mask_apply does so with the same row; a row with exceptions (companies) shows some. */
static bool dropped(const struct vanishing *v, const struct mask *mask, const char *path) {
    for (size_t i = 0; i < v->profile->privacy->row_count && !mask->whole; i++) {
        const struct privacy_row *row = &v->profile->privacy->rows[i];
        if (strcmp(row->path, path) == 0 && row->records & v->message->record)
            return !row->condition_count && row->treatments[mask->index].verb == TREATMENT_DROP;
    }
    return false;
}

/* Withheld by a rule of schemas/privacy.yaml, however the message comes. */
static bool by_rule(const struct vanishing *v, const char *path) {
    for (size_t i = 0; i < PRIVACY_ARRIVALS; i++) {
        const struct mask *mask = profile_mask(v->profile, privacy_arrivals[i], bytes_of_cstr(v->message->event));
        if (!dropped(v, mask, path)) return false;
    }
    return true;
}

static const struct mapped_field *field_named(const struct mapped_field *fields, size_t count, const char *path) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(fields[i].canonical->path, path) == 0) return &fields[i];
    }
    return NULL;
}

/* A place of its own: a constant shows nothing, and a place that another field, or `when`, may have filled already
 * shows that one. */
static bool shown(const struct vanishing *v, const struct mapped_field *fields, size_t count, const char *path) {
    const struct mapped_field *field = field_named(fields, count, path);
    if (!field || !field->placed) return false;
    if (fields == v->message->fields && mapped_always_written(v->profile, v->message, &field->at)) return false;
    for (const struct mapped_field *before = fields; before < field; before++) {
        if (before->placed && mapped_same_place(v->profile, &before->at, &field->at)) return false;
    }
    return true;
}

static const struct mapped_group *group_of(const struct mapped_message *message, enum group_kind kind) {
    for (size_t i = 0; i < message->group_count; i++) {
        if (message->groups[i].kind == kind) return &message->groups[i];
    }
    return NULL;
}

static bool own_vanishes(const struct vanishing *v, const struct canonical_field *field) {
    const struct mapped_message *m = v->message;
    if (!(field->records & m->record) || mapped_needs_no_place(field->path, GROUP_NONE)) return false;
    if (strncmp(field->path, "reporter.", 9) == 0) return false; /* sealed to everybody but its sender */
    if (strcmp(field->path, "reasons.text") == 0 && group_of(m, GROUP_REASONS)) return false; /* the group, joined */
    return !shown(v, m->fields, m->field_count, field->path) && !by_rule(v, field->path);
}

static bool part_vanishes(const struct vanishing *v, const struct canonical_field *field) {
    const struct mapped_message *m = v->message;
    const struct mapped_group *group = group_of(m, field->group);
    const char *whole = canonical_group_name(field->group);
    char path[96];
    snprintf(path, sizeof path, "%s.%s", whole, field->path);
    if (!(canonical_group_records(field->group) & m->record) || mapped_needs_no_place(field->path, field->group))
        return false;
    if (by_rule(v, whole) || by_rule(v, path)) return false;
    return !group || !mapped_shows_items(v->profile, group) ||
           !shown(v, group->fields, group->field_count, field->path);
}

/* What is left over is shown, unless `rest` stands where something else is written first. */
static bool rest_shown(const struct vanishing *v) {
    const struct mapped_message *m = v->message;
    if (!m->rest || mapped_always_written(v->profile, m, m->rest)) return false;
    for (size_t i = 0; i < m->field_count; i++) {
        if (m->fields[i].placed && mapped_same_place(v->profile, &m->fields[i].at, m->rest)) return false;
    }
    return true;
}

static bool vanishes(const struct vanishing *v, const struct canonical_field *field) {
    if (!v->message->receives || rest_shown(v)) return false;
    return field->group == GROUP_NONE ? own_vanishes(v, field) : part_vanishes(v, field);
}

struct telling {
    struct profile_reading *r;
    struct setting *at;
    unsigned record;
    const char *event; /* the first that drops something */
    size_t events;
    char names[NAMES_MAX];
};

/* All at one place, so that none is taken for a repetition (profile_mistake). */
static void tell(struct telling *t) {
    struct mistakes *all = t->r->mistakes;
    if (!t->names[0] || all->count == MAX_MISTAKES) return;
    struct fault *fault = &all->at[all->count++];
    char others[32] = "";
    if (t->events > 1) snprintf(others, sizeof others, " and %zu more", t->events - 1);
    (void)setting_fault(t->at, fault, "SETTINGS_MISSING",
                        "%s (%s%s): what a file has no place for would be lost: name one for all under rest, or map %s",
                        canonical_record_name(t->record), t->event, others, t->names);
    t->names[0] = '\0';
}

static void tell_field(struct telling *t, const struct canonical_field *field) {
    char name[96];
    bool own = field->group == GROUP_NONE;
    snprintf(name, sizeof name, "%s%s%s", own ? "" : canonical_group_name(field->group), own ? "" : ".", field->path);
    size_t used = strlen(t->names);
    if (used + strlen(name) + 3 > sizeof t->names) {
        tell(t);
        used = 0;
    }
    snprintf(t->names + used, sizeof t->names - used, "%s%s", used ? ", " : "", name);
}

/* Any message of that record that would lose the field. */
static bool lost_somewhere(const struct profile *profile, unsigned record, const struct canonical_field *field) {
    for (size_t i = 0; i < profile->message_count; i++) {
        const struct vanishing v = {profile, &profile->messages[i]};
        if (v.message->record == record && vanishes(&v, field)) return true;
    }
    return false;
}

static void find_events(struct telling *t) {
    const struct profile *profile = t->r->profile;
    for (size_t i = 0; i < profile->message_count; i++) {
        const struct vanishing v = {profile, &profile->messages[i]};
        bool any = false;
        const struct canonical_field *field;
        for (size_t k = 0; v.message->record == t->record && !any && (field = canonical_at(k)); k++)
            any = vanishes(&v, field);
        if (!any) continue;
        if (!t->events++) t->event = v.message->event;
    }
}

void profile_vanish(struct profile_reading *r, struct setting *root) {
    struct setting *messages = setting_get(root, "messages");
    for (unsigned record = IN_CASE; record <= IN_OPERATION_STEP; record <<= 1) {
        struct telling t = {.r = r, .at = messages, .record = record};
        const struct canonical_field *field;
        find_events(&t);
        for (size_t k = 0; t.events && (field = canonical_at(k)); k++) {
            if (lost_somewhere(r->profile, record, field)) tell_field(&t, field);
        }
        tell(&t);
    }
}
