/* Fixed width: see format_fuzz.h. Every kind of column, in bytes and in characters. */
#include "format_fuzz.h"

static const struct format_column columns[] = {{.name = "a", .width = 4, .pad = ' '},
                                               {.name = "b", .width = 3, .right = true, .pad = '0'},
                                               {.name = "c", .width = 2, .right = true, .pad = ' '},
                                               {.name = "d", .width = 4, .pad = ' ', .continues = true}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t count) {
    struct format format = {.kind = FORMAT_FIXED, .columns = columns, .column_count = 4};
    (void)format_fuzz(format, data, count);
    format.by_characters = true;
    return format_fuzz(format, data, count);
}
