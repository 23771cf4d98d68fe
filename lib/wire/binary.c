/* The few Avro forms that we write ourselves. */
#include "wire/binary.h"

enum outcome binary_long(struct buffer *into, int64_t number, struct fault *fault) {
    uint64_t left = (uint64_t)number << 1 ^ (uint64_t)(number >> 63);
    uint8_t made[10];
    size_t count = 0;
    for (; left >= 0x80; left >>= 7) made[count++] = (uint8_t)(left | 0x80);
    made[count++] = (uint8_t)left;
    return buffer_add(into, bytes_of(made, count), fault);
}

enum outcome binary_bytes(struct buffer *into, struct bytes content, struct fault *fault) {
    TRY(binary_long(into, (int64_t)content.count, fault));
    return buffer_add(into, content, fault);
}
