/* A DBF file in memory, for shapelib, which else reads and writes files by name. Job: its file hooks. The file that is
 * open is the thread's own: shapelib's hooks carry no context. Threads: any, one file at a time in each. */
#ifndef ECOCASE_ADAPTERS_FORMATS_DBF_FILE_H
#define ECOCASE_ADAPTERS_FORMATS_DBF_FILE_H
#include "base/buffer.h"
#include <shapefil.h>

struct dbf_file {
    struct bytes read;      /* reading; must live as long as the handle */
    struct buffer *written; /* writing; NULL: reading */
    size_t at;
    bool failed;      /* a write that found no room */
    struct fault why; /* FATAL: for want of memory */
};
/* NULL: shapelib cannot. The file must outlive the handle. */
DBFHandle dbf_file_open(struct dbf_file *file);
DBFHandle dbf_file_create(struct dbf_file *file, const char *code_page);
#endif
