/* 台账结构: which tables a database holds, asked on a new connection before anything else is. One series is one way of
 * keeping the record; within it a higher version is a later one. Whoever opens a ledger (setup, a lane, `ecocase`)
 * refuses what it does not know: no program reads tables of another shape by guessing. Outcomes: RETRY the connection
 * was lost; REFUSE LEDGER_OLD, LEDGER_NEWER or LEDGER_OTHER, with what to do; FATAL the tables may not be read. */
#ifndef ECOCASE_LEDGER_SCHEMA_VERSION_H
#define ECOCASE_LEDGER_SCHEMA_VERSION_H
#include <libpq-fe.h>
#include <stdbool.h>
#include "base/fault.h"

#define SCHEMA_SERIES  "record"
#define SCHEMA_VERSION 1 /* as schemas/ledger/record.sql says */

/* *ret_empty: there is no ledger at all. */
MUST_USE enum outcome schema_version_check(PGconn *conn, bool *ret_empty, struct fault *fault);
#endif
