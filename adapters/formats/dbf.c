/* Reads DBF: dBase III tables (and Visual FoxPro's that need no more): texts C, numbers N and F, dates D,
 * truths L; no memo. Records are read through shapelib, but only after the header was found to be sound: shapelib
 * trusts it. The code page is the profile's; a header that names another is refused, and so is a .cpg file beside the
 * table (codepage.h). Places: line = record, column = field, both from 1; a fault of the header lies at 1:1. Deleted
 * records are passed over. */
#include "adapters/formats/format_inside.h"
#include "adapters/formats/encoding_inside.h"
#include "adapters/formats/calendar.h"
#include "adapters/formats/column.h"
#include "adapters/formats/dbf_file.h"

#define HEADER 32u
#define NAME   11u
struct table {
    struct format_reading *r;
    DBFHandle handle;
    size_t fields;
    struct bytes names[256];
    uint8_t types[256];
    size_t offsets[257];
};

static uint32_t number_at(struct bytes file, size_t at, size_t bytes) {
    uint32_t value = 0;
    while (bytes--) value = value << 8 | file.at[at + bytes];
    return value;
}

/* Record and field of a refusal. */
static enum outcome place(struct table *t, uint32_t record, uint32_t field, const char *name) {
    return fault_as(fault_place(t->r->fault, name, record, field), REFUSE);
}
#define refuse(t, record, field, ...)                                                                                 \
    fault_as(                                                                                                         \
        (fault_as(fault_set((t)->r->fault, REFUSE, "DBF_SYNTAX", __VA_ARGS__), REFUSE), place(t, record, field, "")), \
        REFUSE)

/* Language drivers that say something else than the profile: only those for texts beyond Latin letters are told apart.
 */
static enum outcome check_code_page(struct table *t, uint8_t driver) {
    static const uint8_t gbk[] = {0x4d, 0x7a}, others[] = {0x13, 0x4e, 0x4f, 0x50, 0x64, 0x65, 0x66, 0x78, 0x79,
                                                           0x7b, 0x7c, 0x7d, 0x7e, 0xc8, 0xc9, 0xca, 0xcb, 0xcc};
    bool chinese = memchr(gbk, driver, sizeof gbk), foreign = memchr(others, driver, sizeof others);
    if (!foreign && !(chinese && t->r->format->encoding != ENCODING_GB18030)) return OK;
    return refuse(t, 1, 1, "the header names the code page 0x%02x (%s), not the encoding of the agency's profile",
                  driver, chinese ? "GBK" : "not Chinese simplified");
}

static enum outcome check_kind(struct table *t) {
    struct bytes file = t->r->file;
    if (file.count < HEADER + 1) return refuse(t, 1, 1, "%zu bytes are no DBF table", file.count);
    uint8_t version = file.at[0];
    bool memo = version == 0x83 || version == 0x8b || version == 0xf5 || version == 0xcb || version == 0xe5 ||
                (version == 0x30 && (file.at[28] & 2));
    if (memo) return refuse(t, 1, 1, "a table with memo fields: put their texts into text fields");
    if (version != 0x03 && version != 0x30)
        return refuse(t, 1, 1, "the first byte is 0x%02x: no DBF table of dBase III or Visual FoxPro", version);
    if (file.at[14] || file.at[15]) return refuse(t, 1, 1, "the table is encrypted, or was left within a transaction");
    return check_code_page(t, file.at[29]);
}

static enum outcome decode(struct table *t, struct bytes raw, uint32_t record, uint32_t field, struct bytes *ret) {
    bool ascii = true;
    for (size_t i = 0; i < raw.count && ascii; i++) ascii = raw.at[i] < 0x80 && raw.at[i];
    if (ascii) {
        *ret = arena_copy(t->r->arena, raw);
        return OK;
    }
    enum outcome outcome = encoding_decode_plain(t->r->format, raw, t->r->arena, ret, t->r->fault);
    return outcome == REFUSE
               ? place(t, record, field, field <= t->fields ? arena_cstr(t->r->arena, t->names[field - 1]) : "")
               : outcome;
}

static enum outcome read_field(struct table *t, size_t at) {
    struct bytes file = t->r->file;
    uint32_t field = (uint32_t)t->fields + 1;
    const uint8_t *end = memchr(file.at + at, 0, NAME);
    struct bytes name = bytes_of(file.at + at, end ? (size_t)(end - (file.at + at)) : NAME);
    uint8_t type = file.at[at + NAME], width = file.at[at + 16];
    while (name.count && name.at[name.count - 1] == ' ') name.count--;
    if (!name.count) return refuse(t, 1, field, "field %u has no name", field);
    TRY(decode(t, name, 1, field, &name));
    name = node_name(name, t->r->arena);
    if (!name.count) return refuse(t, 1, field, "field %u has no name", field);
    for (size_t i = 0; i < t->fields; i++) {
        if (bytes_equal(t->names[i], name))
            return refuse(t, 1, field, "fields %zu and %u have the same name", i + 1, field);
    }
    if (!type || !strchr("CNFDL", type))
        return refuse(t, 1, field, "field %u is of type %c: only C, N, F, D and L are read", field,
                      type > ' ' && type < 0x7f ? type : '?');
    if (!width || (type == 'D' && width != 8) || (type == 'L' && width != 1))
        return refuse(t, 1, field, "field %u of type %c is %u bytes wide", field, type, width);
    t->names[t->fields] = name;
    t->types[t->fields] = type;
    t->offsets[t->fields + 1] = t->offsets[t->fields] + width;
    t->fields++;
    return OK;
}

static enum outcome check_header(struct table *t) {
    struct bytes file = t->r->file;
    TRY(check_kind(t));
    size_t records = number_at(file, 4, 4), header = number_at(file, 8, 2), length = number_at(file, 10, 2),
           at = HEADER;
    if (header < HEADER + 1 || header > file.count)
        return refuse(t, 1, 1, "the header should have %zu bytes, the file %zu", header, file.count);
    t->offsets[0] = 1; /* behind the mark of deletion */
    for (; at < header && file.at[at] != '\r'; at += HEADER) {
        if (at + HEADER > header || t->fields == 255)
            return refuse(t, 1, 1, "the fields' list does not end within the header");
        TRY(read_field(t, at));
    }
    if (at >= header || !t->fields)
        return refuse(t, 1, 1, "the fields' list does not end within the header, or is empty");
    if (t->offsets[t->fields] != length)
        return refuse(t, 1, 1, "the fields take %zu bytes, a record %zu", t->offsets[t->fields], length);
    size_t there = file.count - header, wanted = records * length;
    bool ends = there == wanted || (there == wanted + 1 && file.at[file.count - 1] == 0x1a);
    if (records > FORMAT_MAX_NODES) {
        (void)fault_set(t->r->fault, REFUSE, "TOO_MANY", "%zu records; a case file may have %u", records,
                        FORMAT_MAX_NODES);
        return place(t, 1, 1, "");
    }
    if (t->r->format->encoding == ENCODING_GB18030 &&
        encoding_looks_utf8(bytes_of(file.at + header, there - (there > wanted)))) {
        return refuse(t, 1, 1,
                      "the texts look like UTF-8, and the agency's profile says GB18030: export the table as GBK, or "
                      "correct the profile");
    }
    if (!ends)
        return refuse(t, (uint32_t)(there / length) + 1, 1,
                      "%zu records of %zu bytes are announced, %zu bytes are there", records, length, there);
    return OK;
}

static bool all_of(struct bytes text, const char *characters) {
    for (size_t i = 0; i < text.count; i++) {
        if (!text.at[i] || !strchr(characters, text.at[i])) return false;
    }
    return true;
}

static struct bytes trimmed(struct bytes raw, bool both) {
    /* some writers fill with NUL */
    while (raw.count && (raw.at[raw.count - 1] == ' ' || !raw.at[raw.count - 1])) raw.count--;
    while (both && raw.count && raw.at[0] == ' ') raw = bytes_of(raw.at + 1, raw.count - 1);
    return raw;
}

static enum outcome value(struct table *t, uint8_t type, struct bytes raw, uint32_t record, uint32_t field,
                          struct bytes *ret) {
    struct civil day;
    const uint8_t *end = raw.count ? memchr(raw.at, 0, raw.count) : NULL;
    if (end && type == 'C')
        raw.count = (size_t)(end - raw.at); /* a text ends there; what lies behind was never cleared */
    raw = trimmed(raw, type != 'C');
    if (type == 'C') return decode(t, raw, record, field, ret);
    *ret = arena_copy(t->r->arena, raw);
    bool zero = type == 'D' && all_of(raw, "0"), unsaid = type == 'L' && all_of(raw, "?");
    if (zero || unsaid) *ret = BYTES_NONE;
    bool holds = !ret->count || (type == 'D'   ? raw.count == 8 && all_of(raw, "0123456789") && calendar_read(raw, &day)
                                 : type == 'L' ? all_of(raw, "TtFfYyNn")
                                               : all_of(raw, "0123456789.-+eE"));
    if (holds) return OK;
    (void)fault_set(t->r->fault, REFUSE, "DBF_SYNTAX", "no value of type %c%s", type,
                    raw.at[0] == '*' ? ": the number was too wide for its field" : "");
    return place(t, record, field, arena_cstr(t->r->arena, t->names[field - 1]));
}

static enum outcome add_node(struct table *t, struct node *parent, struct bytes name, uint32_t record, uint32_t field,
                             struct node **ret) {
    if (reading_node(t->r, parent, name, 0, ret) != OK) return place(t, record, field, "");
    (*ret)->line = record;
    (*ret)->column = field;
    return OK;
}

static enum outcome read_record(struct table *t, struct node *root, int index) {
    struct node *row, *cell;
    uint32_t record = (uint32_t)index + 1;
    if (DBFIsRecordDeleted(t->handle, index)) return OK;
    const uint8_t *raw = (const uint8_t *)DBFReadTuple(t->handle, index);
    if (!raw) return refuse(t, record, 1, "the record cannot be read");
    TRY(add_node(t, root, NODE_ROW, record, 1, &row));
    for (size_t i = 0; i < t->fields; i++) {
        TRY(add_node(t, row, t->names[i], record, (uint32_t)i + 1, &cell));
        TRY(value(t, t->types[i], bytes_of(raw + t->offsets[i], t->offsets[i + 1] - t->offsets[i]), record,
                  (uint32_t)i + 1, &cell->text));
        cell->scalar = true;
    }
    return OK;
}

static enum outcome read_records(struct table *t, struct node **ret) {
    struct node *root;
    TRY(add_node(t, NULL, BYTES_NONE, 1, 1, &root));
    if (DBFGetFieldCount(t->handle) != (int)t->fields)
        return refuse(t, 1, 1, "shapelib counts %d fields, not %zu", DBFGetFieldCount(t->handle), t->fields);
    for (int i = 0; i < DBFGetRecordCount(t->handle); i++) TRY(read_record(t, root, i));
    if (!root->first) return refuse(t, 1, 1, "no record that is not deleted");
    column_join(t->r->format, root, t->r->arena);
    *ret = root;
    return OK;
}

enum outcome dbf_read(struct format_reading *r, struct node **ret) {
    struct table *t = arena_alloc(r->arena, sizeof *t);
    struct dbf_file file = {.read = r->file};
    t->r = r;
    TRY(check_header(t));
    t->handle = dbf_file_open(&file);
    if (!t->handle) return refuse(t, 1, 1, "shapelib cannot open the table");
    enum outcome outcome = read_records(t, ret);
    DBFClose(t->handle);
    return outcome;
}
