/* `ecocase-broker setup`: topics of every participant, then the ledger. Idempotent; what cannot be changed is refused
 * by name. */
#include "broker/instance/instance.h"
#include "base/log.h"
#include "broker/rules/rules.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ENDS_MS 90000 /* topics were made a moment ago, perhaps on a machine with much else to do */
/* Key, value, key, value … A manual clock's records carry the times of the papers, so Kafka must neither doubt nor
 * expire them. */
#define ANY_TIME \
    "message.timestamp.before.max.ms", "9223372036854775807", "message.timestamp.after.max.ms", "9223372036854775807"
static const char *const outbox_real[] = {"retention.ms",           "-1",           "max.message.bytes", "2097152",
                                          "message.timestamp.type", "LogAppendTime"};
static const char *const outbox_manual[] = {
    "retention.ms", "-1", "max.message.bytes", "2097152", "message.timestamp.type", "CreateTime", ANY_TIME};
/* 30 days of ticks */
static const char *const clock_real[] = {"retention.ms", "2592000000", "message.timestamp.type", "LogAppendTime"};
static const char *const clock_manual[] = {"retention.ms", "-1", "message.timestamp.type", "CreateTime", ANY_TIME};
static const char *const inbox_config[] = {"retention.ms",           "7776000000",   "max.message.bytes", "2097152",
                                           "message.timestamp.type", "LogAppendTime"};
/* 130 days: what an inbox keeps for 90 may name chunks that were 30 days old then, since a paper sent again is not
 * shipped again. */
static const char *const files_config[] = {
    "retention.ms",     "11232000000",  "max.message.bytes",      "2097152",
    "compression.type", "uncompressed", "message.timestamp.type", "LogAppendTime"};
/* who still waits asks again */
static const char *const wanted_config[] = {"retention.ms", "86400000", "message.timestamp.type", "LogAppendTime"};
static const char *const dead_config[] = {"retention.ms",           "-1",           "max.message.bytes", "4194304",
                                          "message.timestamp.type", "LogAppendTime"};
#define WITH(config) (config), sizeof(config) / sizeof((config)[0])

struct topics {
    struct bus_topic *all;
    char (*names)[TOPIC_NAME];
    size_t count;
    const struct broker_setup *setup;
};
static void add_with(struct topics *topics, int32_t partitions, const char *const *config, size_t config_count) {
    topics->all[topics->count] =
        (struct bus_topic){topics->names[topics->count], partitions, topics->setup->replication, config, config_count};
    topics->count++;
}
static void add(struct topics *topics, const char *const *config, size_t config_count) {
    add_with(topics, topics->setup->lanes, config, config_count);
}

/* New topics take a moment before they can be used; who starts next shall not stumble over it. (Nobody stumbles over
 * those for files.) */
static enum outcome await_leaders(struct bus_client *client, const struct topics *topics, struct fault *fault) {
    const char **names = calloc(topics->count, sizeof *names);
    int64_t *ends = calloc(topics->count, sizeof *ends);
    INVARIANT(names && ends);
    enum outcome outcome = OK;
    for (int32_t lane = 0; outcome == OK && lane < topics->setup->lanes; lane++) {
        size_t count = 0;
        for (size_t i = 0; i < topics->count; i++) {
            if (topics->all[i].partitions == topics->setup->lanes) names[count++] = topics->names[i];
        }
        outcome = bus_ends(client, names, count, lane, ENDS_MS, ends, fault);
    }
    free(names);
    free(ends);
    return outcome;
}

static enum outcome make_topics(struct bus_client *client, const struct broker_setup *setup,
                                const struct directory *directory, struct fault *fault) {
    size_t most = directory_count(directory) * 3 + 3;
    bool manual = setup->manual_clock;
    struct topics topics = {calloc(most, sizeof *topics.all), calloc(most, TOPIC_NAME), 0, setup};
    INVARIANT(topics.all && topics.names);
    for (size_t i = 0; i < directory_count(directory); i++) {
        struct bytes slug = bytes_of_cstr(directory_at(directory, i)->slug);
        bus_outbox_topic(slug, topics.names[topics.count]);
        if (manual) add(&topics, WITH(outbox_manual));
        else add(&topics, WITH(outbox_real));
        bus_inbox_topic(slug, topics.names[topics.count]);
        add(&topics, WITH(inbox_config));
        bus_files_topic(slug, topics.names[topics.count]);
        add_with(&topics, 1, WITH(files_config));
    }
    snprintf(topics.names[topics.count], TOPIC_NAME, "%s", TOPIC_WANTED);
    add_with(&topics, 1, WITH(wanted_config));
    snprintf(topics.names[topics.count], TOPIC_NAME, "%s", TOPIC_CLOCK);
    if (manual) add(&topics, WITH(clock_manual));
    else add(&topics, WITH(clock_real));
    snprintf(topics.names[topics.count], TOPIC_NAME, "%s", TOPIC_DEAD_LETTER);
    add(&topics, WITH(dead_config));
    enum outcome made = bus_topics_ensure(client, topics.all, topics.count, 60000, fault);
    if (made == OK) made = await_leaders(client, &topics, fault);
    free(topics.all);
    free(topics.names);
    return made;
}

static enum outcome set_up(const struct broker_setup *setup, struct bus_client *client,
                           const struct directory *directory, struct fault *fault) {
    char cluster[64];
    TRY(bus_cluster_id(client, 60000, cluster, sizeof cluster, fault));
    TRY(make_topics(client, setup, directory, fault));
    struct ledger_setup ledger = {.schemas_folder = setup->schemas,
                                  .cluster_id = cluster,
                                  .manual_clock = setup->manual_clock,
                                  .lanes = setup->lanes,
                                  .directory = directory};
    TRY(ledger_set_up(setup->conninfo, &ledger, fault));
    log_info("setup.done", "cluster=%s participants=%zu lanes=%d clock=%s", cluster, directory_count(directory),
             setup->lanes, setup->manual_clock ? "manual" : "real");
    return OK;
}

/* A subscription to what there is not would stay silent for ever. A folder without rules has nothing to subscribe to.
 */
static enum outcome check_subscriptions(const char *schemas, const struct directory *directory, struct fault *fault) {
    struct rules *rules = NULL;
    char path[1024];
    snprintf(path, sizeof path, "%s/rules/rules.yaml", schemas);
    if (access(path, R_OK) != 0) return OK;
    TRY(rules_load(schemas, &rules, fault));
    enum outcome outcome = rules_check_subscriptions(rules, directory, fault);
    rules_free(rules);
    return outcome;
}

enum outcome broker_set_up(const struct broker_setup *setup, struct fault *fault) {
    struct directory *directory = NULL;
    struct bus_client *client = NULL;
    char path[1024];
    snprintf(path, sizeof path, "%s/directory.yaml", setup->schemas);
    TRY(directory_load(path, &directory, fault));
    enum outcome outcome = check_subscriptions(setup->schemas, directory, fault);
    if (outcome == OK) outcome = bus_client_open(&setup->bus, &client, fault);
    if (outcome == OK) outcome = set_up(setup, client, directory, fault);
    bus_client_close(client);
    directory_free(directory);
    return outcome;
}
