/* A paper that comes in chunks: whole under its name or not there at all; what was written before a crash is kept if it
 * is right. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include "adapters/chunks/chunks.h"
#include "base/limits.h"
#include "wire/fingerprint.h"

#define SIZE  10000u
#define COUNT 3
static char path[] = "/tmp/ecocase-partial-XXXXXX";
static int folder;
static uint8_t content[SIZE], sealed[COUNT][LIMIT_CHUNK_MIN + CHUNK_SEAL];
static struct chunked what;
static struct partial_file *partial;
static struct fault fault;

static int prepare(void **state) {
    (void)state;
    struct fingerprint *print = fingerprint_new();
    for (size_t i = 0; i < SIZE; i++) content[i] = (uint8_t)(i * 31 >> 3);
    fingerprint_add(print, bytes_of(content, SIZE));
    fingerprint_end(print, &what.sha256, &what.sm3);
    fingerprint_free(print);
    chunked_cut(&what, SIZE, (int32_t)LIMIT_CHUNK_MIN);
    for (int32_t i = 0; i < COUNT; i++)
        chunk_seal(&what, i, bytes_of(content + chunk_start(&what, i), chunk_length(&what, i)), sealed[i]);
    if (!mkdtemp(path)) return -1;
    folder = open(path, O_RDONLY | O_DIRECTORY);
    partial = partial_file_new();
    return folder < 0;
}
static int forget(void **state) {
    (void)state;
    partial_file_free(partial);
    close(folder);
    return rmdir(path);
}
static int empty(void **state) {
    (void)state;
    partial_file_close(partial);
    DIR *all = opendir(path);
    for (const struct dirent *one; (one = readdir(all));) unlinkat(folder, one->d_name, 0);
    return closedir(all);
}

static void open_it(int32_t expected) {
    bool done = false;
    assert_int_equal(partial_file_open(partial, folder, &what, 0, &fault), OK);
    while (!done) assert_int_equal(partial_file_read_again(partial, &done, &fault), OK);
    assert_int_equal(partial_file_next(partial), expected);
}
static void take(int32_t from, int32_t to) {
    for (int32_t i = from; i < to; i++) {
        bool taken = false;
        assert_int_equal(
            partial_file_take(partial, bytes_of(sealed[i], chunk_length(&what, i) + CHUNK_SEAL), &taken, &fault), OK);
        assert_true(taken);
    }
}
static bool named(void) {
    char name[DIGEST_SIZE * 2 + 1];
    uint8_t read_back[SIZE + 1];
    digest_hex(&what.sha256, name);
    int file = openat(folder, name, O_RDONLY);
    if (file < 0) return false;
    assert_int_equal(read(file, read_back, sizeof read_back), SIZE);
    assert_memory_equal(read_back, content, SIZE);
    close(file);
    return true;
}
static char *part(char name[128]) {
    char hex[DIGEST_SIZE * 2 + 1];
    digest_hex(&what.sha256, hex);
    snprintf(name, 128, "%s.%d.part", hex, what.chunk_size);
    return name;
}

static void it_is_named_when_it_is_whole(void **state) {
    (void)state;
    open_it(0);
    take(0, COUNT);
    assert_true(partial_file_whole(partial));
    assert_false(named());
    assert_int_equal(partial_file_finish(partial, &fault), OK);
    assert_true(named());
    assert_int_equal(partial_file_finish(partial, &fault), OK);
}
static void what_was_written_is_kept(void **state) {
    (void)state;
    char name[128];
    open_it(0);
    take(0, 2);
    partial_file_close(partial);
    int file = openat(folder, part(name), O_WRONLY | O_APPEND);
    assert_int_equal(write(file, "torn", 4), 4); /* half a chunk */
    close(file);
    open_it(2);
    assert_true(partial_file_resumed(partial));
    take(2, COUNT);
    partial_file_close(partial);
    open_it(COUNT);
    assert_int_equal(partial_file_finish(partial, &fault), OK);
    assert_true(named());
}
static void a_damaged_chunk_is_not_taken(void **state) {
    (void)state;
    bool taken = true;
    open_it(0);
    sealed[0][100] ^= 1;
    assert_int_equal(partial_file_take(partial, bytes_of(sealed[0], LIMIT_CHUNK_MIN + CHUNK_SEAL), &taken, &fault), OK);
    assert_false(taken);
    sealed[0][100] ^= 1;
    assert_int_equal(partial_file_next(partial), 0);
    take(0, COUNT);
    assert_int_equal(partial_file_finish(partial, &fault), OK);
}
static void other_bytes_never_get_the_name(void **state) {
    (void)state;
    char name[128];
    open_it(0);
    take(0, COUNT);
    partial_file_close(partial);
    int file = openat(folder, part(name), O_WRONLY);
    assert_int_equal(pwrite(file, "x", 1, 5000), 1);
    close(file);
    open_it(COUNT);
    assert_int_equal(partial_file_finish(partial, &fault), REFUSE);
    assert_string_equal(fault.code, "CHUNKS_MISMATCH");
    assert_false(named());
    partial_file_forget(partial);
    open_it(0);
    assert_false(partial_file_resumed(partial));
    what.sm3.b[3] ^= 1; /* SHA-256 alone is not enough */
    open_it(0);
    take(0, COUNT);
    assert_int_equal(partial_file_finish(partial, &fault), REFUSE);
    what.sm3.b[3] ^= 1;
}
static void without_room_it_waits(void **state) {
    (void)state;
    assert_int_equal(partial_file_open(partial, folder, &what, INT64_MAX / 2, &fault), RETRY);
    assert_string_equal(fault.code, "DISK_FULL");
    struct rlimit was, small = {LIMIT_CHUNK_MIN + 10, RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    small.rlim_max = was.rlim_max;
    open_it(0);
    take(0, 1);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool taken = false;
    assert_int_equal(partial_file_take(partial, bytes_of(sealed[1], LIMIT_CHUNK_MIN + CHUNK_SEAL), &taken, &fault),
                     RETRY);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    assert_int_equal(partial_file_next(partial), 1); /* half written: written again */
    take(1, COUNT);
    assert_int_equal(partial_file_finish(partial, &fault), OK);
    assert_true(named());
}
#define EACH(test) cmocka_unit_test_setup_teardown(test, NULL, empty)
int main(void) {
    const struct CMUnitTest tests[] = {EACH(it_is_named_when_it_is_whole), EACH(what_was_written_is_kept),
                                       EACH(a_damaged_chunk_is_not_taken), EACH(other_bytes_never_get_the_name),
                                       EACH(without_room_it_waits)};
    return cmocka_run_group_tests(tests, prepare, forget);
}
