/* What was asked on the command line. Words and options may stand in any order; `--name VALUE` and `--name=VALUE` both
 * work. */
#ifndef ECOCASE_CLI_REQUEST_H
#define ECOCASE_CLI_REQUEST_H
#include <stdbool.h>
#include <stddef.h>

enum exit_code { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };
struct request {
    const char *words[8];
    size_t word_count;
    const char *postgres, *record, *reg, *state, *agency, *schemas;
    const char *direction, *category, *county, *circle, *since, *until, *party, *reason, *number, *text, *after, *xlsx;
    bool json, csv, bom, overdue, limited, open, check, help, version;
    long limit, lane, from, to; /* lane -1, from and to 0: not given */
};
/* False: it was wrong and stderr says how (the nearest option is named). */
bool request_parse(int argc, char **argv, struct request *ret);
#endif
