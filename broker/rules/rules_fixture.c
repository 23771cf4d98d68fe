/* Copies of schemas/rules/ with one text replaced. */
#define _GNU_SOURCE /* nftw */
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/buffer.h"
#include "base/limits.h"
#include "broker/rules/rules_fixture.h"

char fixture_folder[64];
static void write_file(const char *path, const char *text, size_t count) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
}
static char *read_text(const char *path, size_t *ret_count) {
    struct buffer text;
    struct fault f = {0};
    buffer_init(&text, LIMIT_SETTINGS);
    if (buffer_read_file(&text, path, &f) != OK) fail_msg("%s", f.text);
    char *copy = strndup((const char *)text.at, text.count);
    *ret_count = text.count;
    buffer_free(&text);
    return copy;
}
static const char *const files[] = {"rules.yaml",       "clocks.yaml",      "documents.yaml",   "holidays.yaml",
                                    "alerts.yaml",      "machine-ref.yaml", "machine-rev.yaml", "machine-jur.yaml",
                                    "machine-coo.yaml", "machine-det.yaml", "machine-con.yaml", "machine-clu.yaml",
                                    "machine-ops.yaml", "machine-adm.yaml", "thresholds.yaml",  "facts.yaml",
                                    "divisions.yaml"};
char *fixture_copy_text(const char *file, const char *find, const char *put) {
    char path[256];
    size_t count;
    snprintf(path, sizeof path, "schemas/rules/%s", file);
    char *text = read_text(path, &count);
    const char *spot = strstr(text, find);
    if (!spot) fail_msg("%s no longer holds: %s", file, find);
    size_t before = (size_t)(spot - text), after = count - before - strlen(find);
    char *changed = calloc(1, before + strlen(put) + after + 1);
    memcpy(changed, text, before);
    memcpy(changed + before, put, strlen(put));
    memcpy(changed + before + strlen(put), spot + strlen(find), after);
    free(text);
    return changed;
}

void fixture_write(const char *into, const char *file, const char *text) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", into, file);
    write_file(path, text, strlen(text));
}

char *fixture_copy_rules(const char *into, const char *file, const char *find, const char *put) {
    char *changed = NULL;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        bool here = file && strcmp(files[i], file) == 0;
        char *text = fixture_copy_text(files[i], here ? find : "", here ? put : "");
        fixture_write(into, files[i], text);
        if (here) changed = text;
        else free(text);
    }
    return changed;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *at) {
    (void)st, (void)flag, (void)at;
    return remove(path);
}
int fixture_make_folder(void **state) {
    (void)state;
    snprintf(fixture_folder, sizeof fixture_folder, "/tmp/rules-test-XXXXXX");
    return mkdtemp(fixture_folder) ? 0 : -1;
}
int fixture_remove_folder(void **state) {
    (void)state;
    return nftw(fixture_folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
