/* 文书与物品 of a record: iterates the encoded items of `documents` (array<Document>) and `items` (array<Item>) of
 * records, as views, without decoding. Only for a walk_field that walk_run let through. */
#ifndef ECOCASE_WIRE_PAPER_H
#define ECOCASE_WIRE_PAPER_H
#include "wire/walk.h"

struct paper {
    struct bytes code, number, title, file_name, media_type;
    int64_t size;
    struct bytes sha256;
    bool carried;
    struct bytes content;
    struct bytes sm3; /* of what lies in chunks; else empty */
};
struct goods {
    struct bytes name, quantity, unit, feature, kept_at, measure;
};
/* Begins as {0}; for documents of a record whose papers may lie in chunks (submission.chunked_form) as {.chunked_form =
 * true}. */
struct paper_cursor {
    size_t at;
    int64_t left;
    bool chunked_form;
};
/* False at the end. */
bool paper_next(const struct walk_field *documents, struct paper_cursor *cursor, struct paper *ret);
bool goods_next(const struct walk_field *items, struct paper_cursor *cursor, struct goods *ret);
#endif
