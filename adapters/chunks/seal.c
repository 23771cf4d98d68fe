/* Who reported a clue: sealed and opened with the agency's own key. */
#include "adapters/chunks/chunks.h"
#include "base/durable.h"
#include "base/buffer.h"
#include "base/limits.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <unistd.h>

#define FILL 256u

static void close_auto(int *descriptor) {
    if (*descriptor >= 0) close(*descriptor);
}

static enum outcome make_key(const char *spool, struct fault *fault) {
    struct digest random;
    char hex[DIGEST_SIZE * 2 + 2];
    AUTO(close_auto) int folder = open(spool, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return fault_set(fault, RETRY, "FILE_WRITE", "%s: %s", spool, strerror(errno));
    INVARIANT(RAND_priv_bytes(random.b, DIGEST_SIZE) == 1);
    digest_hex(&random, hex);
    strcat(hex, "\n");
    /* nobody else's at any time */
    AUTO(close_auto) int file = openat(folder, SEAL_FILE ".new", O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) return fault_set(fault, RETRY, "FILE_WRITE", SEAL_FILE ": %s", strerror(errno));
    TRY(durable_write(folder, SEAL_FILE ".new", bytes_of_cstr(hex), fault));
    TRY(durable_sync_file(folder, SEAL_FILE ".new", fault));
    if (durable_move(folder, SEAL_FILE ".new", folder, SEAL_FILE, fault) == MOVE_FAILED) return RETRY;
    return durable_sync_folder(folder, fault);
}

enum outcome seal_load(const char *spool, bool make, struct seal *ret, struct fault *fault) {
    char path[4096], id[DIGEST_SIZE * 2 + 1];
    AUTO(buffer_free) struct buffer text;
    struct digest key;
    snprintf(path, sizeof path, "%s/" SEAL_FILE, spool);
    buffer_init(&text, 4096);
    if (make && access(path, F_OK) != 0) TRY(make_key(spool, fault));
    if (buffer_read_file(&text, path, fault) != OK)
        return fault_set(fault, REFUSE, "SEAL_KEY", "%s cannot be read", path);
    struct bytes view = buffer_view(&text);
    if (view.count && view.at[view.count - 1] == '\n') view.count--;
    if (!digest_parse(view, &key)) return fault_set(fault, REFUSE, "SEAL_KEY", "%s must hold 64 hex digits", path);
    memcpy(ret->key, key.b, SEAL_KEY);
    struct digest of_key = digest_of(bytes_of(ret->key, SEAL_KEY));
    digest_hex(&of_key, id);
    snprintf(ret->id, sizeof ret->id, "%.16s", id);
    return OK;
}

/* A chunk of its own: key and additional data are the record's. */
static struct chunked of_record(const struct seal *seal, const struct seal_place *place, size_t count) {
    struct chunked what = {0};
    const struct bytes for_key[] = {bytes_of(seal->key, SEAL_KEY),
                                    bytes_of(place->message_id.b, sizeof place->message_id.b)};
    const struct bytes about[] = {bytes_of_cstr(place->sender), for_key[1]};
    struct digest key = digest_of_list(for_key, 2);
    memcpy(what.key, key.b, CHUNK_KEY);
    what.sha256 = digest_of_list(about, 2);
    chunked_cut(&what, (int64_t)count, (int32_t)LIMIT_CHUNK);
    return what;
}

struct bytes seal_close(const struct seal *seal, const struct seal_place *place, struct bytes plain,
                        struct arena *arena) {
    size_t count = (plain.count / FILL + 1) * FILL;
    uint8_t *filled = arena_alloc(arena, count), *sealed = arena_alloc(arena, count + CHUNK_SEAL);
    if (plain.count) memcpy(filled, plain.at, plain.count);
    memset(filled + plain.count, ' ', count - plain.count);
    struct chunked what = of_record(seal, place, count);
    chunk_seal(&what, 0, bytes_of(filled, count), sealed);
    return bytes_of(sealed, count + CHUNK_SEAL);
}

bool seal_open(const struct seal *seal, const struct seal_place *place, struct bytes sealed, struct arena *arena,
               struct bytes *ret_plain) {
    if (sealed.count <= CHUNK_SEAL || sealed.count > LIMIT_CHUNK) return false;
    size_t count = sealed.count - CHUNK_SEAL;
    uint8_t *plain = arena_alloc(arena, count);
    struct chunked what = of_record(seal, place, count);
    if (!chunk_open(&what, 0, sealed, plain)) return false;
    while (count && plain[count - 1] == ' ') count--;
    *ret_plain = bytes_of(plain, count);
    return true;
}
