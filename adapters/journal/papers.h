/* A submission's papers as the journal keeps them: JSON list of {name, size, modified, inode}, the case file first. */
#ifndef ECOCASE_ADAPTERS_JOURNAL_PAPERS_H
#define ECOCASE_ADAPTERS_JOURNAL_PAPERS_H
#include "adapters/spool/transport.h"

struct bytes papers_write(const struct outbox_paper *papers, size_t count, struct arena *arena);
/* What cannot be read back counts as no papers. */
const struct outbox_paper *papers_read(struct bytes json, struct arena *arena, size_t *ret_count);
#endif
