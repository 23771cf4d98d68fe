/* 登记簿: what people ask, in tables of its own that this program writes from the record (broker/ledger), lane by lane
 * and event by event, some tenths of a second behind. It only reads the record; it may live on another Postgres; it may
 * be thrown away and built again. One follower works at a time (an advisory lock of the register's database), others
 * stand by. Each poll reads one snapshot of the record and writes one transaction of the register, its positions with
 * the rows: killed anywhere, it goes on where it was. Outcomes: RETRY a server is away; REFUSE the world is another
 * than it was (REGISTER_AHEAD, REGISTER_MOVED); FATAL it cannot be. Threads: one. */
#ifndef ECOCASE_REGISTER_H
#define ECOCASE_REGISTER_H
#include <signal.h>
#include "base/fault.h"
#include "base/time.h"

struct register_request {
    const char *record, *reg; /* connection strings: the record's, the register's */
    const char *schemas;
    const char *instance; /* for the log and for status */
};
/* desk.sql as the database's owner: roles, accounts, the log of looks. */
MUST_USE enum outcome register_set_up(const char *conninfo, const char *schemas, struct fault *fault);
/* Until *stop: makes the register where there is none, follows, builds it again where the record is behind it. */
MUST_USE enum outcome register_run(const struct register_request *request, const volatile sig_atomic_t *stop,
                                   struct fault *fault);

struct register_listener {
    void (*progress)(void *opaque, int64_t done, int64_t of);
    /* verify: a row that differs; what: "record" it should be there and is not, "register" it should not be there */
    void (*difference)(void *opaque, const char *table, const char *what, const char *row);
    void *opaque;
};
struct register_verified {
    int64_t events, differences;
    int tables;
};
/* Beside the one that is read, then in its place. */
MUST_USE enum outcome register_rebuild(const struct register_request *request, const struct register_listener *listener,
                                       int64_t *ret_events, struct fault *fault);
/* Everything made once more from the record and compared, table by table. */
MUST_USE enum outcome register_verify(const struct register_request *request, const struct register_listener *listener,
                                      struct register_verified *ret, struct fault *fault);

struct register_status {
    int version;       /* 0: there is none */
    bool followed;     /* somebody holds the follower's lock */
    int64_t events;    /* behind the record */
    int64_t behind_ms; /* age of the oldest event that is not in it; 0: none */
    int64_t quiet_ms;  /* since the last poll */
    bool ahead;        /* the record is behind the register or another: it must be built again */
    char why[200];     /* ahead: why */
    instant built, now;
};
MUST_USE enum outcome register_status(const struct register_request *request, struct register_status *ret,
                                      struct fault *fault);
#endif
