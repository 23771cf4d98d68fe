/* XLSX: see native_fuzz.h. The rows of the first sheet and those of a further one. */
#include "native_fuzz.h"

static const char *const sheets[] = {"P"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t count) {
    if (!count) return 0;
    const struct format format = {.kind = FORMAT_XLSX, .sheets = sheets, .sheet_count = 1};
    struct format titled = format;
    titled.title = "T";
    titled.header_rows = 2;
    return native_fuzz(data[count / 2] & 1 ? format : titled, data, count);
}
