/* The reader of the inbox and of ecocase.wanted, and whether Kafka is there. */
#include "adapters/inbound/inbound_inside.h"
#include "adapters/transfer/transfer.h"
#include "base/log.h"
#include <stdio.h>

#define ASK_MS        500
#define PROBE_MS      3000
#define SILENT_MS     20000 /* nothing heard for so long while Kafka is thought to be there: asked */
#define SILENT_ASK_MS 3000  /* a busy Kafka may take its time */

void inbound_let_go(struct inbound *in) {
    for (size_t i = 0; i < in->count; i++) bus_message_free(in->messages[i]);
    in->count = in->ready = 0;
    memset(in->waits, 0, sizeof in->waits);
}

static enum outcome check_cluster(struct inbound *in, struct fault *fault) {
    char cluster[64];
    bool same = false;
    TRY(bus_cluster_id(bus_reader_client(in->reader), ASK_MS, cluster, sizeof cluster, fault));
    TRY(journal_fact(in->delivery->journal, "kafka_cluster", bytes_of_cstr(cluster), &same, fault));
    if (same) return OK;
    return fault_set(fault, FATAL, "WRONG_WORLD",
                     "this Kafka cluster (%s) is not the one of this spool's journal; use the cluster it was made "
                     "with, or a new spool",
                     cluster);
}

enum outcome inbound_assign(struct inbound *in, int32_t partitions, struct fault *fault) {
    struct bus_position from[LIMIT_LANES + 1] = {
        {TOPIC_WANTED, 0, in->requests_from >= 0 ? in->requests_from : BUS_BEGINNING}};
    size_t count = 1;
    for (int32_t i = 0; i < partitions; i++) {
        in->at_end[i] = false;
        if (!in->waits[i])
            from[count++] = (struct bus_position){in->topic, i, in->read[i] >= 0 ? in->read[i] : BUS_BEGINNING};
    }
    return bus_assign(in->reader, from, count, fault);
}

static enum outcome assign_first(struct inbound *in, int32_t partitions, struct fault *fault) {
    for (int32_t i = 0; i < partitions; i++) {
        int64_t next = -1;
        TRY(journal_offset(in->delivery->journal, i, &next, fault));
        in->next[i] = in->read[i] = in->from_start[i] ? -1 : next;
    }
    return inbound_assign(in, partitions, fault);
}

void inbound_up(struct inbound *in) {
    in->heard_ms = monotonic_ms();
    if (!in->delivery->status->kafka_up) log_info("kafka.up", "topic=%s", in->topic);
    in->delivery->status->kafka_up = true;
}
void inbound_down(struct inbound *in) {
    if (in->delivery->status->kafka_up) log_warn("kafka.down", "topic=%s", in->topic);
    in->delivery->status->kafka_up = false;
}

enum outcome inbound_connect(struct inbound *in, struct fault *fault) {
    int32_t partitions = 0;
    TRY(check_cluster(in, fault));
    TRY(bus_partitions(bus_reader_client(in->reader), in->topic, ASK_MS, &partitions, fault));
    if (partitions < 1 || partitions > (int32_t)LIMIT_LANES) {
        return fault_set(fault, RETRY, "WRONG_WORLD", "topic %s has %d partitions; run ecocase-broker setup", in->topic,
                         partitions);
    }
    TRY(assign_first(in, partitions, fault));
    in->partitions = partitions;
    inbound_up(in);
    log_info("inbound.reading", "topic=%s partitions=%d", in->topic, partitions);
    return OK;
}

/* An offset that is gone: read that partition from its beginning, the journal knows what it has; a gap is noticed by
 * sequence. */
static enum outcome start_over(struct inbound *in, const struct bus_message *message, struct fault *fault) {
    char text[160];
    int32_t partition = bus_message_partition(message);
    snprintf(text, sizeof text, "OFFSET_GONE partition=%d offset=%lld", partition,
             (long long)bus_message_offset(message));
    log_error("inbound.alarm", "what=%s", text);
    TRY(journal_alarm(in->delivery->journal, "INBOX", text, fault));
    if (partition >= 0 && partition < in->partitions) in->from_start[partition] = true;
    inbound_let_go(in); /* all that is not delivered is read again */
    in->partitions = 0;
    return OK;
}

static enum outcome hear(struct inbound *in, const struct bus_message *message, struct fault *fault) {
    int32_t partition = bus_message_partition(message);
    switch (bus_message_event(message)) {
    case BUS_END:
        if (partition >= 0 && partition < in->partitions) in->at_end[partition] = true;
        inbound_up(in);
        return OK;
    case BUS_OFFSET_GONE: return start_over(in, message, fault);
    case BUS_DOWN: inbound_down(in); return OK;
    case BUS_RECORD: return OK; /* of a partition that is not ours any more */
    case BUS_NO_TOPIC:
    case BUS_DENIED:
    case BUS_UNREADABLE:
    case BUS_TROUBLE:
    default: log_warn("inbound.reader", "text=\"%s\"", bus_error_text(bus_message_error(message))); return OK;
    }
}

/* What others want of us. Its errors are no matter of the inbox: a cluster set up before there was such a topic has
 * none. */
static enum outcome hear_request(struct inbound *in, const struct bus_message *message, struct fault *fault) {
    enum bus_event event = bus_message_event(message);
    if (event == BUS_RECORD) {
        in->requests_from = bus_message_offset(message) + 1;
        uploads_hear(in->uploads, message);
    } else if (event == BUS_OFFSET_GONE) {
        in->requests_from = -1; /* it is kept a day only */
        return inbound_assign(in, in->partitions, fault);
    }
    return OK;
}

enum outcome inbound_read(struct inbound *in, struct fault *fault) {
    size_t bytes = 0;
    while (in->count < ENGINE_BATCH && bytes < ENGINE_BYTES && in->partitions) {
        struct bus_message *message = bus_read(in->reader, 0);
        if (bus_drained(in->reader, message)) return inbound_assign(in, in->partitions, fault);
        if (!message) return OK;
        bool request = strcmp(bus_message_topic(message), TOPIC_WANTED) == 0;
        int32_t partition = bus_message_partition(message);
        bool record = bus_message_event(message) == BUS_RECORD;
        if (!request && record && partition >= 0 && partition < in->partitions) {
            in->at_end[partition] = false;
            in->read[partition] = bus_message_offset(message) + 1;
            bytes += bus_message_value(message).count;
            in->messages[in->count++] = message;
            continue;
        }
        enum outcome heard = request ? hear_request(in, message, fault) : hear(in, message, fault);
        bus_message_free(message);
        TRY(heard);
    }
    return OK;
}

void inbound_probe(struct inbound *in) {
    struct fault ignored;
    int32_t partitions = 0;
    bool thought_up = in->delivery->status->kafka_up;
    if (monotonic_ms() < (thought_up ? in->heard_ms + SILENT_MS : in->probe_ms)) return;
    if (bus_partitions(bus_reader_client(in->reader), in->topic, thought_up ? SILENT_ASK_MS : ASK_MS, &partitions,
                       &ignored) == OK)
        inbound_up(in);
    else inbound_down(in);
    in->probe_ms = monotonic_ms() + PROBE_MS;
}
