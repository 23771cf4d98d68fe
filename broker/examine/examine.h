/* 检验: one record of an outbox or of the clock, before anything of it is judged: frame, schema, every byte, key, lane,
 * times and owner. Pure. Threads: any. What it returns views into the message. */
#ifndef ECOCASE_EXAMINE_H
#define ECOCASE_EXAMINE_H
#include "wire/digest.h"
#include "wire/directory.h"
#include "wire/person.h"
#include "wire/record.h"

enum examined {
    EXAMINED_SUBMISSION,
    EXAMINED_REPORT,
    EXAMINED_TICK,
    EXAMINED_REFUSED /* lawful form, unlawful place */,
    EXAMINED_MALFORMED
};
struct examination {
    enum examined what;
    struct submission submission; /* not for MALFORMED */
    struct digest hash;           /* SHA-256 of the value without its frame; SUBMISSION only */
    struct persons persons;       /* its parties, by key; SUBMISSION only */
};
struct arrival {
    struct bytes key, value;
    int32_t lane, lanes;
    bool clock;
    const struct participant *owner;
    struct bytes secret; /* of the ledger: person.h */
};
/* `fault` is filled for REFUSED and MALFORMED. */
void examine(const struct catalogue *catalogue, const struct arrival *arrival, struct examination *ret,
             struct fault *fault);

/* Documents of this system are of this time: 1950-01-01 up to 2200-01-01, +08:00. Nothing is computed with other
 * instants. */
bool instant_sane(instant at);
#endif
