/* 检验: one record of an outbox or of the clock, before anything of it is judged: frame, schema, every byte, key, lane and owner.
 * Pure. Threads: any. What it returns views into the message. */
#ifndef ECOCASE_BROKER_EXAMINE_H
#define ECOCASE_BROKER_EXAMINE_H
#include "wire/digest.h"
#include "wire/directory.h"
#include "wire/record.h"

enum examined { EXAMINED_SUBMISSION, EXAMINED_REPORT, EXAMINED_TICK, EXAMINED_REFUSED /* lawful form, unlawful place */, EXAMINED_MALFORMED };
struct examination {
    enum examined what;
    struct submission submission; /* not for MALFORMED */
    struct digest hash;           /* SHA-256 of the value without its frame; SUBMISSION and REFUSED */
    struct fault fault;           /* REFUSED and MALFORMED */
};
struct arrival { struct bytes key, value; int32_t lane, lanes; bool clock; const struct participant *owner; };
void examine(const struct catalogue *catalogue, const struct arrival *arrival, struct examination *ret);
#endif
