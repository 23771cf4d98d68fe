/* 问题: what coordinators ask of the register, each by one command, as data: its columns, its order, and which filters
 * it takes. ask.c answers them. */
#ifndef ECOCASE_CLI_QUESTION_H
#define ECOCASE_CLI_QUESTION_H
#include "broker/cli/sheet.h"

#define QUESTION_COLUMNS 16
enum filter {
    FILTER_DIRECTION = 1,
    FILTER_AGENCY = 2,
    FILTER_CATEGORY = 4,
    FILTER_COUNTY = 8,
    FILTER_CIRCLE = 16,
    FILTER_STATE = 32,
    FILTER_OPEN = 64,
    FILTER_OVERDUE = 128,
    FILTER_PERIOD = 256,
    FILTER_PARTY = 512,
    FILTER_NUMBER = 1024,
    FILTER_TEXT = 2048,
    FILTER_CASE = 1023 & ~FILTER_OVERDUE & ~FILTER_PERIOD /* what every list of referrals takes */
};
struct question {
    const char *word, *argument, *zh, *en;
    const char *from, *select;
    const char *where; /* besides the filters; NULL: nothing */
    const char *group; /* NULL: rows as they are */
    const char *order;
    /* 翻页: the columns of the order, parted by commas, and their types; NULL: all on one page. `less`: it falls. */
    const char *key, *key_types;
    bool less;
    unsigned filters;   /* enum filter */
    const char *agency; /* columns with a participant's number, any of which is the agency's */
    const char *time;   /* column of the period */
    const char *open;   /* condition of --open */
    struct sheet_column columns[QUESTION_COLUMNS];
};
const struct question *question_at(size_t index);       /* NULL beyond the last */
const struct question *question_find(const char *word); /* NULL: none */
enum exit_code question_ask(const struct question *question, const struct request *request);
/* `show ID`: one page a case. `look ID --reason`: its parties, which is written down. */
enum exit_code case_page(struct source *source, const struct request *request);
enum exit_code case_look(struct source *source, const struct request *request);
/* Opens the register instead of the ledger; a look writes. */
bool source_open_register(const struct request *request, bool writes, struct source *ret);
/* ---- filter.c: the conditions of a request as SQL, begun with " AND"; false: a value is unknown, stderr names the
 * nearest. */
bool filter_conditions(struct source *source, const struct question *question, const struct request *request, char *ret,
                       size_t capacity);
/* ---- export.c: rows as CSV on stdout or as an XLSX file; every row of the query, nothing cut. */
enum exit_code export_csv(struct source *source, const char *sql, const struct question *question, bool bom);
enum exit_code export_xlsx(struct source *source, const char *sql, const struct question *question, const char *path);
/* ---- manual.c: man page and completion, from the same table. */
void manual_print(void);
void completion_print(void);
void questions_usage(FILE *to);
#endif
