/* `ecocase-broker recover`: what inboxes show is compared with the ledger; where they know more, a new generation
 * begins. Done again after it broke off, it begins another one, which does no harm. */
#include "broker/instance/instance.h"
#include "broker/lane/given_out.h"
#include "base/log.h"
#include "wire/record.h"
#include <stdio.h>
#include <stdlib.h>

#define ASK_MS  30000
#define SEND_MS 60000
static const struct bus_reading reading = {
    .group = "ecocase-recover", .queue_kib = 4096, .queue_messages = 1000, .wait_ms = 50, .backoff_ms = 50};

struct recovering {
    const struct broker_setup *setup;
    struct catalogue *catalogue;
    struct ledger *ledger;
    struct bus_reader *reader;
    struct directory *directory;
    struct ledger_world world;
    struct lane_row rows[LIMIT_LANES];
    struct lane_seen seen[LIMIT_LANES];
    struct lane_begun begun[LIMIT_LANES];
    size_t lanes;
    int64_t generation;
};

static enum outcome open_all(struct recovering *r, struct fault *fault) {
    char cluster[64], *yaml = NULL;
    int32_t version = 0;
    TRY(catalogue_load(r->setup->schemas, &r->catalogue, fault));
    TRY(ledger_connect(r->setup->conninfo, &r->ledger, fault));
    TRY(ledger_world(r->ledger, &r->world, fault));
    TRY(ledger_directory(r->ledger, &yaml, &version, fault));
    enum outcome parsed = directory_parse("directory in the ledger", bytes_of_cstr(yaml), &r->directory, fault);
    free(yaml);
    TRY(parsed);
    TRY(bus_reader_open(&r->setup->bus, &reading, &r->reader, fault));
    TRY(bus_cluster_id(bus_reader_client(r->reader), ASK_MS, cluster, sizeof cluster, fault));
    if (strcmp(cluster, r->world.cluster_id) == 0) return OK;
    return fault_set(fault, REFUSE, "WRONG_WORLD", "this Kafka cluster is %s, the ledger belongs to %s", cluster,
                     r->world.cluster_id);
}

/* Ends of this lane's partition of the clock and of every outbox there is. */
static enum outcome look_at_ends(const struct recovering *r, int32_t lane, struct recovered_up_to *ret,
                                 struct fault *fault) {
    struct bus_client *client = bus_reader_client(r->reader);
    int64_t low = 0;
    TRY(bus_range(client, TOPIC_CLOCK, lane, ASK_MS, &low, &ret->clock, NULL, fault));
    for (size_t i = 0; i < directory_count(r->directory); i++) {
        const struct participant *who = directory_at(r->directory, i);
        char topic[TOPIC_NAME];
        bool missing = false;
        bus_outbox_topic(bytes_of_cstr(who->slug), topic);
        enum outcome asked = bus_range(client, topic, lane, ASK_MS, &low, &ret->outbox[who->number], &missing, fault);
        if (asked != OK && !missing) return asked;
    }
    return OK;
}

/* True: some recipient knows more than the ledger. */
static bool tell_lanes(const struct recovering *r) {
    bool any = false;
    printf("泳道 lane  台账序号 recorded  已发出 given out\n");
    for (size_t i = 0; i < r->lanes; i++) {
        const struct given_out *seen = &r->seen[i].given_out;
        bool beyond = given_out_beyond(seen, &r->rows[i]);
        printf("%9d  %17lld  %16lld%s\n", r->rows[i].lane, (long long)r->rows[i].serial, (long long)seen->serial,
               beyond ? "  ← 台账缺失 missing in the ledger" : "");
        any = any || beyond;
    }
    return any;
}

static enum outcome look(struct recovering *r, struct fault *fault) {
    TRY(ledger_lanes(r->ledger, r->rows, LIMIT_LANES, &r->lanes, fault));
    r->generation = r->world.generation;
    for (size_t i = 0; i < r->lanes; i++) {
        TRY(given_out_look(r->reader, r->directory, r->rows[i].lane, &r->seen[i].given_out, fault));
        TRY(look_at_ends(r, r->rows[i].lane, &r->seen[i].up_to, fault));
        if (r->rows[i].generation > r->generation) r->generation = r->rows[i].generation;
        if (r->seen[i].given_out.generation > r->generation) r->generation = r->seen[i].given_out.generation;
    }
    r->generation++;
    return OK;
}

struct openings {
    size_t acked;
    int error;
};
static void on_report(void *opaque, const struct bus_report *report) {
    struct openings *openings = opaque;
    if (report->error) openings->error = report->error;
    else openings->acked++;
}

/* 新代次: tells one recipient where the sequences of this lane begin. */
static enum outcome open_one(const struct recovering *r, struct bus_producer *producer, size_t lane,
                             const struct participant *who, struct fault *fault) {
    char topic[TOPIC_NAME];
    int32_t partitions = 0;
    int64_t behind = r->begun[lane].behind[who->number];
    AUTO(buffer_free) struct buffer value;
    buffer_init(&value, 4096);
    bus_inbox_topic(bytes_of_cstr(who->slug), topic);
    TRY(bus_partitions(bus_producer_client(producer), topic, ASK_MS, &partitions, fault));
    if (!partitions)
        return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "topic %s does not exist: run `ecocase-broker setup`",
                         topic);
    TRY(record_write_report(r->catalogue, BYTES_LITERAL("ecocase"), (int32_t)lane, r->generation, r->begun[lane].epoch,
                            behind, instant_now(), &value, fault));
    struct bus_headers *h = bus_headers_new(6);
    bus_headers_add_number(h, "ecocase_lane", (int64_t)lane);
    bus_headers_add_number(h, "ecocase_generation", r->generation);
    bus_headers_add_number(h, "ecocase_epoch", r->begun[lane].epoch);
    bus_headers_add_number(h, "ecocase_sequence", behind);
    bus_headers_add_text(h, "ecocase_role", "opening");
    const struct bus_record record = {
        .topic = topic, .partition = (int32_t)lane % partitions, .value = buffer_view(&value), .headers = h};
    int error = bus_produce(producer, &record);
    if (!error) return OK;
    bus_headers_free(h);
    return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "%s: %s", topic, bus_error_text(error));
}

static enum outcome open_inboxes(const struct recovering *r, struct bus_producer *producer,
                                 const struct openings *openings, struct fault *fault) {
    size_t wanted = 0;
    for (size_t lane = 0; lane < r->lanes; lane++) {
        for (size_t i = 0; i < directory_count(r->directory); i++, wanted++)
            TRY(open_one(r, producer, lane, directory_at(r->directory, i), fault));
    }
    for (int64_t until = monotonic_ms() + SEND_MS; openings->acked < wanted && !openings->error;) {
        bus_producer_flush(producer, 100);
        if (monotonic_ms() < until) continue;
        return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "Kafka took %zu of %zu openings of the generation",
                         openings->acked, wanted);
    }
    if (!openings->error) return OK;
    return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "openings: %s", bus_error_text(openings->error));
}

static enum outcome begin(struct recovering *r, struct fault *fault) {
    struct openings openings = {0};
    struct bus_producer *producer = NULL;
    TRY(ledger_recover(r->ledger, r->generation, r->seen, r->lanes, r->begun, fault));
    log_info("recover.generation", "generation=%lld lanes=%zu", (long long)r->generation, r->lanes);
    enum outcome outcome = bus_producer_open(&r->setup->bus, 20, on_report, &openings, &producer, fault);
    if (outcome == OK) outcome = open_inboxes(r, producer, &openings, fault);
    bus_producer_close(producer);
    if (outcome != OK) {
        log_warn("recover.unfinished", "generation=%lld text=\"run it again before brokers work\"",
                 (long long)r->generation);
        return outcome;
    }
    printf("已开始第 %lld 代；各实例自行按原顺序重新处理台账所缺，已收到的各方不会重复收到\n"
           "generation %lld has begun; the brokers judge again, in the order it came, what the ledger lacks; who has "
           "it gets no second copy\n",
           (long long)r->generation, (long long)r->generation);
    return OK;
}

static enum outcome recover(struct recovering *r, bool anyway, struct fault *fault) {
    TRY(open_all(r, fault));
    TRY(look(r, fault));
    if (!tell_lanes(r) && !anyway) {
        printf("台账不缺任何已发出的事件，无需恢复；确要开始新代次请加 --anyway\n"
               "the ledger lacks nothing that was given out, nothing was changed; --anyway begins a generation all the "
               "same\n");
        return OK;
    }
    return begin(r, fault);
}

enum outcome broker_recover(const struct broker_setup *setup, bool anyway, struct fault *fault) {
    struct recovering *r = calloc(1, sizeof *r);
    INVARIANT(r);
    r->setup = setup;
    enum outcome outcome = recover(r, anyway, fault);
    bus_reader_close(r->reader);
    ledger_free(r->ledger);
    directory_free(r->directory);
    catalogue_free(r->catalogue);
    free(r);
    return outcome;
}
