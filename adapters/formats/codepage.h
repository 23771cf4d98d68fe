/* 代码页: the one word in a `.cpg` file beside a DBF table, which says what its texts are encoded in, as shapelib, GDAL
 * and ArcGIS write and read it: a name (UTF-8, GBK), a number (936, 65001), a language driver (LDID/77). Upper and
 * lower case, blanks, '-' and '_' make no difference. Pure. */
#ifndef ECOCASE_ADAPTERS_FORMATS_CODEPAGE_H
#define ECOCASE_ADAPTERS_FORMATS_CODEPAGE_H
#include "adapters/formats/format.h"

/* What is written beside a table: for GB18030 936, as its header's language driver says too. */
struct bytes codepage_text(enum format_encoding encoding);
/* REFUSE/"DBF_SYNTAX": it names another encoding than the profile's, or none. */
MUST_USE enum outcome codepage_check(enum format_encoding encoding, struct bytes text, struct fault *fault);
#endif
