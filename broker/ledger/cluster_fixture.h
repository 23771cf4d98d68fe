/* A Postgres cluster of the test's own: initdb in a new temporary folder, unix socket only, run as user postgres when
 * the test is root; stopped and removed by cluster_stop. Every function stops the test program when it fails. */
#ifndef ECOCASE_LEDGER_CLUSTER_FIXTURE_H
#define ECOCASE_LEDGER_CLUSTER_FIXTURE_H
struct cluster {
    char folder[64];
    char conninfo[192];
};
void cluster_start(struct cluster *cluster);
void cluster_stop(struct cluster *cluster);
/* conninfo of the same database as another role; static memory, overwritten by the next call. */
const char *cluster_as(const struct cluster *cluster, const char *role);
#endif
