/* A question answered: filters resolved, one page of rows fetched by keyset, printed as table, JSON, CSV or XLSX. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "base/fault.h"
#include "broker/cli/question.h"
#include "broker/cli/screen.h"
#include "broker/cli/table.h"

#define CONDITIONS_MAX 16384
#define SQL_MAX        32768
#define KEYS           4
#define KEY_MARK       "|" /* between the parts of --after; no key has it */

static size_t words_of(const char *list, const char *between, char *copy, size_t capacity, const char **ret) {
    size_t count = 0;
    char *rest = NULL;
    snprintf(copy, capacity, "%s", list);
    for (char *word = strtok_r(copy, between, &rest); word && count < KEYS; word = strtok_r(NULL, between, &rest))
        ret[count++] = word;
    return count;
}

/* Behind the last row of the page before: a comparison of rows, which an index on the order answers at any depth. */
static bool place_after(struct source *source, const struct question *question, const char *after, char *ret,
                        size_t capacity) {
    char copies[3][512];
    const char *columns[KEYS], *types[KEYS], *values[KEYS];
    ret[0] = '\0';
    if (!after) return true;
    size_t count = question->key ? words_of(question->key, ", ", copies[0], sizeof copies[0], columns) : 0;
    if (!count || words_of(question->key_types, " ", copies[1], sizeof copies[1], types) != count ||
        words_of(after, KEY_MARK, copies[2], sizeof copies[2], values) != count) {
        fprintf(stderr,
                "ecocase: --after 应为上一页末尾所示的值 / --after takes what the page before said at its end\n");
        return false;
    }
    size_t at = (size_t)snprintf(ret, capacity, " AND (%s) %s (", question->key, question->less ? "<" : ">");
    for (size_t i = 0; i < count; i++) {
        char *literal = PQescapeLiteral(source->conn, values[i], strlen(values[i]));
        at += (size_t)snprintf(ret + at, capacity - at, "%s%s::%s", i ? ", " : "", literal, types[i]);
        PQfreemem(literal);
    }
    snprintf(ret + at, capacity - at, ")");
    return true;
}

/* The page's mark: the key of each row as one text, which is no column that people see. */
static void key_column(const struct question *question, char *ret, size_t capacity) {
    char copy[512];
    const char *columns[KEYS];
    ret[0] = '\0';
    if (!question->key) return;
    size_t count = words_of(question->key, ", ", copy, sizeof copy, columns),
           at = (size_t)snprintf(ret, capacity, ", concat_ws('" KEY_MARK "'");
    for (size_t i = 0; i < count; i++) at += (size_t)snprintf(ret + at, capacity - at, ", %s", columns[i]);
    snprintf(ret + at, capacity - at, ") AS page_mark");
}

/* Filters of an inner query stand where its %s is. */
static bool query_of(struct source *source, const struct question *question, const struct request *request, long limit,
                     char ret[SQL_MAX]) {
    static char conditions[CONDITIONS_MAX], from[SQL_MAX];
    char after[1024], key[512];
    if (!filter_conditions(source, question, request, conditions, sizeof conditions)) return false;
    if (!place_after(source, question, request->after, after, sizeof after)) return false;
    key_column(question, key, sizeof key);
    const char *inner = strstr(question->from, "%s");
    if (inner)
        snprintf(from, sizeof from, "%.*s%s%s", (int)(inner - question->from), question->from, conditions, inner + 2);
    size_t at =
        (size_t)snprintf(ret, SQL_MAX, "SELECT %s%s FROM %s WHERE true%s%s%s%s%s%s ORDER BY %s", question->select, key,
                         inner ? from : question->from, question->where ? " AND " : "",
                         question->where ? question->where : "", inner ? "" : conditions, after,
                         question->group ? " GROUP BY " : "", question->group ? question->group : "", question->order);
    INVARIANT(at < SQL_MAX - 32);
    if (limit > 0) snprintf(ret + at, SQL_MAX - at, " LIMIT %ld", limit);
    return true;
}

static const char *mark_of(const PGresult *rows, int row) {
    int column = PQfnumber(rows, "page_mark");
    return column >= 0 && row >= 0 ? PQgetvalue(rows, row, column) : NULL;
}

static void print_json(const PGresult *rows, int shown, bool more) {
    json_t *list = json_array(), *all = json_object();
    for (int row = 0; row < shown; row++) {
        json_t *one = sheet_row_json(rows, row);
        json_object_del(one, "page_mark");
        json_array_append_new(list, one);
    }
    json_object_set_new(all, "rows", list);
    json_object_set_new(all, "next",
                        more && mark_of(rows, shown - 1) ? json_string(mark_of(rows, shown - 1)) : json_null());
    sheet_print_json(all);
}

static void print_table(const struct source *source, const struct question *question, const PGresult *rows, int shown,
                        bool more) {
    struct screen screen = screen_open(shown + 6);
    sheet_rows(screen.to, rows, shown, question->columns, screen.width, screen.colour);
    fprintf(screen.to, "\n共 %d 条 / %d rows；时间为北京时间 times: Asia/Shanghai (+08:00)\n", shown, shown);
    if (more && mark_of(rows, shown - 1))
        fprintf(screen.to, "还有更多 there are more；下一页 next page: --after '%s'\n", mark_of(rows, shown - 1));
    else if (more) fprintf(screen.to, "还有更多，见 --limit / there are more: --limit\n");
    if (source->manual_clock) fprintf(screen.to, "手动时钟的测试台账 / a test ledger with a manual clock\n");
    screen_close(&screen);
}

static enum exit_code answer(struct source *source, const struct question *question, const struct request *request) {
    static char sql[SQL_MAX];
    bool whole = (request->csv || request->xlsx) && !request->limited; /* an export is the filter, not the page */
    if (!query_of(source, question, request,
                  whole                           ? 0
                  : request->csv || request->xlsx ? request->limit
                                                  : request->limit + 1,
                  sql))
        return EXIT_FAILED;
    if (request->csv) return export_csv(source, sql, question, request->bom);
    if (request->xlsx) return export_xlsx(source, sql, question, request->xlsx);
    AUTO(source_result_free) PGresult *rows = source_ask(source, sql, 0, NULL);
    if (!rows) return EXIT_FAILED;
    int shown = PQntuples(rows);
    bool more = shown > request->limit;
    if (more) shown = (int)request->limit;
    if (request->json) print_json(rows, shown, more);
    else print_table(source, question, rows, shown, more);
    return EXIT_DONE;
}

enum exit_code question_ask(const struct question *question, const struct request *request) {
    struct source source;
    if ((question->argument != NULL) != (request->word_count == 2)) {
        fprintf(stderr, "ecocase: 用法 / usage: ecocase %s%s%s\n", question->word, question->argument ? " " : "",
                question->argument ? question->argument : "");
        return EXIT_USAGE;
    }
    if (!source_open_register(request, request->party != NULL, &source)) return EXIT_FAILED;
    enum exit_code code = answer(&source, question, request);
    source_close(&source);
    return fflush(stdout) == 0 ? code : EXIT_FAILED;
}
