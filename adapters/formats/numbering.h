/* 名称编号: the names that somebody will look for in native files, numbered from 1. Job: a reader asks once for each
 * name that it meets, and whoever maps compares numbers, not texts. Names are borrowed and must live as long. Memory:
 * the arena. Threads: any, once all are added. */
#ifndef ECOCASE_ADAPTERS_FORMATS_NUMBERING_H
#define ECOCASE_ADAPTERS_FORMATS_NUMBERING_H
#include "base/arena.h"

struct numbering;
struct numbering *numbering_new(struct arena *arena);
/* its number, the old one where it has one */
uint32_t numbering_add(struct numbering *numbering, struct bytes name);
/* 0: nobody looks for it; numbering NULL: for none */
uint32_t numbering_find(const struct numbering *numbering, struct bytes name);
struct bytes numbering_name(const struct numbering *numbering, uint32_t number);
uint32_t numbering_count(const struct numbering *numbering); /* the greatest number */
#endif
