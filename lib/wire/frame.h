/* Confluent wire format: 0x00, schema id (4 bytes big-endian), Avro binary. Inside too: the partitioner that Java's and
 * librdkafka's `murmur2_random` use for a keyed record. */
#ifndef ECOCASE_WIRE_FRAME_H
#define ECOCASE_WIRE_FRAME_H
#include "base/buffer.h"
#include "base/bytes.h"
#define FRAME_SIZE 5
/* REFUSE: FRAME_SHORT, FRAME_MAGIC. ret_body views into value. */
MUST_USE enum outcome frame_open(struct bytes value, uint32_t *ret_schema_id, struct bytes *ret_body,
                                 struct fault *fault);
void frame_write(uint8_t ret_frame[FRAME_SIZE], uint32_t schema_id);
uint32_t murmur2(struct bytes key);
int32_t lane_of_key(struct bytes key, int32_t partitions); /* (murmur2 & 0x7fffffff) % partitions */
#endif
