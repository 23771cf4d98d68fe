/* The few Kafka verbs ecocase uses, over librdkafka. Handles belong to one thread unless a function says otherwise. */
#ifndef ECOCASE_BUS_H
#define ECOCASE_BUS_H
#include <librdkafka/rdkafka.h>
#include "base/bytes.h"
#include "base/fault.h"
#include "base/time.h"

#define TOPIC_CLOCK       "ecocase.clock"
#define TOPIC_DEAD_LETTER "ecocase.dead-letter"
/* which papers' chunks are to be shipped again (adapters/engine/wanted.h), one partition, for all */
#define TOPIC_WANTED "ecocase.wanted"
#define TOPIC_NAME   96
void bus_outbox_topic(struct bytes slug, char ret_name[TOPIC_NAME]); /* ecocase.outbox.<slug> */
void bus_inbox_topic(struct bytes slug, char ret_name[TOPIC_NAME]);
/* ecocase.files.<slug>: papers in chunks, one partition */
void bus_files_topic(struct bytes slug, char ret_name[TOPIC_NAME]);

/* `extra`: file of librdkafka properties "name=value" a line (TLS, SASL), or NULL. */
struct bus_settings {
    const char *servers;
    const char *client_id;
    const char *extra;
};

/* A new rd_kafka_conf_t with our common properties and the extra file applied. */
MUST_USE enum outcome bus_conf(const struct bus_settings *settings, rd_kafka_conf_t **ret, struct fault *fault);
/* Idempotent, gapless, acks=all, one request at a time, no message time-out, murmur2_random, lz4. `on_report` is called
 * from producer polls; it asks bus_report_error, not `err` alone. */
typedef void (*bus_report)(rd_kafka_t *producer, const rd_kafka_message_t *message, void *opaque);
MUST_USE enum outcome bus_producer(const struct bus_settings *settings, int linger_ms, bus_report on_report,
                                   void *opaque, rd_kafka_t **ret, struct fault *fault);
/* The same for chunks of papers: not compressed (media are, sealed bytes cannot be), a few MiB under way at most. */
MUST_USE enum outcome bus_files_producer(const struct bus_settings *settings, bus_report on_report, void *opaque,
                                         rd_kafka_t **ret, struct fault *fault);
/* What a delivery report says: 0 only if Kafka named the record's offset; one that librdkafka believes stored because a
 * later one was (implicit acknowledgement) is RD_KAFKA_RESP_ERR__INCONSISTENT. */
rd_kafka_resp_err_t bus_report_error(const rd_kafka_message_t *report);
/* A handle that only asks (bus_cluster_id, bus_partitions, bus_topics_ensure ...) and never reads. */
MUST_USE enum outcome bus_asker(const struct bus_settings *settings, rd_kafka_t **ret, struct fault *fault);

/* Cluster id; RETRY when the cluster cannot be reached within timeout_ms. `ret` of at least 64 bytes. */
MUST_USE enum outcome bus_cluster_id(rd_kafka_t *any, int timeout_ms, char *ret, size_t capacity, struct fault *fault);
/* Partition count of a topic, 0 when it does not exist; RETRY when unreachable. */
MUST_USE enum outcome bus_partitions(rd_kafka_t *any, const char *topic, int timeout_ms, int32_t *ret_count,
                                     struct fault *fault);

/* The same for several topics with one question. */
MUST_USE enum outcome bus_partitions_of(rd_kafka_t *any, const char *const *topics, size_t count, int timeout_ms,
                                        int32_t *ret_counts, struct fault *fault);

struct bus_topic {
    const char *name;
    int32_t partitions;
    int replication;
    const char *const *config;
    size_t config_count; /* key, value, key, value ... */
};
/* Creates what is missing; REFUSE naming the topic where an existing one has another partition count or timestamp type.
 */
MUST_USE enum outcome bus_topics_ensure(rd_kafka_t *any, const struct bus_topic *topics, size_t count, int timeout_ms,
                                        struct fault *fault);
/* A header's value or BYTES_NONE. Views into the message. */
struct bytes bus_header(const rd_kafka_message_t *message, const char *name);
/* A header that is a number: decimal digits only, 18 at most; otherwise false, *ret as it was. */
bool bus_header_number(const rd_kafka_message_t *message, const char *name, int64_t *ret);
/* End offsets now (ListOffsets LATEST) for partition `partition` of each topic. */
MUST_USE enum outcome bus_ends(rd_kafka_t *reader, const char *const *topics, size_t count, int32_t partition,
                               int timeout_ms, int64_t *ret_ends, struct fault *fault);

/* ---- 读者: reads partitions that it is assigned by hand: no group membership, no commits. It also tells when a
 * partition is read to its end: a message with err RD_KAFKA_RESP_ERR__PARTITION_EOF and that offset (transaction
 * markers, which are never seen as messages, are behind it). */
struct bus_reading {
    const char *group;  /* a name only, for ACLs */
    int queue_kib;      /* read ahead at most */
    int queue_messages; /* not more is fetched with so many there */
    /* Kafka answers at the latest then when there is nothing; what arrives is answered at once all the same */
    int wait_ms;
    int backoff_ms; /* before a failed fetch is tried again */
};
struct bus_reader {
    rd_kafka_t *handle;      /* NULL: closed */
    rd_kafka_queue_t *queue; /* of its messages */
    size_t queue_bytes;      /* what the queue holds at most */
    size_t largest;          /* bytes of a message, since the assignment */
    bool filled;             /* the queue was at least half full, since the assignment */
    bool settled;            /* the last change of the assignment is through */
    int64_t assigned_ms;     /* when it was made; 0: never */
};
MUST_USE enum outcome bus_reader_open(const struct bus_settings *settings, const struct bus_reading *how,
                                      struct bus_reader *ret, struct fault *fault);
/* none of its messages is held any more; a closed one stays closed */
void bus_reader_close(struct bus_reader *reader);
/* The next message or error, NULL when none comes within wait_ms; rd_kafka_message_destroy is the caller's. */
rd_kafka_message_t *bus_read(struct bus_reader *reader, int wait_ms);
/* Reads on by this list (the caller's), each partition from its offset there. librdkafka (2.0.2 to 2.15; its issue
 * 5573) aborts the process when an assignment is changed again before the last change is through; so that is waited
 * for: until something was read since, at most 100 ms. What comes meanwhile is dropped, and read again only because the
 * new list says from where: it has the offsets behind what was taken. RETRY: Kafka. */
MUST_USE enum outcome bus_assign(struct bus_reader *reader, const rd_kafka_topic_partition_list_t *list,
                                 struct fault *fault);
/* librdkafka whose queue is full has nothing to fetch and sleeps for a second, however soon the queue is empty: then
 * the queue per second is the rate. A reader that is assigned anew, where it stands, begins at once; what was just on
 * its way is lost by that, so only where it may be asleep. Told every answer of bus_read: true when there is none and
 * the queue was at least half full since the last assignment. */
bool bus_drained(struct bus_reader *reader, const rd_kafka_message_t *message);
#endif
