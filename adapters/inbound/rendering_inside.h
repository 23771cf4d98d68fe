/* Inside of delivery: one record -> its files, staged. A record the profile cannot render becomes a complete canonical
 * JSON file instead; what cannot even be decoded becomes JSON with its bytes: nothing is lost, nothing blocks. */
#ifndef ECOCASE_ADAPTERS_INBOUND_RENDERING_INSIDE_H
#define ECOCASE_ADAPTERS_INBOUND_RENDERING_INSIDE_H
#include <jansson.h>
#include "adapters/inbound/delivery_inside.h"

struct rendered {
    struct uuid message_id;
    const char *stem;
    json_t *files; /* list of {staged, box, name} in the order of revealing; owned by the caller */
};
/* `batch` holds the stem, `scratch` is reset by the caller after each record. */
struct rendering {
    const struct delivery *delivery;
    const struct arrival *arrival;
    struct submission said;
    bool readable;
    struct arena *batch, *scratch;
};
/* Reads the record; ret->readable=false when it is none of ours. */
void rendering_open(const struct delivery *delivery, const struct arrival *arrival, struct arena *batch,
                    struct arena *scratch, struct rendering *ret);
struct uuid rendering_message_id(const struct rendering *rendering);
MUST_USE enum outcome rendering_stage(struct rendering *rendering, struct rendered *ret, struct fault *fault);
#endif
