/* JSON lines: see format_fuzz.h. */
#include "format_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t count) {
    return format_fuzz((struct format){.kind = FORMAT_JSONL}, data, count);
}
