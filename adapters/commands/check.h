/* 核查配置: `ecocase-adapter check`, every mistake of a profile at once. Prints one line each on stdout,
 * `file:line:column: 中文 · English`; no Kafka, no journal. Returns the exit status: 0 none, 1 some. */
#ifndef ECOCASE_ADAPTERS_COMMANDS_CHECK_H
#define ECOCASE_ADAPTERS_COMMANDS_CHECK_H

int check_run(const char *profile, const char *schemas);
#endif
