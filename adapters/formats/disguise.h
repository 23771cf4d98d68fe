/* 文件真身: what a file is that its name or the profile does not say: an old .xls workbook called .csv, a web page
 * called .xls. Job: recognise it by the first bytes, so that IT staff read what to do and not where the first wrong
 * byte stands. Pure; the text is static, Chinese and English. */
#ifndef ECOCASE_ADAPTERS_FORMATS_DISGUISE_H
#define ECOCASE_ADAPTERS_FORMATS_DISGUISE_H
#include "adapters/formats/format.h"

/* What it is and how to save it anew; NULL: nothing that is known to be other than `kind`. */
const char *disguise_of(struct bytes file, enum format_kind kind);
#endif
