/* The settings file of --http, read and checked. */
#include "adapters/http/settings_inside.h"
#include "base/buffer.h"
#include "base/limits.h"
#include "base/settings.h"
#include <arpa/inet.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#define PEM_MAX (256u * KIB)
struct settings_reading {
    struct http_settings *into;
    const char *path;
    struct fault *fault;
};

/* From the settings' own folder; links are followed: certificates are often kept behind them. */
static enum outcome resolve(struct settings_reading *r, const struct setting *at, const char *text, const char **ret) {
    const char *slash = strrchr(r->path, '/');
    char whole[PATH_MAX], real[PATH_MAX];
    int length = *text == '/' || !slash
                     ? snprintf(whole, sizeof whole, "%s", text)
                     : snprintf(whole, sizeof whole, "%.*s/%s", (int)(slash - r->path), r->path, text);
    if (length < 0 || (size_t)length >= sizeof whole || !realpath(whole, real)) {
        return setting_fault(at, r->fault, "FILE_READ", "\"%.200s\" is not there or may not be read", text);
    }
    *ret = arena_printf(r->into->arena, "%s", real);
    return OK;
}

static enum outcome read_file(struct settings_reading *r, const struct setting *at, const char *text,
                              const char **ret) {
    AUTO(buffer_free) struct buffer content;
    struct fault inner;
    const char *path = NULL;
    buffer_init(&content, PEM_MAX);
    TRY(resolve(r, at, text, &path));
    if (buffer_read_file(&content, path, &inner) != OK)
        return setting_fault(at, r->fault, inner.code, "%.300s", inner.text);
    *ret = arena_cstr(r->into->arena, buffer_view(&content));
    return OK;
}

static enum outcome read_file_of(struct settings_reading *r, struct setting *map, const char *key, const char **ret) {
    const char *text = NULL;
    TRY(setting_text_or(map, key, NULL, &text, r->fault));
    return text ? read_file(r, setting_get(map, key), text, ret) : OK;
}
static enum outcome read_path_of(struct settings_reading *r, struct setting *map, const char *key, const char **ret) {
    const char *text = NULL;
    TRY(setting_text_or(map, key, NULL, &text, r->fault));
    return text ? resolve(r, setting_get(map, key), text, ret) : OK;
}

/* 127.0.0.1:8443 or [::1]:8443 */
static bool parse_address(const char *text, struct sockaddr_storage *ret, bool *ret_loopback) {
    char host[64];
    const char *colon = strrchr(text, ':');
    char *end = NULL;
    long port = colon ? strtol(colon + 1, &end, 10) : 0;
    size_t count = colon ? (size_t)(colon - text) : 0;
    if (!colon || colon[1] < '0' || colon[1] > '9' || *end || port < 1 || port > 65535 || !count ||
        count >= sizeof host)
        return false;
    bool six = text[0] == '[' && text[count - 1] == ']';
    snprintf(host, sizeof host, "%.*s", (int)(six ? count - 2 : count), six ? text + 1 : text);
    struct sockaddr_in *four = (struct sockaddr_in *)ret;
    struct sockaddr_in6 *long_form = (struct sockaddr_in6 *)ret;
    memset(ret, 0, sizeof *ret);
    if (!six && inet_pton(AF_INET, host, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)port);
        *ret_loopback = ntohl(four->sin_addr.s_addr) >> 24 == 127;
        return true;
    }
    if (!six || inet_pton(AF_INET6, host, &long_form->sin6_addr) != 1) return false;
    long_form->sin6_family = AF_INET6;
    long_form->sin6_port = htons((uint16_t)port);
    *ret_loopback = IN6_IS_ADDR_LOOPBACK(&long_form->sin6_addr);
    return true;
}

static enum outcome read_tls(struct settings_reading *r, struct setting *root) {
    struct http_settings *s = r->into;
    struct setting *tls = setting_get(root, "tls");
    if (!tls) return OK;
    if (tls->kind != SETTING_MAP)
        return setting_fault(tls, r->fault, "SETTINGS_TYPE", "tls: {certificate, key, client_ca, clients}");
    TRY(read_file_of(r, tls, "certificate", &s->certificate));
    TRY(read_file_of(r, tls, "key", &s->private_key));
    TRY(read_file_of(r, tls, "client_ca", &s->client_ca));
    if (!s->certificate || !s->private_key)
        return setting_fault(tls, r->fault, "SETTINGS_MISSING", "tls needs certificate and key, PEM files");
    struct setting *clients = setting_get(tls, "clients");
    if (!clients) return OK;
    if (clients->kind != SETTING_LIST || !s->client_ca)
        return setting_fault(clients, r->fault, "SETTINGS_TYPE", "clients: a list of common names, beside client_ca");
    s->clients = arena_array(s->arena, clients->count + 1, sizeof *s->clients);
    for (const struct setting *one = clients->first; one; one = one->next) {
        if (one->kind != SETTING_TEXT || !*one->text)
            return setting_fault(one, r->fault, "SETTINGS_TYPE", "clients: a list of common names");
        s->clients[s->client_count++] = one->text;
    }
    return OK;
}

static bool hex_digest(const char *text, struct digest *ret) {
    if (strlen(text) != 2 * DIGEST_SIZE) return false;
    for (size_t i = 0; i < DIGEST_SIZE; i++) {
        unsigned byte = 0;
        char pair[3] = {text[2 * i], text[2 * i + 1], 0};
        if (strspn(pair, "0123456789abcdefABCDEF") != 2 || sscanf(pair, "%2x", &byte) != 1) return false;
        ret->b[i] = (uint8_t)byte;
    }
    return true;
}

static enum outcome read_key(struct settings_reading *r, struct setting *from, struct http_key *ret) {
    const char *digest = NULL, *until = NULL;
    if (from->kind != SETTING_MAP)
        return setting_fault(from, r->fault, "SETTINGS_TYPE", "a key is {name, sha256, until}");
    TRY(setting_text(from, "name", &ret->name, r->fault));
    TRY(setting_text(from, "sha256", &digest, r->fault));
    TRY(setting_text_or(from, "until", NULL, &until, r->fault));
    if (!hex_digest(digest, &ret->digest))
        return setting_fault(setting_get(from, "sha256"), r->fault, "SETTINGS_TYPE",
                             "sha256 is 64 hexadecimal digits: printf %%s \"$KEY\" | sha256sum");
    ret->until = INSTANT_NONE;
    if (until && !instant_parse(bytes_of_cstr(until), &ret->until))
        return setting_fault(setting_get(from, "until"), r->fault, "SETTINGS_TYPE",
                             "until is a date or a time, 2027-01-01");
    return OK;
}

static enum outcome read_keys(struct settings_reading *r, struct setting *root) {
    struct http_settings *s = r->into;
    struct setting *keys = setting_get(root, "keys");
    if (!keys) return OK;
    if (keys->kind != SETTING_LIST || keys->count > HTTP_KEYS_MAX)
        return setting_fault(keys, r->fault, "SETTINGS_TYPE", "keys: a list of at most %u {name, sha256, until}",
                             HTTP_KEYS_MAX);
    for (struct setting *one = keys->first; one; one = one->next) TRY(read_key(r, one, &s->keys[s->key_count++]));
    return OK;
}

static enum outcome read_limits(struct settings_reading *r, struct setting *root) {
    struct http_settings *s = r->into;
    struct setting *limits = setting_get(root, "limits");
    int64_t body_mib = 2112; /* one attachment of 2 GiB, and what is beside it */
    if (limits && limits->kind != SETTING_MAP)
        return setting_fault(limits, r->fault, "SETTINGS_TYPE",
                             "limits: {body_mib, queue, connections, per_address, idle_seconds}");
    s->queue_most = 10000;
    s->connections = 128;
    s->per_address = 32;
    s->idle_seconds = 60;
    if (limits) {
        TRY(setting_int_or(limits, "body_mib", 1, 65536, body_mib, &body_mib, r->fault));
        TRY(setting_int_or(limits, "queue", 1, 1000000, s->queue_most, &s->queue_most, r->fault));
        TRY(setting_int_or(limits, "connections", 2, 1024, s->connections, &s->connections, r->fault));
        TRY(setting_int_or(limits, "per_address", 1, 1024, s->per_address, &s->per_address, r->fault));
        TRY(setting_int_or(limits, "idle_seconds", 1, 3600, s->idle_seconds, &s->idle_seconds, r->fault));
    }
    s->body_most = body_mib * (int64_t)MIB;
    return OK;
}

static bool safe_url(const char *url) {
    static const char *const here[] = {"http://127.0.0.1", "http://[::1]"};
    for (size_t i = 0; i < sizeof here / sizeof here[0]; i++) {
        size_t count = strlen(here[i]);
        /* the end of the text counts as found */
        if (strncmp(url, here[i], count) == 0 && strchr(":/", url[count])) return true;
    }
    return strncmp(url, "https://", 8) == 0 && url[8];
}

/* "whsec_" and base64, as Standard Webhooks writes secrets; any other text is taken as it is. */
static struct bytes secret_of(struct arena *arena, const char *text) {
    struct bytes raw = bytes_of(text, strcspn(text, "\r\n"));
    if (raw.count < 6 || memcmp(text, "whsec_", 6) != 0) return raw;
    uint8_t *decoded = arena_alloc(arena, raw.count);
    int count = EVP_DecodeBlock(decoded, raw.at + 6, (int)raw.count - 6);
    size_t pad = 0;
    while (pad < 2 && raw.at[raw.count - 1 - pad] == '=') pad++;
    return count > (int)pad ? bytes_of(decoded, (size_t)count - pad) : BYTES_NONE;
}

static enum outcome read_webhook(struct settings_reading *r, struct setting *root) {
    struct http_webhook *w = &r->into->webhook;
    struct setting *from = setting_get(root, "webhook");
    const char *secret = NULL;
    int64_t most = 300, time_out = 30;
    if (!from) return OK;
    if (from->kind != SETTING_MAP)
        return setting_fault(from, r->fault, "SETTINGS_TYPE", "webhook: {url, secret_file, …}");
    TRY(setting_text(from, "url", &w->url, r->fault));
    if (!safe_url(w->url)) {
        return setting_fault(setting_get(from, "url"), r->fault, "SETTINGS_TYPE",
                             "url begins with https:// (http:// on this machine only, as 127.0.0.1)");
    }
    TRY(read_file_of(r, from, "secret_file", &secret));
    if (secret) w->secret = secret_of(r->into->arena, secret);
    if (w->secret.count < HTTP_SECRET_MIN)
        return setting_fault(from, r->fault, "SETTINGS_MISSING",
                             "webhook needs secret_file: whsec_ and base64 of at least %u bytes", HTTP_SECRET_MIN);
    TRY(read_path_of(r, from, "ca", &w->ca));
    TRY(read_path_of(r, from, "certificate", &w->certificate));
    TRY(read_path_of(r, from, "key", &w->key));
    if (!w->certificate != !w->key)
        return setting_fault(from, r->fault, "SETTINGS_MISSING", "certificate and key go together");
    TRY(setting_int_or(from, "retry_most_seconds", 1, 86400, most, &most, r->fault));
    TRY(setting_int_or(from, "time_out_seconds", 1, 300, time_out, &time_out, r->fault));
    w->retry_most_ms = most * 1000;
    w->time_out_ms = time_out * 1000;
    return OK;
}

static enum outcome read_all(struct settings_reading *r, struct setting *root) {
    struct http_settings *s = r->into;
    bool loopback = false;
    if (root->kind != SETTING_MAP)
        return setting_fault(root, r->fault, "SETTINGS_TYPE", "HTTP settings begin with listen: ADDRESS:PORT");
    TRY(setting_text(root, "listen", &s->listen, r->fault));
    const struct setting *listen = setting_get(root, "listen");
    if (!parse_address(s->listen, &s->address, &loopback))
        return setting_fault(listen, r->fault, "SETTINGS_TYPE",
                             "listen is ADDRESS:PORT, 127.0.0.1:8443 or [::1]:8443, not \"%.80s\"", s->listen);
    TRY(read_tls(r, root));
    TRY(read_keys(r, root));
    TRY(read_limits(r, root));
    TRY(read_webhook(r, root));
    TRY(settings_check_unknown(root, r->fault));
    if (!loopback && !s->certificate)
        return setting_fault(listen, r->fault, "SETTINGS_MISSING",
                             "without tls only 127.0.0.1 and [::1] may be listened on");
    if (!s->key_count && !s->client_ca)
        return setting_fault(root, r->fault, "SETTINGS_MISSING",
                             "nobody could come in: give keys, or tls with client_ca");
    return OK;
}

enum outcome http_settings_load(const char *path, struct http_settings **ret, struct fault *fault) {
    struct http_settings *s = calloc(1, sizeof *s);
    INVARIANT(s);
    s->arena = arena_new(4096, 4u * MIB);
    struct settings_reading r = {s, path, fault};
    enum outcome outcome = settings_load(path, &s->tree, fault);
    if (outcome == OK) outcome = read_all(&r, settings_root(s->tree));
    if (outcome == OK) *ret = s;
    else http_settings_free(s);
    return outcome;
}

void http_settings_free(struct http_settings *s) {
    if (!s) return;
    settings_free(s->tree);
    arena_free(s->arena);
    free(s);
}
