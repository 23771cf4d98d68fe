/* HTTP texts: whatever a client writes into path, headers and names. Each line of the input is tried as each of them.
 */
#include "target.h"
#include "adapters/spool/name.h"
#include "adapters/http/request.h"
#include "base/fault.h"
#include <stdlib.h>

static void try_line(struct bytes line) {
    char *text = malloc(line.count + 1);
    INVARIANT(text);
    if (line.count) memcpy(text, line.at, line.count);
    text[line.count] = 0;
    struct route route = route_find(text);
    struct bytes key = BYTES_NONE, credential = request_credential(text, text);
    int64_t number = 0, from = 0, part = 0;
    bool sound = false;
    INVARIANT((route.kind == ROUTE_NONE) == (route.method == NULL));
    INVARIANT(!route.id.count || ((const char *)route.id.at > text && route.id.count <= 80));
    if (request_number(text, 3, 9000, 3, &number)) INVARIANT(number >= 3 && number <= 9000);
    if (request_idempotency_key(text, &key)) INVARIANT(key.count >= 1 && key.count <= 255);
    if (!request_multipart(text, &sound)) INVARIANT(!sound);
    if (request_range(text, 1000, &from, &part) == RANGE_PART) INVARIANT(from >= 0 && part > 0 && from + part <= 1000);
    INVARIANT(credential.count <= line.count);
    if (name_outbox(line))
        INVARIANT(line.count <= NAME_OUTBOX_MAX && !memchr(line.at, '/', line.count) &&
                  !memchr(line.at, 0, line.count) && line.at[0] != '.');
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t count) {
    for (size_t from = 0; from <= count;) {
        const uint8_t *end = from < count ? memchr(data + from, '\n', count - from) : NULL;
        size_t length = end ? (size_t)(end - data) - from : count - from;
        try_line(bytes_of(data + from, length));
        from += length + 1;
    }
    return 0;
}
