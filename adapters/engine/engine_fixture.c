/* The spool, the journal and the failing transport of the parts' tests. */
#include "adapters/engine/engine_fixture.h"
#include "adapters/spool/spool.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned fail_at, calls;
static const struct transport_verbs *real;
static struct transport_verbs failing;
void fixture_fail_at(unsigned nth) {
    fail_at = nth;
    calls = 0;
}
unsigned fixture_calls(void) { return calls; }

static enum outcome planned(struct fault *fault) {
    if (++calls != fail_at) return OK;
    return fault_set(fault, RETRY, "FILE_WRITE", "planned");
}
static enum outcome sent(struct transport *t, const struct outbox_file *paper, struct bytes as, struct fault *fault) {
    TRY(planned(fault));
    return real->move_to_sent(t, paper, as, fault);
}
static enum outcome fail(struct transport *t, const struct outbox_file *papers, size_t count, struct bytes why,
                         struct fault *fault) {
    TRY(planned(fault));
    return real->fail(t, papers, count, why, fault);
}
static enum outcome stage(struct transport *t, const char *staged, struct bytes content, struct fault *fault) {
    TRY(planned(fault));
    return real->stage(t, staged, content, fault);
}
static enum outcome settle(struct transport *t, struct fault *fault) {
    TRY(planned(fault));
    return real->sync_staged(t, fault);
}
static enum outcome reveal(struct transport *t, const char *staged, enum box box, const char *name,
                           struct fault *fault) {
    TRY(planned(fault));
    return real->reveal(t, staged, box, name, fault);
}
static enum outcome seal(struct transport *t, struct fault *fault) {
    TRY(planned(fault));
    return real->sync_moved(t, fault);
}

static void open_files(struct fixture *f) {
    struct fault fault;
    char path[128];
    INVARIANT(spool_open(f->folder, &f->transport, &fault) == OK);
    real = f->transport->verbs;
    failing = *real;
    failing.move_to_sent = sent;
    failing.fail = fail;
    failing.stage = stage;
    failing.sync_staged = settle;
    failing.reveal = reveal;
    failing.sync_moved = seal;
    f->transport->verbs = &failing;
    snprintf(path, sizeof path, "%s/" ENGINE_JOURNAL, f->folder);
    INVARIANT(journal_open(path, &f->journal, &fault) == OK);
}

void fixture_open(struct fixture *f) {
    struct fault fault;
    char path[128];
    *f = (struct fixture){.folder = "/tmp/ecocase-engine-XXXXXX"};
    fixture_fail_at(0);
    INVARIANT(mkdtemp(f->folder));
    snprintf(path, sizeof path, "%s/profile", f->folder);
    FILE *profile = fopen(path, "we");
    INVARIANT(profile && fputs("sthj 400\n", profile) > 0 && fclose(profile) == 0);
    INVARIANT(catalogue_load("schemas", &f->catalogue, &fault) == OK &&
              directory_load("schemas/directory.yaml", &f->directory, &fault) == OK);
    INVARIANT(profile_load(path, f->directory, f->catalogue, &f->profile, &fault) == OK);
    f->arena = arena_new(1u << 16, ENGINE_ARENA);
    open_files(f);
}

void fixture_reopen(struct fixture *f) {
    journal_close(f->journal);
    real->close(f->transport);
    open_files(f);
}

void fixture_close(struct fixture *f) {
    char command[128];
    journal_close(f->journal);
    real->close(f->transport);
    arena_free(f->arena);
    profile_free(f->profile);
    directory_free(f->directory);
    catalogue_free(f->catalogue);
    snprintf(command, sizeof command, "rm -rf %s", f->folder);
    INVARIANT(system(command) == 0);
}

void fixture_put(const struct fixture *f, const char *name, const char *text) {
    char hidden[256], path[256];
    snprintf(hidden, sizeof hidden, "%s/.being-written", f->folder);
    snprintf(path, sizeof path, "%s/outbox/%s", f->folder, name);
    FILE *file = fopen(hidden, "we");
    INVARIANT(file && fputs(text, file) >= 0 && fclose(file) == 0 && rename(hidden, path) == 0);
}
bool fixture_has(const struct fixture *f, const char *path) {
    char whole[384];
    struct stat facts;
    snprintf(whole, sizeof whole, "%s/%s", f->folder, path);
    return lstat(whole, &facts) == 0;
}
size_t fixture_count(const struct fixture *f, const char *folder) {
    char path[128];
    size_t count = 0;
    snprintf(path, sizeof path, "%s/%s", f->folder, folder);
    DIR *open = opendir(path);
    INVARIANT(open);
    for (const struct dirent *entry; (entry = readdir(open));) count += entry->d_name[0] != '.';
    closedir(open);
    return count;
}
