/* Reads JSON and JSON lines, RFC 8259, strict: no comments, no trailing commas, no names twice, no lone surrogates, no
 * NUL, an object outermost (JSON lines: one in each line, blank lines only at the end). A reader of our own because
 * each value's place is wanted and numbers must stay as they are written. */
#include "adapters/formats/format_inside.h"
#include "adapters/formats/reading_inside.h"

struct parse {
    struct format_reading *r;
    size_t at;
};
struct key {
    struct bytes name;
    const struct key *before;
};

static uint8_t here(const struct parse *p) { return p->at < p->r->text.count ? p->r->text.at[p->at] : 0; }
static void spaces(struct parse *p) {
    while (here(p) == ' ' || here(p) == '\t' || here(p) == '\n' || here(p) == '\r') p->at++;
}
static enum outcome wrong(struct parse *p, const char *expected) {
    return reading_refuse(p->r, p->at, "JSON_SYNTAX", "%s expected%s", expected,
                          p->at < p->r->text.count ? "" : ", but the file ends");
}
static enum outcome expect(struct parse *p, char what, const char *expected) {
    spaces(p);
    if (here(p) != (uint8_t)what) return wrong(p, expected);
    p->at++;
    return OK;
}

static enum outcome four_digits(struct parse *p, uint32_t *ret) {
    uint32_t value = 0;
    for (int i = 0; i < 4; i++, p->at++) {
        uint8_t c = here(p);
        uint32_t digit = c >= '0' && c <= '9'                     ? c - (uint32_t)'0'
                         : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20u) - 'a' + 10
                                                                  : 16;
        if (digit == 16) return wrong(p, "a hexadecimal digit");
        value = value << 4 | digit;
    }
    *ret = value;
    return OK;
}

static void put(uint8_t *to, size_t *count, uint32_t c) {
    unsigned more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const uint8_t first[] = {0, 0xc0, 0xe0, 0xf0};
    to[(*count)++] = (uint8_t)(first[more] | c >> (6 * more));
    while (more--) to[(*count)++] = (uint8_t)(0x80 | (c >> (6 * more) & 0x3f));
}

/* At the u of \uXXXX; the second half of a pair follows at once. */
static enum outcome escaped_character(struct parse *p, uint32_t *ret) {
    size_t from = p->at - 1;
    uint32_t high, low;
    p->at++;
    TRY(four_digits(p, &high));
    if (!high) return reading_refuse(p->r, from, "JSON_SYNTAX", "a NUL character");
    *ret = high;
    if (high < 0xd800 || high > 0xdfff) return OK;
    bool pair = high < 0xdc00 && here(p) == '\\' && p->at + 1 < p->r->text.count && p->r->text.at[p->at + 1] == 'u';
    if (!pair) return reading_refuse(p->r, from, "JSON_SYNTAX", "half of a surrogate pair");
    p->at += 2;
    TRY(four_digits(p, &low));
    if (low < 0xdc00 || low > 0xdfff) return reading_refuse(p->r, from, "JSON_SYNTAX", "half of a surrogate pair");
    *ret = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    return OK;
}

static enum outcome escape(struct parse *p, uint8_t *to, size_t *count) {
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    p->at++;
    uint32_t c = here(p);
    if (c == 'u') {
        TRY(escaped_character(p, &c));
    } else {
        const char *letter = c ? strchr(letters, (int)c) : NULL;
        if (!letter) return wrong(p, "one of \" \\ / b f n r t u after the backslash");
        c = (uint8_t)meant[letter - letters];
        p->at++;
    }
    put(to, count, c);
    return OK;
}

/* At its opening quote. A text without escapes is borrowed. */
static enum outcome text(struct parse *p, struct bytes *ret) {
    size_t open = p->at++;
    while (here(p) >= 0x20 && here(p) != '"' && here(p) != '\\') p->at++;
    const uint8_t *from = p->r->text.at + open + 1;
    size_t count = p->at - open - 1;
    if (here(p) == '\\') {
        const uint8_t *end = p->r->text.at + p->at;
        const uint8_t *limit = p->r->text.at + p->r->text.count;
        /* unescaped is never longer */
        while (end < limit && *end != '"') end += *end == '\\' && limit - end > 1 ? 2 : 1;
        TRY(arena_ready(p->r->arena, (size_t)(end - from) + 1, p->r->fault));
        uint8_t *to = arena_alloc(p->r->arena, (size_t)(end - from) + 1);
        memcpy(to, from, count);
        while (here(p) >= 0x20 && here(p) != '"') {
            if (here(p) == '\\') TRY(escape(p, to, &count));
            else to[count++] = p->r->text.at[p->at++];
        }
        from = to;
    }
    if (p->at >= p->r->text.count)
        return reading_refuse(p->r, open, "JSON_SYNTAX", "a text opens here and never closes");
    if (here(p) != '"')
        return reading_refuse(p->r, p->at, "JSON_SYNTAX", "a control character within a text: write it as an escape");
    p->at++;
    *ret = bytes_of(from, count);
    return OK;
}

static size_t digits(struct bytes text, size_t *at) {
    size_t from = *at;
    while (*at < text.count && text.at[*at] >= '0' && text.at[*at] <= '9') (*at)++;
    return *at - from;
}
/* Bytes of the number that begins at `from`, 0 when none does. */
static size_t number_at(struct bytes text, size_t from) {
    size_t at = from;
    if (at < text.count && text.at[at] == '-') at++;
    bool zero = at < text.count && text.at[at] == '0';
    size_t whole = digits(text, &at);
    if (!whole || (zero && whole > 1)) return 0;
    if (at < text.count && text.at[at] == '.') {
        at++;
        if (!digits(text, &at)) return 0;
    }
    if (at < text.count && (text.at[at] | 0x20) == 'e') {
        at++;
        if (at < text.count && (text.at[at] == '+' || text.at[at] == '-')) at++;
        if (!digits(text, &at)) return 0;
    }
    return at - from;
}
static bool word_at(struct bytes text, size_t from, struct bytes word) {
    return text.count - from >= word.count && memcmp(text.at + from, word.at, word.count) == 0;
}
static size_t bare_at(struct bytes text, size_t from) {
    if (from >= text.count) return 0;
    return word_at(text, from, BYTES_LITERAL("true"))    ? 4
           : word_at(text, from, BYTES_LITERAL("false")) ? 5
                                                         : number_at(text, from);
}
bool json_is_bare(struct bytes text) { return text.count && bare_at(text, 0) == text.count; }

static enum outcome value(struct parse *p, struct node *parent, struct bytes name, unsigned depth, bool many);

static enum outcome array(struct parse *p, struct node *parent, struct bytes name, unsigned depth) {
    p->at++;
    spaces(p);
    if (here(p) == ']') {
        p->at++;
        return OK;
    }
    for (;;) {
        spaces(p);
        TRY(value(p, parent, name, depth, true));
        spaces(p);
        if (here(p) != ',') return expect(p, ']', ", or ]");
        p->at++;
    }
}

static enum outcome member(struct parse *p, struct node *node, unsigned depth, const struct key **keys, size_t *count) {
    TRY(arena_check(p->r->arena, p->r->fault));
    struct key *key = arena_alloc(p->r->arena, sizeof *key);
    spaces(p);
    size_t from = p->at;
    if (here(p) != '"') return wrong(p, "a name in quotes");
    TRY(text(p, &key->name));
    key->name = node_name(key->name, p->r->arena);
    for (const struct key *other = *keys; other; other = other->before) {
        if (bytes_equal(other->name, key->name))
            return reading_refuse(p->r, from, "JSON_SYNTAX", "this name stands twice in one object");
    }
    if (++*count > FORMAT_MAX_COLUMNS)
        return reading_refuse(p->r, from, "TOO_MANY", "more than %u names in one object", FORMAT_MAX_COLUMNS);
    key->before = *keys;
    *keys = key;
    TRY(expect(p, ':', ":"));
    spaces(p);
    return value(p, node, key->name, depth, false);
}

static enum outcome object(struct parse *p, struct node *node, unsigned depth) {
    const struct key *keys = NULL;
    size_t count = 0;
    if (depth == FORMAT_MAX_DEPTH)
        return reading_refuse(p->r, p->at, "TOO_MANY", "nested deeper than %u", FORMAT_MAX_DEPTH);
    p->at++;
    spaces(p);
    if (here(p) == '}') {
        p->at++;
        return OK;
    }
    for (;;) {
        TRY(member(p, node, depth + 1, &keys, &count));
        spaces(p);
        if (here(p) != ',') return expect(p, '}', ", or }");
        p->at++;
    }
}

static enum outcome value(struct parse *p, struct node *parent, struct bytes name, unsigned depth, bool many) {
    struct node *node;
    size_t from = p->at;
    if (here(p) == '[' && many)
        return reading_refuse(p->r, from, "JSON_SYNTAX", "an array within an array: no form of an agency has one");
    if (here(p) == '[') return array(p, parent, name, depth);
    if (p->at < p->r->text.count && word_at(p->r->text, from, BYTES_LITERAL("null"))) {
        p->at += 4;
        return OK;
    }
    size_t bare = bare_at(p->r->text, from);
    if (!bare && here(p) != '"' && here(p) != '{') return wrong(p, "a value");
    TRY(reading_node(p->r, parent, name, from, &node));
    node->many = many;
    if (here(p) == '{') return object(p, node, depth);
    node->scalar = true;
    if (!bare) return text(p, &node->text);
    node->bare = true;
    node->text = bytes_of(p->r->text.at + from, bare);
    p->at += bare;
    return OK;
}

enum outcome json_read(struct format_reading *r, struct node **ret) {
    struct parse p = {.r = r};
    struct node *root;
    spaces(&p);
    if (here(&p) != '{') return wrong(&p, "an object { … }, one case in one file,");
    TRY(reading_node(r, NULL, BYTES_NONE, p.at, &root));
    TRY(object(&p, root, 0));
    spaces(&p);
    if (p.at < r->text.count) return wrong(&p, "nothing more after the outermost object");
    *ret = root;
    return OK;
}

/* One object in one line, so the line is all of the text that the parser sees; where it begins is where it stands in
 * the file. */
static enum outcome line(struct format_reading *r, struct node *root, size_t from, size_t end) {
    const size_t whole = r->text.count;
    struct parse p = {.r = r, .at = from};
    struct node *row = NULL;
    r->text.count = end;
    spaces(&p);
    enum outcome outcome =
        here(&p) == '{' ? reading_node(r, root, NODE_ROW, p.at, &row) : wrong(&p, "an object { … } in each line");
    if (outcome == OK) outcome = object(&p, row, 1);
    spaces(&p);
    if (outcome == OK && p.at < end) outcome = wrong(&p, "nothing more in the line behind its object");
    r->text.count = whole;
    return outcome;
}

static bool blank(struct bytes text, size_t from, size_t end) {
    while (from < end && strchr(" \t\r", text.at[from])) from++;
    return from == end;
}

enum outcome jsonl_read(struct format_reading *r, struct node **ret) {
    struct node *root;
    size_t empty = 0; /* 1 + where the first of the blank lines just read begins */
    TRY(reading_node(r, NULL, BYTES_NONE, 0, &root));
    for (size_t from = 0, end; from < r->text.count; from = end + 1) {
        const uint8_t *feed = memchr(r->text.at + from, '\n', r->text.count - from);
        end = feed ? (size_t)(feed - r->text.at) : r->text.count;
        if (blank(r->text, from, end)) {
            if (!empty) empty = from + 1;
            continue;
        }
        if (empty) return reading_refuse(r, empty - 1, "JSON_SYNTAX", "a blank line between objects");
        TRY(line(r, root, from, end));
    }
    if (!root->first) return reading_refuse(r, 0, "JSON_SYNTAX", "no object: each line of the file is one");
    *ret = root;
    return OK;
}
