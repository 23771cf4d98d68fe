/* Inside of the table transport. All of it runs on the owner's one thread but table_status_json. */
#ifndef ECOCASE_ADAPTERS_TABLE_TABLE_INSIDE_H
#define ECOCASE_ADAPTERS_TABLE_TABLE_INSIDE_H
#include <sqlite3.h>
#include "adapters/gateway/gateway.h"
#include "adapters/table/link_inside.h"
#include "adapters/table/table.h"

#define TABLE_FOLDER ".table"
/* of one round: 9 MiB of outcomes and their texts, or one case file as text */
#define TABLE_ARENA (64u << 20)
/* 数据库状态, as `ecocase-adapter status` shows it. */
struct table_status {
    bool up;
    instant since, last_success, last_error_at;
    struct fault last_error; /* code "": none */
    /* rows not taken in and how old the oldest is; outcomes and messages the database lacks */
    int64_t waiting, oldest_s, unreported, undelivered;
};
struct table {
    struct gateway *gateway;
    struct table_settings *settings;
    struct link *link;
    sqlite3 *journal; /* the engine's, read only */
    pthread_t runner;
    bool running;
    struct arena *arena;
    int64_t reconcile_ms; /* monotonic: when to do it next */
    pthread_mutex_t door; /* of status */
    struct table_status status;
    atomic_llong changes;
};

#define TABLE_PART MIB /* bytes that one statement carries of an attachment, either way */

/* ---- intake.c: outbox rows -> submissions. *ret_more: there may be further ones. */
/* The name of a case file: {id} and {type} of the settings filled in. */
const char *intake_name(const struct table *table, struct bytes id, const char *type, struct arena *arena);
MUST_USE enum outcome intake_round(struct table *table, bool *ret_more, struct fault *fault);
struct taking {
    struct table *table;
    struct bytes id;      /* text form */
    int64_t files;        /* attachments */
    enum outcome outcome; /* of reading it: OK, or REFUSE with `why` */
    struct fault why;
    int64_t writes;             /* of the row as it was read */
    struct bytes state, digest; /* the outcome so far; digest empty: none */
    const char *aggregate, *type;
    struct parcel *parcel;
};
/* ---- intake_files.c: its attachments, slice by slice, inside the row's snapshot */
MUST_USE enum outcome intake_files(struct taking *taking, struct fault *fault);
/* REFUSE, of a column */
MUST_USE enum outcome intake_refuse_at(struct fault *fault, const char *code, const char *field, const char *what);
/* ---- verdict.c: what became of them -> outcome rows */
MUST_USE enum outcome verdict_round(struct table *table, bool *ret_more, struct fault *fault);
const char *verdict_state(enum submission_stage stage); /* as the outcome table says it */
/* `writes` < 0: the row was not looked at now. All in one statement. */
struct verdict {
    const struct submitted *what;
    int64_t writes;
};
MUST_USE enum outcome verdict_report(struct table *table, const struct verdict *list, size_t count,
                                     struct fault *fault);
/* Not taken in: failed with its reason (all: those of its files, NULL: none), or, the id being used for other content
 * already, a conflict beside the first outcome. */
MUST_USE enum outcome verdict_refuse(struct table *table, struct bytes id, int64_t writes, const struct digest *digest,
                                     const struct fault *why, const struct file_faults *all, struct fault *fault);
/* As before: the same content again, or the row is gone since. */
MUST_USE enum outcome verdict_seen(struct table *table, struct bytes id, int64_t writes, struct fault *fault);
MUST_USE enum outcome verdict_conflict(struct table *table, struct bytes id, int64_t writes, struct fault *fault);
/* ---- reconcile.c: once a connection and an hour, what either side has lost (a restored database, a lost store) */
MUST_USE enum outcome reconcile(struct table *table, struct fault *fault);
/* ---- handover.c: messages -> inbox rows */
MUST_USE enum outcome handover_round(struct table *table, bool *ret_more, struct fault *fault);
/* One message being handed over. */
struct handover {
    struct table *table;
    const struct message *message;
    long long lane, generation, sequence;
    char id[UUID_TEXT + 1], of_case[UUID_TEXT + 1];
    struct buffer content; /* of the file being handed over */
    bool without_payload;  /* the payload column cannot hold the case file */
};
/* ---- handover_files.c */
#define HANDOVER_CASE_MAX (8u * MIB) /* as payload; larger ones are a row of the _file table */
/* Which of a message's files it is for the tables: 0, the case file, or from 1 on. */
size_t handover_nth(const struct handover *handover, size_t file);
/* Into `content`, up to `most` bytes; *ret_size -1: the file is gone. */
MUST_USE enum outcome handover_read(struct handover *handover, const char *name, int64_t most, int64_t *ret_size,
                                    struct fault *fault);
MUST_USE enum outcome handover_file(struct handover *handover, size_t nth, struct bytes name, struct fault *fault);
/* What is large of it goes ahead of its row, at most *left bytes; *ret_whole: all of it is there. */
MUST_USE enum outcome handover_ahead(struct handover *handover, int64_t *left, bool *ret_whole, struct fault *fault);
/* ---- parts.c: attachments too large for one statement go ahead of their message's row, part by part, each durable by
 * itself */
struct parts {
    struct table *table;
    const char *id;
    size_t nth;
    int64_t size;
};
/* Puts what is missing of a file, at most *left bytes, which are taken off. *ret_whole: all of it is there. */
MUST_USE enum outcome parts_put(const struct parts *parts, int file, int64_t *left, bool *ret_whole,
                                struct fault *fault);
MUST_USE enum outcome parts_forget(const struct parts *parts, struct fault *fault);
/* Parts whose row never came: the message got another id when the journal was lost, say. */
MUST_USE enum outcome parts_clear(struct table *table, struct fault *fault);
/* ---- runner.c */
void *runner_run(void *table);
/* ---- table_status.c */
json_t *table_status_json(void *table);
void table_report(struct table *table, const struct table_status *status);
#endif
