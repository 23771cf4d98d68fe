/* 代理通知: what the broker says itself about an event (SYS.ACCEPTED for kind A, SYS.REFUSED for R and D). A pure
 * function of the event row and the directory, so publishing again after a take-over gives the same bytes. Threads:
 * any. */
#ifndef ECOCASE_DELIVER_NOTICE_INSIDE_H
#define ECOCASE_DELIVER_NOTICE_INSIDE_H
#include "base/arena.h"
#include "base/buffer.h"
#include "broker/model/model.h"
#include "wire/catalogue.h"
#include "wire/directory.h"

struct notice_identity {
    struct uuid id; /* UUIDv5 of "<sender number>:<message id>:SYS.ACCEPTED" or "<sender
                       number>:<topic>/<partition>/<offset>:SYS.REFUSED": the same message id may be refused more than
                       once (ID_CONFLICT), a place only once */
    const char *event;
    instant at;
};
/* The hints (broker/judge/judge.h) among the reasons of an accepted event, to one of those who hear of them: SYS.HINT
 * (SYS.REMARK where there are only remarks that others are told of), id UUIDv5 of "<sender number>:<message
 * id>:SYS.HINT". The same for everybody. */
MUST_USE enum outcome notice_write_hints(const struct catalogue *catalogue, const struct directory *directory,
                                         int32_t lane, const struct ledger_event *event, struct arena *arena,
                                         struct buffer *into, struct notice_identity *ret, struct fault *fault);
/* Appends the notice's value to `into`. FATAL when the event's sender is not in the directory. */
MUST_USE enum outcome notice_write(const struct catalogue *catalogue, const struct directory *directory, int32_t lane,
                                   const struct ledger_event *event, struct arena *arena, struct buffer *into,
                                   struct notice_identity *ret, struct fault *fault);
#endif
