/* The commands. Each prints to stdout and answers the exit code. */
#ifndef ECOCASE_CLI_COMMAND_H
#define ECOCASE_CLI_COMMAND_H
#include "broker/cli/source.h"

enum exit_code ledger_list(struct source *source, const struct request *request);
enum exit_code ledger_overdue(struct source *source, const struct request *request);
enum exit_code ledger_alerts(struct source *source, const struct request *request);
enum exit_code ledger_show(struct source *source, const struct request *request);
enum exit_code ledger_documents(struct source *source, const struct request *request);
enum exit_code ledger_stats(struct source *source, const struct request *request);
enum exit_code agencies(struct source *source, const struct request *request);
enum exit_code dead_letters_list(struct source *source, const struct request *request);
enum exit_code dead_letters_show(struct source *source, const struct request *request);
enum exit_code refusals_list(struct source *source, const struct request *request);
enum exit_code ledger_hints(struct source *source, const struct request *request);
enum exit_code ledger_duplicates(struct source *source, const struct request *request);
enum exit_code ledger_by_hand(struct source *source, const struct request *request);
/* These need no ledger: source is NULL. */
/* opens its own; EXIT_USAGE also when it could not be done */
enum exit_code ledger_replay(struct source *source, const struct request *request);
enum exit_code register_status_command(struct source *source, const struct request *request);
enum exit_code register_rebuild_command(struct source *source, const struct request *request);
enum exit_code register_verify_command(struct source *source, const struct request *request);
enum exit_code rules_check_command(struct source *source, const struct request *request);
enum exit_code rules_diagram_command(struct source *source, const struct request *request);
enum exit_code rules_procedure_command(struct source *source, const struct request *request);
/* show.c: the referrals that `id` may mean, as rows of referral_list; NULL: the query failed. With several rows and
 * *ret_exact false one of them is meant: `referral_candidates` says so. */
PGresult *referral_find(struct source *source, const char *id, bool *ret_exact);
void referral_candidates(const struct request *request, const char *id, const PGresult *found);
/* False, with a line on stderr naming the nearest, when --agency names none. */
bool agency_exists(struct source *source, const char *slug);
#endif
