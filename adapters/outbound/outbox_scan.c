/* One pass over the papers of the outbox: which are case files, and what stands in them. */
#include "adapters/outbound/outbound_inside.h"
#include "base/limits.h"
#include "base/failpoint.h"

#define SIDECAR_MAX 1024u

static const struct outbox_file *paper_named(const struct outbox_scan *scan, struct bytes name) {
    for (size_t i = 0; i < scan->paper_count; i++) {
        if (bytes_equal(scan->papers[i].name, name)) return &scan->papers[i];
    }
    return NULL;
}

static bool utf8(struct bytes name) {
    json_t *text = json_stringn((const char *)name.at, name.count);
    json_decref(text);
    return text != NULL;
}

/* What says in which encoding the file is, must say what the profile says. */
static enum outcome read_sidecar(struct outbox_scan *scan, struct candidate *c) {
    struct outbound *o = scan->outbound;
    AUTO(buffer_free) struct buffer content;
    buffer_init(&content, SIDECAR_MAX);
    if (!conversion_sidecar(o->profile, c->paper->name, c->native, scan->arena, &c->sidecar)) return OK;
    c->beside = paper_named(scan, c->sidecar.name);
    if (!c->beside) return OK;
    if (!c->beside->readable)
        return fault_set(&c->fault, REFUSE, "FILE_READ", "%.*s is not a regular file", BYTES_FMT(c->sidecar.name));
    TRY(o->transport->verbs->read(o->transport, c->beside, &content, &c->fault));
    return conversion_sidecar_check(o->profile, buffer_view(&content), &c->fault);
}

static enum outcome read_and_map(struct outbox_scan *scan, struct candidate *c) {
    struct outbound *o = scan->outbound;
    AUTO(buffer_free) struct buffer native;
    buffer_init(&native, LIMIT_NATIVE_FILE);
    if (!c->paper->readable) {
        return fault_set(&c->fault, REFUSE, "FILE_READ", "%.*s is not a regular file", BYTES_FMT(c->paper->name));
    }
    if (!utf8(c->paper->name)) return fault_set(&c->fault, REFUSE, "NAME_ENCODING", "the file's name is not UTF-8");
    TRY(o->transport->verbs->read(o->transport, c->paper, &native, &c->fault));
    c->native = arena_copy(scan->arena, buffer_view(&native));
    const char *name = arena_cstr(scan->arena, c->paper->name);
    TRY(read_sidecar(scan, c));
    enum outcome outcome = conversion_read(o->profile, name, c->native, scan->arena, &c->draft, &c->fault);
    if (outcome == REFUSE) c->faults = conversion_faults(o->profile, name, c->native, &c->fault, scan->arena);
    TRY(outcome);
    conversion_view(c->draft, &c->view);
    if (c->view.need_count > LIMIT_ATTACHMENT_COUNT) {
        return fault_set(&c->fault, REFUSE, "TOO_MANY", "%zu attachments, at most %u", c->view.need_count,
                         LIMIT_ATTACHMENT_COUNT);
    }
    c->with = arena_array(scan->arena, c->view.need_count + 1, sizeof *c->with);
    for (size_t i = 0; i < c->view.need_count; i++) c->with[i] = paper_named(scan, c->view.needs[i].file_name);
    return OK;
}

void outbox_scan_read(struct outbox_scan *scan) {
    struct outbound *o = scan->outbound;
    size_t bytes = 0;
    for (size_t i = 0; i < scan->paper_count; i++) {
        const struct outbox_file *paper = &scan->papers[i];
        if (paper->readable && !profile_takes(o->profile, arena_cstr(scan->arena, paper->name))) continue;
        if (scan->candidate_count == ENGINE_TAKE || bytes > ENGINE_BYTES || arena_used(scan->arena) > ENGINE_READ) {
            scan->more = true;
            return;
        }
        struct candidate *c = &scan->candidates[scan->candidate_count];
        *c = (struct candidate){.paper = paper};
        c->outcome = read_and_map(scan, c);
        FAILPOINT("out.read");
        bytes += c->native.count;
        if (c->outcome != RETRY) scan->candidate_count++;
        else scan->more = true; /* it changed under our hands: complete again later */
    }
}

bool outbox_scan_claims(const struct outbox_scan *scan, struct bytes name) {
    size_t claims = scan->outbound->claimed_until_ms > scan->now_ms ? OUTBOUND_CLAIMS : 0;
    for (size_t i = 0; i < claims; i++) {
        const struct claim *claim = &scan->outbound->claims[i];
        if (claim->until_ms > scan->now_ms && bytes_equal_cstr(name, claim->name)) return true;
    }
    for (size_t i = 0; i < scan->candidate_count; i++) {
        const struct candidate *c = &scan->candidates[i];
        if (c->sidecar.name.count && bytes_equal(c->sidecar.name, name)) return true;
        if (c->outcome != OK || bytes_equal(c->paper->name, name)) continue;
        for (size_t n = 0; n < c->view.need_count; n++) {
            if (bytes_equal(c->view.needs[n].file_name, name)) return true;
        }
    }
    return false;
}
