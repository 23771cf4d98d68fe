/* initdb, start and stop of a cluster for one test. */
#include "broker/ledger/cluster_fixture.h"
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/fault.h"

__attribute__((format(printf, 1, 2))) static int shell(const char *format, ...) {
    char command[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(command, sizeof command, format, args);
    va_end(args);
    return system(command);
}

static const char *runner(void) { return geteuid() == 0 ? "runuser -u postgres -- env" : "env"; }

void cluster_start(struct cluster *cluster) {
    snprintf(cluster->folder, sizeof cluster->folder, "/tmp/ecocase-ledger-XXXXXX");
    INVARIANT(mkdtemp(cluster->folder));
    if (geteuid() == 0) {
        const struct passwd *postgres = getpwnam("postgres");
        INVARIANT(postgres && chown(cluster->folder, postgres->pw_uid, postgres->pw_gid) == 0);
    }
    const char *at = "PATH=\"$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1):$PATH\"";
    INVARIANT(shell("%s %s initdb -D %s/data -U owner -A trust -E UTF8 --locale=C.UTF-8 -N >%s/initdb.log 2>&1",
                    runner(), at, cluster->folder, cluster->folder) == 0);
    INVARIANT(shell("%s %s pg_ctl -D %s/data -l %s/log -w -t 30 -o \"-k %s -c listen_addresses='' -c fsync=off -c "
                    "max_connections=40\" start >/dev/null 2>&1",
                    runner(), at, cluster->folder, cluster->folder, cluster->folder) == 0);
    snprintf(cluster->conninfo, sizeof cluster->conninfo, "host=%s user=owner dbname=postgres", cluster->folder);
}

void cluster_stop(struct cluster *cluster) {
    const char *at = "PATH=\"$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1):$PATH\"";
    INVARIANT(shell("%s %s pg_ctl -D %s/data -m immediate -w stop >/dev/null 2>&1", runner(), at, cluster->folder) ==
              0);
    INVARIANT(strncmp(cluster->folder, "/tmp/ecocase-ledger-", 20) == 0 && shell("rm -rf '%s'", cluster->folder) == 0);
}

const char *cluster_as(const struct cluster *cluster, const char *role) {
    static char conninfo[256];
    snprintf(conninfo, sizeof conninfo, "host=%s user=%s dbname=postgres", cluster->folder, role);
    return conninfo;
}
