/* JSON of a known form, written and read without a tree: what a lane does with every receipt, where a parser of any
 * JSON costs ten times as much (10 µs for two clocks, jansson 2.14). The writer is given memory for all it writes; the
 * reader takes exactly the form it asks for, stays `broken` from the first thing that is otherwise, and never reads
 * beyond the end. Pure; one owner. */
#ifndef ECOCASE_BASE_JSON_TEXT_H
#define ECOCASE_BASE_JSON_TEXT_H
#include "base/arena.h"
#include "base/bytes.h"

struct json_writer {
    char *at;
    size_t count, capacity;
};
#define JSON_QUOTED_MAX 6u /* bytes that one byte of a text may become */
void json_write_raw(struct json_writer *writer, struct bytes text);
#define JSON_WRITE(writer, literal) json_write_raw((writer), BYTES_LITERAL(literal))
void json_write_text(struct json_writer *writer, struct bytes text); /* quoted */
void json_write_int(struct json_writer *writer, int64_t value);

struct json_reader {
    struct bytes rest;
    bool broken;
};
bool json_take(struct json_reader *reader, const char *literal); /* takes it when it comes next */
void json_need(struct json_reader *reader, const char *literal); /* or is broken */
bool json_at(const struct json_reader *reader, char next);
int64_t json_int(struct json_reader *reader);
/* A quoted text, with a NUL behind it; arena memory. Empty when broken. */
struct bytes json_text(struct json_reader *reader, struct arena *arena);
bool json_done(const struct json_reader *reader); /* all of it was taken, and nothing was otherwise */
#endif
