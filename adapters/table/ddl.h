/* 建表语句: the SQL of table-setup, made from the settings. It may be run again: it adds what is missing and replaces
 * functions and triggers. Pure. REFUSE/TOO_LARGE never happens with names as the settings take them. */
#ifndef ECOCASE_ADAPTERS_TABLE_DDL_H
#define ECOCASE_ADAPTERS_TABLE_DDL_H
#include "adapters/table/table_settings.h"
#include "base/buffer.h"

MUST_USE enum outcome ddl_write(const struct table_settings *settings, struct buffer *into, struct fault *fault);
/* `text` with {schema} {outbox} {inbox} {payload} {channel} {adapter} {agency} {type} as the settings have them. */
MUST_USE enum outcome ddl_fill(const struct table_settings *settings, const char *text, struct buffer *into,
                               struct fault *fault);
#endif
