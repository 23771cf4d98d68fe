/* A result's columns chosen, made readable, and printed as table or JSON. */
#include "broker/cli/sheet.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "broker/cli/table.h"

/* Type oids of pg_type that views answer with. */
enum {
    TYPE_BOOL = 16,
    TYPE_CHAR = 18,
    TYPE_INT8 = 20,
    TYPE_INT2 = 21,
    TYPE_INT4 = 23,
    TYPE_INT8_ARRAY = 1016,
    TYPE_TIMESTAMPTZ = 1184,
    TYPE_NUMERIC = 1700
};

/* 2026-06-08 10:20:00.5+08 -> 2026-06-08 10:20 */
static void short_time(const char *text, char *ret, size_t capacity) { snprintf(ret, capacity, "%.16s", text); }

static void cell(struct table *table, const PGresult *result, int row, int column) {
    const char *text = column < 0 ? "" : PQgetvalue(result, row, column);
    char at[32];
    switch (PQftype(result, column)) {
    case TYPE_BOOL: text = PQgetisnull(result, row, column) ? "" : text[0] == 't' ? "是" : "否"; break;
    case TYPE_TIMESTAMPTZ:
        short_time(text, at, sizeof at);
        text = at;
        break;
    default: break;
    }
    table_cell(table, text);
}

void sheet_table(const PGresult *result, const struct sheet_column *columns, const char *indent_title) {
    size_t count = 0;
    int numbers[TABLE_COLUMNS];
    struct table table;
    while (columns[count].name) count++;
    table_start(&table, count);
    for (size_t c = 0; c < count; c++) {
        numbers[c] = PQfnumber(result, columns[c].name);
        table_cell(&table, columns[c].head);
        table.most[c] = columns[c].most;
    }
    for (int row = 0; row < PQntuples(result); row++) {
        for (size_t c = 0; c < count; c++) cell(&table, result, row, numbers[c]);
    }
    if (indent_title) printf("\n%s\n", indent_title);
    table_print(&table, stdout);
    table_free(&table);
}

void sheet_rows(FILE *to, const PGresult *result, int rows, const struct sheet_column *columns, size_t width,
                bool colour) {
    size_t count = 0;
    int numbers[TABLE_COLUMNS];
    struct table table;
    while (columns[count].name) count++;
    table_start(&table, count);
    table.heads_bold = colour;
    for (size_t c = 0; c < count; c++) {
        numbers[c] = PQfnumber(result, columns[c].name);
        table_cell(&table, columns[c].head);
    }
    for (int row = 0; row < rows; row++) {
        for (size_t c = 0; c < count; c++) cell(&table, result, row, numbers[c]);
    }
    if (width) table_fit(&table, width);
    table_print(&table, to);
    if (table.shown && table.shown < count)
        fprintf(to, "（另有 %zu 列：更宽的终端、--csv、--json / %zu more columns: a wider terminal, --csv, --json）\n",
                count - table.shown, count - table.shown);
    table_free(&table);
}

/* +08 -> +08:00 and the T of ISO 8601 */
static json_t *time_json(const char *text) {
    char at[64];
    snprintf(at, sizeof at - 4, "%s", text);
    char *space = strchr(at, ' ');
    if (space) *space = 'T';
    size_t count = strlen(at);
    if (count > 3 && (at[count - 3] == '+' || at[count - 3] == '-')) memcpy(at + count, ":00", 4);
    return json_string(at);
}

static json_t *array_json(const char *text) {
    json_t *list = json_array();
    const char *at = strchr(text, '{');
    while (at && *at && *at != '}') {
        char *end = NULL;
        long long number = strtoll(at + 1, &end, 10);
        if (end == at + 1) break;
        json_array_append_new(list, json_integer(number));
        at = end;
    }
    return list;
}

static json_t *value_json(const PGresult *result, int row, int column) {
    if (PQgetisnull(result, row, column)) return json_null();
    const char *text = PQgetvalue(result, row, column), *name = PQfname(result, column);
    switch (PQftype(result, column)) {
    case TYPE_BOOL: return json_boolean(text[0] == 't');
    case TYPE_INT2:
    case TYPE_INT4:
    case TYPE_INT8: return json_integer(strtoll(text, NULL, 10));
    case TYPE_NUMERIC: return json_real(strtod(text, NULL));
    case TYPE_INT8_ARRAY: return array_json(text);
    case TYPE_TIMESTAMPTZ: return time_json(text);
    default: break;
    }
    bool structured = strcmp(name, "answer") == 0 || strcmp(name, "headers") == 0;
    json_t *inner = structured ? json_loads(text, 0, NULL) : NULL;
    return inner ? inner : json_string(text);
}

json_t *sheet_row_json(const PGresult *result, int row) {
    json_t *object = json_object();
    for (int c = 0; c < PQnfields(result); c++)
        json_object_set_new(object, PQfname(result, c), value_json(result, row, c));
    return object;
}

json_t *sheet_json(const PGresult *result) {
    json_t *list = json_array();
    for (int row = 0; row < PQntuples(result); row++) json_array_append_new(list, sheet_row_json(result, row));
    return list;
}

void sheet_print_json(json_t *json) {
    json_dumpf(json, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(json);
}

void sheet_foot(const struct source *source, int rows, long limit) {
    printf("\n共 %d 条 / %d rows", rows, rows);
    if (limit > 0 && rows == limit) printf("（可能还有更多，见 --limit / there may be more: --limit）");
    putchar('\n');
    if (source->manual_clock) printf("手动时钟的测试台账 / a test ledger with a manual clock\n");
}

enum exit_code sheet_answer(const struct source *source, const struct request *request, PGresult *result,
                            const struct sheet_column *columns) {
    if (!result) return EXIT_FAILED;
    if (request->json) {
        sheet_print_json(sheet_json(result));
    } else {
        sheet_table(result, columns, NULL);
        sheet_foot(source, PQntuples(result), request->limit);
    }
    PQclear(result);
    return EXIT_DONE;
}
