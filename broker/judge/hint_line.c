/* A line of hints: its parts, and the mark that says what became of it. */
#include "broker/judge/hint_inside.h"
#include "base/line.h"
#include <stdlib.h>

bool remark_told(const char *code) { return strcmp(code, "ORDER_OF_DATES") == 0; }

bool hint_code(const char *code) {
    static const char *const codes[] = {"THRESHOLD_MET", "NEAR_THRESHOLD", "WATCH", "PENALTY_INSTEAD",
                                        "FINE_DURING_REFERRAL"};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (strcmp(codes[i], code) == 0) return true;
    }
    return false;
}

struct hint_words hint_words(struct bytes line) {
    return (struct hint_words){line_part(line, PART_TEXT), line_part(line, PART_BASIS),
                               bytes_equal_cstr(line_part(line, PART_STATUTORY), "1")};
}

int64_t hint_number(struct bytes text) {
    char copy[24] = "";
    memcpy(copy, text.at, text.count < sizeof copy - 1 ? text.count : sizeof copy - 1);
    return strtoll(copy, NULL, 10);
}
enum hint_mark hint_mark_of(const struct referral *r, unsigned line) {
    return (enum hint_mark)(r->hint_marks >> 2 * line & 3);
}
void hint_set_mark(struct referral *r, unsigned line, enum hint_mark mark) {
    r->hint_marks = (r->hint_marks & ~(UINT64_C(3) << 2 * line)) | (uint64_t)mark << 2 * line;
    r->dirty = true;
}
