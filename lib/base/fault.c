/* See fault.h. */
#include "base/fault.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum outcome fault_set_at(struct fault *fault, const char *site, enum outcome what, const char *code, const char *format, ...) {
    if (!fault) return what;
    memset(fault, 0, sizeof *fault);
    fault->what = what;
    fault->site = site;
    snprintf(fault->code, sizeof fault->code, "%s", code);
    va_list args;
    va_start(args, format);
    vsnprintf(fault->text, sizeof fault->text, format, args);
    va_end(args);
    for (char *at = fault->text; *at; at++) {
        if (*at == '\n' || *at == '\r') *at = ' ';
    }
    return what;
}

enum outcome fault_place(struct fault *fault, const char *field, uint32_t line, uint32_t column) {
    if (!fault) return FATAL;
    if (field) snprintf(fault->field, sizeof fault->field, "%s", field);
    fault->line = line;
    fault->column = column;
    return fault->what;
}

_Noreturn void promise_broken(const char *site, const char *promise) {
    fprintf(stderr, "%s: promise broken: %s\n", site, promise);
    abort();
}
