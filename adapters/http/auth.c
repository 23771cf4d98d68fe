/* Who may come in. What is configured is required: with keys, a key; with client_ca, a certificate;
 * with both, both. */
#include "adapters/http/http_inside.h"
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <openssl/crypto.h>

static enum outcome refused(struct fault *fault, const char *why) {
    return fault_set(fault, REFUSE, "HTTP_UNAUTHORIZED", "%s", why);
}

/* Every key is looked at to its end, so the time tells nothing. */
static enum outcome admit_key(const struct asked *asked, struct fault *fault) {
    const struct http_settings *s = asked->http->settings;
    struct bytes key = request_credential(asked_header(asked, "Authorization"), asked_header(asked, "X-API-Key"));
    if (!key.count) return refused(fault, "give the key as Authorization: Bearer KEY or X-API-Key: KEY");
    if (key.count < HTTP_KEY_MIN || key.count > HTTP_KEY_MAX) return refused(fault, "this key is not known");
    struct digest digest = digest_of(key);
    instant now = instant_now();
    const struct http_key *found = NULL;
    for (size_t i = 0; i < s->key_count; i++) {
        if (CRYPTO_memcmp(digest.b, s->keys[i].digest.b, sizeof digest.b) == 0) found = &s->keys[i];
    }
    if (!found) return refused(fault, "this key is not known");
    if (found->until != INSTANT_NONE && now >= found->until) return refused(fault, "this key has run out");
    return OK;
}

static bool listed(const struct http_settings *s, gnutls_x509_crt_t certificate) {
    char name[256];
    size_t size = sizeof name;
    if (!s->client_count) return true;
    if (gnutls_x509_crt_get_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &size) != GNUTLS_E_SUCCESS)
        return false;
    for (size_t i = 0; i < s->client_count; i++) {
        if (strlen(s->clients[i]) == size && memcmp(s->clients[i], name, size) == 0) return true;
    }
    return false;
}

static enum outcome admit_certificate(const struct asked *asked, struct fault *fault) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(asked->connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    unsigned status = 0, count = 0;
    gnutls_x509_crt_t certificate;
    if (!info) return refused(fault, "a client certificate is needed");
    gnutls_session_t session = info->tls_session;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);
    if (!chain || !count) return refused(fault, "a client certificate is needed");
    gnutls_typed_vdata_st purpose = {.type = GNUTLS_DT_KEY_PURPOSE_OID, .data = NULL, .size = 0};
    char oid[] = GNUTLS_KP_TLS_WWW_CLIENT;
    purpose.data = (unsigned char *)oid;
    if (gnutls_certificate_verify_peers(session, &purpose, 1, &status) != GNUTLS_E_SUCCESS || status)
        return refused(fault, "the client certificate is not one of client_ca, or not valid today");
    if (gnutls_x509_crt_init(&certificate) != GNUTLS_E_SUCCESS)
        return refused(fault, "the client certificate cannot be read");
    bool known = gnutls_x509_crt_import(certificate, &chain[0], GNUTLS_X509_FMT_DER) == GNUTLS_E_SUCCESS &&
                 listed(asked->http->settings, certificate);
    gnutls_x509_crt_deinit(certificate);
    return known ? OK : refused(fault, "the client certificate's common name is not listed");
}

enum outcome auth_admit(const struct asked *asked, struct fault *fault) {
    const struct http_settings *s = asked->http->settings;
    if (s->client_ca) TRY(admit_certificate(asked, fault));
    if (s->key_count) TRY(admit_key(asked, fault));
    return OK;
}

enum outcome auth_certificate(const char *pem, instant *ret_until, struct fault *fault) {
    gnutls_x509_crt_t certificate;
    union {
        const char *from;
        unsigned char *to;
    } data = {.from = pem};
    gnutls_datum_t datum = {data.to, (unsigned)strlen(pem)};
    if (gnutls_x509_crt_init(&certificate) != GNUTLS_E_SUCCESS) return fault_set(fault, FATAL, "HTTP_LISTEN", "gnutls");
    int error = gnutls_x509_crt_import(certificate, &datum, GNUTLS_X509_FMT_PEM);
    if (error == GNUTLS_E_SUCCESS) *ret_until = (instant)gnutls_x509_crt_get_expiration_time(certificate) * 1000;
    gnutls_x509_crt_deinit(certificate);
    return error == GNUTLS_E_SUCCESS
               ? OK
               : fault_set(fault, REFUSE, "HTTP_LISTEN", "tls.certificate: %s", gnutls_strerror(error));
}
