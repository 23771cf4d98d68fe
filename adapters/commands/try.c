/* `ecocase-adapter try`: what a file would become. */
#include "adapters/conversion/canonical/canonical_json.h"
#include "adapters/commands/commands.h"
#include "adapters/commands/commands_inside.h"
#include "adapters/outbound/outbound.h"
#include "adapters/conversion/canonical/privacy.h"
#include "base/limits.h"
#include "wire/finding.h"
#include "wire/reason.h"
#include <stdio.h>

#define SIDECAR_MAX 1024u
#define TRY_MAX     (512u << 20) /* as the engine's batch: one file of LIMIT_NATIVE_FILE, parsed */

static json_t *text(struct bytes from) {
    json_t *value = json_stringn(from.count ? (const char *)from.at : "", from.count);
    return value ? value : json_string("?");
}

/* A paper that does not lie beside the file is tried as an empty one; the adapter would wait for it. */
static enum outcome read_papers(const struct loaded *loaded, const char *file, const struct draft_view *view,
                                struct attachment *papers, json_t *needs, bool *ret_all, struct fault *fault) {
    const char *slash = strrchr(file, '/');
    const char *folder = slash ? arena_cstr(loaded->arena, bytes_of(file, (size_t)(slash - file))) : ".";
    for (size_t i = 0; i < view->need_count; i++) {
        const struct attachment_need *need = &view->needs[i];
        struct fault unread;
        AUTO(buffer_free) struct buffer content;
        buffer_init(&content, LIMIT_ATTACHMENTS);
        papers[i].file_name = need->file_name;
        enum outcome outcome = buffer_read_file(
            &content, arena_printf(loaded->arena, "%s/%.*s", folder, BYTES_FMT(need->file_name)), &unread);
        if (outcome != OK && strcmp(unread.code, "TOO_LARGE") == 0) {
            fault_set(fault, REFUSE, "TOO_LARGE", "the attachments may be 1 MiB in all");
            return fault_place(fault, arena_cstr(loaded->arena, need->file_name), 0, 0);
        }
        if (outcome == OK) papers[i].content = arena_copy(loaded->arena, buffer_view(&content));
        *ret_all = *ret_all && outcome == OK;
        json_array_append_new(needs, json_pack("{s:o, s:o, s:o, s:b}", "file", text(need->file_name), "title",
                                               text(need->title), "code", text(need->code), "found", outcome == OK));
    }
    return OK;
}

static json_t *id_of(const struct uuid *id) {
    char id_text[UUID_TEXT + 1];
    uuid_format(id, id_text);
    return uuid_is_nil(id) ? json_null() : json_string(id_text);
}

/* The papers' bytes are not for a screen; size and sha256 stand beside. */
static json_t *readable(json_t *canonical) {
    size_t i;
    json_t *document;
    json_array_foreach(json_object_get(json_object_get(canonical, "value"), "documents"), i, document)
        json_object_del(document, "content");
    return canonical;
}

struct attempt {
    const char *as;
    const struct mask *mask;
    struct draft *draft;
    struct draft_view view;
    struct attachment *papers;
    struct address address;
    bool derived, all;
};

/* Ids that need no journal: an answer's come from the document it cites, found when the adapter sends it. */
static enum outcome derive(const struct loaded *loaded, struct bytes native, struct attempt *a, struct fault *fault) {
    struct rejection open = {0};
    struct digest digest =
        identity_digest(profile_agency(loaded->profile), native, a->papers, a->view.need_count, loaded->arena);
    enum outcome outcome = identity_address(NULL, loaded->directory, profile_agency(loaded->profile), &a->view, &digest,
                                            loaded->arena, &a->address, &open);
    const struct fault why = open.fault;
    rejection_clear(&open);
    a->derived = outcome == OK;
    if (!a->all) a->address.message_id = (struct uuid){0};
    if (outcome == OK || strcmp(why.code, "CITATION_UNKNOWN") == 0) return OK;
    *fault = why;
    return outcome;
}

/* What the broker will remark on in its receipt. */
static enum outcome remarks(const struct loaded *loaded, struct bytes value, json_t **ret, struct fault *fault) {
    struct submission said;
    TRY(record_read(loaded->catalogue, value, &said, fault));
    struct findings found;
    finding_note(catalogue_divisions(loaded->catalogue), &said, &found);
    *ret = json_array();
    for (size_t i = 0; i < found.count; i++) {
        const struct reason *reason = reason_find(found.one[i].code);
        json_array_append_new(*ret, json_pack("{s:s, s:s, s:s, s:s}", "code", reason->code, "field", found.one[i].field,
                                              "zh", reason->zh, "en", reason->en));
    }
    fact_note(loaded->catalogue, &said, *ret);
    return OK;
}

static json_t *report(const struct attempt *a, json_t *needs, json_t *noted, json_t *canonical) {
    json_t *cites = json_array();
    for (size_t i = 0; i < a->view.cite_count; i++) json_array_append_new(cites, text(a->view.cites[i]));
    json_t *ids = json_pack("{s:o, s:o, s:o}", "messageId", id_of(&a->address.message_id), "caseId",
                            id_of(&a->address.case_id), "referralId", id_of(&a->address.referral_id));
    if (!a->derived)
        json_object_set_new(ids, "note",
                            json_string("案件与移送由所引文号确定 · case and referral follow from the document cited"));
    return json_pack("{s:s, s:s*, s:o, s:o, s:o, s:o, s:o, s:o}", "event", a->view.event, "as",
                     a->mask ? a->mask->name : NULL, "documentNo", text(a->view.document_no), "cites", cites, "ids",
                     ids, "attachments", needs, "remarks", noted, "becomes", readable(canonical));
}

/* A mask of the table, or the one this profile has for a role. */
static enum outcome choose_mask(const struct loaded *loaded, struct attempt *a, struct fault *fault) {
    const struct privacy *privacy = profile_privacy(loaded->profile);
    if (!a->as) return OK;
    a->mask = privacy_mask(privacy, a->as);
    for (size_t i = 0; i < PRIVACY_ARRIVALS && !a->mask; i++) {
        if (strcmp(privacy_arrivals[i], a->as) == 0)
            a->mask = profile_mask(loaded->profile, a->as, bytes_of_cstr(a->view.event));
    }
    return a->mask
               ? OK
               : fault_set(fault, REFUSE, "SETTINGS_TYPE", "--as %s: a mask (%s) or a role (to, copy, notice, alert)",
                           a->as, privacy_names(privacy));
}

static enum outcome read_sidecar(const struct loaded *loaded, const char *file, struct bytes native,
                                 struct fault *fault) {
    const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
    struct conversion_sidecar beside = {0};
    struct fault unread;
    AUTO(buffer_free) struct buffer content;
    buffer_init(&content, SIDECAR_MAX);
    if (!conversion_sidecar(loaded->profile, bytes_of_cstr(name), native, loaded->arena, &beside)) return OK;
    const char *path = arena_printf(loaded->arena, "%.*s%.*s", (int)(name - file), file, BYTES_FMT(beside.name));
    if (buffer_read_file(&content, path, &unread) == OK)
        return conversion_sidecar_check(loaded->profile, buffer_view(&content), fault);
    return beside.needed
               ? fault_set(fault, REFUSE, "MISSING_ATTACHMENT", "%.*s does not lie beside it", BYTES_FMT(beside.name))
               : OK;
}

static enum outcome attempt(const struct loaded *loaded, const char *file, const char *as, json_t **ret,
                            struct file_faults *ret_faults, struct fault *fault) {
    const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
    AUTO(buffer_free) struct buffer native;
    AUTO(buffer_free) struct buffer value;
    struct attempt a = {.as = as, .all = true};
    json_t *canonical = NULL, *noted = NULL;
    buffer_init(&native, LIMIT_NATIVE_FILE);
    buffer_init(&value, LIMIT_VALUE);
    if (!profile_takes(loaded->profile, name)) return fault_set(fault, REFUSE, "UNKNOWN_FORMAT", "%s", name);
    TRY(buffer_read_file(&native, file, fault));
    TRY(read_sidecar(loaded, file, buffer_view(&native), fault));
    enum outcome read = conversion_read(loaded->profile, name, buffer_view(&native), loaded->arena, &a.draft, fault);
    if (read == REFUSE)
        *ret_faults = conversion_faults(loaded->profile, name, buffer_view(&native), fault, loaded->arena);
    TRY(read);
    conversion_view(a.draft, &a.view);
    TRY(choose_mask(loaded, &a, fault));
    if (a.view.need_count > LIMIT_ATTACHMENT_COUNT)
        return fault_set(fault, REFUSE, "TOO_MANY", "%zu attachments", a.view.need_count);
    a.papers = arena_array(loaded->arena, a.view.need_count + 1, sizeof *a.papers);
    json_t *needs = json_array();
    enum outcome outcome = read_papers(loaded, file, &a.view, a.papers, needs, &a.all, fault);
    if (outcome == OK) outcome = derive(loaded, buffer_view(&native), &a, fault);
    if (outcome == OK)
        outcome = conversion_write(loaded->profile, a.draft, &a.address, a.papers, a.view.need_count, &value, fault);
    if (outcome == OK) outcome = remarks(loaded, buffer_view(&value), &noted, fault);
    if (outcome == OK) outcome = canonical_json(loaded->catalogue, buffer_view(&value), a.mask, &canonical, fault);
    if (outcome == OK) {
        *ret = report(&a, needs, noted, canonical);
        return OK;
    }
    json_decref(needs);
    json_decref(noted);
    return outcome;
}

int try_run(const char *profile, const char *schemas, const char *file, const char *as) {
    AUTO(loaded_close) struct loaded loaded = {.arena = arena_new(1u << 20, TRY_MAX)};
    struct rejection rejection = {0};
    struct file_faults faults = {0};
    json_t *root = NULL;
    enum outcome outcome = loaded_schemas(&loaded, schemas, &rejection.fault);
    if (outcome == OK) outcome = loaded_profile(&loaded, profile, &rejection.fault);
    if (outcome == OK) outcome = attempt(&loaded, file, as, &root, &faults, &rejection.fault);
    rejection_faults(&rejection, faults.at, faults.count);
    if (outcome != OK) root = rejection_json(&rejection);
    bool written = root && json_dumpf(root, stdout, JSON_INDENT(2)) == 0 && putchar('\n') != EOF && fflush(stdout) == 0;
    json_decref(root);
    rejection_clear(&rejection);
    return outcome == OK && written ? 0 : 1;
}
