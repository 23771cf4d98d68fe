/* 规范 JSON: any canonical record as plain JSON, for files that a profile cannot render and for people who try one. */
#ifndef ECOCASE_ADAPTERS_CONVERSION_CANONICAL_CANONICAL_JSON_H
#define ECOCASE_ADAPTERS_CONVERSION_CANONICAL_CANONICAL_JSON_H
#include <jansson.h>
#include "wire/catalogue.h"

struct mask;
/* Any record of the catalogue as JSON, under a mask (NULL: whole): plain values, unions without tags, bytes in base64.
 * REFUSE as record_read; FATAL/"INTERNAL": no memory. */
MUST_USE enum outcome canonical_json(const struct catalogue *catalogue, struct bytes value, const struct mask *mask,
                                     json_t **ret, struct fault *fault);
json_t *canonical_base64(struct bytes bytes); /* NULL: no memory */
#endif
