/* The Kafka verbs ecocase uses. librdkafka is spoken in this room only: what it hands out are opaque things of ours, so
 * nobody else includes its header. Threads: a producer, reader, member or client belongs to one thread; what a message
 * holds is read by whoever holds the message. Errors of librdkafka are plain numbers here, 0 none: bus_error_text. */
#ifndef ECOCASE_BUS_BUS_H
#define ECOCASE_BUS_BUS_H
#include "base/bytes.h"
#include "base/fault.h"
#include "base/time.h"
#include "wire/topic.h"

#define TOPIC_NAME 96
void bus_outbox_topic(struct bytes slug, char ret_name[TOPIC_NAME]); /* ecocase.outbox.<slug> */
void bus_inbox_topic(struct bytes slug, char ret_name[TOPIC_NAME]);
/* ecocase.files.<slug>: papers in chunks, one partition */
void bus_files_topic(struct bytes slug, char ret_name[TOPIC_NAME]);
/* Whose outbox that is; empty: it is none. A view into the name. */
struct bytes bus_outbox_slug(const char *topic);

/* `extra`: file of librdkafka properties "name=value" a line (TLS, SASL), or NULL. */
struct bus_settings {
    const char *servers;
    const char *client_id;
    const char *extra;
};
const char *bus_error_text(int error);
bool bus_error_too_large(int error);  /* Kafka refuses a record of this size */
bool bus_error_queue_full(int error); /* the producer's own queue: poll, then try again */

/* ---- 报文头: headers of a record, to be produced. bus_produce takes them over. */
struct bus_headers;
struct bus_headers *bus_headers_new(size_t expected);
void bus_headers_free(struct bus_headers *headers);
void bus_headers_add(struct bus_headers *headers, struct bytes name, struct bytes value);
void bus_headers_add_text(struct bus_headers *headers, const char *name, const char *text);
void bus_headers_add_number(struct bus_headers *headers, const char *name, int64_t number);
/* The index-th; false beyond the last. Views into the headers. */
bool bus_headers_at(const struct bus_headers *headers, size_t index, const char **ret_name, struct bytes *ret_value);

/* ---- 消息: what a reader gives: a record, or word of something else. bus_message_free is the caller's. */
enum bus_event {
    BUS_RECORD,
    BUS_END,         /* the partition is read to its end, bus_message_offset (transaction markers are behind it) */
    BUS_OFFSET_GONE, /* what was to be read is deleted, or was never there */
    BUS_NO_TOPIC,
    BUS_DENIED,
    BUS_UNREADABLE, /* what stands at bus_message_offset cannot be unpacked, or is damaged; asked for again and again */
    BUS_DOWN,       /* no broker can be reached; librdkafka goes on trying */
    BUS_TROUBLE     /* anything else; librdkafka goes on by itself */
};
struct bus_message;
void bus_message_free(struct bus_message *message);
enum bus_event bus_message_event(const struct bus_message *message);
int bus_message_error(const struct bus_message *message);         /* 0: a record */
const char *bus_message_text(const struct bus_message *message);  /* of what is no record: in the cluster's words */
const char *bus_message_topic(const struct bus_message *message); /* "": of none */
int32_t bus_message_partition(const struct bus_message *message);
int64_t bus_message_offset(const struct bus_message *message);
struct bytes bus_message_key(const struct bus_message *message);
struct bytes bus_message_value(const struct bus_message *message);
/* Kafka's time of the record in ms; false: it has none, *ret as it was. */
bool bus_message_time(const struct bus_message *message, instant *ret);
/* That time is when Kafka took it, not what its producer wrote. */
bool bus_message_time_is_kafkas(const struct bus_message *message);
/* A header's value (the last of that name) or BYTES_NONE. Views into the message. */
struct bytes bus_header(const struct bus_message *message, const char *name);
/* A header that is a number: decimal digits only, 18 at most; otherwise false, *ret as it was. */
bool bus_header_number(const struct bus_message *message, const char *name, int64_t *ret);
bool bus_header_at(const struct bus_message *message, size_t index, const char **ret_name, struct bytes *ret_value);

/* ---- 生产者: idempotent, gapless, acks=all, one request at a time, no message time-out, murmur2_random, lz4. */
struct bus_producer;
struct bus_report {
    intptr_t mark;
    /* 0 only if Kafka named the record's offset: one that librdkafka believes stored because a later one was (implicit
     * acknowledgement) is an error */
    int error;
    int64_t offset;
};
/* Called from inside of bus_producer_poll and bus_producer_flush. */
typedef void (*bus_on_report)(void *opaque, const struct bus_report *report);
MUST_USE enum outcome bus_producer_open(const struct bus_settings *settings, int linger_ms, bus_on_report on_report,
                                        void *opaque, struct bus_producer **ret, struct fault *fault);
/* The same for chunks of papers: not compressed (media are, sealed bytes cannot be), a few MiB under way at most. */
MUST_USE enum outcome bus_files_producer_open(const struct bus_settings *settings, bus_on_report on_report,
                                              void *opaque, struct bus_producer **ret, struct fault *fault);
/* What is under way is dropped and reported so. NULL: nothing. */
void bus_producer_close(struct bus_producer *producer);
/* The producer's view of a topic, kept until bus_target_free: cheaper than a name for each record. */
struct bus_target;
struct bus_target *bus_target_new(struct bus_producer *producer, const char *topic);
void bus_target_free(struct bus_target *target);
#define BUS_BY_KEY (-1)
struct bus_record {
    const struct bus_target *target; /* NULL: `topic` */
    const char *topic;
    int32_t partition; /* BUS_BY_KEY: murmur2_random's */
    struct bytes key, value;
    bool give;                   /* the value was malloc'ed and is freed once it is not needed; else it is copied */
    struct bus_headers *headers; /* NULL: none */
    instant time;                /* ms; 0: now */
    intptr_t mark;
};
/* 0: taken over, with its headers and a given value. An error: nothing is, they stay the caller's. */
MUST_USE int bus_produce(struct bus_producer *producer, const struct bus_record *record);
void bus_producer_poll(struct bus_producer *producer, int wait_ms);
/* Makes librdkafka send at once, and waits so long for the answers. */
void bus_producer_flush(struct bus_producer *producer, int wait_ms);
size_t bus_producer_waiting(const struct bus_producer *producer); /* records without an answer, and reports unread */
/* After a failed record a gapless producer is done for; true, with the reason in `ret_text`. */
bool bus_producer_is_done(const struct bus_producer *producer, char *ret_text, size_t capacity);
/* From now on one uint64_t, 1, is written to that descriptor (an eventfd; < 0: none) when there is something to poll.
 */
void bus_producer_wake(struct bus_producer *producer, int descriptor);

/* ---- questions to the cluster, through any handle; a client that only asks and never reads. */
struct bus_client;
MUST_USE enum outcome bus_client_open(const struct bus_settings *settings, struct bus_client **ret,
                                      struct fault *fault);
void bus_client_close(struct bus_client *client); /* NULL: nothing; not for one of those: */
struct bus_client *bus_producer_client(struct bus_producer *producer);
struct bus_reader;
struct bus_client *bus_reader_client(struct bus_reader *reader);
/* RETRY when the cluster cannot be reached within timeout_ms. `ret` of at least 64 bytes. */
MUST_USE enum outcome bus_cluster_id(struct bus_client *client, int timeout_ms, char *ret, size_t capacity,
                                     struct fault *fault);
/* Partition count of a topic, 0 when it does not exist; RETRY when unreachable. */
MUST_USE enum outcome bus_partitions(struct bus_client *client, const char *topic, int timeout_ms, int32_t *ret_count,
                                     struct fault *fault);
/* The same for several topics with one question. */
MUST_USE enum outcome bus_partitions_of(struct bus_client *client, const char *const *topics, size_t count,
                                        int timeout_ms, int32_t *ret_counts, struct fault *fault);
/* One setting of a topic: how it is made, and what else does as well. */
enum bus_fits {
    BUS_FITS_ANY,     /* only said when the topic is made */
    BUS_FITS_SAME,    /* no other value */
    BUS_FITS_AT_LEAST /* that number or more; -1 is without end */
};
struct bus_config {
    const char *name, *value;
    enum bus_fits fits;
    bool mend; /* bus_topics_mend may set it */
};
struct bus_topic {
    const char *name;
    int32_t partitions;
    int replication; /* at least; 0: as it is */
    const struct bus_config *config;
    size_t config_count;
};
/* Creates what is missing; REFUSE naming the topic where an existing one has another partition count. */
MUST_USE enum outcome bus_topics_ensure(struct bus_client *client, const struct bus_topic *topics, size_t count,
                                        int timeout_ms, struct fault *fault);
/* Where a topic is not what it must be. */
#define BUS_REPLICATION "replication.factor" /* as if it were a setting */
struct bus_misfit {
    size_t topic;             /* index into those asked about */
    char name[64], value[32]; /* the setting, and what it is */
    const char *needed;
    bool mend;
};
/* Asks for the settings of these topics, which exist, and says which do not fit, at most `capacity`. A topic with three
 * replicas or more must also not lose what one of them alone had (min.insync.replicas). RETRY: Kafka, or a topic that
 * it does not know yet; REFUSE TOPIC_CONFIG: this client may not ask. */
MUST_USE enum outcome bus_topics_misfits(struct bus_client *client, const struct bus_topic *topics, size_t count,
                                         int timeout_ms, struct bus_misfit *ret, size_t capacity, size_t *ret_count,
                                         struct fault *fault);
/* Sets those that may be mended; all else that was set for these topics stays. REFUSE TOPIC_CONFIG: Kafka does not let
 * this client. */
MUST_USE enum outcome bus_topics_mend(struct bus_client *client, const struct bus_topic *topics,
                                      const struct bus_misfit *misfits, size_t count, int timeout_ms,
                                      struct fault *fault);
/* End offsets now (ListOffsets LATEST) for partition `partition` of each topic. */
MUST_USE enum outcome bus_ends(struct bus_client *client, const char *const *topics, size_t count, int32_t partition,
                               int timeout_ms, int64_t *ret_ends, struct fault *fault);
/* First and end offset of a partition, asked now. RETRY: Kafka; *ret_missing (may be NULL): because there is no such
 * topic or partition. */
MUST_USE enum outcome bus_range(struct bus_client *client, const char *topic, int32_t partition, int timeout_ms,
                                int64_t *ret_low, int64_t *ret_high, bool *ret_missing, struct fault *fault);

/* ---- 读者: reads partitions that it is assigned by hand: no group membership, no commits. */
struct bus_reading {
    const char *group;  /* a name only, for ACLs */
    int queue_kib;      /* read ahead at most */
    int queue_messages; /* not more is fetched with so many there */
    /* Kafka answers at the latest then when there is nothing; what arrives is answered at once all the same */
    int wait_ms;
    int backoff_ms; /* before a failed fetch is tried again */
};
MUST_USE enum outcome bus_reader_open(const struct bus_settings *settings, const struct bus_reading *how,
                                      struct bus_reader **ret, struct fault *fault);
/* None of its messages is held any more. NULL: nothing. */
void bus_reader_close(struct bus_reader *reader);
/* The next message, NULL when none comes within wait_ms. */
struct bus_message *bus_read(struct bus_reader *reader, int wait_ms);
#define BUS_BEGINNING INT64_C(-2)
struct bus_position {
    const char *topic;
    int32_t partition;
    int64_t offset; /* BUS_BEGINNING: the first there is */
};
/* Reads on by this list, each partition from its offset there. After its queue fills, or an assignment changes, two
 * things of librdkafka (2.0.2 to 2.15; its issue 5573) matter: it aborts the process when an assignment is changed
 * again before the last change is through, so that is waited for: until something was read since, at most 100 ms. What
 * comes meanwhile is dropped, and read again only because the new list says from where. RETRY: Kafka. */
MUST_USE enum outcome bus_assign(struct bus_reader *reader, const struct bus_position *positions, size_t count,
                                 struct fault *fault);
/* After its queue fills, librdkafka 2.0.2 waits 1 s before fetching; reassigning restarts it at once. What was just on
 * its way is lost by that, so only where it may be asleep. Given every answer of bus_read: true when there is none and
 * the queue was at least half full since the last assignment. */
bool bus_drained(struct bus_reader *reader, const struct bus_message *message);
/* What the last fetch said of a partition; false: nothing yet. */
bool bus_known_range(struct bus_reader *reader, const char *topic, int32_t partition, int64_t *ret_low,
                     int64_t *ret_high);
void bus_reader_wake(struct bus_reader *reader,
                     int descriptor); /* as bus_producer_wake, when there is something to read */

/* ---- 成员: membership of a consumer group that only says who has which partitions of a topic; it reads nothing.
 * Eager, static: a rebalance takes everything away first. The callbacks run inside of bus_member_poll and
 * bus_member_leave. */
struct bus_member;
struct bus_membership {
    const char *group, *instance, *topic;
    const char *session_timeout_ms, *heartbeat_ms, *poll_interval_ms;
    void (*given)(void *opaque, const int32_t *partitions, size_t count);
    /* lost: somebody else may have them already */
    void (*taken)(void *opaque, const int32_t *partitions, size_t count, bool lost);
    void *opaque;
};
MUST_USE enum outcome bus_member_join(const struct bus_settings *settings, const struct bus_membership *membership,
                                      struct bus_member **ret, struct fault *fault);
/* False: the group does not take this instance any more, for the reason in `ret_text`. */
bool bus_member_poll(struct bus_member *member, int wait_ms, char *ret_text, size_t capacity);
void bus_member_leave(struct bus_member *member); /* NULL: nothing */
#endif
