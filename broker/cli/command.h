/* The commands. Each prints to stdout and answers the exit code. */
#ifndef ECOCASE_CLI_COMMAND_H
#define ECOCASE_CLI_COMMAND_H
#include "broker/cli/source.h"

enum exit_code ledger_list(struct source *source, const struct request *request);
enum exit_code ledger_overdue(struct source *source, const struct request *request);
enum exit_code ledger_show(struct source *source, const struct request *request);
enum exit_code ledger_stats(struct source *source, const struct request *request);
enum exit_code agencies(struct source *source, const struct request *request);
enum exit_code dead_letters_list(struct source *source, const struct request *request);
enum exit_code dead_letters_show(struct source *source, const struct request *request);
enum exit_code refusals_list(struct source *source, const struct request *request);
/* False, with a line on stderr naming the nearest, when --agency names none. */
bool agency_exists(struct source *source, const char *slug);
#endif
