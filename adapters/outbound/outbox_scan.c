/* See look.h. */
#include "adapters/outbound/outbox_scan.h"
#include "base/limits.h"
#include "base/failpoint.h"

#define SIDECAR_MAX 1024u

static const struct paper *paper_named(const struct look *look, struct bytes name) {
    for (size_t i = 0; i < look->paper_count; i++) {
        if (bytes_equal(look->papers[i].name, name)) return &look->papers[i];
    }
    return NULL;
}

static bool utf8(struct bytes name) {
    json_t *text = json_stringn((const char *)name.at, name.count);
    json_decref(text);
    return text != NULL;
}

/* What says in which encoding the file is, must say what the profile says. */
static enum outcome read_sidecar(struct look *look, struct candidate *c) {
    struct engine *e = look->engine;
    AUTO(buffer_free) struct buffer content;
    buffer_init(&content, SIDECAR_MAX);
    if (!conversion_sidecar(e->profile, c->paper->name, c->native, look->arena, &c->sidecar)) return OK;
    c->beside = paper_named(look, c->sidecar.name);
    if (!c->beside) return OK;
    if (!c->beside->readable)
        return fault_set(&c->fault, REFUSE, "FILE_READ", "%.*s is not a regular file", BYTES_FMT(c->sidecar.name));
    TRY(e->transport->verbs->read(e->transport, c->beside, &content, &c->fault));
    return conversion_sidecar_check(e->profile, buffer_view(&content), &c->fault);
}

static enum outcome read_and_map(struct look *look, struct candidate *c) {
    struct engine *e = look->engine;
    AUTO(buffer_free) struct buffer native;
    buffer_init(&native, LIMIT_NATIVE_FILE);
    if (!c->paper->readable) {
        return fault_set(&c->fault, REFUSE, "FILE_READ", "%.*s is not a regular file", BYTES_FMT(c->paper->name));
    }
    if (!utf8(c->paper->name)) return fault_set(&c->fault, REFUSE, "ENCODING", "the file's name is not UTF-8");
    TRY(e->transport->verbs->read(e->transport, c->paper, &native, &c->fault));
    c->native = arena_copy(look->arena, buffer_view(&native));
    const char *name = arena_cstr(look->arena, c->paper->name);
    TRY(read_sidecar(look, c));
    TRY(conversion_read(e->profile, name, c->native, look->arena, &c->draft, &c->fault));
    conversion_view(c->draft, &c->view);
    if (c->view.need_count > LIMIT_ATTACHMENT_COUNT) {
        return fault_set(&c->fault, REFUSE, "TOO_MANY", "%zu attachments, at most %u", c->view.need_count,
                         LIMIT_ATTACHMENT_COUNT);
    }
    c->with = arena_array(look->arena, c->view.need_count + 1, sizeof *c->with);
    for (size_t i = 0; i < c->view.need_count; i++) c->with[i] = paper_named(look, c->view.needs[i].file_name);
    return OK;
}

void look_read(struct look *look) {
    struct engine *e = look->engine;
    size_t bytes = 0;
    for (size_t i = 0; i < look->paper_count; i++) {
        const struct paper *paper = &look->papers[i];
        if (paper->readable && !profile_takes(e->profile, arena_cstr(look->arena, paper->name))) continue;
        if (look->candidate_count == ENGINE_TAKE || bytes > ENGINE_BYTES || arena_used(look->arena) > ENGINE_READ) {
            look->more = true;
            return;
        }
        struct candidate *c = &look->candidates[look->candidate_count];
        *c = (struct candidate){.paper = paper};
        c->outcome = read_and_map(look, c);
        FAILPOINT("out.read");
        bytes += c->native.count;
        if (c->outcome != RETRY) look->candidate_count++;
        else look->more = true; /* it changed under our hands: complete again later */
    }
}

bool look_claimed(const struct look *look, struct bytes name) {
    size_t claims = look->engine->claimed_until_ms > look->now_ms ? ENGINE_CLAIMS : 0;
    for (size_t i = 0; i < claims; i++) {
        const struct claim *claim = &look->engine->claims[i];
        if (claim->until_ms > look->now_ms && bytes_equal_cstr(name, claim->name)) return true;
    }
    for (size_t i = 0; i < look->candidate_count; i++) {
        const struct candidate *c = &look->candidates[i];
        if (c->sidecar.name.count && bytes_equal(c->sidecar.name, name)) return true;
        if (c->outcome != OK || bytes_equal(c->paper->name, name)) continue;
        for (size_t n = 0; n < c->view.need_count; n++) {
            if (bytes_equal(c->view.needs[n].file_name, name)) return true;
        }
    }
    return false;
}
