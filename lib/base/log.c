/* One write(2) a line, so lines of several threads never mix. */
#include "base/log.h"
#include "base/line.h"
#include "base/mask.h"
#include "base/time.h"
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum log_level least_level = LOG_INFO;
static const char *level_text[] = {"debug", "info", "warn", "error"};
static char program_name[32] = "ecocase";

void log_setup(const char *program, enum log_level least) {
    snprintf(program_name, sizeof program_name, "%s", program);
    least_level = least;
}

void log_write(enum log_level level, const char *event, const char *format, ...) {
    if (level < least_level) return;
    int kept = errno;
    char line[1024], now[32];
    instant_format(instant_now(), now);
    int head = snprintf(line, 256, "%s %s %s %.160s ", now, level_text[level], program_name, event);
    va_list args;
    va_start(args, format);
    int body = vsnprintf(line + head, sizeof line - (size_t)head - 1, format, args);
    va_end(args);
    size_t count = (size_t)head + (body > 0 ? (size_t)body : 0);
    if (count > sizeof line - 2) count = sizeof line - 2;
    line_clean(line, count);
    line[count] = 0;
    mask_line(line);
    line[count++] = '\n';
    ssize_t ignored = write(STDERR_FILENO, line, count);
    (void)ignored;
    errno = kept;
}

void log_fault_unnamed(enum log_level level, const char *event, const struct fault *fault) {
    struct fault unnamed = *fault;
    const char *said = strrchr(fault->text, ':');
    bool of_file = strncmp(fault->code, "FILE_", 5) == 0;
    if (of_file) snprintf(unnamed.text, sizeof unnamed.text, "%s", said ? said + (said[1] == ' ' ? 2 : 1) : "");
    unnamed.field[0] = 0;
    log_fault(level, event, of_file || fault->field[0] ? &unnamed : fault);
}

void log_fault(enum log_level level, const char *event, const struct fault *fault) {
    char text[sizeof fault->text];
    snprintf(text, sizeof text, "%s", fault->text);
    for (char *at = text; *at; at++) {
        if (*at == '"') *at = '\'';
    }
    log_write(level, event, "code=%s%s%s line=%u column=%u text=\"%s\" site=%s", fault->code,
              fault->field[0] ? " field=" : "", fault->field, fault->line, fault->column, text,
              fault->site ? fault->site : "?");
}
