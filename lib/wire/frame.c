/* Frames opened and written; the partition of a key: murmur2 as in Apache Kafka's
 * org.apache.kafka.common.utils.Utils (seed 0x9747b28c). */
#include "wire/frame.h"

enum outcome frame_open(struct bytes value, uint32_t *ret_schema_id, struct bytes *ret_body, struct fault *fault) {
    if (value.count < FRAME_SIZE) return fault_set(fault, REFUSE, "FRAME_SHORT", "%zu bytes", value.count);
    if (value.at[0] != 0) return fault_set(fault, REFUSE, "FRAME_MAGIC", "first byte 0x%02x", value.at[0]);
    *ret_schema_id =
        (uint32_t)value.at[1] << 24 | (uint32_t)value.at[2] << 16 | (uint32_t)value.at[3] << 8 | value.at[4];
    *ret_body = bytes_of(value.at + FRAME_SIZE, value.count - FRAME_SIZE);
    return OK;
}

void frame_write(uint8_t ret_frame[FRAME_SIZE], uint32_t schema_id) {
    ret_frame[0] = 0;
    for (int i = 0; i < 4; i++) ret_frame[1 + i] = (uint8_t)(schema_id >> (24 - 8 * i));
}

uint32_t murmur2(struct bytes key) {
    const uint32_t m = 0x5bd1e995;
    uint32_t h = 0x9747b28c ^ (uint32_t)key.count;
    size_t i = 0;
    for (; i + 4 <= key.count; i += 4) {
        uint32_t k = (uint32_t)key.at[i] | (uint32_t)key.at[i + 1] << 8 | (uint32_t)key.at[i + 2] << 16 |
                     (uint32_t)key.at[i + 3] << 24;
        k *= m;
        k ^= k >> 24;
        k *= m;
        h *= m;
        h ^= k;
    }
    size_t rest = key.count - i;
    if (rest == 3) h ^= (uint32_t)key.at[i + 2] << 16;
    if (rest >= 2) h ^= (uint32_t)key.at[i + 1] << 8;
    if (rest >= 1) {
        h ^= key.at[i];
        h *= m;
    }
    h ^= h >> 13;
    h *= m;
    h ^= h >> 15;
    return h;
}

int32_t lane_of_key(struct bytes key, int32_t partitions) {
    return (int32_t)((murmur2(key) & 0x7fffffff) % (uint32_t)partitions);
}
