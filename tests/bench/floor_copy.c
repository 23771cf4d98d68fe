/* The floor of the ledger: the rows of a file made by COPY ... TO (FORMAT binary) go into a table by binary COPY, over
 * some connections at once, so many rows a transaction: floor_copy CONNINFO TABLE FILE CONNECTIONS ROWS Prints "count
 * wall-seconds cpu-seconds". One thread a connection. Source: PostgreSQL 15, COPY, binary format. */
#include <libpq-fe.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "floor_meter.h"

#define HEADER          19
#define CONNECTIONS_MAX 8
struct rows {
    const char *at;
    size_t *start;
    size_t count;
}; /* start[count] is the end of the last */
struct share {
    PGconn *conn;
    const char *table;
    const struct rows *rows;
    size_t from, step, chunk;
};

static void stop(const char *what, const char *why) {
    fprintf(stderr, "floor_copy: %s: %s\n", what, why);
    exit(1);
}

static char *read_all(const char *path, size_t *ret_count) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) stop(path, "cannot be read");
    long count = ftell(file);
    rewind(file);
    char *text = malloc((size_t)count + 1);
    if (count < HEADER || fread(text, 1, (size_t)count, file) != (size_t)count) stop(path, "is not whole");
    fclose(file);
    *ret_count = (size_t)count;
    return text;
}

static long big_endian(const char *at, int bytes) {
    long value = at[0] < 0 ? -1 : 0;
    for (int i = 0; i < bytes; i++) value = value << 8 | (unsigned char)at[i];
    return value;
}

static struct rows find_rows(const char *text, size_t count) {
    struct rows rows = {text, malloc((count / 32 + 2) * sizeof(size_t)), 0};
    size_t at = HEADER;
    while (at + 2 <= count && big_endian(text + at, 2) >= 0) {
        rows.start[rows.count++] = at;
        long fields = big_endian(text + at, 2);
        at += 2;
        for (long f = 0; f < fields; f++) {
            long length = big_endian(text + at, 4);
            at += 4 + (length > 0 ? (size_t)length : 0);
        }
    }
    rows.start[rows.count] = at;
    return rows;
}

static void must(struct share *s, PGresult *result, ExecStatusType wanted) {
    if (PQresultStatus(result) != wanted) stop(s->table, PQerrorMessage(s->conn));
    PQclear(result);
}

static void *work(void *opaque) {
    struct share *s = opaque;
    char copy[200];
    snprintf(copy, sizeof copy, "BEGIN; COPY %s FROM STDIN (FORMAT binary)", s->table);
    for (size_t first = s->from * s->chunk; first < s->rows->count; first += s->step * s->chunk) {
        size_t last = first + s->chunk < s->rows->count ? first + s->chunk : s->rows->count;
        size_t bytes = s->rows->start[last] - s->rows->start[first];
        must(s, PQexec(s->conn, copy), PGRES_COPY_IN);
        if (PQputCopyData(s->conn, s->rows->at, HEADER) != 1 ||
            PQputCopyData(s->conn, s->rows->at + s->rows->start[first], (int)bytes) != 1 ||
            PQputCopyData(s->conn, "\377\377", 2) != 1 || PQputCopyEnd(s->conn, NULL) != 1)
            stop(s->table, PQerrorMessage(s->conn));
        must(s, PQgetResult(s->conn), PGRES_COMMAND_OK);
        while (PQgetResult(s->conn)) {}
        must(s, PQexec(s->conn, "COMMIT"), PGRES_COMMAND_OK);
    }
    return NULL;
}

int main(int argc, char **argv) {
    if (argc != 6) {
        fprintf(stderr, "usage: floor_copy CONNINFO TABLE FILE CONNECTIONS ROWS\n");
        return 2;
    }
    size_t count, connections = (size_t)atoi(argv[4]);
    char *text = read_all(argv[3], &count);
    struct rows rows = find_rows(text, count);
    struct share shares[CONNECTIONS_MAX];
    pthread_t threads[CONNECTIONS_MAX];
    if (connections < 1 || connections > CONNECTIONS_MAX) stop(argv[4], "1 to 8 connections");
    for (size_t i = 0; i < connections; i++) {
        shares[i] = (struct share){PQconnectdb(argv[1]), argv[2], &rows, i, connections, (size_t)atoi(argv[5])};
        if (PQstatus(shares[i].conn) != CONNECTION_OK) stop("connect", PQerrorMessage(shares[i].conn));
    }
    struct meter meter = meter_start();
    for (size_t i = 0; i < connections; i++) pthread_create(&threads[i], NULL, work, &shares[i]);
    for (size_t i = 0; i < connections; i++) pthread_join(threads[i], NULL);
    meter_print((long long)rows.count, &meter);
    for (size_t i = 0; i < connections; i++) PQfinish(shares[i].conn);
    return 0;
}
