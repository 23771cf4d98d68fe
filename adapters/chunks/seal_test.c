/* Who reported a clue: opened with the key for its record only; the key is made once, for its owner only. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "adapters/chunks/chunks.h"

static char folder[] = "/tmp/ecocase-seal-XXXXXX";
static struct arena *arena;
static int set_up(void **state) {
    (void)state;
    arena = arena_new(4096, 1u << 20);
    return mkdtemp(folder) ? 0 : -1;
}
static int tear_down(void **state) {
    (void)state;
    char path[100];
    snprintf(path, sizeof path, "%s/" SEAL_FILE, folder);
    unlink(path);
    arena_free(arena);
    return rmdir(folder);
}

static void the_key_is_made_once_and_is_its_owners(void **state) {
    (void)state;
    struct seal none, first, again;
    struct fault f = {0};
    struct stat status;
    char path[100];
    assert_int_equal(seal_load(folder, false, &none, &f), REFUSE);
    assert_string_equal(f.code, "SEAL_KEY");
    assert_int_equal(seal_load(folder, true, &first, &f), OK);
    assert_int_equal(seal_load(folder, true, &again, &f), OK);
    assert_memory_equal(&first, &again, sizeof first);
    snprintf(path, sizeof path, "%s/" SEAL_FILE, folder);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    FILE *file = fopen(path, "w");
    assert_true(file && fputs("not a key\n", file) > 0 && fclose(file) == 0);
    assert_int_equal(seal_load(folder, true, &again, &f), REFUSE);
    assert_int_equal(unlink(path), 0);
}

static void what_is_sealed_opens_for_its_record_only(void **state) {
    (void)state;
    struct seal seal = {.id = "a"}, other = {.key = {1}};
    struct seal_place place = {"wlsh", {{7}}}, elsewhere = {"wlsh", {{8}}}, another = {"nm", {{7}}};
    struct bytes plain = BYTES_LITERAL("{\"name\":\"某某\",\"phone\":\"13800000000\"}"), opened = BYTES_NONE;
    struct bytes sealed = seal_close(&seal, &place, plain, arena),
                 longer = seal_close(&seal, &place, BYTES_LITERAL("{}"), arena);
    assert_int_equal(sealed.count, 256 + 16);
    assert_int_equal(longer.count, sealed.count); /* the length says nothing */
    assert_true(seal_open(&seal, &place, sealed, arena, &opened));
    assert_true(bytes_equal(opened, plain));
    assert_false(seal_open(&other, &place, sealed, arena, &opened));
    assert_false(seal_open(&seal, &elsewhere, sealed, arena, &opened));
    assert_false(seal_open(&seal, &another, sealed, arena, &opened));
    uint8_t *changed = arena_alloc(arena, sealed.count);
    memcpy(changed, sealed.at, sealed.count);
    changed[3] ^= 1;
    assert_false(seal_open(&seal, &place, bytes_of(changed, sealed.count), arena, &opened));
    assert_false(seal_open(&seal, &place, bytes_of(sealed.at, 10), arena, &opened));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_key_is_made_once_and_is_its_owners),
                                       cmocka_unit_test(what_is_sealed_opens_for_its_record_only)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
