/* `ecocase-adapter unseal`: who reported a clue. */
#include "adapters/commands/commands.h"
#include "adapters/commands/commands_inside.h"
#include "adapters/conversion/canonical/decoded.h"
#include "adapters/chunks/chunks.h"
#include "base/buffer.h"
#include "base/limits.h"
#include <stdio.h>

/* False: the record says nothing of who reported. */
static bool sealed_part(avro_value_t *record, struct bytes *ret) {
    avro_value_t field, reporter, content;
    const void *at = NULL;
    size_t count = 0;
    if (avro_value_get_by_name(record, "reporter", &field, NULL) || avro_value_get_current_branch(&field, &reporter))
        return false;
    if (avro_value_get_type(&reporter) != AVRO_RECORD || avro_value_get_by_name(&reporter, "content", &content, NULL))
        return false;
    if (avro_value_get_bytes(&content, &at, &count)) return false;
    *ret = bytes_of(at, count);
    return true;
}

static enum outcome unseal(const struct loaded *loaded, const char *spool, struct bytes value, struct bytes *ret,
                           struct fault *fault) {
    AUTO(decoded_close) struct decoded decoded = {0};
    struct seal seal;
    struct bytes sealed = BYTES_NONE;
    TRY(seal_load(spool, false, &seal, fault));
    TRY(decoded_open(loaded->catalogue, value, &decoded, fault));
    if (!sealed_part(&decoded.value, &sealed))
        return fault_set(fault, REFUSE, "FIELD_MISSING", "this record says nothing of who reported");
    const struct seal_place place = {arena_cstr(loaded->arena, decoded.said.sender), decoded.said.message_id};
    if (seal_open(&seal, &place, sealed, loaded->arena, ret)) return OK;
    return fault_set(fault, REFUSE, "SEAL_KEY",
                     "sealed under another key than %s/" SEAL_FILE " (%s), or not as it was sent", spool, seal.id);
}

int unseal_run(const char *spool, const char *schemas, const char *file) {
    AUTO(loaded_close) struct loaded loaded = {.arena = arena_new(1u << 16, 8u << 20)};
    AUTO(buffer_free) struct buffer value;
    struct fault fault = {0};
    struct bytes plain = BYTES_NONE;
    buffer_init(&value, LIMIT_VALUE);
    enum outcome outcome = loaded_catalogue(&loaded, schemas, &fault);
    if (outcome == OK) outcome = buffer_read_file(&value, file, &fault);
    if (outcome == OK) outcome = unseal(&loaded, spool, buffer_view(&value), &plain, &fault);
    if (outcome == OK) return printf("%.*s\n", BYTES_FMT(plain)) > 0 ? 0 : 1;
    return command_failed(&fault);
}
