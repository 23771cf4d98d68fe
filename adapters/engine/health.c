/* See health.h. */
#include "adapters/engine/health.h"
#include "adapters/engine/status.h"
#include "base/buffer.h"
#include "base/limits.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define STATUS_MOST (64u * KIB)
#define LATE_MS (3 * STATUS_ALIVE_MS)

static enum outcome judge(json_t *root, struct fault *fault) {
    const char *kafka = NULL, *at = NULL;
    int running = 0;
    instant told = 0;
    if (json_unpack(root, "{s:b, s:s, s:s}", "running", &running, "kafka", &kafka, "at", &at) != 0 || !instant_parse(bytes_of_cstr(at), &told)) {
        return fault_set(fault, REFUSE, "INTERNAL", ".status.json is not what an adapter writes");
    }
    if (!running) return fault_set(fault, RETRY, "INTERNAL", "the adapter was stopped at %s", at);
    if (instant_now() - told > LATE_MS) return fault_set(fault, RETRY, "INTERNAL", "no sign of life since %s", at);
    if (strcmp(kafka, "up") != 0) return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "Kafka is %s since the last attempt", kafka);
    return OK;
}

static enum outcome probe(const char *spool, json_t **ret_root, struct fault *fault) {
    AUTO(buffer_free) struct buffer text;
    char path[4096];
    buffer_init(&text, STATUS_MOST);
    snprintf(path, sizeof path, "%s/.status.json", spool);
    TRY(buffer_read_file(&text, path, fault));
    json_t *root = json_loadb((const char *)text.at, text.count, 0, NULL);
    enum outcome outcome = judge(root, fault);
    if (outcome == OK) *ret_root = root;
    else json_decref(root);
    return outcome;
}

int health_run(const char *spool) {
    struct fault fault = {0};
    json_t *root = NULL;
    if (probe(spool, &root, &fault) != OK) {
        fprintf(stderr, "ecocase-adapter: 适配器不正常 · not well: %s\n", fault.text);
        return 1;
    }
    printf("适配器正常 · running, connected: sent=%lld delivered=%lld failed=%lld\n", (long long)json_integer_value(json_object_get(root, "sent")),
           (long long)json_integer_value(json_object_get(root, "delivered")), (long long)json_integer_value(json_object_get(root, "failed")));
    json_decref(root);
    return 0;
}
