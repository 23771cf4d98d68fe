/* The list, by code point. */
#include "base/blank.h"
#include "base/line.h"

struct range {
    uint32_t from, to;
};
static const struct range blanks[] = {{0x09, 0x0d},     {0x20, 0x20},     {0x85, 0x85},     {0xa0, 0xa0},
                                      {0x1680, 0x1680}, {0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f},
                                      {0x205f, 0x205f}, {0x3000, 0x3000}, {0xfeff, 0xfeff}};
static const struct range unseen[] = {{0x80, 0x84},     {0x86, 0x9f},     {0xad, 0xad},
                                      {0x180e, 0x180e}, {0x200b, 0x200f}, {0x202a, 0x202e},
                                      {0x2060, 0x206f}, {0xfe00, 0xfe0f}, {0xfff9, 0xfffb}};

/* Of a character of one to three bytes; none of the list has four. */
static uint32_t point_of(const uint8_t *c, size_t count) {
    if (count == 1) return c[0];
    if (count == 2) return (uint32_t)(c[0] & 0x1f) << 6 | (c[1] & 0x3f);
    return (uint32_t)(c[0] & 0x0f) << 12 | (uint32_t)(c[1] & 0x3f) << 6 | (c[2] & 0x3f);
}

static size_t in_list(struct bytes text, size_t at, const struct range *list, size_t count) {
    size_t length = line_character(text.at + at, text.count - at);
    if (!length || length > 3) return 0;
    uint32_t point = point_of(text.at + at, length);
    for (size_t i = 0; i < count && point >= list[i].from; i++) {
        if (point <= list[i].to) return length;
    }
    return 0;
}

size_t blank_at(struct bytes text, size_t at) {
    return text.at[at] > 0x20 && text.at[at] < 0x80 ? 0 : in_list(text, at, blanks, sizeof blanks / sizeof *blanks);
}
size_t invisible_at(struct bytes text, size_t at) {
    return text.at[at] < 0x80 ? 0 : in_list(text, at, unseen, sizeof unseen / sizeof *unseen);
}

static size_t either(struct bytes text, size_t at) {
    size_t length = blank_at(text, at);
    return length ? length : invisible_at(text, at);
}

struct bytes blank_trim(struct bytes text) {
    size_t from = 0, length;
    while (from < text.count && (length = either(text, from)) > 0) from += length;
    while (text.count > from) {
        size_t back = 1;
        while (back < 3 && text.count - back > from && (text.at[text.count - back] & 0xc0) == 0x80) back++;
        if (either(text, text.count - back) != back) break;
        text.count -= back;
    }
    return bytes_of(text.at + from, text.count - from);
}
