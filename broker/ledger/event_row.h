/* An event row as the statements "unpublished" and "event_at" answer it; everything it points to lives in the arena. */
#ifndef ECOCASE_LEDGER_EVENT_ROW_H
#define ECOCASE_LEDGER_EVENT_ROW_H
#include "broker/ledger/connection.h"
void event_row_read(const PGresult *result, int row, struct arena *arena, struct ledger_event *ret);
#endif
