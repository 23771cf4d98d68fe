/* 退件: what is written beside a failed file: {code, field, line, column, zh, en, detail, at, messageId, …}. */
#ifndef ECOCASE_ADAPTERS_SPOOL_REJECTION_H
#define ECOCASE_ADAPTERS_SPOOL_REJECTION_H
#include <jansson.h>
#include "base/arena.h"
#include "base/fault.h"
#include "base/uuid.h"

struct rejection {
    struct fault fault;
    struct uuid message_id; /* nil: none yet */
    json_t *more;           /* object with further members (candidates, earlier …) or NULL; owned */
};
void rejection_clear(struct rejection *rejection);
struct json_t *rejection_json(const struct rejection *rejection); /* the caller's */
struct bytes rejection_write(const struct rejection *rejection, struct arena *arena);
#endif
