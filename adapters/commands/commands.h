/* What ecocase-adapter does besides `run`, each once and from outside of a running adapter. Each prints on stdout what
 * was asked for and returns the exit status: 0 done, 1 not (one line on stderr says what to do). */
#ifndef ECOCASE_ADAPTERS_COMMANDS_COMMANDS_H
#define ECOCASE_ADAPTERS_COMMANDS_COMMANDS_H
#include <stdbool.h>

/* ---- 配置起步: `ecocase-adapter new`, a starting profile for an agency, written from one of its own files. Job: finds
 * format, encoding, dates and the fields whose names or values are known (not: fixed width, workbooks of several
 * sheets), prints YAML on stdout with what is left to do as comments, then loads it and reads the sample with it. What
 * is not recognised stays unmapped and travels in native[]. Without a sample: a csv with the built-in Chinese names.
 * Returns the exit status: 0 the profile is complete and takes the sample; 1 it was written and something is still to
 * do (told on stderr), or nothing could be read. */
int starter_run(const char *slug, const char *sample, const char *schemas);

/* ---- 核查配置: `ecocase-adapter check`, every mistake of a profile at once. Prints one line each on stdout,
 * `file:line:column: 中文 · English`; no Kafka, no journal. Returns the exit status: 0 none, 1 some. */
int check_run(const char *profile, const char *schemas);

/* ---- 试转换: `ecocase-adapter try`, what a file would become. Job: reads and maps one case file with the papers that
 * lie beside it and prints JSON: event, ids, papers, record; or the fault as `<file>.error` tells it. Sends nothing,
 * keeps nothing: no Kafka, no journal, so what an answer cites stays open. Returns the exit status: 0 it would be
 * taken, 1 it would not. */
/* `as`: NULL, or the mask or the role (to, copy, notice, alert: by this profile) under which `becomes` is shown. */
int try_run(const char *profile, const char *schemas, const char *file, const char *as);

/* ---- 查看状态: `ecocase-adapter status`, what an adapter's spool says of it, from outside: its .status.json, whether
 * it lives (.lock), what lies in outbox/ and failed/. Prints a table or, with `json`, one object. Changes nothing.
 * Returns the exit status: 0 it runs and reaches Kafka (and the agency's database, where it has one), 1 it does not. */
int status_show(const char *spool, bool json);

/* ---- 开封: `ecocase-adapter unseal`, who reported a clue, from the record as it was sent (a file with its bytes, e.g.
 * event.value of the ledger) and the key in the originator's spool. Prints one JSON object. Changes nothing. Returns
 * the exit status: 0 opened, 1 not. */
int unseal_run(const char *spool, const char *schemas, const char *file);
#endif
