/* Replays a corpus folder without libFuzzer: each file as it is, each cut of it, and each byte spoilt in four ways.
 * Every input lies in memory of exactly its size, so that the sanitizers see one byte too many. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/buffer.h"
#include "base/limits.h"
#include "target.h"

static size_t inputs;

static void give(const uint8_t *data, size_t count) {
    uint8_t *exact = malloc(count ? count : 1);
    INVARIANT(exact);
    memcpy(exact, data, count);
    LLVMFuzzerTestOneInput(exact, count);
    free(exact);
    inputs++;
}

static void replay(struct bytes whole) {
    static const uint8_t spoilt[] = {0xff, 0x80, 0x01, 0x00};
    give(whole.at, whole.count);
    uint8_t *copy = malloc(whole.count + 1);
    INVARIANT(copy);
    memcpy(copy, whole.at, whole.count);
    copy[whole.count] = 0;
    give(copy, whole.count + 1);
    for (size_t i = 0; i < whole.count; i++) {
        give(copy, i);
        for (size_t k = 0; k < sizeof spoilt; k++) {
            copy[i] = k == 2 ? whole.at[i] ^ spoilt[k] : spoilt[k];
            give(copy, whole.count);
        }
        copy[i] = whole.at[i];
    }
    free(copy);
}

int main(int argc, char **argv) {
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    size_t files = 0;
    if (!folder) {
        fprintf(stderr, "usage: replay CORPUS-FOLDER\n");
        return 2;
    }
    for (struct dirent *one = readdir(folder); one; one = readdir(folder)) {
        char path[1024];
        struct fault f = {0};
        AUTO(buffer_free) struct buffer text;
        buffer_init(&text, LIMIT_VALUE);
        if (one->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", argv[1], one->d_name);
        if (buffer_read_file(&text, path, &f) != OK) {
            fprintf(stderr, "%s: %s\n", path, f.text);
            return 1;
        }
        replay(buffer_view(&text));
        files++;
    }
    closedir(folder);
    printf("%zu files, %zu inputs\n", files, inputs);
    return files ? 0 : 1; /* an empty corpus proves nothing */
}
