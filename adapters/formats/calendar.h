/* A day or time as a cell of DBF or XLSX holds it. Job: read it out of a text in any usual form, for the formats whose
 * cells are dates and not texts. Pure. Threads: any. */
#ifndef ECOCASE_ADAPTERS_FORMATS_CALENDAR_H
#define ECOCASE_ADAPTERS_FORMATS_CALENDAR_H
#include "base/bytes.h"
#include "base/time.h"

/* 2026-06-08, 2026/6/8, 2026年6月8日, 20260608, each alone or with hour, minute and second behind it. False: no such
 * day or time. */
bool calendar_read(struct bytes text, struct civil *ret);
/* The day is midnight. */
bool calendar_is_day(const struct civil *civil);
#endif
