/* CSV and XLSX. A cell that a spreadsheet would take for a formula is made text by a leading apostrophe (OWASP, CSV
 * injection); numbers stay numbers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>
#include "base/fault.h"
#include "broker/cli/question.h"

#define XLSX_ROWS 1048575 /* of a sheet, below its head */

enum { TYPE_BOOL = 16, TYPE_INT8 = 20, TYPE_INT2 = 21, TYPE_INT4 = 23, TYPE_TIMESTAMPTZ = 1184, TYPE_NUMERIC = 1700 };

static bool is_number(Oid type) {
    return type == TYPE_INT2 || type == TYPE_INT4 || type == TYPE_INT8 || type == TYPE_NUMERIC;
}

/* As a person reads it; times to the second, their zone is in the head. */
static const char *text_of(const PGresult *rows, int row, int column, char *room, size_t capacity) {
    if (column < 0 || PQgetisnull(rows, row, column)) return "";
    const char *text = PQgetvalue(rows, row, column);
    if (PQftype(rows, column) == TYPE_BOOL) return text[0] == 't' ? "是" : "否";
    if (PQftype(rows, column) != TYPE_TIMESTAMPTZ) return text;
    snprintf(room, capacity, "%.19s", text);
    return room;
}
static void head_of(const PGresult *rows, int column, const struct sheet_column *what, char *ret, size_t capacity) {
    bool time = column >= 0 && PQftype(rows, column) == TYPE_TIMESTAMPTZ;
    snprintf(ret, capacity, "%s%s", what->head, time ? "（北京时间）" : "");
}

static void csv_cell(const char *text, bool number, bool first) {
    bool formula = !number && text[0] && strchr("=+-@\t\r", text[0]), quoted = strpbrk(text, ",\"\r\n") != NULL;
    if (!first) putchar(',');
    if (quoted) putchar('"');
    if (formula) putchar('\'');
    for (; *text; text++) {
        if (*text == '"') putchar('"');
        putchar(*text);
    }
    if (quoted) putchar('"');
}
static void csv_head(const PGresult *rows, const struct sheet_column *columns, bool bom) {
    if (bom) fputs("\xef\xbb\xbf", stdout);
    for (size_t c = 0; columns[c].name; c++) {
        char head[128];
        head_of(rows, PQfnumber(rows, columns[c].name), &columns[c], head, sizeof head);
        csv_cell(head, false, c == 0);
    }
    fputs("\r\n", stdout);
}
static void csv_row(const PGresult *rows, const struct sheet_column *columns) {
    char room[64];
    for (size_t c = 0; columns[c].name; c++) {
        int column = PQfnumber(rows, columns[c].name);
        csv_cell(text_of(rows, 0, column, room, sizeof room), column >= 0 && is_number(PQftype(rows, column)), c == 0);
    }
    fputs("\r\n", stdout);
}

/* Row by row as they come, whatever their number. */
enum exit_code export_csv(struct source *source, const char *sql, const struct question *question, bool bom) {
    bool headed = false, good = PQsendQuery(source->conn, sql) == 1 && PQsetSingleRowMode(source->conn) == 1;
    for (PGresult *rows; (rows = PQgetResult(source->conn)); PQclear(rows)) {
        ExecStatusType status = PQresultStatus(rows);
        good = good && (status == PGRES_SINGLE_TUPLE || status == PGRES_TUPLES_OK);
        if (good && !headed) csv_head(rows, question->columns, bom);
        headed = true;
        if (good && status == PGRES_SINGLE_TUPLE) csv_row(rows, question->columns);
    }
    if (!good)
        fprintf(stderr, "ecocase: 导出中断，文件不完整 / the export broke off, what was written is not whole: %s",
                PQerrorMessage(source->conn));
    return good && !ferror(stdout) ? EXIT_DONE : EXIT_FAILED;
}

static void xlsx_fill(lxw_workbook *book, const PGresult *rows, const struct sheet_column *columns) {
    lxw_worksheet *sheet = workbook_add_worksheet(book, NULL);
    lxw_format *bold = workbook_add_format(book);
    format_set_bold(bold);
    worksheet_freeze_panes(sheet, 1, 0);
    for (size_t c = 0; columns[c].name; c++) {
        char head[128], room[64];
        int column = PQfnumber(rows, columns[c].name);
        head_of(rows, column, &columns[c], head, sizeof head);
        worksheet_write_string(sheet, 0, (lxw_col_t)c, head, bold);
        for (int row = 0; row < PQntuples(rows); row++) {
            const char *text = text_of(rows, row, column, room, sizeof room);
            bool number = *text && column >= 0 && is_number(PQftype(rows, column));
            if (number) worksheet_write_number(sheet, (lxw_row_t)row + 1, (lxw_col_t)c, strtod(text, NULL), NULL);
            else
                worksheet_write_string(sheet, (lxw_row_t)row + 1, (lxw_col_t)c, text,
                                       NULL); /* a string is never a formula */
        }
    }
}

enum exit_code export_xlsx(struct source *source, const char *sql, const struct question *question, const char *path) {
    AUTO(source_result_free) PGresult *rows = source_ask(source, sql, 0, NULL);
    if (!rows) return EXIT_FAILED;
    if (PQntuples(rows) > XLSX_ROWS) {
        fprintf(stderr,
                "ecocase: %d 行超出一张工作表，请用 --csv 或缩小范围 / %d rows are more than a sheet holds: use --csv "
                "or filters\n",
                PQntuples(rows), PQntuples(rows));
        return EXIT_FAILED;
    }
    lxw_workbook *book = workbook_new(path);
    if (book) xlsx_fill(book, rows, question->columns);
    lxw_error error = book ? workbook_close(book) : LXW_ERROR_CREATING_XLSX_FILE;
    if (error) {
        fprintf(stderr, "ecocase: 不能写 %s / cannot write it: %s\n", path, lxw_strerror(error));
        return EXIT_FAILED;
    }
    printf("%s：%d 行 rows\n", path, PQntuples(rows));
    return EXIT_DONE;
}
