/* 数据库传输: an agency's system hands in and fetches papers through tables in its own PostgreSQL database, with the
 * columns of Debezium's outbox router. Job: a gateway (gateway/gateway.h) whose owner is one thread with one
 * connection: it takes what stands in the outbox table, tells what became of it in the outcome table, and puts what
 * came into the inbox table, each in a transaction of its own that may be done again. docs/TABLE.md. table_open takes
 * *transport (the spool's, or another gateway) and gives back one that owns it; on failure *transport stays as it was.
 * The database need not be there: what waits, waits on either side, and the status says so. */
#ifndef ECOCASE_ADAPTERS_TABLE_TABLE_H
#define ECOCASE_ADAPTERS_TABLE_TABLE_H
#include "adapters/gateway/gateway.h"

MUST_USE enum outcome table_open(const struct gateway_place *place, struct transport **transport, struct fault *fault);
/* `ecocase-adapter table-setup`: prints the SQL that makes tables, roles and grants, or runs it (apply) as `owner`
 * (NULL: as the settings' user). Returns the exit status. */
int table_setup(const char *settings, bool apply, const char *owner);
#endif
