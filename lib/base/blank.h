/* 空白与不可见字符 · What nobody sees in a text. Job: one list for values, names of columns, keys and sheets, file
 * names and document numbers. Blanks: ASCII white space, U+0085, U+00A0, U+1680, U+2000..U+200A, U+2028, U+2029,
 * U+202F, U+205F, U+3000, U+FEFF. Invisible: soft hyphen U+00AD, zero width and direction marks U+200B..U+200F,
 * U+202A..U+202E, U+2060..U+206F, other controls of C1, U+180E, U+FE00..U+FE0F, U+FFF9..U+FFFB. Source: Unicode 15,
 * White_Space and Default_Ignorable_Code_Point. UTF-8; what is none is neither. Threads: any. Never fails. */
#ifndef ECOCASE_BASE_BLANK_H
#define ECOCASE_BASE_BLANK_H
#include "base/bytes.h"

/* Bytes of the blank, or of the invisible character, that begins at `at`; 0: none does. */
size_t blank_at(struct bytes text, size_t at);
size_t invisible_at(struct bytes text, size_t at);
/* Without blanks and invisible characters before and behind it. */
struct bytes blank_trim(struct bytes text);
#endif
