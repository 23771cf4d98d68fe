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
    for (size_t i = 0; i < in->count; i++) rd_kafka_message_destroy(in->messages[i]);
    in->count = in->ready = 0;
    memset(in->waits, 0, sizeof in->waits);
}

static enum outcome check_cluster(struct inbound *in, struct fault *fault) {
    char cluster[64];
    bool same = false;
    TRY(bus_cluster_id(in->reader.handle, ASK_MS, cluster, sizeof cluster, fault));
    TRY(journal_fact(in->delivery->journal, "kafka_cluster", bytes_of_cstr(cluster), &same, fault));
    if (same) return OK;
    return fault_set(fault, FATAL, "WRONG_WORLD",
                     "this Kafka cluster (%s) is not the one of this spool's journal; use the cluster it was made "
                     "with, or a new spool",
                     cluster);
}

enum outcome inbound_assign(struct inbound *in, int32_t partitions, struct fault *fault) {
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions + 1);
    rd_kafka_topic_partition_list_add(list, TOPIC_WANTED, 0)->offset =
        in->requests_from >= 0 ? in->requests_from : RD_KAFKA_OFFSET_BEGINNING;
    for (int32_t i = 0; i < partitions; i++) {
        in->at_end[i] = false;
        if (!in->waits[i])
            rd_kafka_topic_partition_list_add(list, in->topic, i)->offset =
                in->read[i] >= 0 ? in->read[i] : RD_KAFKA_OFFSET_BEGINNING;
    }
    enum outcome outcome = bus_assign(&in->reader, list, fault);
    rd_kafka_topic_partition_list_destroy(list);
    return outcome;
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
    TRY(bus_partitions(in->reader.handle, in->topic, ASK_MS, &partitions, fault));
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
static enum outcome start_over(struct inbound *in, const rd_kafka_message_t *message, struct fault *fault) {
    char text[160];
    snprintf(text, sizeof text, "OFFSET_GONE partition=%d offset=%lld", message->partition, (long long)message->offset);
    log_error("inbound.alarm", "what=%s", text);
    TRY(journal_alarm(in->delivery->journal, "INBOX", text, fault));
    if (message->partition >= 0 && message->partition < in->partitions) in->from_start[message->partition] = true;
    inbound_let_go(in); /* all that is not delivered is read again */
    in->partitions = 0;
    return OK;
}

static enum outcome hear(struct inbound *in, const rd_kafka_message_t *message, struct fault *fault) {
    bool ours = message->partition >= 0 && message->partition < in->partitions;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        if (ours) in->at_end[message->partition] = true;
        inbound_up(in);
        return OK;
    }
    if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || message->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE)
        return start_over(in, message, fault);
    if (message->err == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || message->err == RD_KAFKA_RESP_ERR__TRANSPORT)
        inbound_down(in);
    else log_warn("inbound.reader", "text=\"%s\"", rd_kafka_err2str(message->err));
    return OK;
}

static bool is_request(const rd_kafka_message_t *message) {
    return message->rkt && strcmp(rd_kafka_topic_name(message->rkt), TOPIC_WANTED) == 0;
}
/* What others want of us. Its errors are no matter of the inbox: a cluster set up before there was such a topic has
 * none. */
static enum outcome hear_request(struct inbound *in, const rd_kafka_message_t *message, struct fault *fault) {
    if (!message->err) {
        in->requests_from = message->offset + 1;
        uploads_hear(in->uploads, message);
    } else if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
               message->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) {
        in->requests_from = -1; /* it is kept a day only */
        return inbound_assign(in, in->partitions, fault);
    }
    return OK;
}

enum outcome inbound_read(struct inbound *in, struct fault *fault) {
    size_t bytes = 0;
    while (in->count < ENGINE_BATCH && bytes < ENGINE_BYTES && in->partitions) {
        rd_kafka_message_t *message = bus_read(&in->reader, 0);
        if (bus_drained(&in->reader, message)) return inbound_assign(in, in->partitions, fault);
        if (!message) return OK;
        bool request = is_request(message);
        if (!request && !message->err && message->partition >= 0 && message->partition < in->partitions) {
            in->at_end[message->partition] = false;
            in->read[message->partition] = message->offset + 1;
            bytes += message->len;
            in->messages[in->count++] = message;
            continue;
        }
        enum outcome heard = request ? hear_request(in, message, fault) : message->err ? hear(in, message, fault) : OK;
        rd_kafka_message_destroy(message);
        TRY(heard);
    }
    return OK;
}

void inbound_probe(struct inbound *in) {
    struct fault ignored;
    int32_t partitions = 0;
    bool thought_up = in->delivery->status->kafka_up;
    if (monotonic_ms() < (thought_up ? in->heard_ms + SILENT_MS : in->probe_ms)) return;
    if (bus_partitions(in->reader.handle, in->topic, thought_up ? SILENT_ASK_MS : ASK_MS, &partitions, &ignored) == OK)
        inbound_up(in);
    else inbound_down(in);
    in->probe_ms = monotonic_ms() + PROBE_MS;
}
