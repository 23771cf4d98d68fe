/* 查看状态: `ecocase-adapter status`, what an adapter's spool says of it, from outside: its .status.json, whether it
 * lives (.lock), what lies in outbox/ and failed/. Prints a table or, with `json`, one object. Changes nothing. Returns
 * the exit status: 0 it runs and reaches Kafka (and the agency's database, where it has one), 1 it does not. */
#ifndef ECOCASE_ADAPTERS_COMMANDS_STATUS_SHOW_H
#define ECOCASE_ADAPTERS_COMMANDS_STATUS_SHOW_H
#include <stdbool.h>

int status_show(const char *spool, bool json);
#endif
