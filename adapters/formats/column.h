/* 列: what the formats of rows share. Job: gather the columns' names, join the rows over which a text continues, cut a
 * text into such rows. Memory: the arena. Threads: any. */
#ifndef ECOCASE_ADAPTERS_FORMATS_COLUMN_H
#define ECOCASE_ADAPTERS_FORMATS_COLUMN_H
#include "adapters/formats/reading_inside.h"

/* The names of the cells of all rows of that name, in the order in which they come. Owns its list. */
struct column_names {
    struct bytes *at;
    size_t count, capacity;
};
MUST_USE enum outcome column_names_of(const struct node *root, struct bytes rows, struct column_names *ret,
                                      struct fault *fault);
void column_names_free(struct column_names *names);
/* REFUSE TOO_LARGE of a column that cannot hold what it should. */
enum outcome column_refuse(struct fault *fault, struct bytes name, const char *why);
#define column_refuse(...) fault_as(column_refuse(__VA_ARGS__), REFUSE)
/* Rows that only continue the one above are joined to it. */
void column_join(const struct format *format, struct node *root, struct arena *arena);
/* A cell as it will lie in the file: its encoded text and the same in UTF-8, character by character. */
struct column_text {
    struct bytes text, encoded;
};
/* The first piece that fits into `width` bytes (`by_characters`: characters); *text begins behind it. *ret_used: of the
 * width. */
struct column_text column_piece(const struct format *format, struct column_text *text, uint32_t width,
                                bool by_characters, uint32_t *ret_used);
/* A text ready to be written: line ends are blanks (fixed), encoded in `scratch`, which lives as long. */
MUST_USE enum outcome column_encode(const struct format *format, struct bytes text, struct buffer *scratch,
                                    struct buffer *plain, struct column_text *ret, struct fault *fault);
/* Rows that the text needs, at least 1; 0: more than COLUMN_ROWS, or a character is wider than the column. */
#define COLUMN_ROWS 1000u
size_t column_rows(const struct format *format, struct column_text text, uint32_t width, bool by_characters);
#endif
