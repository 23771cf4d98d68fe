/* Two texts are walked side by side, one shown character after the other; nothing is copied. */
#include "base/alike.h"
#include "base/blank.h"
#include "base/line.h"

static uint32_t point_of(const uint8_t *c, size_t count) {
    if (count == 1) return c[0];
    uint32_t point = c[0] & (0xffu >> (count + 1));
    for (size_t i = 1; i < count; i++) point = point << 6 | (c[i] & 0x3f);
    return point;
}

/* Latin letters with an accent, U+00C0..U+017F, as the letter; 0: stands for itself. */
static uint32_t without_accent(uint32_t point) {
    static const char letters[] = "aaaaaa\0ceeeeiiii\0nooooo\0\0uuuuy\0\0aaaaaa\0ceeeeiiii\0nooooo\0\0uuuuy\0y"
                                  "aaaaaaccccccccdd\0\0eeeeeeeeeegggg" /* U+0100 */
                                  "gggghh\0\0iiiiiiiii\0\0\0jjkk\0llllll\0"
                                  "\0\0\0nnnnnn\0\0\0oooooo\0\0rrrrrrssssss"
                                  "sstttt\0\0uuuuuuuuuuuuwwyyyzzzzzz\0";
    return point >= 0xc0 && point <= 0x17f ? (uint8_t)letters[point - 0xc0] : 0;
}

/* Kana without the marks that make か a が and は a ぱ. */
static uint32_t without_mark(uint32_t point) {
    uint32_t block = point >= 0x30a0 ? 0x60 : 0, hiragana = point - block;
    if (hiragana >= 0x304b && hiragana <= 0x3062) return point - (hiragana - 0x304b) % 2;
    if (hiragana >= 0x3064 && hiragana <= 0x3069) return point - (hiragana - 0x3064) % 2;
    if (hiragana >= 0x306f && hiragana <= 0x307d) return point - (hiragana - 0x306f) % 3;
    return hiragana == 0x3094 ? point - 0x4e : point;
}

static bool sign(uint32_t point) {
    if (point < 0x80) {
        bool letter = (point >= 'a' && point <= 'z') || (point >= '0' && point <= '9');
        return !letter && point != '@';
    }
    return point == 0xb7 || (point >= 0x300 && point <= 0x36f) || (point >= 0x2010 && point <= 0x205e) ||
           (point >= 0x3000 && point <= 0x303f && point != 0x3005 && point != 0x3007) || point == 0x3099 ||
           point == 0x309a || (point >= 0xfe30 && point <= 0xfe6b);
}

/* The next character as it is compared, *at behind it; 0: the end. */
static uint32_t next(struct bytes text, size_t *at) {
    while (*at < text.count) {
        size_t unseen = blank_at(text, *at), length = line_character(text.at + *at, text.count - *at);
        if (!unseen) unseen = invisible_at(text, *at);
        uint32_t point = length ? point_of(text.at + *at, length) : 0x110000u + text.at[*at];
        *at += unseen ? unseen : length ? length : 1;
        if (unseen) continue;
        if (point >= 0xff01 && point <= 0xff5e) point -= 0xfee0;
        if (point >= 'A' && point <= 'Z') point += 'a' - 'A';
        uint32_t plain = without_accent(point);
        if (plain) point = plain;
        else if (point >= 0x304b && point <= 0x30f4) point = without_mark(point);
        if (!sign(point)) return point;
    }
    return 0;
}

/* Where `text` stands behind what is like `start`, from `from` on; 0: it does not begin so. */
static size_t behind(struct bytes text, size_t from, struct bytes start) {
    size_t at = from, k = 0;
    uint32_t want = next(start, &k);
    if (!want) return 0;
    for (; want; want = next(start, &k)) {
        if (next(text, &at) != want) return 0;
    }
    return at;
}

bool alike_begins(struct bytes text, struct bytes start) { return behind(text, 0, start) != 0; }

bool alike(struct bytes one, struct bytes other) {
    size_t at = behind(one, 0, other);
    return at && !next(one, &at);
}

bool alike_holds(struct bytes text, struct bytes word, struct bytes unless) {
    bool barred = false;
    for (size_t at = 0; at < text.count;) {
        if (!barred && behind(text, at, word)) return true;
        size_t from = at;
        barred = unless.count && alike_begins(bytes_of(text.at + from, text.count - from), unless);
        if (!next(text, &at)) break;
    }
    return false;
}
