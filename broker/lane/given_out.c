/* The last records of every inbox (given_out.h). */
#include "broker/lane/given_out.h"
#include "base/log.h"

#define ASK_MS  5000
#define READ_MS 10000
#define LAST    16 /* records: a lane shares a partition with others where there are fewer partitions than lanes */

struct tails {
    char names[LIMIT_PARTICIPANTS][TOPIC_NAME];
    struct bus_position at[LIMIT_PARTICIPANTS];
    bool read[LIMIT_PARTICIPANTS]; /* to its end */
    size_t count;
};

static enum outcome find_tails(struct bus_client *client, const struct directory *directory, int32_t lane,
                               struct tails *ret, struct fault *fault) {
    char names[LIMIT_PARTICIPANTS][TOPIC_NAME];
    const char *topics[LIMIT_PARTICIPANTS];
    int32_t partitions[LIMIT_PARTICIPANTS];
    size_t count = directory_count(directory);
    for (size_t i = 0; i < count; i++) {
        bus_inbox_topic(bytes_of_cstr(directory_at(directory, i)->slug), names[i]);
        topics[i] = names[i];
    }
    TRY(bus_partitions_of(client, topics, count, ASK_MS, partitions, fault));
    ret->count = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t low = 0, high = 0;
        if (!partitions[i]) continue; /* of an agency that joins just now: it was given nothing */
        TRY(bus_range(client, topics[i], lane % partitions[i], ASK_MS, &low, &high, NULL, fault));
        if (high <= low) continue;
        memcpy(ret->names[ret->count], names[i], TOPIC_NAME);
        ret->read[ret->count] = false;
        ret->at[ret->count] =
            (struct bus_position){ret->names[ret->count], lane % partitions[i], high - low > LAST ? high - LAST : low};
        ret->count++;
    }
    return OK;
}

static void note(const struct bus_message *message, int32_t lane, struct given_out *ret) {
    struct given_out one = {0};
    int64_t of = -1;
    if (!bus_header_number(message, "ecocase_lane", &of) || of != lane ||
        !bus_header_number(message, "ecocase_generation", &one.generation))
        return;
    bus_header_number(message, "ecocase_epoch", &one.epoch);
    bus_header_number(message, "ecocase_serial", &one.serial);
    if (one.epoch > ret->epoch) ret->epoch = one.epoch;
    if (one.generation > ret->generation) {
        ret->generation = one.generation;
        ret->serial = one.serial;
    } else if (one.generation == ret->generation && one.serial > ret->serial) ret->serial = one.serial;
}

/* True when it was the last one awaited. */
static bool note_end(struct tails *tails, const struct bus_message *message) {
    bool all = true;
    for (size_t i = 0; i < tails->count; i++) {
        tails->read[i] = tails->read[i] || strcmp(tails->names[i], bus_message_topic(message)) == 0;
        all = all && tails->read[i];
    }
    return all;
}

enum outcome given_out_look(struct bus_reader *reader, const struct directory *directory, int32_t lane,
                            struct given_out *ret, struct fault *fault) {
    struct tails tails;
    *ret = (struct given_out){0};
    TRY(find_tails(bus_reader_client(reader), directory, lane, &tails, fault));
    if (!tails.count) return OK;
    TRY(bus_assign(reader, tails.at, tails.count, fault));
    for (int64_t until = monotonic_ms() + READ_MS; monotonic_ms() < until;) {
        struct bus_message *message = bus_read(reader, 100);
        if (!message) continue;
        enum bus_event event = bus_message_event(message);
        bool done = event == BUS_END && note_end(&tails, message);
        if (event == BUS_RECORD) note(message, lane, ret);
        bus_message_free(message);
        if (done) return OK;
    }
    for (size_t i = 0; i < tails.count; i++) {
        if (!tails.read[i]) log_warn("lane.inbox.unread", "lane=%d topic=%s", lane, tails.names[i]);
    }
    return OK;
}

bool given_out_beyond(const struct given_out *seen, const struct lane_row *row) {
    return seen->generation > row->generation || (seen->generation == row->generation && seen->serial > row->serial);
}
