/* A record's value decoded through Avro C. Only what record_read let in is decoded: Avro C is unsafe on hostile bytes.
 * Memory: the caller closes it; texts read from it live as long. Threads: one owner. */
#ifndef ECOCASE_ADAPTERS_CONVERSION_CANONICAL_DECODED_H
#define ECOCASE_ADAPTERS_CONVERSION_CANONICAL_DECODED_H
#include <avro.h>
#include "wire/record.h"

struct decoded {
    struct submission said;
    avro_value_iface_t *class;
    avro_value_t value;
};
/* REFUSE as record_read; FATAL/"INTERNAL": no memory. */
MUST_USE enum outcome decoded_open(const struct catalogue *catalogue, struct bytes value, struct decoded *ret,
                                   struct fault *fault);
void decoded_close(struct decoded *decoded);
#endif
