/* The ledger's connection found, opened read-only, and asked. */
#include "broker/cli/source.h"
#include "broker/cli/question.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/fault.h"
#include "broker/ledger/schema_version.h"

#define REGISTER_KNOWN 1 /* version of schemas/ledger/register.sql */
#define CONNINFO_FILE  "var/run/ledger.conninfo"

static bool read_file(char *ret, size_t capacity) {
    FILE *file = fopen(CONNINFO_FILE, "r");
    if (!file) return false;
    size_t count = fread(ret, 1, capacity - 1, file);
    fclose(file);
    ret[count] = '\0';
    ret[strcspn(ret, "\r\n")] = '\0';
    return ret[0] != '\0';
}

static const char *find_conninfo(const struct request *request, char *text, size_t size, const char **ret_from) {
    const char *environment = getenv("ECOCASE_POSTGRES");
    *ret_from = "--postgres";
    if (request->postgres) return request->postgres;
    *ret_from = "ECOCASE_POSTGRES";
    if (environment && *environment) return environment;
    *ret_from = CONNINFO_FILE;
    return read_file(text, size) ? text : NULL;
}

const char *source_conninfo(const struct request *request, char *text, size_t size, const char **ret_from) {
    const char *conninfo = find_conninfo(request, text, size, ret_from);
    if (!conninfo) {
        fprintf(stderr, "ecocase: 不知道台账在哪里：请用 --postgres CONNINFO 或环境变量 ECOCASE_POSTGRES 指明，或在 "
                        "./run 所在目录运行\n"
                        "         no ledger given: use --postgres CONNINFO or $ECOCASE_POSTGRES, or run this where "
                        "./run is running\n");
    }
    return conninfo;
}

static void no_right(void) {
    fprintf(stderr, "ecocase: 此用户无权查询：台账视图请以 ecocase_coordinator 或属于 ecocase_reader "
                    "的用户连接，来文内容须属于 ecocase_auditor\n"
                    "         this role may not read it: the ledger's views need ecocase_coordinator or a member "
                    "of ecocase_reader, the records themselves\n"
                    "         a member of ecocase_auditor\n");
}

/* 台账结构: what this program does not know it does not read. */
static bool version_known(PGconn *conn) {
    bool empty = false;
    struct fault fault = {0};
    enum outcome outcome = schema_version_check(conn, &empty, &fault);
    if (outcome == OK && !empty) return true;
    if (outcome == OK)
        fprintf(stderr, "ecocase: 此数据库没有台账：请先运行 ecocase-broker setup\n"
                        "         no ledger in this database: run `ecocase-broker setup` first\n");
    else if (outcome == REFUSE)
        fprintf(stderr, "ecocase: 此台账的结构不是本程序所识的：%s\n         %s (%s)\n",
                strcmp(fault.code, "LEDGER_OLD") == 0     ? "请另建空台账，或继续使用原来的程序"
                : strcmp(fault.code, "LEDGER_NEWER") == 0 ? "请安装较新的程序"
                                                          : "请另给数据库，或使用该系列的程序",
                fault.text, fault.code);
    else if (strstr(fault.text, "(42501)")) no_right();
    else fprintf(stderr, "ecocase: 查询失败 / the query failed: %s\n", fault.text);
    return false;
}

static bool connect_to(const char *conninfo, const char *from, struct source *ret) {
    static const char *const keys[] = {"dbname", "client_encoding", "application_name", "connect_timeout", NULL};
    const char *const values[] = {conninfo, "UTF8", "ecocase", "5", NULL};
    *ret = (struct source){PQconnectdbParams(keys, values, 1), false};
    if (PQstatus(ret->conn) != CONNECTION_OK) {
        fprintf(stderr,
                "ecocase: 连不上台账数据库（来自 %s）：请确认它已启动（./run），或用 --postgres 另行指明\n"
                "         the ledger's Postgres (from %s) cannot be reached: start it (./run) or name another with "
                "--postgres\n"
                "         %s",
                from, from, PQerrorMessage(ret->conn));
        source_close(ret);
        return false;
    }
    PQclear(PQexec(ret->conn,
                   "SET default_transaction_read_only = on; SET TimeZone = 'Asia/Shanghai'; SET DateStyle = ISO;"
                   "SET statement_timeout = '60s'; SET client_min_messages = error"));
    return true;
}

bool source_open(const struct request *request, struct source *ret) {
    char text[1024];
    const char *from = NULL, *conninfo = source_conninfo(request, text, sizeof text, &from);
    if (!conninfo || !connect_to(conninfo, from, ret)) return false;
    if (!version_known(ret->conn)) {
        source_close(ret);
        return false;
    }
    AUTO(source_result_free) PGresult *world = source_ask(ret, "SELECT manual_clock FROM ecocase.world_list", 0, NULL);
    if (!world) {
        source_close(ret);
        return false;
    }
    ret->manual_clock = PQntuples(world) > 0 && PQgetvalue(world, 0, 0)[0] == 't';
    return true;
}

/* The register's own version; the record may be elsewhere. */
static bool register_known(struct source *source) {
    AUTO(source_result_free)
    PGresult *there = source_ask(source, "SELECT to_regclass('register.source') IS NOT NULL", 0, NULL);
    if (!there) return false;
    if (PQgetvalue(there, 0, 0)[0] != 't') {
        fprintf(stderr, "ecocase: 此处没有登记簿，或此用户无权查询：请启动 ecocase-register，并以属于 "
                        "ecocase_coordinator 等角色的用户连接\n"
                        "         no register here, or this role may not read it: start ecocase-register, connect as a "
                        "member of ecocase_coordinator\n");
        return false;
    }
    AUTO(source_result_free)
    PGresult *version =
        source_ask(source, "SELECT v.version FROM register.schema_version AS v WHERE v.series = 'register'", 0, NULL);
    if (!version) return false;
    if (PQntuples(version) == 1 && atoi(PQgetvalue(version, 0, 0)) == REGISTER_KNOWN) return true;
    fprintf(stderr, "ecocase: 登记簿的版本不是本程序所识的，请安装同一版本的程序 / this register is of another version "
                    "than this program knows\n");
    return false;
}

bool source_open_register(const struct request *request, bool writes, struct source *ret) {
    char text[1024];
    const char *from = "--register", *own = getenv("ECOCASE_REGISTER");
    const char *conninfo = request->reg  ? request->reg
                           : own && *own ? own
                                         : source_conninfo(request, text, sizeof text, &from);
    if (!conninfo || !connect_to(conninfo, from, ret)) return false;
    PQclear(PQexec(ret->conn, "SET search_path = register, pg_catalog"));
    if (writes) PQclear(PQexec(ret->conn, "SET default_transaction_read_only = off"));
    AUTO(source_result_free)
    PGresult *world = register_known(ret) ? source_ask(ret, "SELECT manual_clock FROM source", 0, NULL) : NULL;
    if (!world) {
        source_close(ret);
        return false;
    }
    ret->manual_clock = PQntuples(world) > 0 && PQgetvalue(world, 0, 0)[0] == 't';
    return true;
}

void source_close(struct source *source) {
    PQfinish(source->conn);
    source->conn = NULL;
}

void source_result_free(PGresult **result) { PQclear(*result); }

static void explain(const PGresult *result, const PGconn *conn) {
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE),
               *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (state && strcmp(state, "42501") == 0) {
        no_right();
    } else {
        fprintf(stderr, "ecocase: 查询失败 / the query failed: %s\n", text ? text : PQerrorMessage(conn));
    }
}

PGresult *source_ask(struct source *source, const char *sql, int count, const char *const *values) {
    PGresult *result = PQexecParams(source->conn, sql, count, NULL, values, NULL, NULL, 0);
    if (PQresultStatus(result) == PGRES_TUPLES_OK) return result;
    explain(result, source->conn);
    PQclear(result);
    return NULL;
}

const char *source_text(const PGresult *result, int row, const char *name) {
    int column = PQfnumber(result, name);
    return column >= 0 && row < PQntuples(result) ? PQgetvalue(result, row, column) : "";
}
