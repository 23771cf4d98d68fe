/* XLSX: see format_fuzz.h. The rows of the first sheet and those of a further one, below one or two rows of names. Most
 * inputs are only read: libxlsxwriter makes a dozen temporary files for each workbook. */
#include "format_fuzz.h"

static const char *const sheets[] = {"P"};

static uint32_t sum_of(const uint8_t *data, size_t count) {
    uint32_t sum = 2166136261u;
    for (size_t i = 0; i < count; i++) sum = (sum ^ data[i]) * 16777619u;
    return sum;
}

static int read_only(const struct format *format, const uint8_t *data, size_t count) {
    static struct arena *arena;
    struct fault f = {0};
    struct node *tree = NULL;
    if (!arena) arena = arena_new(1u << 20, 4 * (size_t)FORMAT_MAX_ARENA);
    enum outcome outcome = format_read(format, bytes_of(data, count), arena, &tree, &f);
    INVARIANT(outcome == OK || (outcome == REFUSE && f.line && f.column));
    arena_reset(arena);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t count) {
    const struct format plain = {.kind = FORMAT_XLSX, .sheets = sheets, .sheet_count = 1};
    struct format titled = plain;
    uint32_t sum = sum_of(data, count);
    titled.title = "T";
    titled.header_rows = 2;
    const struct format *format = sum & 1 ? &plain : &titled;
    return sum % 64 < 2 ? format_fuzz(*format, data, count) : read_only(format, data, count);
}
