/* `ledger documents ID`: papers and attachments of a referral with their digests, read out of the records as they were
 * recorded. The views hold no record, so it asks the table and needs the auditor's role (schemas/ledger/roles.sql).
 */
#include <stdio.h>
#include <string.h>
#include "base/fault.h"
#include "broker/cli/command.h"
#include "broker/cli/sheet.h"
#include "broker/cli/table.h"
#include "wire/paper.h"
#include "wire/record.h"

static const char RECORDS[] =
    "SELECT e.lane || '/' || e.serial AS place, e.event, p.slug AS sender, e.value FROM ecocase.event AS e"
    " JOIN ecocase.participant_list AS p ON p.number = e.sender WHERE e.kind = 'A' AND e.lane = $1::smallint AND "
    "e.serial = ANY ($2::bigint[]) ORDER BY e.serial";

struct shelf {
    const struct catalogue *catalogue;
    struct table table;
    json_t *list;
    int papers;
};

static void put(struct shelf *shelf, const PGresult *records, int row, const struct paper *paper) {
    static const char *const names[] = {"place",     "event", "sender", "code", "number",
                                        "file_name", "size",  "sha256", "sm3"};
    char size[24], texts[5][200];
    const struct bytes parts[] = {paper->code, paper->number, paper->file_name, paper->sha256, paper->sm3};
    snprintf(size, sizeof size, "%lld", (long long)paper->size);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        snprintf(texts[i], sizeof texts[i], "%.*s", BYTES_FMT(parts[i]));
    const char *const cells[] = {source_text(records, row, "place"),
                                 source_text(records, row, "event"),
                                 source_text(records, row, "sender"),
                                 texts[0],
                                 texts[1],
                                 texts[2],
                                 size,
                                 texts[3],
                                 texts[4]};
    json_t *one = json_object();
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        table_cell(&shelf->table, cells[i]);
        json_object_set_new(one, names[i],
                            cells[i] == size ? json_integer(paper->size)
                                             : json_stringn_nocheck(cells[i], strlen(cells[i])));
    }
    json_array_append_new(shelf->list, one);
    shelf->papers++;
}

static bool put_record(struct shelf *shelf, const PGresult *records, int row) {
    size_t count = 0;
    struct submission said;
    struct fault fault = {0};
    struct paper paper;
    unsigned char *value = PQunescapeBytea((const unsigned char *)source_text(records, row, "value"), &count);
    bool read = value && record_read(shelf->catalogue, bytes_of(value, count), &said, &fault) == OK;
    struct paper_cursor cursor = {.chunked_form = read && said.chunked_form};
    while (read && paper_next(&said.documents, &cursor, &paper)) put(shelf, records, row, &paper);
    if (!read)
        fprintf(stderr, "ecocase: 无法读取 %s 的来文 · the record %s cannot be read: %s (%s)\n",
                source_text(records, row, "place"), source_text(records, row, "place"), fault.text, fault.code);
    PQfreemem(value);
    return read;
}

static enum exit_code list(struct source *source, const struct request *request, struct shelf *shelf,
                           const PGresult *referrals) {
    static const char *const heads[] = {"编号 place", "事件 event", "发送单位 sender", "代码 code", "文号 number",
                                        "文件 file",  "字节 bytes", "SHA-256",         "SM3"};
    bool good = true;
    table_start(&shelf->table, sizeof heads / sizeof *heads);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) table_cell(&shelf->table, heads[i]);
    for (int r = 0; r < PQntuples(referrals) && good; r++) {
        const char *const values[] = {source_text(referrals, r, "lane"), source_text(referrals, r, "events")};
        AUTO(source_result_free) PGresult *records = source_ask(source, RECORDS, 2, values);
        good = records != NULL;
        for (int i = 0; records && i < PQntuples(records); i++) good = put_record(shelf, records, i) && good;
    }
    if (good && request->json) sheet_print_json(json_incref(shelf->list));
    if (good && !request->json) {
        table_print(&shelf->table, stdout);
        sheet_foot(source, shelf->papers, shelf->papers + 1);
    }
    return good ? EXIT_DONE : EXIT_FAILED;
}

static void catalogue_free_auto(struct catalogue **catalogue) { catalogue_free(*catalogue); }
enum exit_code ledger_documents(struct source *source, const struct request *request) {
    const char *id = request->words[2];
    bool exact = false;
    struct fault fault = {0};
    AUTO(catalogue_free_auto) struct catalogue *catalogue = NULL;
    AUTO(source_result_free) PGresult *found = referral_find(source, id, &exact);
    if (!found) return EXIT_FAILED;
    if (PQntuples(found) == 0) {
        fprintf(stderr, "ecocase: 台账中没有移送 %s / no referral in the ledger for %s\n", id, id);
        return EXIT_FAILED;
    }
    if (!exact && PQntuples(found) > 1) {
        referral_candidates(request, id, found);
        return EXIT_FAILED;
    }
    if (catalogue_load(request->schemas, &catalogue, &fault) != OK) {
        fprintf(stderr,
                "ecocase: 无法读取消息定义，请以 --schemas 指明 · the record schemas cannot be read, name them by "
                "--schemas: %s\n",
                fault.text);
        return EXIT_FAILED;
    }
    struct shelf shelf = {.catalogue = catalogue, .list = json_array()};
    enum exit_code code = list(source, request, &shelf, found);
    json_decref(shelf.list);
    table_free(&shelf.table);
    return code;
}
