/* See topic_needs.h. The times of what is read are the law's, so who sets them is never mended behind an operator's
 * back: records that are there already keep theirs. */
#include "broker/lane/topic_needs.h"
#include <stdio.h>

#define TIME_TYPE      "message.timestamp.type"
#define BY_KAFKA       {TIME_TYPE, "LogAppendTime", BUS_FITS_SAME, false}
#define BY_SENDER      {TIME_TYPE, "CreateTime", BUS_FITS_SAME, false}
#define KEPT(ms)       {"retention.ms", ms, BUS_FITS_AT_LEAST, true}
#define LARGEST(bytes) {"max.message.bytes", bytes, BUS_FITS_AT_LEAST, true}
/* Neither thrown away for their number nor because another of the same case came later. */
#define WHOLE \
    {"retention.bytes", "-1", BUS_FITS_AT_LEAST, true}, { "cleanup.policy", "delete", BUS_FITS_SAME, false }
/* A manual clock's records carry the times of the papers, so Kafka must neither doubt nor expire them. */
#define ANY_TIME                                                                           \
    {"message.timestamp.before.max.ms", "9223372036854775807", BUS_FITS_AT_LEAST, true}, { \
        "message.timestamp.after.max.ms", "9223372036854775807", BUS_FITS_AT_LEAST, true   \
    }

static const struct bus_config outbox_real[] = {BY_KAFKA, KEPT("-1"), LARGEST("2097152"), WHOLE};
static const struct bus_config outbox_manual[] = {BY_SENDER, KEPT("-1"), LARGEST("2097152"), WHOLE, ANY_TIME};
static const struct bus_config clock_real[] = {BY_KAFKA, KEPT("2592000000"), WHOLE}; /* 30 days of ticks */
static const struct bus_config clock_manual[] = {BY_SENDER, KEPT("-1"), WHOLE, ANY_TIME};
static const struct bus_config inbox[] = {BY_KAFKA, KEPT("7776000000"), LARGEST("2097152"), WHOLE};
/* 130 days: what an inbox keeps for 90 may name chunks that were 30 days old then, since a paper sent again is not
 * shipped again. */
static const struct bus_config files[] = {BY_KAFKA,
                                          KEPT("11232000000"),
                                          LARGEST("2097152"),
                                          WHOLE,
                                          {"compression.type", "uncompressed", BUS_FITS_ANY, false}};
/* who still waits asks again */
static const struct bus_config wanted[] = {BY_KAFKA, KEPT("86400000"), WHOLE};
static const struct bus_config dead[] = {BY_KAFKA, KEPT("-1"), LARGEST("4194304"), WHOLE};

#define OF(list) (list), sizeof(list) / sizeof((list)[0])
struct bus_topic topic_needs(enum topic_kind kind, bool manual, const char *name, int32_t partitions, int replication) {
    switch (kind) {
    case TOPIC_OF_OUTBOX:
        if (manual) return (struct bus_topic){name, partitions, replication, OF(outbox_manual)};
        return (struct bus_topic){name, partitions, replication, OF(outbox_real)};
    case TOPIC_OF_CLOCK:
        if (manual) return (struct bus_topic){name, partitions, replication, OF(clock_manual)};
        return (struct bus_topic){name, partitions, replication, OF(clock_real)};
    case TOPIC_OF_INBOX: return (struct bus_topic){name, partitions, replication, OF(inbox)};
    case TOPIC_OF_FILES: return (struct bus_topic){name, partitions, replication, OF(files)};
    case TOPIC_OF_WANTED: return (struct bus_topic){name, partitions, replication, OF(wanted)};
    case TOPIC_OF_DEAD: return (struct bus_topic){name, partitions, replication, OF(dead)};
    }
    INVARIANT(!"a kind of topic");
    return (struct bus_topic){.name = name};
}

bool topic_misfit_forbids(const struct bus_misfit *misfit) { return strcmp(misfit->name, TIME_TYPE) == 0; }

enum outcome topic_misfit(const struct bus_topic *topics, const struct bus_misfit *misfit, const char *servers,
                          struct fault *fault) {
    const char *topic = topics[misfit->topic].name;
    char mends[256];
    if (misfit->mend) snprintf(mends, sizeof mends, "`ecocase-broker setup` mends it");
    else if (strcmp(misfit->name, BUS_REPLICATION) == 0)
        snprintf(mends, sizeof mends,
                 "kafka-reassign-partitions.sh gives it more replicas; or give setup a smaller --replication");
    else
        snprintf(mends, sizeof mends,
                 "kafka-configs.sh --bootstrap-server %.80s --alter --entity-type topics --entity-name %s --add-config "
                 "%s=%s",
                 servers, topic, misfit->name, misfit->needed);
    return fault_set(fault, REFUSE, "TOPIC_CONFIG", "topic %s has %s=%s, %s is needed: %s", topic, misfit->name,
                     misfit->value, misfit->needed, mends);
}
