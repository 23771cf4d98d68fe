/* What the three formats' targets share. Job: whatever is read, in either encoding, is OK or refused with a place; what
 * was read, written and read again is the same tree. Each target says its kind. */
#ifndef ECOCASE_TESTS_FUZZ_FORMAT_FUZZ_H
#define ECOCASE_TESTS_FUZZ_FORMAT_FUZZ_H
#include "adapters/formats/format.h"
#include "target.h"

int format_fuzz(struct format format, const uint8_t *data, size_t count);
#endif
