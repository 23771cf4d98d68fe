/* What was read of the inbox is sifted, as long as papers are awaited, and delivered. */
#include "adapters/inbound/delivery_inside.h"
#include "adapters/transfer/transfer.h"
#include "adapters/inbound/inbound_inside.h"
#include <stdio.h>
#include <stdlib.h>

/* An idle adapter asks twice a second. */
static const struct bus_reading reading = {
    .group = "ecocase-adapter", .queue_kib = 4096, .queue_messages = 100000, .wait_ms = 500, .backoff_ms = 200};

/* What was delivered is said again at the start: the report may have been lost with the process. */
static enum outcome report_again(struct inbound *in, struct fault *fault) {
    struct lanes lanes;
    TRY(lanes_load(in->delivery->journal, &lanes, fault));
    for (size_t i = 0; i < LIMIT_LANES; i++) {
        if (lanes.at[i].generation) sender_report_later(in->sender, &lanes.at[i]);
    }
    return OK;
}

enum outcome inbound_new(const struct inbound_parts *parts, struct inbound **ret, struct fault *fault) {
    struct inbound *in = calloc(1, sizeof *in);
    INVARIANT(in);
    in->delivery = parts->delivery;
    in->sender = parts->sender;
    in->uploads = parts->uploads;
    bus_inbox_topic(bytes_of_cstr(in->delivery->agency), in->topic);
    enum outcome outcome = bus_reader_open(parts->bus, &reading, &in->reader, fault);
    if (outcome == OK) {
        bus_reader_wake(in->reader, wake_descriptor());
        outcome = report_again(in, fault);
    }
    if (outcome == OK)
        outcome = journal_offset(in->delivery->journal, JOURNAL_CHUNK_REQUESTS, &in->requests_from, fault);
    if (outcome == OK) *ret = in;
    else inbound_free(in);
    return outcome;
}

void inbound_free(struct inbound *in) {
    if (!in) return;
    inbound_let_go(in);
    bus_reader_close(in->reader);
    free(in);
}

static struct arrival arrival_of(const struct bus_message *message) {
    struct arrival a = {.partition = bus_message_partition(message),
                        .offset = bus_message_offset(message),
                        .value = bus_message_value(message)};
    int64_t lane = -1;
    bool lane_known = bus_header_number(message, "ecocase_lane", &lane),
         generation = bus_header_number(message, "ecocase_generation", &a.place.generation);
    bool sequence = bus_header_number(message, "ecocase_sequence", &a.place.sequence);
    a.placed = lane_known && generation && sequence && lane < (int64_t)LIMIT_LANES && a.place.generation > 0;
    a.place.lane = a.placed ? (int32_t)lane : -1;
    bus_header_number(message, "ecocase_epoch", &a.place.epoch);
    a.place.broker_time = -1;
    bus_message_time(message, &a.place.broker_time);
    bus_header_number(message, "ecocase_brokertime", &a.place.broker_time);
    struct bytes role = bus_header(message, "ecocase_role");
    snprintf(a.role, sizeof a.role, "%.*s", role.count < sizeof a.role ? (int)role.count : 0,
             role.count ? (const char *)role.at : "");
    a.repeat = bytes_equal_cstr(bus_header(message, "ecocase_repeat"), "1");
    return a;
}

/* What can be delivered comes first. A message that waits for a paper stops its partition: what was read behind
 * it is let go and read again later, so that order and gaplessness hold; the other partitions go on. */
static enum outcome hold_incomplete(struct inbound *in, struct arena *arena, struct fault *fault) {
    AUTO(arena_free_auto) struct arena *scratch = arena_new(64u << 10, 96u << 20);
    bool waits[LIMIT_LANES] = {false}, waiting[ENGINE_BATCH] = {false};
    struct bus_message **kept = arena_array(arena, in->count, sizeof *kept);
    size_t ready = 0, late = 0;
    in->sifted = downloads_changes(in->delivery->downloads);
    for (size_t i = 0; i < in->count; i++) { /* nothing is moved before all is known */
        arena_reset(scratch);
        const struct arrival arrival = arrival_of(in->messages[i]);
        if (!waits[bus_message_partition(in->messages[i])])
            TRY(awaited_any(in->delivery, &arrival, scratch, &waiting[i], fault));
        if (waiting[i]) waits[bus_message_partition(in->messages[i])] = true;
    }
    memset(waits, 0, sizeof waits);
    for (size_t i = 0; i < in->count; i++) {
        struct bus_message *message = in->messages[i];
        int32_t partition = bus_message_partition(message);
        bool behind = waits[partition];
        if (waiting[i]) {
            waits[partition] = true;
            in->read[partition] = bus_message_offset(message) + 1;
            kept[late++] = message;
        } else if (behind) bus_message_free(message);
        else in->messages[ready++] = message;
    }
    for (size_t i = 0; i < late; i++) in->messages[ready + i] = kept[i];
    in->ready = ready;
    in->count = ready + late;
    bool changed = memcmp(waits, in->waits, sizeof waits) != 0;
    memcpy(in->waits, waits, sizeof waits);
    return changed && in->partitions ? inbound_assign(in, in->partitions, fault) : OK;
}

static enum outcome deliver(struct inbound *in, struct arena *arena, struct fault *fault) {
    struct arrival *arrivals = arena_array(arena, in->ready, sizeof *arrivals);
    struct awaited *papers = arena_array(arena, in->ready, sizeof *papers);
    struct lanes before, after;
    for (size_t i = 0; i < in->ready; i++) {
        arrivals[i] = arrival_of(in->messages[i]);
        TRY(awaited_by(in->delivery, &arrivals[i], arena, &papers[i], fault));
    }
    TRY(lanes_load(in->delivery->journal, &before, fault));
    TRY(delivery_batch(in->delivery, &after, arrivals, in->ready, arena, fault));
    for (size_t i = 0; i < in->ready; i++) awaited_release(in->delivery, &papers[i]);
    for (size_t i = 0; i < LIMIT_LANES; i++) {
        const struct lane_position *was = &before.at[i], *is = &after.at[i];
        if (was->generation != is->generation || was->sequence != is->sequence) sender_report_later(in->sender, is);
    }
    for (size_t i = 0; i < in->ready; i++) {
        in->next[arrivals[i].partition] = arrivals[i].offset + 1;
        in->from_start[arrivals[i].partition] = false;
        bus_message_free(in->messages[i]);
    }
    in->count -= in->ready;
    memmove(in->messages, in->messages + in->ready, in->count * sizeof in->messages[0]);
    in->ready = 0;
    inbound_up(in);
    return OK;
}

static void note_current(struct inbound *in) {
    bool current = in->partitions && in->delivery->status->kafka_up && !in->count;
    for (int32_t i = 0; i < in->partitions; i++) current = current && in->at_end[i];
    in->delivery->status->inbox_current = current;
    if (current) downloads_sweep(in->delivery->downloads);
}

enum outcome inbound_round(struct inbound *in, struct arena *arena, bool *ret_more, struct fault *fault) {
    *ret_more = false;
    if (!in->partitions && !in->count) {
        enum outcome outcome = inbound_connect(in, fault);
        if (outcome != OK) {
            bus_message_free(bus_read(in->reader, 0)); /* only errors can be there */
            if (strcmp(fault->code, "KAFKA_UNREACHABLE") == 0) inbound_down(in);
            note_current(in);
            return outcome;
        }
    }
    size_t held = in->count;
    if (!in->ready) TRY(inbound_read(in, fault));
    if (in->count > held || in->ready || (held && in->sifted != downloads_changes(in->delivery->downloads)))
        TRY(hold_incomplete(in, arena, fault));
    if (in->ready) {
        *ret_more = true;
        TRY(deliver(in, arena, fault));
    } else inbound_probe(in);
    note_current(in);
    return OK;
}

int64_t inbound_lag(const struct inbound *in) {
    int64_t lag = (int64_t)in->count;
    for (int32_t i = 0; i < in->partitions; i++) {
        int64_t low = 0, high = 0;
        if (!bus_known_range(in->reader, in->topic, i, &low, &high)) continue;
        int64_t next = in->next[i] > low ? in->next[i] : low;
        if (high > next) lag += high - next;
    }
    return lag;
}
