/* 文号: the numbers printed on papers. Job: one form for the many ways of writing the same number, so that a citation
 * finds its document: brackets of any kind around a four-digit year become 〔〕, full-width digits become ASCII, spaces
 * go. Everything else stays: two numbers that differ in anything else are two numbers. Pure. */
#ifndef ECOCASE_ADAPTERS_OUTBOUND_NUMBER_H
#define ECOCASE_ADAPTERS_OUTBOUND_NUMBER_H
#include "base/arena.h"

#define NUMBER_MAX 512u /* bytes; longer texts are cut before they are compared */
struct bytes number_normal(struct bytes printed, struct arena *arena);
#endif
