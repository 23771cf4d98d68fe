/* A fault filled with its code, place and text, with nothing personal in it. */
#include "base/fault.h"
#include "base/line.h"
#include "base/mask.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum outcome fault_set_at(struct fault *fault, const char *site, enum outcome what, const char *code,
                          const char *format, ...) {
    if (!fault) return what;
    struct fault made = {.what = what, .site = site}; /* the arguments may point into *fault: write it last */
    snprintf(made.code, sizeof made.code, "%s", code);
    va_list args;
    va_start(args, format);
    vsnprintf(made.text, sizeof made.text, format, args);
    va_end(args);
    line_clean(made.text, strlen(made.text));
    mask_line(made.text);
    *fault = made;
    return what;
}

enum outcome fault_place(struct fault *fault, const char *field, uint32_t line, uint32_t column) {
    if (!fault) return FATAL;
    if (field && field != fault->field) {
        snprintf(fault->field, sizeof fault->field, "%s", field);
        line_clean(fault->field, strlen(fault->field));
        mask_line(fault->field);
    }
    fault->line = line;
    fault->column = column;
    return fault->what;
}

_Noreturn void promise_broken(const char *site, const char *promise) {
    fprintf(stderr, "%s: promise broken: %s\n", site, promise);
    abort();
}
