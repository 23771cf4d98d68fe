/* libxml2 without memory. It goes on without what it could not have (an attribute is missing, a text is cut short), and
 * its schemas crash. Job: its allocations are the C library's; one that fails is remembered for this thread and served
 * of a reserve, so that libxml2 comes to its end and no half read file is taken for a whole one. Threads: any. */
#ifndef ECOCASE_ADAPTERS_FORMATS_XML_MEMORY_H
#define ECOCASE_ADAPTERS_FORMATS_XML_MEMORY_H
#include <stdbool.h>

void xml_memory_watch(void);  /* before libxml2 is called */
bool xml_memory_failed(void); /* since then: what libxml2 answered is worth nothing */
#endif
