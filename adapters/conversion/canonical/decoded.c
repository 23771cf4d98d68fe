/* Opens a record's value as an Avro value. */
#include "adapters/conversion/canonical/decoded.h"
#include "wire/frame.h"

enum outcome decoded_open(const struct catalogue *catalogue, struct bytes value, struct decoded *ret,
                          struct fault *fault) {
    struct decoded made = {0};
    uint32_t id = 0;
    struct bytes body = BYTES_NONE;
    TRY(record_read(catalogue, value, &made.said, fault));
    TRY(frame_open(value, &id, &body, fault));
    made.class = catalogue_class(made.said.schema);
    if (!made.class || avro_generic_value_new(made.class, &made.value) != 0)
        return fault_set(fault, FATAL, "INTERNAL", "no memory for an Avro value of %s", made.said.schema->name);
    avro_reader_t reader = avro_reader_memory((const char *)body.at, (int64_t)body.count);
    bool bad = !reader || avro_value_read(reader, &made.value) != 0;
    if (reader) avro_reader_free(reader);
    if (bad) {
        decoded_close(&made);
        return fault_set(fault, FATAL, "INTERNAL", "Avro: %s", avro_strerror()); /* its bytes were read before */
    }
    *ret = made;
    return OK;
}

void decoded_close(struct decoded *decoded) {
    if (!decoded->class) return;
    avro_value_decref(&decoded->value);
    *decoded = (struct decoded){0};
}
