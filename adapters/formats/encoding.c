/* Decodes and encodes files: GB18030 and UTF-16 by the C library's iconv, which takes no byte sequence that stands for
 * nothing; UTF-8 as RFC 3629 has it. A byte order mark decides, whatever the profile says: none of them can stand at
 * the beginning of a text in another of these encodings. Each call that needs a converter opens its own: it has a
 * state. */
#include "adapters/formats/encoding_inside.h"
#include "adapters/formats/reading_inside.h"
#include "base/line.h"
#include <errno.h>
#include <iconv.h>
#include <pthread.h>

static const char UTF8[] = "UTF-8", GB18030[] = "GB18030", UTF16[] = "UTF-16";
static const uint8_t mark[] = {0xef, 0xbb, 0xbf}, mark_gb18030[] = {0x84, 0x31, 0x95, 0x33};
static struct bytes without_mark(struct bytes text) {
    bool marked = text.count >= sizeof mark && memcmp(text.at, mark, sizeof mark) == 0;
    return marked ? bytes_of(text.at + sizeof mark, text.count - sizeof mark) : text;
}

/* Behind `good`, what could be read. */
static enum outcome wrong_after(struct bytes good, const char *what, struct fault *fault) {
    struct place place = {0};
    place_move(&place, good, good.count);
    fault_set(fault, REFUSE, "ENCODING", "not %s from here on: save the file in the encoding of the agency's profile",
              what);
    fault_place(fault, NULL, place.line, place.column);
    return REFUSE;
}

/* To the analyzer an iconv_t that is not NULL is open, and would leak; it is -1 that says that none is. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
static enum outcome converter_open(const char *to, const char *from, iconv_t *ret, struct fault *fault) {
    iconv_t opened = iconv_open(to, from);
    if (opened == (iconv_t)-1)
        return fault_set(fault, FATAL, "INTERNAL", "no converter from %s to %s (package libc6's gconv): %s", from, to,
                         strerror(errno));
    *ret = opened;
    return OK;
}
#pragma GCC diagnostic pop

/* ---- What nearly all texts are made of, ASCII and codes of two bytes, without the converter: it goes by way of UCS-4,
 * each character twice. Of 92 KB of CSV: 0.13 ms where iconv takes 0.27, of 1.8 ms that the file costs in all
 * (docs/BENCH.md; ten times the peer's rate is missed with files of this size, so it stays). */
#define ROWS  126u                      /* first bytes 0x81 .. 0xfe */
#define CELLS 191u                      /* second bytes 0x40 .. 0xfe, of which 0x7f stands for nothing */
static uint16_t two_bytes[ROWS][CELLS]; /* UTF-16; 0: ask the converter */
static pthread_once_t two_bytes_made = PTHREAD_ONCE_INIT;

static void make_row(iconv_t converter, size_t row) {
    for (size_t cell = 0; cell < CELLS; cell++) {
        char code[2] = {(char)(0x81 + row), (char)(0x40 + cell)}, *in = code;
        uint8_t unit[4];
        char *out = (char *)unit;
        size_t left = sizeof code, capacity = sizeof unit;
        bool one = iconv(converter, &in, &left, &out, &capacity) != (size_t)-1 && capacity == sizeof unit - 2;
        two_bytes[row][cell] = (uint16_t)(one ? unit[0] | unit[1] << 8 : 0);
        iconv(converter, NULL, NULL, NULL, NULL);
    }
}
static void make_two_bytes(void) {
    iconv_t converter = iconv_open("UTF-16LE", "GB18030");
    if (converter == (iconv_t)-1) return;
    for (size_t row = 0; row < ROWS; row++) make_row(converter, row);
    iconv_close(converter);
}

/* False: something else is there, wrong or not; the converter reads it all. `to` has room for 3 bytes for every 2. */
static bool plain_gb18030(struct bytes file, uint8_t *to, size_t *ret_count) {
    const uint8_t *at = file.at, *end = at + file.count, *from = to;
    while (at < end) {
        if (*at < 0x80) {
            *to++ = *at++;
            continue;
        }
        bool two = end - at >= 2 && at[0] >= 0x81 && at[0] <= 0xfe && at[1] >= 0x40 && at[1] <= 0xfe;
        uint16_t c = two ? two_bytes[at[0] - 0x81][at[1] - 0x40] : 0;
        if (c < 0x80) return false;
        if (c < 0x800) *to++ = (uint8_t)(0xc0 | c >> 6);
        else *to++ = (uint8_t)(0xe0 | c >> 12), *to++ = (uint8_t)(0x80 | (c >> 6 & 0x3f));
        *to++ = (uint8_t)(0x80 | (c & 0x3f));
        at += 2;
    }
    *ret_count = (size_t)(to - from);
    return true;
}

/* False: `ret` ends before what stands for nothing. */
static enum outcome convert_all(const char *charset, struct bytes file, struct arena *arena, struct bytes *ret,
                                bool *ret_whole, struct fault *fault) {
    iconv_t converter = NULL;
    size_t capacity = file.count + file.count / 2 + 4, count = 0; /* 2 bytes become at most 3, 4 at most 4 */
    TRY(arena_ready(arena, capacity, fault));
    uint8_t *made = arena_alloc(arena, capacity);
    pthread_once(&two_bytes_made, make_two_bytes);
    *ret_whole = strcmp(charset, GB18030) == 0 && plain_gb18030(file, made, &count);
    *ret = bytes_of(made, count);
    if (*ret_whole) return OK;
    TRY(arena_ready(arena, file.count + 1, fault));
    TRY(converter_open("UTF-8", charset, &converter, fault));
    char *in = arena_cstr(arena, file), *out = (char *)made;
    size_t left = file.count, free_bytes = capacity;
    *ret_whole = iconv(converter, &in, &left, &out, &free_bytes) != (size_t)-1;
    INVARIANT(*ret_whole || errno != E2BIG);
    iconv_close(converter);
    *ret = bytes_of(made, capacity - free_bytes);
    return OK;
}

static enum outcome from_charset(const char *charset, struct bytes file, struct arena *arena, struct bytes *ret,
                                 struct fault *fault) {
    bool whole = false;
    TRY(convert_all(charset, file, arena, ret, &whole, fault));
    return whole ? OK : wrong_after(without_mark(*ret), charset, fault);
}

/* U+1000..U+CFFF, where Chinese is: three bytes without special cases. */
static bool plain_three(const uint8_t *at) {
    return at[0] >= 0xe1 && at[0] <= 0xec && (at[1] & 0xc0) == 0x80 && (at[2] & 0xc0) == 0x80;
}

static enum outcome check_utf8(struct bytes text, struct fault *fault) {
    for (size_t i = 0; i < text.count;) {
        while (i < text.count && text.at[i] < 0x80) i++;
        while (text.count - i >= 3 && plain_three(text.at + i)) i += 3;
        if (i == text.count) return OK;
        size_t step = line_character(text.at + i, text.count - i);
        if (!step) return wrong_after(bytes_of(text.at, i), "UTF-8", fault);
        i += step;
    }
    return OK;
}

static enum outcome check_nul(struct bytes text, struct fault *fault) {
    const uint8_t *nul = text.count ? memchr(text.at, 0, text.count) : NULL;
    if (nul)
        return wrong_after(bytes_of(text.at, (size_t)(nul - text.at)), "text (a NUL: UTF-16, or no text file)", fault);
    return OK;
}

enum outcome encoding_check(struct bytes file, struct bytes *ret, struct fault *fault) {
    struct bytes text = without_mark(file);
    TRY(check_utf8(text, fault));
    TRY(check_nul(text, fault));
    *ret = text;
    return OK;
}

const char *encoding_marked(struct bytes file) {
    static const struct {
        const char *mark;
        size_t count;
        const char *charset;
    } all[] = {
        {"\xef\xbb\xbf", 3, UTF8}, {"\x84\x31\x95\x33", 4, GB18030}, {"\xff\xfe", 2, UTF16}, {"\xfe\xff", 2, UTF16}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (file.count >= all[i].count && memcmp(file.at, all[i].mark, all[i].count) == 0) return all[i].charset;
    }
    return NULL;
}

const char *encoding_charset(const struct format *format) { return format->encoding == ENCODING_UTF8 ? UTF8 : GB18030; }

static enum outcome decode(const char *charset, struct bytes file, struct arena *arena, struct bytes *ret,
                           struct fault *fault) {
    struct bytes text = BYTES_NONE;
    TRY(arena_ready(arena, file.count + 1, fault));
    if (strcmp(charset, UTF8) == 0) return encoding_check(arena_copy(arena, file), ret, fault);
    TRY(from_charset(charset, file, arena, &text, fault));
    text = without_mark(text);
    TRY(check_nul(text, fault));
    *ret = text;
    return OK;
}

enum outcome encoding_decode_plain(const struct format *format, struct bytes text, struct arena *arena,
                                   struct bytes *ret, struct fault *fault) {
    return decode(encoding_charset(format), text, arena, ret, fault);
}

/* Two Chinese signs (U+3000 to U+9FFF) and not a byte against UTF-8: no text of GB18030 of more than a few words is so
 * by chance. */
bool encoding_looks_utf8(struct bytes text) {
    size_t chinese = 0;
    for (size_t i = 0; i < text.count;) {
        size_t step = line_character(text.at + i, text.count - i);
        if (!step) return false;
        chinese += step == 3 && text.at[i] >= 0xe3 && text.at[i] <= 0xe9;
        i += step;
    }
    return chinese >= 2;
}

bool encoding_doubtful(const struct format *format, struct bytes file) {
    return format->encoding == ENCODING_GB18030 && !(file.count >= 4 && memcmp(file.at, mark_gb18030, 4) == 0) &&
           (encoding_marked(file) || encoding_looks_utf8(file));
}
struct bytes encoding_gb18030_mark(void) { return bytes_of(mark_gb18030, sizeof mark_gb18030); }

/* What a file that is not what the profile says seems to be. */
static enum outcome guess(const char *charset, struct bytes file, struct arena *arena, const char **ret,
                          struct fault *fault) {
    struct bytes ignored = BYTES_NONE;
    bool gb18030 = false;
    if (strcmp(charset, UTF8) == 0) TRY(convert_all(GB18030, file, arena, &ignored, &gb18030, fault));
    if (file.count && memchr(file.at, 0, file.count))
        *ret = "有 NUL 字节，可能是没有 BOM 的 UTF-16，或不是文本 · it has NUL bytes: UTF-16 without a BOM, or no text";
    else if (gb18030) *ret = "看来是 GB18030（GBK） · it looks like GB18030 (GBK)";
    else if (encoding_looks_utf8(file)) *ret = "看来是 UTF-8 · it looks like UTF-8";
    else *ret = "可能是 Big5，或已损坏 · it may be Big5, or damaged";
    return OK;
}

enum outcome encoding_decode(const struct format *format, struct bytes file, struct arena *arena, struct bytes *ret,
                             struct fault *fault) {
    const char *marked = encoding_marked(file), *charset = marked ? marked : encoding_charset(format), *seems = "";
    /* would become other characters unseen */
    bool other = !marked && strcmp(charset, GB18030) == 0 && encoding_looks_utf8(file);
    enum outcome outcome = other ? wrong_after(BYTES_NONE, charset, fault) : decode(charset, file, arena, ret, fault);
    if (outcome != REFUSE) return outcome;
    const struct fault first = *fault;
    TRY(guess(charset, file, arena, &seems, fault));
    fault_set(fault, REFUSE, "ENCODING", "%s (%s)", first.text, seems);
    return fault_as(fault_place(fault, NULL, first.line, first.column), REFUSE);
}

/* GB 18030-2000 had no standard character for 24 of its codes and put private ones there (vertical punctuation, parts
 * of characters); since 2005 they have one, and the C library knows only that. The private one, from an old system, is
 * written as the same code. */
static const struct moved {
    const char *old, *standard;
} moved[] = {{"\uE78D", "\uFE10"},     {"\uE78E", "\uFE12"},     {"\uE78F", "\uFE11"},     {"\uE790", "\uFE13"},
             {"\uE791", "\uFE14"},     {"\uE792", "\uFE15"},     {"\uE793", "\uFE16"},     {"\uE794", "\uFE17"},
             {"\uE795", "\uFE18"},     {"\uE796", "\uFE19"},     {"\uE816", "\U00020087"}, {"\uE817", "\U00020089"},
             {"\uE818", "\U000200CC"}, {"\uE81E", "\u9FB4"},     {"\uE826", "\u9FB5"},     {"\uE82B", "\u9FB6"},
             {"\uE82C", "\u9FB7"},     {"\uE831", "\U000215D7"}, {"\uE832", "\u9FB8"},     {"\uE83B", "\U0002298F"},
             {"\uE843", "\u9FB9"},     {"\uE854", "\u9FBA"},     {"\uE855", "\U000241FE"}, {"\uE864", "\u9FBB"}};

static struct bytes standard_of(struct bytes one) {
    for (size_t i = 0; i < sizeof moved / sizeof moved[0]; i++) {
        if (bytes_equal_cstr(one, moved[i].old)) return bytes_of_cstr(moved[i].standard);
    }
    return ENCODING_REPLACEMENT;
}

/* As much of the text as goes; `ret` bytes of it went. */
static enum outcome convert(iconv_t converter, struct bytes text, size_t *ret, struct buffer *into,
                            struct fault *fault) {
    char piece[4096], made[sizeof piece * 2], *in = piece, *out = made;
    size_t step = text.count < sizeof piece ? text.count : sizeof piece, capacity = sizeof made;
    while (step < text.count && (text.at[step] & 0xc0) == 0x80) step--; /* not within a character */
    memcpy(piece, text.at, step);
    size_t rest = step;
    INVARIANT(iconv(converter, &in, &rest, &out, &capacity) != (size_t)-1 || errno == EILSEQ);
    *ret = step - rest;
    return buffer_add(into, bytes_of(made, sizeof made - capacity), fault);
}

static enum outcome pieces(iconv_t converter, struct bytes text, struct buffer *into, struct fault *fault) {
    while (text.count) {
        size_t went = 0, ignored = 0, step = 0;
        TRY(convert(converter, text, &went, into, fault));
        if (!went) {
            TRY(convert(converter, standard_of(encoding_next(text, &step)), &ignored, into, fault));
            went = step;
        }
        text = bytes_of(text.at + went, text.count - went);
    }
    return OK;
}

static enum outcome to_gb18030(struct bytes text, struct buffer *into, struct fault *fault) {
    iconv_t converter = NULL;
    TRY(converter_open("GB18030", "UTF-8", &converter, fault));
    enum outcome outcome = pieces(converter, text, into, fault);
    iconv_close(converter);
    return outcome;
}

enum outcome encoding_encode(const struct format *format, struct bytes text, struct buffer *into, struct fault *fault) {
    if (format->encoding == ENCODING_GB18030) return to_gb18030(text, into, fault);
    if (format->bom) TRY(buffer_add(into, bytes_of(mark, sizeof mark), fault));
    return buffer_add(into, text, fault);
}

/* GB 18030: a digit behind the first byte tells a code of four bytes. */
size_t encoding_step(const struct format *format, struct bytes encoded, size_t from) {
    size_t left = encoded.count - from, step = 1;
    const uint8_t *at = encoded.at + from;
    if (format->encoding == ENCODING_UTF8) step = line_character(at, left);
    else if (at[0] >= 0x80 && left > 1) step = at[1] >= '0' && at[1] <= '9' ? 4 : 2;
    if (!step) step = 1;
    return step < left ? step : left;
}

struct bytes encoding_next(struct bytes text, size_t *from) {
    size_t step = line_character(text.at + *from, text.count - *from);
    struct bytes one = step ? bytes_of(text.at + *from, step) : ENCODING_REPLACEMENT;
    *from += step ? step : 1;
    return one;
}
