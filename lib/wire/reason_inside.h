/* Every reason in turn, for the tests that must see all of them; INTERNAL is the last. */
#ifndef ECOCASE_WIRE_REASON_INSIDE_H
#define ECOCASE_WIRE_REASON_INSIDE_H
#include "wire/reason.h"

size_t reason_count(void);
const struct reason *reason_at(size_t index);
#endif
