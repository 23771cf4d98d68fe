/* Inside of the HTTP transport: 包裹, a submission being received. Its files lie in .http/<name>/ as 0 (the case file), 1, 2 …;
 * nothing of it is in memory but names and digests. */
#ifndef ECOCASE_ADAPTERS_HTTP_PARCEL_H
#define ECOCASE_ADAPTERS_HTTP_PARCEL_H
#include "adapters/http/http_inside.h"
#include "base/limits.h"
#include <openssl/evp.h>

struct received { char name[REQUEST_NAME_MOST + 1]; int file; int64_t size; EVP_MD_CTX *sum; struct digest digest; bool there; };
struct parcel {
    char name[64];                    /* of its folder */
    int folder;
    struct received files[LIMIT_ATTACHMENT_COUNT + 1];
    size_t count;                     /* places used; place 0 is kept for the case file */
    size_t open;                      /* the place being written */
    char open_key[16];
    struct MHD_PostProcessor *form;   /* NULL: the body is the case file */
    struct fault fault;               /* why a part was not taken */
    bool kept;                        /* its folder is the submission's now */
};
/* All was received: sums done, everything on disk. */
MUST_USE enum outcome parcel_finish(struct asked *asked, struct fault *fault);
/* The folder gets the submission's name; durable on return. */
MUST_USE enum outcome parcel_keep(struct asked *asked, const char *id, struct fault *fault);
void parcel_remove_folder(const struct http *http, const char *name);
#endif
