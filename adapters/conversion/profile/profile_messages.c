/* The messages of a profile with their blocks, and whether each can ever be reached. */
#include "adapters/conversion/profile/profile_inside.h"

static enum outcome read_direction(struct profile_reading *r, struct setting *from, struct mapped_message *message) {
    const char *direction = NULL;
    TRY(setting_text_or(from, "direction", "both", &direction, r->fault));
    bool both = strcmp(direction, "both") == 0;
    message->sends = both || strcmp(direction, "send") == 0;
    message->receives = both || strcmp(direction, "receive") == 0;
    if (message->sends || message->receives) return OK;
    return setting_fault(setting_get(from, "direction"), r->fault, "SETTINGS_TYPE",
                         "direction is send, receive or both, not \"%s\"", direction);
}

static enum outcome read_event(struct profile_reading *r, const struct setting *at, const char *code,
                               struct mapped_message *message) {
    const struct event_entry *event = catalogue_event(r->profile->catalogue, bytes_of_cstr(code));
    if (!event)
        return setting_fault(at, r->fault, "SETTINGS_UNKNOWN", "\"%s\" is no event of schemas/rules/rules.yaml", code);
    message->event = code;
    message->record = canonical_record(event->kind);
    message->opens = event->opens;
    if (message->record == IN_NOTICE && message->sends) {
        return setting_fault(at, r->fault, "SETTINGS_TYPE", "%s is said by the broker only: direction: receive", code);
    }
    return OK;
}

static enum outcome read_block(struct profile_reading *r, const struct setting *use, const struct setting *name,
                               struct parts *parts) {
    struct setting *block = name->text && r->blocks ? setting_get(r->blocks, name->text) : NULL;
    if (!block)
        return setting_fault(name, r->fault, "SETTINGS_MISSING", "there is no block \"%s\" under blocks",
                             name->text ? name->text : "?");
    if (block->kind != SETTING_MAP)
        return setting_fault(block, r->fault, "SETTINGS_TYPE", "a block has fields, facts and groups");
    for (const struct setting *earlier = use->first; earlier != name; earlier = earlier->next) {
        if (earlier->text && strcmp(earlier->text, name->text) == 0)
            return setting_fault(name, r->fault, "SETTINGS_DUPLICATE", "\"%s\" stands twice", name->text);
    }
    return profile_read_parts(r, block, parts);
}

static enum outcome read_blocks(struct profile_reading *r, struct setting *from, struct parts *parts) {
    struct setting *use = setting_get(from, "use");
    if (!use) return OK;
    if (use->kind != SETTING_LIST) return setting_fault(use, r->fault, "SETTINGS_TYPE", "use: a list of blocks");
    if (use->count > MAX_BLOCKS) return setting_fault(use, r->fault, "TOO_MANY", "more than %u blocks", MAX_BLOCKS);
    for (struct setting *name = use->first; name; name = name->next) NOTE(r, name, read_block(r, use, name, parts));
    return OK;
}

static bool maps(const struct mapped_message *message, const char *path) {
    for (size_t i = 0; i < message->field_count; i++) {
        if (strcmp(message->fields[i].canonical->path, path) == 0) return true;
    }
    return false;
}

static enum outcome read_rest(struct profile_reading *r, struct setting *from, struct mapped_message *message) {
    const char *rest = NULL;
    TRY(setting_text_or(from, "rest", NULL, &rest, r->fault));
    if (!rest) {
        message->rest = message->receives ? r->profile->rest : NULL;
        message->rest_shared = message->rest != NULL;
        return OK;
    }
    struct native_path *path = arena_alloc(r->profile->arena, sizeof *path);
    message->rest = path;
    return profile_read_path(r, setting_get(from, "rest"), rest, path);
}

/* Everything but which paper it is. */
static enum outcome read_shared(struct profile_reading *r, struct setting *from, struct mapped_message *message) {
    struct arena *arena = r->profile->arena;
    NOTE(r, setting_get(from, "when"), profile_read_fixed(r, from, "when", &message->when, &message->when_count));
    NOTE(r, setting_get(from, "constants"),
         profile_read_fixed(r, from, "constants", &message->constants, &message->constant_count));
    NOTE(r, NULL, profile_read_texts(r, from, "files", (struct texts){NULL, 0}, &message->files));
    struct parts parts = {message->record,
                          arena_array(arena, MAX_FIELDS, sizeof(struct mapped_field)),
                          0,
                          arena_array(arena, MAX_FACTS, sizeof(struct mapped_fact)),
                          0,
                          arena_array(arena, GROUP_COUNT, sizeof(struct mapped_group)),
                          0};
    NOTE(r, NULL, profile_read_parts(r, from, &parts));
    NOTE(r, NULL, read_blocks(r, from, &parts));
    message->fields = parts.fields, message->field_count = parts.field_count;
    message->facts = parts.facts, message->fact_count = parts.fact_count;
    message->groups = parts.groups, message->group_count = parts.group_count;
    NOTE(r, NULL, read_rest(r, from, message));
    if (message->sends && !maps(message, "envelope.business_time")) {
        NOTE(r, NULL,
             setting_fault(from, r->fault, "SETTINGS_MISSING", "%s is sent, so envelope.business_time must be mapped",
                           message->event));
    }
    return OK;
}

static enum outcome check_cites(struct profile_reading *r, const struct setting *at,
                                const struct mapped_message *message) {
    if (!message->sends || message->opens || maps(message, "envelope.cites")) return OK;
    return setting_fault(at, r->fault, "SETTINGS_MISSING", "%s answers, so envelope.cites must be mapped",
                         message->event);
}

static enum outcome read_message(struct profile_reading *r, struct setting *from, struct mapped_message *message) {
    const char *code = NULL;
    TRY(read_direction(r, from, message));
    TRY(setting_text(from, "event", &code, r->fault));
    TRY(read_event(r, setting_get(from, "event"), code, message));
    TRY(read_shared(r, from, message));
    return check_cites(r, from, message);
}

/* 同式文书: papers that differ only in what stands at `kind`; each becomes a message. */
struct papers {
    struct setting *events;
    struct native_path kind;
    struct mapped_message shared;
};

static enum outcome read_papers(struct profile_reading *r, struct setting *from, struct papers *papers) {
    const char *kind = NULL;
    const struct setting *first = papers->events->first;
    TRY(read_direction(r, from, &papers->shared));
    if (papers->events->kind != SETTING_MAP || !first) {
        return setting_fault(papers->events, r->fault, "SETTINGS_TYPE", "events: {EVENT: what stands at kind, …}");
    }
    TRY(setting_text(from, "kind", &kind, r->fault));
    TRY(profile_read_path(r, setting_get(from, "kind"), kind, &papers->kind));
    TRY(read_event(r, first, first->key, &papers->shared));
    return read_shared(r, from, &papers->shared);
}

static enum outcome read_paper(struct profile_reading *r, const struct papers *papers, const struct setting *at,
                               struct mapped_message *message) {
    struct texts said = {NULL, 0};
    *message = papers->shared;
    TRY(profile_read_texts(r, papers->events, at->key, said, &said));
    TRY(read_event(r, at, at->key, message));
    if (message->record != papers->shared.record) {
        return setting_fault(at, r->fault, "SETTINGS_TYPE",
                             "%s travels in another record than %s: put it into a message of its own", at->key,
                             papers->shared.event);
    }
    if (!said.count)
        return setting_fault(at, r->fault, "SETTINGS_TYPE", "say what stands at kind in a file of %s", at->key);
    struct fixed_text *when = arena_array(r->profile->arena, message->when_count + 1, sizeof *when);
    when[0] = (struct fixed_text){papers->kind, said};
    for (size_t i = 0; i < message->when_count; i++) when[i + 1] = message->when[i];
    message->when = when;
    message->when_count++;
    return check_cites(r, at, message);
}

static bool holds(const struct texts *texts, const char *text) {
    for (size_t i = 0; i < texts->count; i++) {
        if (strcmp(texts->at[i], text) == 0) return true;
    }
    return false;
}

/* Whatever fulfils `later` fulfils `earlier` too. */
static bool hides(const struct mapped_message *earlier, const struct mapped_message *later) {
    if (earlier->files.count) return false;
    for (size_t i = 0; i < earlier->when_count; i++) {
        bool implied = false;
        for (size_t j = 0; j < later->when_count && !implied; j++) {
            implied = profile_path_equal(&earlier->when[i].at, &later->when[j].at);
            for (size_t k = 0; implied && k < later->when[j].texts.count; k++)
                implied = holds(&earlier->when[i].texts, later->when[j].texts.at[k]);
        }
        if (!implied) return false;
    }
    return true;
}

static enum outcome check_reach(struct profile_reading *r, const struct setting *at, size_t index) {
    const struct mapped_message *later = &r->profile->messages[index];
    for (size_t i = 0; i < index; i++) {
        const struct mapped_message *earlier = &r->profile->messages[i];
        if (earlier->sends && later->sends && hides(earlier, later)) {
            return setting_fault(
                at, r->fault, "SETTINGS_UNREACHABLE",
                "message %zu (%s) takes every file that this one (%s) would: tell them apart by when or files", i + 1,
                earlier->event, later->event);
        }
        if (earlier->receives && later->receives && strcmp(earlier->event, later->event) == 0) {
            return setting_fault(at, r->fault, "SETTINGS_UNREACHABLE", "%s is received by message %zu already",
                                 later->event, i + 1);
        }
    }
    return OK;
}

static size_t mistakes(const struct profile_reading *r) { return r->mistakes ? r->mistakes->count : 0; }

/* What is wrong already hides nobody. */
static enum outcome take(struct profile_reading *r, const struct setting *at, struct mapped_message *message,
                         size_t mistakes_before) {
    if (mistakes(r) == mistakes_before) {
        if (message->sends) message->places = mapped_places_of(r->profile, message, r->profile->arena);
        return check_reach(r, at, r->profile->message_count++);
    }
    *message = (struct mapped_message){0};
    return OK;
}

static enum outcome read_one(struct profile_reading *r, struct setting *one, struct mapped_message *messages) {
    if (one->kind != SETTING_MAP)
        return setting_fault(one, r->fault, "SETTINGS_TYPE", "a message is {event, direction, when, fields, …}");
    struct papers papers = {.events = setting_get(one, "events")};
    const size_t before = mistakes(r);
    struct mapped_message *next = &messages[r->profile->message_count];
    if (!papers.events) {
        NOTE(r, one, read_message(r, one, next));
        return take(r, one, next, before);
    }
    NOTE(r, one, read_papers(r, one, &papers));
    if (mistakes(r) != before) return OK;
    for (const struct setting *paper = papers.events->first; paper; paper = paper->next) {
        const size_t so_far = mistakes(r);
        next = &messages[r->profile->message_count];
        NOTE(r, NULL, read_paper(r, &papers, paper, next));
        NOTE(r, NULL, take(r, paper, next, so_far));
    }
    return OK;
}

static size_t papers_of(struct setting *one) {
    const struct setting *events = one->kind == SETTING_MAP ? setting_get(one, "events") : NULL;
    return events ? events->count : 1;
}

enum outcome profile_read_messages(struct profile_reading *r, struct setting *root) {
    struct setting *list = NULL;
    size_t count = 0;
    TRY(setting_need(root, "messages", SETTING_LIST, &list, r->fault));
    if (!list->count) return setting_fault(list, r->fault, "SETTINGS_MISSING", "a profile needs at least one message");
    for (struct setting *one = list->first; one; one = one->next) count += papers_of(one);
    if (count > MAX_MESSAGES) return setting_fault(list, r->fault, "TOO_MANY", "more than %u messages", MAX_MESSAGES);
    struct mapped_message *messages = arena_array(r->profile->arena, count + 1, sizeof *messages);
    r->profile->messages = messages;
    for (struct setting *one = list->first; one; one = one->next) NOTE(r, NULL, read_one(r, one, messages));
    for (struct setting *block = r->blocks ? r->blocks->first : NULL; block; block = block->next) {
        if (!block->seen)
            NOTE(r, block,
                 setting_fault(block, r->fault, "SETTINGS_UNKNOWN", "block \"%s\" is used by no message", block->key));
    }
    return OK;
}
