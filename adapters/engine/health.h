/* 探活: `ecocase-adapter health`, the probe of a running adapter. Job: reads the spool's .status.json (status.h); one line on stdout when the
 * adapter runs, gave a sign of life lately and reaches Kafka, else one on stderr that says which of these it does not. Asks nothing of
 * the adapter itself. Returns the exit status: 0 well, 1 not. */
#ifndef ECOCASE_ADAPTERS_HEALTH_H
#define ECOCASE_ADAPTERS_HEALTH_H

int health_run(const char *spool);
#endif
