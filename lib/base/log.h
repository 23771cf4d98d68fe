/* Events on stderr, one line each: `2026-06-08T10:20:00.000+08:00 info ecocase-broker lane.taken lane=3 epoch=7` (time,
 * level, program, event, fields); at most 1023 bytes, errno is left as it was. An event name is `noun.verb`; fields are
 * logfmt, built by the caller's format. No personal data, no payloads. Threads: any. */
#ifndef ECOCASE_BASE_LOG_H
#define ECOCASE_BASE_LOG_H
#include "base/fault.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
void log_setup(const char *program, enum log_level least);
void log_write(enum log_level level, const char *event, const char *format, ...) __attribute__((format(printf, 3, 4)));
void log_fault(enum log_level level, const char *event, const struct fault *fault);
/* The same where an agency's files are handled: they are called as people are, so of a fault with a file (FILE_…) only
 * what the system said of it is logged, and no field; `site` tells what was tried, and the agency's own status and
 * .error files name the file. */
void log_fault_unnamed(enum log_level level, const char *event, const struct fault *fault);
#define log_debug(event, ...) log_write(LOG_DEBUG, event, __VA_ARGS__)
#define log_info(event, ...)  log_write(LOG_INFO, event, __VA_ARGS__)
#define log_warn(event, ...)  log_write(LOG_WARN, event, __VA_ARGS__)
#define log_error(event, ...) log_write(LOG_ERROR, event, __VA_ARGS__)
#endif
