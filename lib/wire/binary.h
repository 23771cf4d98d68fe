/* Avro's binary encoding (specification 1.11, "Binary Encoding"), appended to a buffer: what is written without Avro
 * C's values, in schema order. REFUSE/"TOO_LARGE" past the buffer's size. */
#ifndef ECOCASE_WIRE_BINARY_H
#define ECOCASE_WIRE_BINARY_H
#include "base/buffer.h"

/* int, long, an enum's index, a union's branch, a block's count */
MUST_USE enum outcome binary_long(struct buffer *into, int64_t number, struct fault *fault);
/* bytes, string */
MUST_USE enum outcome binary_bytes(struct buffer *into, struct bytes content, struct fault *fault);
#endif
