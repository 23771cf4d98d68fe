/* `ecocase-adapter new`: the starting profile's text. */
#define _GNU_SOURCE /* vasprintf */
#include "adapters/commands/commands.h"
#include "adapters/conversion/conversion.h"
#include "adapters/commands/commands_inside.h"
#include "adapters/commands/starter_inside.h"
#include "base/limits.h"
#include "wire/event.h"
#include "wire/reason.h"
#include <ctype.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct starter {
    struct loaded loaded;
    const struct participant *agency;
    const struct event_entry *event; /* the one the profile starts with */
    struct sample sample;
    struct buffer yaml;
    const char *extension;
};
static void starter_close(struct starter *s) {
    buffer_free(&s->yaml);
    loaded_close(&s->loaded);
}

__attribute__((format(printf, 2, 3))) static void say(struct starter *s, const char *format, ...) {
    struct fault fault;
    char *text = NULL;
    va_list args;
    va_start(args, format);
    INVARIANT(vasprintf(&text, format, args) >= 0);
    va_end(args);
    /* a few hundred lines of at most PATH_BYTES_MAX */
    INVARIANT(buffer_add(&s->yaml, bytes_of_cstr(text), &fault) == OK);
    free(text);
}

/* JSON's quoted form is YAML's as well. */
static const char *quoted(struct starter *s, const char *text) {
    json_t *value = json_string(text);
    char *dumped = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
    const char *copy = dumped ? arena_cstr(s->loaded.arena, bytes_of_cstr(dumped)) : "\"?\"";
    free(dumped);
    json_decref(value);
    return copy;
}

static const char *const kinds[] = {[FORMAT_CSV] = "csv",     [FORMAT_XML] = "xml", [FORMAT_JSON] = "json",
                                    [FORMAT_JSONL] = "jsonl", [FORMAT_DBF] = "dbf", [FORMAT_XLSX] = "xlsx"};

static void say_format(struct starter *s) {
    const struct format *f = &s->sample.format;
    say(s, "agency: %s                       # %s\nformat:\n  kind: %s\n  encoding: %s\n", s->agency->slug,
        s->agency->name, kinds[f->kind], f->encoding == ENCODING_UTF8 ? "UTF-8" : "GB18030");
    if (f->bom) say(s, "  bom: true\n");
    if (strcmp(s->extension, kinds[f->kind]) != 0) say(s, "  extension: %s\n", quoted(s, s->extension));
    if (f->kind == FORMAT_CSV && f->separator != ',')
        say(s, "  separator: %s\n", f->separator == '\t' ? "\"\\t\"" : quoted(s, (char[]){f->separator, 0}));
    if (f->kind == FORMAT_XML) say(s, "  root: %s\n", quoted(s, f->root));
    if (f->title) say(s, "  title: %s    # 表头上方的标题 · the row above the header\n", quoted(s, f->title));
    if (f->kind == FORMAT_XLSX && f->header_rows > 1) say(s, "  header: %u\n", f->header_rows);
    if (f->name_space) say(s, "  namespace: %s\n", quoted(s, f->name_space));
    const struct placed *key = sample_placed(&s->sample, "agency_case_no");
    if (!key) key = sample_placed(&s->sample, "envelope.document_no");
    if (format_has_rows(f) && key) say(s, "  key: %s\n", quoted(s, key->leaf->path));
    for (size_t i = 0; i < s->sample.date_count; i++)
        say(s, "%s%s", i ? ", " : "  date: [", quoted(s, s->sample.dates[i]));
    if (s->sample.date_count) say(s, "]\n");
    if (format_is_flat(f)) say(s, "  list: [\"、\", \"，\"]\n");
    say(s, "files: [%s]\nattachment_wait: 30\n\n", quoted(s, arena_printf(s->loaded.arena, "*.%s", s->extension)));
}

static const char *relative(const struct leaf *leaf, bool rows) { return rows ? leaf->path : leaf->name; }

static void say_groups(struct starter *s) {
    bool rows = format_is_flat(&s->sample.format), any = false;
    for (enum group_kind group = 0; group < GROUP_COUNT; group++) {
        bool begun = false;
        for (size_t i = 0; i < s->sample.placed_count; i++) {
            const struct placed *p = &s->sample.placed[i];
            if (p->group != group) continue;
            if (!any) say(s, "    groups:\n");
            if (!begun) say(s, "      %s:\n", canonical_group_name(group));
            if (!begun && rows) say(s, "        distinct: true\n");
            if (!begun && !rows && p->leaf->parent[0]) say(s, "        at: %s\n", quoted(s, p->leaf->parent));
            if (!begun) say(s, "        fields:\n");
            say(s, "          %s: %s\n", p->canonical, quoted(s, relative(p->leaf, rows)));
            any = begun = true;
        }
    }
}

/* What a body of this role may open by itself: an agency refers a case, police, procuratorate and court hand one back,
 * the others send clues only. */
static const char *opening_event(enum role role) {
    switch (role) {
    case ROLE_AE: return "REF.SEND";
    case ROLE_PSB:
    case ROLE_PRO:
    case ROLE_CRT: return "REV.SEND";
    case ROLE_JUS:
    case ROLE_PI:
    case ROLE_COO: break;
    }
    return "CLU.CREATE";
}

static const struct participant *some_recipient(const struct starter *s) {
    enum role wanted = strcmp(s->event->code, "REV.SEND") == 0 ? ROLE_AE : ROLE_PSB;
    for (size_t i = 0; i < directory_count(s->loaded.directory); i++) {
        if (directory_at(s->loaded.directory, i)->role == wanted) return directory_at(s->loaded.directory, i);
    }
    return s->agency;
}

/* What the rules ask of a paper besides, where no sample of it need have it. */
static const struct {
    const char *event, *canonical, *remark;
} asked[] = {{"REV.SEND", "reason_code", "请填移送缘由 · say why it is handed over"},
             {"CLU.CREATE", "source", "请填线索来源 · say where the clue comes from"},
             {"CLU.CREATE", "purpose", "请填线索用途 · say what it is sent for"}};

static void say_fields(struct starter *s) {
    say(s, "    fields:\n");
    for (size_t i = 0; i < s->sample.placed_count; i++) {
        const struct placed *p = &s->sample.placed[i];
        if (p->group != GROUP_NONE) continue;
        bool table = strcmp(p->canonical, "category") == 0 || strcmp(p->canonical, "source") == 0;
        say(s, "      %s: %s%s\n", p->canonical, quoted(s, p->leaf->path),
            table ? "    # 请用 tables 对照代码 · give it a code table" : "");
    }
    if (!sample_placed(&s->sample, "envelope.recipients")) {
        say(s,
            "      envelope.recipients: {value: %s}    # 样例中没有主送单位，请核对 · the sample names no recipient: "
            "check\n",
            some_recipient(s)->slug);
    }
    if (!sample_placed(&s->sample, "envelope.business_time"))
        say(s, "      # envelope.business_time: …    # 请填文书时间所在 · say where the paper's date stands\n");
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        if (strcmp(s->event->code, asked[i].event) == 0 && !sample_placed(&s->sample, asked[i].canonical)) {
            say(s, "      # %s: …    # %s\n", asked[i].canonical, asked[i].remark);
        }
    }
    if (!sample_placed(&s->sample, "envelope.document_no") && !sample_placed(&s->sample, "agency_case_no")) {
        say(s, "      # envelope.document_no: …    # 请填文号所在 · say where the paper's number stands\n");
    }
}

static void say_unmapped(struct starter *s) {
    bool any = false;
    if (s->sample.record == IN_CLUE) {
        say(s, "    # 举报人各栏须对应 reporter.*，未对应的公开传送 · map all that tells of the reporter to "
               "reporter.*: what is not mapped travels in the open\n");
    }
    for (size_t i = 0; i < s->sample.leaf_count; i++) {
        const struct leaf *leaf = &s->sample.leaves[i];
        if (leaf->used) continue;
        if (!any) say(s, "    # 尚未对应，原样随案卷传送 · not mapped yet, travels along as it is:\n");
        say(s, "    #   %s\n", quoted(s, leaf->path));
        any = true;
    }
}

static void say_all(struct starter *s) {
    say(s,
        "# %s: 由 ecocase-adapter new 生成，请核对 · made by ecocase-adapter new, look it through (docs/ADAPTERS.md)\n",
        s->agency->name);
    say_format(s);
    say(s,
        "rest: 其他信息    # 收文中没有位置的内容 · whatever a received file has no place of its own for\n"
        "messages:\n  - event: %s    # %s；其他文书请照此添加 · %s; add the other papers likewise\n    direction: "
        "send\n",
        s->event->code, s->event->zh, s->event->en);
    if (s->sample.kind)
        say(s, "    when: {%s: %s}\n", quoted(s, s->sample.kind->path),
            quoted(s, arena_cstr(s->loaded.arena, s->sample.kind->text)));
    say_fields(s);
    say_groups(s);
    say_unmapped(s);
}

/* As an agency without a sample may begin: its columns called as the built-in mapping calls them. */
static const char plain_sample[] =
    "文书类型,文号,文书时间,主送单位,案件编号,案件名称,案由,案情摘要,案发地点,发现时间,承办人,当事人姓名,证件号码,"
    "物品名称,物品数量,附件\n"
    "移送书,某移送〔2026〕1号,2026-06-08,,A2026-1,某案,案由,案情,地点,2026-06-01,甲,乙,1,物品,1,移送书.pdf\n";

static enum outcome load(struct starter *s, const char *slug, const char *schemas, struct fault *fault) {
    TRY(loaded_schemas(&s->loaded, schemas, fault));
    s->agency = directory_by_slug(s->loaded.directory, bytes_of_cstr(slug));
    s->sample.directory = s->loaded.directory;
    s->sample.agency = s->agency;
    s->sample.arena = s->loaded.arena;
    s->event = s->agency ? catalogue_event(s->loaded.catalogue, bytes_of_cstr(opening_event(s->agency->role))) : NULL;
    s->sample.record = s->event ? canonical_record(s->event->kind) : 0;
    if (s->event) return OK;
    if (s->agency)
        return fault_set(fault, REFUSE, "SETTINGS_UNKNOWN", "%s/rules has no event %s", schemas,
                         opening_event(s->agency->role));
    const struct participant *meant = directory_by_name(s->loaded.directory, bytes_of_cstr(slug));
    if (meant) return fault_set(fault, REFUSE, "UNKNOWN_RECIPIENT", "%s: give its slug, %s", slug, meant->slug);
    return fault_set(fault, REFUSE, "UNKNOWN_RECIPIENT",
                     "%s/directory.yaml has no participant \"%s\": enter it there first", schemas, slug);
}

/* A plain extension as the name has it; csv, xml or json where it has none. */
static const char *extension_of(struct starter *s, const char *name) {
    const char *dot = strrchr(name, '.');
    size_t count = 0;
    while (dot && isalnum((unsigned char)dot[count + 1])) count++;
    return dot && count && !dot[count + 1] ? arena_cstr(s->loaded.arena, bytes_of(dot + 1, count))
                                           : kinds[s->sample.format.kind];
}

static enum outcome attempt(struct starter *s, const char *name, struct bytes file, struct fault *fault) {
    struct profile *profile = NULL;
    struct draft *draft = NULL;
    buffer_clear(&s->yaml);
    say_all(s);
    TRY(profile_parse("profile", buffer_view(&s->yaml), s->loaded.directory, s->loaded.catalogue, &profile, fault));
    enum outcome outcome = conversion_read(profile, name, file, s->loaded.arena, &draft, fault);
    profile_free(profile);
    return outcome;
}

/* 当事人[2]/姓名 of a fault is the leaf 当事人/姓名. */
static const char *without_counts(struct starter *s, const char *field) {
    char *plain = arena_cstr(s->loaded.arena, bytes_of_cstr(field)), *to = plain;
    for (const char *at = plain; *at; at++) {
        if (*at == '[' && isdigit((unsigned char)at[1])) at += strcspn(at, "]");
        else *to++ = *at;
    }
    *to = 0;
    return plain;
}

/* A guess that the sample itself contradicts is taken back. */
static enum outcome write_profile(struct starter *s, const char *name, struct bytes file, struct fault *fault) {
    TRY(sample_read(&s->sample, name, file, fault));
    s->extension = extension_of(s, name);
    sample_guess(&s->sample);
    enum outcome outcome = attempt(s, name, file, fault);
    while (outcome == REFUSE && sample_drop(&s->sample, without_counts(s, fault->field)))
        outcome = attempt(s, name, file, fault);
    struct bytes yaml = buffer_view(&s->yaml);
    if (fwrite(yaml.at, 1, yaml.count, stdout) == yaml.count && fflush(stdout) == 0) return outcome;
    return fault_set(fault, RETRY, "FILE_WRITE", "the profile could not be written");
}

int starter_run(const char *slug, const char *sample, const char *schemas) {
    AUTO(starter_close) struct starter s = {.loaded = {.arena = arena_new(1u << 20, 512u << 20)}};
    AUTO(buffer_free) struct buffer file;
    struct fault fault = {0};
    const char *slash = sample ? strrchr(sample, '/') : NULL;
    buffer_init(&s.yaml, 16u * MIB);
    buffer_init(&file, LIMIT_NATIVE_FILE);
    enum outcome outcome = load(&s, slug, schemas, &fault);
    if (outcome == OK && sample) outcome = buffer_read_file(&file, sample, &fault);
    if (outcome == OK && !sample) outcome = buffer_add(&file, bytes_of_cstr(plain_sample), &fault);
    if (outcome == OK)
        outcome = write_profile(&s, slash ? slash + 1 : sample ? sample : "sample.csv", buffer_view(&file), &fault);
    if (outcome == OK) return 0;
    fprintf(stderr, "ecocase-adapter: %s · %s: %s %s\n", reason_find(fault.code)->zh, reason_find(fault.code)->en,
            fault.field, fault.text);
    return 1;
}
