/* `ecocase-broker setup`: topics of every participant, then the ledger. Idempotent; what cannot be changed is refused by name. */
#include "broker/broker.h"
#include "base/log.h"
#include <stdio.h>
#include <stdlib.h>

static const char *const outbox_config[] = {"retention.ms", "-1", "max.message.bytes", "2097152", "message.timestamp.type", "LogAppendTime"};
static const char *const inbox_config[] = {"retention.ms", "7776000000", "max.message.bytes", "2097152"};
static const char *const dead_config[] = {"retention.ms", "-1", "max.message.bytes", "4194304"};

static enum outcome make_topics(rd_kafka_t *any, const struct broker_setup *setup, const struct directory *directory, struct fault *fault) {
    size_t count = directory_count(directory), topics_count = 0;
    struct bus_topic *topics = calloc(count * 2 + 2, sizeof *topics);
    char(*names)[TOPIC_NAME] = calloc(count * 2, TOPIC_NAME);
    PROMISE(topics && names);
    const char *timed[6];
    memcpy(timed, outbox_config, sizeof timed);
    if (setup->manual_clock) timed[5] = "CreateTime";
    for (size_t i = 0; i < count; i++) {
        struct bytes slug = bytes_of_cstr(directory_at(directory, i)->slug);
        bus_outbox_topic(slug, names[2 * i]);
        bus_inbox_topic(slug, names[2 * i + 1]);
        topics[topics_count++] = (struct bus_topic){names[2 * i], setup->lanes, setup->replication, timed, 6};
        topics[topics_count++] = (struct bus_topic){names[2 * i + 1], setup->lanes, setup->replication, inbox_config, 4};
    }
    topics[topics_count++] = (struct bus_topic){TOPIC_CLOCK, setup->lanes, setup->replication, timed, 6};
    topics[topics_count++] = (struct bus_topic){TOPIC_DEAD_LETTER, setup->lanes, setup->replication, dead_config, 4};
    enum outcome made = bus_topics_ensure(any, topics, topics_count, 30000, fault);
    free(topics);
    free(names);
    return made;
}

static enum outcome set_up(const struct broker_setup *setup, rd_kafka_t *any, const struct directory *directory, struct fault *fault) {
    char cluster[64];
    TRY(bus_cluster_id(any, 15000, cluster, sizeof cluster, fault));
    TRY(make_topics(any, setup, directory, fault));
    struct ledger_setup ledger = {.schemas_folder = setup->schemas, .cluster_id = cluster, .manual_clock = setup->manual_clock,
                                  .lanes = setup->lanes, .directory = directory};
    TRY(ledger_set_up(setup->conninfo, &ledger, fault));
    log_info("setup.done", "cluster=%s participants=%zu lanes=%d clock=%s", cluster, directory_count(directory), setup->lanes,
             setup->manual_clock ? "manual" : "real");
    return OK;
}

enum outcome broker_set_up(const struct broker_setup *setup, struct fault *fault) {
    struct directory *directory = NULL;
    rd_kafka_t *any = NULL;
    char path[1024];
    snprintf(path, sizeof path, "%s/directory.yaml", setup->schemas);
    TRY(directory_load(path, &directory, fault));
    enum outcome outcome = bus_reader(&setup->bus, &any, fault);
    if (outcome == OK) outcome = set_up(setup, any, directory, fault);
    if (any) rd_kafka_destroy(any);
    directory_free(directory);
    return outcome;
}
