/* See inbound.h. */
#include "adapters/engine/inbound.h"
#include "adapters/engine/awaited.h"
#include "adapters/engine/delivery.h"
#include "adapters/engine/downloads.h"
#include "adapters/engine/uploads.h"
#include "base/log.h"
#include <stdio.h>
#include <stdlib.h>

#define ASK_MS 500
#define PROBE_MS 3000
#define SILENT_MS 20000     /* nothing heard for so long while Kafka is thought to be there: asked */
#define SILENT_ASK_MS 3000  /* a busy Kafka may take its time */
struct inbound {
    struct engine *engine;
    struct sender *sender;
    struct bus_reader reader;
    char topic[TOPIC_NAME];
    int32_t partitions;                        /* 0: not assigned */
    bool at_end[LIMIT_LANES], from_start[LIMIT_LANES];
    int64_t next[LIMIT_LANES];                 /* offset after the last delivered */
    int64_t wanted;                            /* offset after the last record of ecocase.wanted, which is read beside the inbox; -1: the beginning */
    int64_t read[LIMIT_LANES];                 /* offset after the last of `messages`, -1: the beginning */
    rd_kafka_message_t *messages[ENGINE_BATCH];
    size_t count, ready;                       /* the first `ready` can be delivered, behind them stand those that wait */
    bool waits[LIMIT_LANES];                   /* its first message names a paper that is not whole yet: that partition is not read on */
    int64_t sifted;                            /* downloads_changes when `ready` was found */
    int64_t heard_ms;                          /* the last sign of Kafka */
    int64_t probe_ms;                          /* when Kafka, being silent, is asked again */
};

/* An idle adapter asks twice a second. */
static const struct bus_reading reading = {.group = "ecocase-adapter", .queue_kib = 4096, .queue_messages = 100000, .wait_ms = 500, .backoff_ms = 200};

/* What was delivered is said again at the start: the report may have been lost with the process. */
static enum outcome report_again(struct inbound *in, struct fault *fault) {
    struct lanes lanes;
    TRY(lanes_load(in->engine->journal, &lanes, fault));
    for (size_t i = 0; i < LIMIT_LANES; i++) {
        if (lanes.at[i].generation) sender_report_later(in->sender, &lanes.at[i]);
    }
    return OK;
}

enum outcome inbound_new(struct engine *engine, const struct bus_settings *bus, struct sender *sender, struct inbound **ret, struct fault *fault) {
    struct inbound *in = calloc(1, sizeof *in);
    PROMISE(in);
    in->engine = engine;
    in->sender = sender;
    bus_inbox_topic(bytes_of_cstr(engine->self->slug), in->topic);
    enum outcome outcome = bus_reader_open(bus, &reading, &in->reader, fault);
    if (outcome == OK) {
        engine_wake_by(in->reader.queue);
        outcome = report_again(in, fault);
    }
    if (outcome == OK) outcome = journal_offset(engine->journal, JOURNAL_WANTED, &in->wanted, fault);
    if (outcome == OK) *ret = in;
    else inbound_free(in);
    return outcome;
}

static void let_go(struct inbound *in) {
    for (size_t i = 0; i < in->count; i++) rd_kafka_message_destroy(in->messages[i]);
    in->count = in->ready = 0;
    memset(in->waits, 0, sizeof in->waits);
}

void inbound_free(struct inbound *in) {
    if (!in) return;
    let_go(in);
    bus_reader_close(&in->reader);
    free(in);
}

static enum outcome check_cluster(struct inbound *in, struct fault *fault) {
    char cluster[64];
    bool same = false;
    TRY(bus_cluster_id(in->reader.handle, ASK_MS, cluster, sizeof cluster, fault));
    TRY(journal_fact(in->engine->journal, "kafka_cluster", bytes_of_cstr(cluster), &same, fault));
    if (same) return OK;
    return fault_set(fault, FATAL, "WRONG_WORLD", "this Kafka cluster (%s) is not the one of this spool's journal; use the cluster it was made with, or a new spool", cluster);
}

/* Reads on behind what is held; the partitions that wait are left alone. */
static enum outcome assign(struct inbound *in, int32_t partitions, struct fault *fault) {
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions + 1);
    rd_kafka_topic_partition_list_add(list, TOPIC_WANTED, 0)->offset = in->wanted >= 0 ? in->wanted : RD_KAFKA_OFFSET_BEGINNING;
    for (int32_t i = 0; i < partitions; i++) {
        in->at_end[i] = false;
        if (!in->waits[i]) rd_kafka_topic_partition_list_add(list, in->topic, i)->offset = in->read[i] >= 0 ? in->read[i] : RD_KAFKA_OFFSET_BEGINNING;
    }
    enum outcome outcome = bus_assign(&in->reader, list, fault);
    rd_kafka_topic_partition_list_destroy(list);
    return outcome;
}

static enum outcome assign_first(struct inbound *in, int32_t partitions, struct fault *fault) {
    for (int32_t i = 0; i < partitions; i++) {
        int64_t next = -1;
        TRY(journal_offset(in->engine->journal, i, &next, fault));
        in->next[i] = in->read[i] = in->from_start[i] ? -1 : next;
    }
    return assign(in, partitions, fault);
}

static void up(struct inbound *in) {
    in->heard_ms = monotonic_ms();
    if (!in->engine->status.kafka_up) log_info("kafka.up", "topic=%s", in->topic);
    in->engine->status.kafka_up = true;
}
static void down(struct inbound *in) {
    if (in->engine->status.kafka_up) log_warn("kafka.down", "topic=%s", in->topic);
    in->engine->status.kafka_up = false;
}

static enum outcome connect_once(struct inbound *in, struct fault *fault) {
    int32_t partitions = 0;
    TRY(check_cluster(in, fault));
    TRY(bus_partitions(in->reader.handle, in->topic, ASK_MS, &partitions, fault));
    if (partitions < 1 || partitions > (int32_t)LIMIT_LANES) {
        return fault_set(fault, RETRY, "WRONG_WORLD", "topic %s has %d partitions; run ecocase-broker setup", in->topic, partitions);
    }
    TRY(assign_first(in, partitions, fault));
    in->partitions = partitions;
    up(in);
    log_info("inbound.reading", "topic=%s partitions=%d", in->topic, partitions);
    return OK;
}

/* An offset that is gone: read that partition from its beginning, the journal knows what it has; a gap is noticed by sequence. */
static enum outcome start_over(struct inbound *in, const rd_kafka_message_t *message, struct fault *fault) {
    char text[160];
    snprintf(text, sizeof text, "OFFSET_GONE partition=%d offset=%lld", message->partition, (long long)message->offset);
    log_error("inbound.alarm", "what=%s", text);
    TRY(journal_alarm(in->engine->journal, "INBOX", text, fault));
    if (message->partition >= 0 && message->partition < in->partitions) in->from_start[message->partition] = true;
    let_go(in); /* all that is not delivered is read again */
    in->partitions = 0;
    return OK;
}

static enum outcome hear(struct inbound *in, const rd_kafka_message_t *message, struct fault *fault) {
    bool ours = message->partition >= 0 && message->partition < in->partitions;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        if (ours) in->at_end[message->partition] = true;
        up(in);
        return OK;
    }
    if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || message->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) return start_over(in, message, fault);
    if (message->err == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || message->err == RD_KAFKA_RESP_ERR__TRANSPORT) down(in);
    else log_warn("inbound.reader", "text=\"%s\"", rd_kafka_err2str(message->err));
    return OK;
}

static bool is_wanted(const rd_kafka_message_t *message) { return message->rkt && strcmp(rd_kafka_topic_name(message->rkt), TOPIC_WANTED) == 0; }
/* What others want of us. Its errors are no matter of the inbox: a cluster set up before there was such a topic has none. */
static enum outcome hear_wanted(struct inbound *in, const rd_kafka_message_t *message, struct fault *fault) {
    if (!message->err) {
        in->wanted = message->offset + 1;
        uploads_hear(in->engine->uploads, message);
    } else if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || message->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) {
        in->wanted = -1; /* it is kept a day only */
        return assign(in, in->partitions, fault);
    }
    return OK;
}

/* All that is there, up to a batch. */
static enum outcome read_batch(struct inbound *in, struct fault *fault) {
    size_t bytes = 0;
    while (in->count < ENGINE_BATCH && bytes < ENGINE_BYTES && in->partitions) {
        rd_kafka_message_t *message = bus_read(&in->reader, 0);
        if (bus_drained(&in->reader, message)) return assign(in, in->partitions, fault);
        if (!message) return OK;
        bool wanted = is_wanted(message);
        if (!wanted && !message->err && message->partition >= 0 && message->partition < in->partitions) {
            in->at_end[message->partition] = false;
            in->read[message->partition] = message->offset + 1;
            bytes += message->len;
            in->messages[in->count++] = message;
            continue;
        }
        enum outcome heard = wanted ? hear_wanted(in, message, fault) : message->err ? hear(in, message, fault) : OK;
        rd_kafka_message_destroy(message);
        TRY(heard);
    }
    return OK;
}

static struct bytes value_of(const rd_kafka_message_t *message) { return bytes_of(message->payload, message->len); }
static struct arrival arrival_of(const rd_kafka_message_t *message) {
    struct arrival a = {.partition = message->partition, .offset = message->offset, .value = value_of(message)};
    int64_t lane = -1;
    bool lane_known = bus_header_number(message, "ecocase_lane", &lane), generation = bus_header_number(message, "ecocase_generation", &a.place.generation);
    bool sequence = bus_header_number(message, "ecocase_sequence", &a.place.sequence);
    a.placed = lane_known && generation && sequence && lane < (int64_t)LIMIT_LANES && a.place.generation > 0;
    a.place.lane = a.placed ? (int32_t)lane : -1;
    bus_header_number(message, "ecocase_epoch", &a.place.epoch);
    a.place.broker_time = rd_kafka_message_timestamp(message, NULL);
    bus_header_number(message, "ecocase_brokertime", &a.place.broker_time);
    struct bytes role = bus_header(message, "ecocase_role");
    snprintf(a.role, sizeof a.role, "%.*s", role.count < sizeof a.role ? (int)role.count : 0, role.count ? (const char *)role.at : "");
    a.repeat = bytes_equal_cstr(bus_header(message, "ecocase_repeat"), "1");
    return a;
}

/* What can be delivered goes to the front. A message that waits for a paper stops its partition: what was read behind it is let go and
 * read again later, so that order and gaplessness hold; the other partitions go on. */
static enum outcome sift(struct inbound *in, struct arena *arena, struct fault *fault) {
    AUTO(arena_free_auto) struct arena *scratch = arena_new(64u << 10, 96u << 20);
    bool waits[LIMIT_LANES] = {false}, waiting[ENGINE_BATCH] = {false};
    rd_kafka_message_t **kept = arena_array(arena, in->count, sizeof(rd_kafka_message_t *));
    size_t ready = 0, late = 0;
    in->sifted = downloads_changes(in->engine->downloads);
    for (size_t i = 0; i < in->count; i++) { /* nothing is moved before all is known */
        arena_reset(scratch);
        const struct arrival arrival = arrival_of(in->messages[i]);
        if (!waits[in->messages[i]->partition]) TRY(awaited_any(in->engine, &arrival, scratch, &waiting[i], fault));
        if (waiting[i]) waits[in->messages[i]->partition] = true;
    }
    memset(waits, 0, sizeof waits);
    for (size_t i = 0; i < in->count; i++) {
        rd_kafka_message_t *message = in->messages[i];
        bool behind = waits[message->partition];
        if (waiting[i]) {
            waits[message->partition] = true;
            in->read[message->partition] = message->offset + 1;
            kept[late++] = message;
        } else if (behind) rd_kafka_message_destroy(message);
        else in->messages[ready++] = message;
    }
    for (size_t i = 0; i < late; i++) in->messages[ready + i] = kept[i];
    in->ready = ready;
    in->count = ready + late;
    bool changed = memcmp(waits, in->waits, sizeof waits) != 0;
    memcpy(in->waits, waits, sizeof waits);
    return changed && in->partitions ? assign(in, in->partitions, fault) : OK;
}

static enum outcome deliver(struct inbound *in, struct arena *arena, struct fault *fault) {
    struct arrival *arrivals = arena_array(arena, in->ready, sizeof *arrivals);
    struct awaited *papers = arena_array(arena, in->ready, sizeof *papers);
    struct lanes before, after;
    for (size_t i = 0; i < in->ready; i++) {
        arrivals[i] = arrival_of(in->messages[i]);
        TRY(awaited_by(in->engine, &arrivals[i], arena, &papers[i], fault));
    }
    TRY(lanes_load(in->engine->journal, &before, fault));
    TRY(delivery_batch(in->engine, &after, arrivals, in->ready, arena, fault));
    for (size_t i = 0; i < in->ready; i++) awaited_release(in->engine, &papers[i]);
    for (size_t i = 0; i < LIMIT_LANES; i++) {
        const struct lane_position *was = &before.at[i], *is = &after.at[i];
        if (was->generation != is->generation || was->sequence != is->sequence) sender_report_later(in->sender, is);
    }
    for (size_t i = 0; i < in->ready; i++) {
        in->next[arrivals[i].partition] = arrivals[i].offset + 1;
        in->from_start[arrivals[i].partition] = false;
        rd_kafka_message_destroy(in->messages[i]);
    }
    in->count -= in->ready;
    memmove(in->messages, in->messages + in->ready, in->count * sizeof in->messages[0]);
    in->ready = 0;
    up(in);
    return OK;
}

/* When Kafka is silent it is asked now and then, so that the status tells the truth without traffic: librdkafka takes minutes to say that a
 * broker hangs, or that its name is gone. */
static void probe(struct inbound *in) {
    struct fault ignored;
    int32_t partitions = 0;
    bool thought_up = in->engine->status.kafka_up;
    if (monotonic_ms() < (thought_up ? in->heard_ms + SILENT_MS : in->probe_ms)) return;
    if (bus_partitions(in->reader.handle, in->topic, thought_up ? SILENT_ASK_MS : ASK_MS, &partitions, &ignored) == OK) up(in);
    else down(in);
    in->probe_ms = monotonic_ms() + PROBE_MS;
}

static void note_current(struct inbound *in) {
    bool current = in->partitions && in->engine->status.kafka_up && !in->count;
    for (int32_t i = 0; i < in->partitions; i++) current = current && in->at_end[i];
    in->engine->inbox_current = current;
    if (current) downloads_sweep(in->engine->downloads);
}

enum outcome inbound_round(struct inbound *in, struct arena *arena, bool *ret_more, struct fault *fault) {
    *ret_more = false;
    if (!in->partitions && !in->count) {
        enum outcome outcome = connect_once(in, fault);
        if (outcome != OK) {
            rd_kafka_message_t *told = bus_read(&in->reader, 0); /* only errors can be there */
            if (told) rd_kafka_message_destroy(told);
            if (strcmp(fault->code, "KAFKA_UNREACHABLE") == 0) down(in);
            note_current(in);
            return outcome;
        }
    }
    size_t held = in->count;
    if (!in->ready) TRY(read_batch(in, fault));
    if (in->count > held || in->ready || (held && in->sifted != downloads_changes(in->engine->downloads))) TRY(sift(in, arena, fault));
    if (in->ready) {
        *ret_more = true;
        TRY(deliver(in, arena, fault));
    } else probe(in);
    note_current(in);
    return OK;
}

int64_t inbound_lag(const struct inbound *in) {
    int64_t lag = (int64_t)in->count;
    for (int32_t i = 0; i < in->partitions; i++) {
        int64_t low = 0, high = 0;
        if (rd_kafka_get_watermark_offsets(in->reader.handle, in->topic, i, &low, &high) != RD_KAFKA_RESP_ERR_NO_ERROR || high < 0) continue;
        int64_t next = in->next[i] > low ? in->next[i] : low;
        if (high > next) lag += high - next;
    }
    return lag;
}
