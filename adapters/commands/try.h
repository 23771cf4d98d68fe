/* 试转换: `ecocase-adapter try`, what a file would become. Job: reads and maps one case file with the papers that lie
 * beside it and prints JSON: event, ids, papers, record; or the fault as `<file>.error` tells it. Sends nothing, keeps
 * nothing: no Kafka, no journal, so what an answer cites stays open. Returns the exit status: 0 it would be taken, 1 it
 * would not. */
#ifndef ECOCASE_ADAPTERS_COMMANDS_TRY_H
#define ECOCASE_ADAPTERS_COMMANDS_TRY_H

/* `as`: NULL, or the mask or the role (to, copy, notice, alert: by this profile) under which `becomes` is shown. */
int try_run(const char *profile, const char *schemas, const char *file, const char *as);
#endif
