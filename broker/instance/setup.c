/* `ecocase-broker setup`: topics of every participant, then the ledger. Idempotent; what cannot be changed is refused
 * by name. */
#include "broker/instance/instance.h"
#include "base/log.h"
#include "broker/lane/topic_needs.h"
#include "broker/rules/rules.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ENDS_MS     90000 /* topics were made a moment ago, perhaps on a machine with much else to do */
#define SETTLED_MS  30000 /* that long a new topic may be unknown to who is asked */
#define ANSWER_MS   30000
#define MISFITS_MAX 10 /* of one topic: its settings are fewer */
struct topics {
    struct bus_topic *all;
    char (*names)[TOPIC_NAME];
    size_t count;
    const struct broker_setup *setup;
};
static void add(struct topics *topics, enum topic_kind kind, int32_t partitions) {
    const struct broker_setup *setup = topics->setup;
    topics->all[topics->count] =
        topic_needs(kind, setup->manual_clock, topics->names[topics->count], partitions, setup->replication);
    topics->count++;
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

/* Each that is not as it must be is named; the last one that cannot be mended is the fault. */
static enum outcome tell_misfits(const struct topics *topics, const struct bus_misfit *misfits, size_t count,
                                 struct fault *fault) {
    enum outcome outcome = OK;
    for (size_t i = 0; i < count; i++) {
        struct fault mine = {0};
        if (misfits[i].mend) {
            log_info("setup.topic.mended", "topic=%s %s=%s instead_of=%s", topics->names[misfits[i].topic],
                     misfits[i].name, misfits[i].needed, misfits[i].value);
            continue;
        }
        outcome = topic_misfit(topics->all, &misfits[i], topics->setup->bus.servers, &mine);
        log_fault(LOG_ERROR, "setup.topic.refused", &mine);
        *fault = mine;
    }
    return outcome;
}

/* Topics made beforehand by others may be anything. A topic made a moment ago is not known everywhere at once. */
static enum outcome check_topics(struct bus_client *client, const struct topics *topics, struct fault *fault) {
    size_t count = 0, capacity = topics->count * MISFITS_MAX;
    struct bus_misfit *misfits = calloc(capacity, sizeof *misfits);
    INVARIANT(misfits);
    enum outcome outcome;
    for (int64_t until = monotonic_ms() + SETTLED_MS;;) {
        outcome = bus_topics_misfits(client, topics->all, topics->count, ANSWER_MS, misfits, capacity, &count, fault);
        if (outcome != RETRY || monotonic_ms() >= until) break;
        nanosleep(&(struct timespec){0, 100 * 1000000}, NULL);
    }
    if (outcome == OK) outcome = bus_topics_mend(client, topics->all, misfits, count, ANSWER_MS, fault);
    if (outcome == OK) outcome = tell_misfits(topics, misfits, count, fault);
    free(misfits);
    return outcome;
}

static void name_topics(struct topics *topics, const struct directory *directory) {
    int32_t lanes = topics->setup->lanes;
    for (size_t i = 0; i < directory_count(directory); i++) {
        struct bytes slug = bytes_of_cstr(directory_at(directory, i)->slug);
        bus_outbox_topic(slug, topics->names[topics->count]);
        add(topics, TOPIC_OF_OUTBOX, lanes);
        bus_inbox_topic(slug, topics->names[topics->count]);
        add(topics, TOPIC_OF_INBOX, lanes);
        bus_files_topic(slug, topics->names[topics->count]);
        add(topics, TOPIC_OF_FILES, 1);
    }
    snprintf(topics->names[topics->count], TOPIC_NAME, "%s", TOPIC_WANTED);
    add(topics, TOPIC_OF_WANTED, 1);
    snprintf(topics->names[topics->count], TOPIC_NAME, "%s", TOPIC_CLOCK);
    add(topics, TOPIC_OF_CLOCK, lanes);
    snprintf(topics->names[topics->count], TOPIC_NAME, "%s", TOPIC_DEAD_LETTER);
    add(topics, TOPIC_OF_DEAD, lanes);
}

static enum outcome make_topics(struct bus_client *client, const struct broker_setup *setup,
                                const struct directory *directory, struct fault *fault) {
    size_t most = directory_count(directory) * 3 + 3;
    struct topics topics = {calloc(most, sizeof *topics.all), calloc(most, TOPIC_NAME), 0, setup};
    INVARIANT(topics.all && topics.names);
    name_topics(&topics, directory);
    enum outcome made = bus_topics_ensure(client, topics.all, topics.count, 60000, fault);
    if (made == OK) made = await_leaders(client, &topics, fault);
    if (made == OK) made = check_topics(client, &topics, fault);
    free(topics.all);
    free(topics.names);
    return made;
}

static enum outcome set_up(const struct broker_setup *setup, struct bus_client *client,
                           const struct directory *directory, struct fault *fault) {
    char cluster[64];
    TRY(bus_cluster_id(client, 60000, cluster, sizeof cluster, fault));
    TRY(ledger_check_directory(setup->conninfo, directory, fault)); /* before there are topics for nobody */
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
