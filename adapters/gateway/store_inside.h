/* Inside of the store: statements under the lock. */
#ifndef ECOCASE_ADAPTERS_GATEWAY_STORE_INSIDE_H
#define ECOCASE_ADAPTERS_GATEWAY_STORE_INSIDE_H
#include <pthread.h>
#include "adapters/journal/statement.h"
#include "adapters/gateway/store.h"

struct store {
    sqlite3 *db;
    pthread_mutex_t door;
    pthread_cond_t news;
    int64_t changes;
    bool stopped;
    int wake; /* an eventfd */
};
void store_enter(struct store *store);
void store_leave(struct store *store, bool changed);
/* Statements are made and dropped by each call: they are few beside the fsync of a transaction. */
MUST_USE enum outcome store_statement(struct store *store, const char *sql, struct statement *ret, struct fault *fault);
/* dropped when there is none */
MUST_USE enum outcome store_step(struct store *store, struct statement *statement, bool *ret_row, struct fault *fault);
MUST_USE enum outcome store_run(struct store *store, struct statement *statement, struct fault *fault);
void store_drop(struct statement *statement);
MUST_USE enum outcome store_begin(struct store *store, struct fault *fault);
/* Commits when `outcome` is OK, else rolls back; gives the final outcome. */
MUST_USE enum outcome store_end(struct store *store, enum outcome outcome, struct fault *fault);
/* One transaction, entered and left here, in which `one` is done to each of `count` items of `size` bytes; `changed` as
 * for store_leave, if all went well. */
typedef enum outcome (*store_one)(struct store *store, const void *item, struct fault *fault);
MUST_USE enum outcome store_each(struct store *store, const void *items, size_t size, size_t count, store_one one,
                                 bool changed, struct fault *fault);
#endif
