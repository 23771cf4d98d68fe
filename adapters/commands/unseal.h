/* 开封: `ecocase-adapter unseal`, who reported a clue, from the record as it was sent (a file with its bytes, e.g.
 * event.value of the ledger) and the key in the originator's spool. Prints one JSON object. Changes nothing. Returns
 * the exit status: 0 opened, 1 not. */
#ifndef ECOCASE_ADAPTERS_COMMANDS_UNSEAL_H
#define ECOCASE_ADAPTERS_COMMANDS_UNSEAL_H
int unseal_run(const char *spool, const char *schemas, const char *file);
#endif
