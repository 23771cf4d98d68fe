/* 形近 · Texts that look alike to whoever reads them. Job: find the name that was meant beside the one that was written
 * (a column, a key, a sheet, a file): letters without case, full width as half, without blanks, invisible characters
 * (base/blank.h), signs and brackets; accents and kana's marks dropped, so that a composed and a decomposed spelling of
 * one name are alike. @ counts: an attribute is no element. UTF-8. For hints and refusals only, never to take one name
 * for another. Threads: any. Never fails. */
#ifndef ECOCASE_BASE_ALIKE_H
#define ECOCASE_BASE_ALIKE_H
#include "base/bytes.h"

/* Nothing but signs is like nothing. */
bool alike(struct bytes one, struct bytes other);
/* `text` begins with something that looks like `start`, which is not nothing. */
bool alike_begins(struct bytes text, struct bytes start);
/* Something in it looks like `word`, and what stands before it there is not like `unless` (empty: nothing is). */
bool alike_holds(struct bytes text, struct bytes word, struct bytes unless);
#endif
