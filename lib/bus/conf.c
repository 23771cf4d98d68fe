/* Handles to Kafka and their properties. */
#define _GNU_SOURCE /* memmem */
#include "bus/bus.h"
#include "base/limits.h"
#include "base/log.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bus_outbox_topic(struct bytes slug, char ret_name[TOPIC_NAME]) {
    snprintf(ret_name, TOPIC_NAME, "ecocase.outbox.%.*s", BYTES_FMT(slug));
}
void bus_inbox_topic(struct bytes slug, char ret_name[TOPIC_NAME]) {
    snprintf(ret_name, TOPIC_NAME, "ecocase.inbox.%.*s", BYTES_FMT(slug));
}
void bus_files_topic(struct bytes slug, char ret_name[TOPIC_NAME]) {
    snprintf(ret_name, TOPIC_NAME, "ecocase.files.%.*s", BYTES_FMT(slug));
}

static enum outcome set(rd_kafka_conf_t *conf, const char *name, const char *value, struct fault *fault) {
    char text[256];
    if (rd_kafka_conf_set(conf, name, value, text, sizeof text) == RD_KAFKA_CONF_OK) return OK;
    return fault_set(fault, FATAL, "SETTINGS_TYPE", "kafka property %s: %s", name, text);
}

static enum outcome apply_file(rd_kafka_conf_t *conf, const char *path, struct fault *fault) {
    FILE *file = fopen(path, "re");
    if (!file) return fault_set(fault, FATAL, "FILE_READ", "cannot read the Kafka properties file %s", path);
    char line[2048];
    enum outcome outcome = OK;
    for (unsigned number = 1; outcome == OK && fgets(line, sizeof line, file); number++) {
        line[strcspn(line, "\r\n")] = 0;
        char *equals = strchr(line, '=');
        if (!line[0] || line[0] == '#') continue;
        if (!equals) outcome = fault_set(fault, FATAL, "SETTINGS_TYPE", "%s:%u: expected name=value", path, number);
        else {
            *equals = 0;
            outcome = set(conf, line, equals + 1, fault);
        }
    }
    fclose(file);
    return outcome;
}

static void on_log(const rd_kafka_t *handle, int level, const char *facility, const char *text) {
    (void)handle;
    log_write(level <= 3 ? LOG_WARN : LOG_DEBUG, "kafka.log", "facility=%s text=\"%s\"", facility, text);
}

/* [proto://]host[:port], an IPv6 address in brackets. librdkafka takes the port modulo 65536, and waits for ever for a
 * host that is none. */
static bool server_fits(const char *at, size_t count) {
    const char *end = at + count, *proto = memmem(at, count, "://", 3), *colon = NULL;
    if (proto) at = proto + 3;
    const char *bracket = at < end && *at == '[' ? memchr(at, ']', (size_t)(end - at)) : NULL;
    for (const char *c = bracket ? bracket : at; c < end; c++) {
        if (*c == ':') colon = c;
        if (*c == '/' || *c == '\t') return false;
    }
    if (at == end || colon == at) return false;
    if (!colon) return true;
    unsigned port = 0;
    for (const char *c = colon + 1; c < end; c++) {
        if (*c < '0' || *c > '9' || port > 65535) return false;
        port = port * 10 + (unsigned)(*c - '0');
    }
    return port > 0 && port <= 65535;
}

static enum outcome check_servers(const char *servers, struct fault *fault) {
    bool fits = !strstr(servers, "：") && !strstr(servers, "，");
    size_t found = 0;
    for (const char *at = servers; *at && fits;) {
        size_t count = strcspn(at, ", ");
        if (count) found++, fits = server_fits(at, count);
        at += count ? count : 1;
    }
    return fits && found
               ? OK
               : fault_set(
                     fault, FATAL, "SETTINGS_TYPE",
                     "Kafka's servers are HOST:PORT[,HOST:PORT ...] in plain ASCII, ports 1 to 65535, not \"%.200s\"",
                     servers);
}

static enum outcome fill(const struct bus_settings *settings, rd_kafka_conf_t *conf, struct fault *fault) {
    TRY(check_servers(settings->servers, fault));
    TRY(set(conf, "bootstrap.servers", settings->servers, fault));
    TRY(set(conf, "client.id", settings->client_id, fault));
    /* else small requests wait for delayed acknowledgements of TCP (40 ms) */
    TRY(set(conf, "socket.nagle.disable", "true", fault));
    TRY(set(conf, "log.connection.close", "false", fault));
    TRY(set(conf, "reconnect.backoff.ms", "50", fault));
    TRY(set(conf, "reconnect.backoff.max.ms", "1000", fault));
    TRY(set(conf, "topic.metadata.refresh.interval.ms", "30000", fault));
    rd_kafka_conf_set_log_cb(conf, on_log);
    return settings->extra ? apply_file(conf, settings->extra, fault) : OK;
}

enum outcome bus_conf(const struct bus_settings *settings, rd_kafka_conf_t **ret, struct fault *fault) {
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    enum outcome filled = fill(settings, conf, fault);
    if (filled == OK) *ret = conf;
    else rd_kafka_conf_destroy(conf);
    return filled;
}

static enum outcome open_handle(rd_kafka_type_t type, rd_kafka_conf_t *conf, const char *const *pairs, size_t count,
                                rd_kafka_t **ret, struct fault *fault) {
    enum outcome outcome = OK;
    for (size_t i = 0; outcome == OK && i + 1 < count; i += 2) outcome = set(conf, pairs[i], pairs[i + 1], fault);
    char text[256];
    rd_kafka_t *handle = outcome == OK ? rd_kafka_new(type, conf, text, sizeof text) : NULL;
    if (!handle) {
        rd_kafka_conf_destroy(conf);
        return outcome != OK ? outcome : fault_set(fault, FATAL, "KAFKA_UNREACHABLE", "%s", text);
    }
    *ret = handle;
    return OK;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* One request at a time: with more, one that Kafka refused (a leader not there yet, after a restart) counts as stored
 * as soon as the next one is, which Kafka stores without it when it knows nothing of this producer yet (seen with
 * librdkafka 2.0.2 and Kafka 4.3.1: one record of 20,000 lost, docs/DECISIONS.md). */
#define GAPLESS                                                                                                     \
    "enable.idempotence", "true", "enable.gapless.guarantee", "true", "max.in.flight.requests.per.connection", "1", \
        "message.timeout.ms", "0"

rd_kafka_resp_err_t bus_report_error(const rd_kafka_message_t *report) {
    return report->err || report->offset >= 0 ? report->err : RD_KAFKA_RESP_ERR__INCONSISTENT;
}

enum outcome bus_producer(const struct bus_settings *settings, int linger_ms, bus_report on_report, void *opaque,
                          rd_kafka_t **ret, struct fault *fault) {
    char linger[16];
    snprintf(linger, sizeof linger, "%d", linger_ms);
    const char *const pairs[] = {GAPLESS,
                                 "partitioner",
                                 "murmur2_random",
                                 "compression.type",
                                 "lz4",
                                 "linger.ms",
                                 linger,
                                 "message.max.bytes",
                                 "4194304",
                                 "queue.buffering.max.messages",
                                 "50000",
                                 "queue.buffering.max.kbytes",
                                 "16384"};
    rd_kafka_conf_t *conf = NULL;
    TRY(bus_conf(settings, &conf, fault));
    rd_kafka_conf_set_dr_msg_cb(conf, on_report);
    rd_kafka_conf_set_opaque(conf, opaque);
    return open_handle(RD_KAFKA_PRODUCER, conf, pairs, COUNT(pairs), ret, fault);
}

enum outcome bus_files_producer(const struct bus_settings *settings, bus_report on_report, void *opaque,
                                rd_kafka_t **ret, struct fault *fault) {
    static const char *const pairs[] = {
        GAPLESS, "compression.type",           "none",    "linger.ms",
        "0",     "message.max.bytes",          "4194304", "queue.buffering.max.messages",
        "1000",  "queue.buffering.max.kbytes", "16384"};
    rd_kafka_conf_t *conf = NULL;
    TRY(bus_conf(settings, &conf, fault));
    rd_kafka_conf_set_dr_msg_cb(conf, on_report);
    rd_kafka_conf_set_opaque(conf, opaque);
    return open_handle(RD_KAFKA_PRODUCER, conf, pairs, COUNT(pairs), ret, fault);
}

#define MANUAL "enable.auto.commit", "false", "enable.auto.offset.store", "false", "auto.offset.reset", "error"
static enum outcome open_consumer(const struct bus_settings *settings, const char *const *pairs, size_t count,
                                  rd_kafka_t **ret, struct fault *fault) {
    rd_kafka_conf_t *conf = NULL;
    TRY(bus_conf(settings, &conf, fault));
    TRY(open_handle(RD_KAFKA_CONSUMER, conf, pairs, count, ret, fault));
    rd_kafka_poll_set_consumer(*ret);
    return OK;
}

enum outcome bus_asker(const struct bus_settings *settings, rd_kafka_t **ret, struct fault *fault) {
    static const char *const pairs[] = {MANUAL, "group.id", "ecocase-reader"};
    return open_consumer(settings, pairs, COUNT(pairs), ret, fault);
}

enum outcome bus_reader_open(const struct bus_settings *settings, const struct bus_reading *how, struct bus_reader *ret,
                             struct fault *fault) {
    char kib[16], messages[16], wait[16], backoff[16];
    const char *const pairs[] = {MANUAL,     "group.id",
                                 how->group, "queued.max.messages.kbytes",
                                 kib,        "queued.min.messages",
                                 messages,   "fetch.wait.max.ms",
                                 wait,       "fetch.error.backoff.ms",
                                 backoff,    "fetch.message.max.bytes",
                                 "1048576",  "fetch.max.bytes",
                                 "2097152",  "check.crcs",
                                 "true",     "enable.partition.eof",
                                 "true"};
    rd_kafka_t *handle = NULL;
    snprintf(kib, sizeof kib, "%d", how->queue_kib);
    snprintf(messages, sizeof messages, "%d", how->queue_messages);
    snprintf(wait, sizeof wait, "%d", how->wait_ms);
    snprintf(backoff, sizeof backoff, "%d", how->backoff_ms);
    TRY(open_consumer(settings, pairs, COUNT(pairs), &handle, fault));
    *ret = (struct bus_reader){
        .handle = handle, .queue = rd_kafka_queue_get_consumer(handle), .queue_bytes = (size_t)how->queue_kib << 10};
    return OK;
}
