/* See native_inside.h. GB18030 by the C library's iconv, which takes no byte sequence that stands for nothing; UTF-8 as RFC 3629
 * has it. Each call opens its own converter: case files are few, and a converter has a state. */
#include "adapters/formats/native_inside.h"
#include "base/line.h"
#include <errno.h>
#include <iconv.h>

static const uint8_t mark[] = {0xef, 0xbb, 0xbf};
static struct bytes without_mark(struct bytes text) {
    bool marked = text.count >= sizeof mark && memcmp(text.at, mark, sizeof mark) == 0;
    return marked ? bytes_of(text.at + sizeof mark, text.count - sizeof mark) : text;
}

/* Behind `good`, what could be read. */
static enum outcome wrong_after(struct bytes good, const char *what, struct fault *fault) {
    struct place place = {0};
    place_move(&place, good, good.count);
    fault_set(fault, REFUSE, "ENCODING", "not %s from here on: save the file in the encoding of the agency's profile", what);
    fault_place(fault, NULL, place.line, place.column);
    return REFUSE;
}

static enum outcome converter_open(const char *to, const char *from, iconv_t *ret, struct fault *fault) {
    *ret = iconv_open(to, from);
    if (*ret != (iconv_t)-1) return OK;
    return fault_set(fault, FATAL, "INTERNAL", "no converter from %s to %s (package libc6's gconv): %s", from, to, strerror(errno));
}

static enum outcome from_gb18030(struct bytes file, struct arena *arena, struct bytes *ret, struct fault *fault) {
    iconv_t converter;
    TRY(converter_open("UTF-8", "GB18030", &converter, fault));
    size_t room = file.count + file.count / 2 + 4; /* 2 bytes become at most 3, 4 at most 4 */
    uint8_t *made = arena_alloc(arena, room);
    char *in = arena_cstr(arena, file), *out = (char *)made;
    size_t left = file.count, free_bytes = room;
    bool good = iconv(converter, &in, &left, &out, &free_bytes) != (size_t)-1;
    PROMISE(good || errno != E2BIG);
    iconv_close(converter);
    *ret = bytes_of(made, room - free_bytes);
    return good ? OK : wrong_after(without_mark(*ret), "GB18030", fault);
}

static enum outcome check_utf8(struct bytes text, struct fault *fault) {
    for (size_t i = 0; i < text.count;) {
        size_t step = line_character(text.at + i, text.count - i);
        if (!step) return wrong_after(bytes_of(text.at, i), "UTF-8", fault);
        i += step;
    }
    return OK;
}

enum outcome encoding_decode(const struct format *format, struct bytes file, struct arena *arena, struct bytes *ret, struct fault *fault) {
    struct bytes text = BYTES_NONE;
    if (format->encoding == ENCODING_GB18030) TRY(from_gb18030(file, arena, &text, fault));
    else text = arena_copy(arena, file);
    text = without_mark(text);
    if (format->encoding == ENCODING_UTF8) TRY(check_utf8(text, fault));
    const uint8_t *nul = text.count ? memchr(text.at, 0, text.count) : NULL;
    if (nul) return wrong_after(bytes_of(text.at, (size_t)(nul - text.at)), "text (a NUL: UTF-16, or no text file)", fault);
    *ret = text;
    return OK;
}

static enum outcome to_gb18030(struct bytes text, struct buffer *into, struct fault *fault) {
    iconv_t converter;
    TRY(converter_open("GB18030", "UTF-8", &converter, fault));
    size_t left = text.count;
    const char *from = (const char *)text.at;
    enum outcome outcome = OK;
    while (left && outcome == OK) {
        size_t step = left < 4096 ? left : 4096;
        while (step < left && ((uint8_t)from[step] & 0xc0) == 0x80) step--; /* not within a character */
        char piece[4096], made[4096 * 2], *in = piece, *out = made;
        size_t room = sizeof made, rest = step;
        memcpy(piece, from, step);
        PROMISE(iconv(converter, &in, &rest, &out, &room) != (size_t)-1); /* GB18030 holds all that UTF-8 does */
        outcome = buffer_add(into, bytes_of(made, sizeof made - room), fault);
        from += step;
        left -= step;
    }
    iconv_close(converter);
    return outcome;
}

enum outcome encoding_encode(const struct format *format, struct bytes text, struct buffer *into, struct fault *fault) {
    if (format->encoding == ENCODING_GB18030) return to_gb18030(text, into, fault);
    if (format->bom) TRY(buffer_add(into, bytes_of(mark, sizeof mark), fault));
    return buffer_add(into, text, fault);
}

struct bytes encoding_next(struct bytes text, size_t *from) {
    size_t step = line_character(text.at + *from, text.count - *from);
    struct bytes one = step ? bytes_of(text.at + *from, step) : ENCODING_REPLACEMENT;
    *from += step ? step : 1;
    return one;
}
