/* Documents and items of a record, one after the other. The bytes were checked by the walk, so nothing is checked
 * again but that nothing is read beyond them. */
#include "wire/fact.h"
#include "wire/paper.h"

static int64_t number(struct bytes from, size_t *at) {
    uint64_t value = 0;
    for (unsigned shift = 0; *at < from.count && shift < 64; shift += 7) {
        uint8_t byte = from.at[(*at)++];
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) break;
    }
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

static struct bytes text(struct bytes from, size_t *at) {
    int64_t count = number(from, at);
    size_t left = from.count - *at;
    struct bytes ret = bytes_of(from.at + *at, count < 0 || (uint64_t)count > left ? left : (size_t)count);
    *at += ret.count;
    return ret;
}

/* Stands at the next item of an array<record>; a block may begin with a negative count and its size in bytes. */
static bool next(const struct walk_field *array, struct paper_cursor *cursor) {
    if (!array->present || cursor->at >= array->at.count) return false;
    if (cursor->left == 0) {
        cursor->left = number(array->at, &cursor->at);
        if (cursor->left < 0) {
            cursor->left = -cursor->left;
            (void)number(array->at, &cursor->at);
        }
        if (cursor->left == 0) return false;
    }
    cursor->left--;
    return true;
}

/* chunks: partition, first and last offset, count, chunk size, key */
static void pass_chunks(struct bytes from, size_t *at) {
    if (!number(from, at)) return;
    for (int i = 0; i < 5; i++) (void)number(from, at);
    (void)text(from, at);
}

bool paper_next(const struct walk_field *documents, struct paper_cursor *cursor, struct paper *ret) {
    if (!next(documents, cursor)) return false;
    struct bytes from = documents->at;
    ret->code = text(from, &cursor->at);
    ret->number = text(from, &cursor->at);
    ret->title = text(from, &cursor->at);
    ret->file_name = text(from, &cursor->at);
    ret->media_type = text(from, &cursor->at);
    ret->size = number(from, &cursor->at);
    ret->sha256 = text(from, &cursor->at);
    ret->carried = number(from, &cursor->at) != 0;
    ret->content = ret->carried ? text(from, &cursor->at) : BYTES_NONE;
    ret->sm3 = cursor->chunked_form ? text(from, &cursor->at) : BYTES_NONE;
    if (cursor->chunked_form) pass_chunks(from, &cursor->at);
    return true;
}

bool goods_next(const struct walk_field *items, struct paper_cursor *cursor, struct goods *ret) {
    if (!next(items, cursor)) return false;
    struct bytes *const fields[] = {&ret->name,    &ret->quantity, &ret->unit,
                                    &ret->feature, &ret->kept_at,  &ret->measure};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) *fields[i] = text(items->at, &cursor->at);
    return true;
}

/* A double lies there as eight bytes, the least first. */
static double double_at(struct bytes from, size_t *at) {
    union {
        uint64_t bits;
        double value;
    } number = {0};
    for (unsigned i = 0; i < 8 && *at < from.count; i++) number.bits |= (uint64_t)from.at[(*at)++] << 8 * i;
    return number.value;
}

bool fact_next(const struct walk_field *facts, struct paper_cursor *cursor, struct fact *ret) {
    if (!next(facts, cursor)) return false;
    ret->name = text(facts->at, &cursor->at);
    ret->value = double_at(facts->at, &cursor->at);
    ret->unit = text(facts->at, &cursor->at);
    return true;
}
