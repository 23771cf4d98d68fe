/* The settings file: what is taken, and every mistake at its line and column. */
#include "adapters/http/settings_inside.h"
#include "base/limits.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define DIGEST "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define KEYS   "keys: [{name: a, sha256: " DIGEST "}]\n"
static char folder[] = "/tmp/ecocase-http-settings-XXXXXX";

static void put(const char *name, const char *text) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0 && fclose(file) == 0);
}
static enum outcome load(const char *text, struct http_settings **ret, struct fault *fault) {
    char path[128];
    put("http.yaml", text);
    snprintf(path, sizeof path, "%s/http.yaml", folder);
    return http_settings_load(path, ret, fault);
}

static void taken(void **state) {
    struct http_settings *s = NULL;
    struct fault fault;
    (void)state;
    put("secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
    assert_int_equal(
        load("listen: \"[::1]:8443\"\nkeys:\n  - {name: a, sha256: " DIGEST
             ", until: 2027-01-01}\n  - {name: b, sha256: " DIGEST "}\n"
             "limits: {body_mib: 2, queue: 5}\nwebhook: {url: \"http://127.0.0.1:9/x\", secret_file: secret}\n",
             &s, &fault),
        OK);
    assert_int_equal(s->address.ss_family, AF_INET6);
    assert_int_equal(s->key_count, 2);
    assert_int_equal(s->keys[0].digest.b[0], 0x9f);
    assert_int_equal(s->keys[0].digest.b[31], 0x08);
    assert_true(s->keys[0].until > 0 && s->keys[1].until == INSTANT_NONE);
    assert_int_equal(s->body_most, 2 * MIB);
    assert_int_equal(s->queue_most, 5);
    assert_int_equal(s->connections, 128);
    assert_int_equal(s->webhook.secret.count, 24);
    assert_int_equal(s->webhook.secret.at[0], 0x31);
    http_settings_free(s);
}

static void refused(void **state) {
    static const struct {
        const char *text, *code;
        unsigned line, column;
    } all[] = {
        {KEYS, "SETTINGS_MISSING", 1, 1},
        {"listen: 127.0.0.1:8443\n", "SETTINGS_MISSING", 1, 1},
        {"listen: 127.0.0.1\n" KEYS, "SETTINGS_TYPE", 1, 9},
        {"listen: localhost:8443\n" KEYS, "SETTINGS_TYPE", 1, 9},
        {"listen: 127.0.0.1:0\n" KEYS, "SETTINGS_TYPE", 1, 9},
        {"listen: 127.0.0.1:65536\n" KEYS, "SETTINGS_TYPE", 1, 9},
        {"listen: 0.0.0.0:8443\n" KEYS, "SETTINGS_MISSING", 1, 9},
        {"listen: 127.0.0.1:1\nkeys: [{name: a, sha256: abc}]\n", "SETTINGS_TYPE", 2, 26},
        {"listen: 127.0.0.1:1\nkeys: [{name: a, sha256: " DIGEST ", until: soon}]\n", "SETTINGS_TYPE", 2, 99},
        {"listen: 127.0.0.1:1\nkeys: a\n", "SETTINGS_TYPE", 2, 7},
        {"listen: 127.0.0.1:1\n" KEYS "tls: {certificate: none.pem, key: none.pem}\n", "FILE_READ", 3, 20},
        {"listen: 127.0.0.1:1\n" KEYS "tls: {certificate: http.yaml}\n", "SETTINGS_MISSING", 3, 6},
        {"listen: 127.0.0.1:1\n" KEYS "tls: {certificate: http.yaml, key: http.yaml, clients: [a]}\n", "SETTINGS_TYPE",
         3, 56},
        {"listen: 127.0.0.1:1\n" KEYS "limits: {body_mib: 0}\n", "SETTINGS_TYPE", 3, 20},
        {"listen: 127.0.0.1:1\n" KEYS "limit: {}\n", "SETTINGS_UNKNOWN", 3, 8},
        {"listen: 127.0.0.1:1\n" KEYS "webhook: {url: \"http://127.0.0.1.example.org/\"}\n", "SETTINGS_TYPE", 3, 16},
        {"listen: 127.0.0.1:1\n" KEYS
         "webhook: {url: \"https://a/\", secret_file: http.yaml, certificate: http.yaml}\n",
         "SETTINGS_MISSING", 3, 10}};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct http_settings *s = NULL;
        struct fault fault = {0};
        assert_int_equal(load(all[i].text, &s, &fault), REFUSE);
        assert_null(s);
        assert_string_equal(fault.code, all[i].code);
        if (fault.line != all[i].line || fault.column != all[i].column) print_error("case %zu: %s\n", i, fault.text);
        assert_int_equal(fault.line, all[i].line);
        assert_int_equal(fault.column, all[i].column);
    }
}

static int set_up(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}
static int tear_down(void **state) {
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(taken), cmocka_unit_test(refused)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
