/* What a build with ECOCASE_FAULTS does at a named instant: die, stop or sleep as the environment says. */
#include "base/failpoint.h"
typedef int failpoint_translation_unit; /* never empty */
#ifdef ECOCASE_FAULTS
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static atomic_int passed;

static void note(const char *name) {
    const char *path = getenv("ECOCASE_FAILPOINT_LOG");
    if (!path) return;
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (file < 0) return;
    char line[128];
    int count = snprintf(line, sizeof line, "%s %d\n", name, (int)getpid());
    ssize_t ignored = write(file, line, (size_t)count);
    (void)ignored;
    close(file);
}

void failpoint_pass(const char *name) {
    const char *plan = getenv("ECOCASE_FAILPOINT");
    size_t count = strlen(name);
    if (!plan || strncmp(plan, name, count) != 0 || (plan[count] != '@' && plan[count] != '=')) return;
    const char *at = plan + count;
    int nth = *at == '@' ? atoi(at + 1) : 1;
    if (atomic_fetch_add(&passed, 1) + 1 != nth) return;
    const char *action = strchr(at, '=');
    if (!action) return;
    note(name);
    if (strcmp(action, "=kill") == 0) kill(getpid(), SIGKILL);
    if (strcmp(action, "=stop") == 0) kill(getpid(), SIGSTOP);
    if (strncmp(action, "=sleep:", 7) == 0) {
        long ms = atol(action + 7);
        struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
        nanosleep(&pause, NULL);
    }
}

bool mutant(const char *name) {
    const char *planted = getenv("ECOCASE_MUTANT");
    return planted && strcmp(planted, name) == 0;
}
#endif
