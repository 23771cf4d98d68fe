/* DBF: see format_fuzz.h. Written again, every field is a text as wide as its longest. */
#include "format_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t count) {
    return format_fuzz((struct format){.kind = FORMAT_DBF}, data, count);
}
