/* Is each outbox still the one that the ledger has read? A topic made anew, or one whose tail Kafka lost, goes on below
 * the ledger's offset, and beyond it once others have written so much: then what came since would be passed over in
 * silence. So when a lane begins, and when Kafka was away, the last records below the offset are compared with the
 * ledger, which knows every submission by its id and where it stood; where they differ the outbox is read again from
 * where they agree, told by name. What is known is answered as a repeat. */
#include "broker/lane/session_inside.h"
#include "base/log.h"

#define ASK_MS     5000
#define LOOK_BACK  64u    /* records: reports say nothing */
#define READ_AGAIN 10000u /* first step back, eight times as much each further one */
#define STEP       8

enum verdict { SAYS_NOTHING, SAME, OTHER };
/* Some records of one outbox, from `from` up to `to`. */
struct look {
    const char *topic;
    const struct participant *owner;
    int64_t from, to;
    bool done;
    size_t count;
    struct submission_key key[LOOK_BACK];
    int64_t offset[LOOK_BACK];
};

static struct look *look_of(struct look *looks, size_t count, const char *topic) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(looks[i].topic, topic) == 0) return &looks[i];
    }
    return NULL;
}

static void note(const struct session *s, struct look *look, const struct bus_message *message) {
    struct examination examination;
    struct fault ignored = {0};
    const struct arrival arrival = {.key = bus_message_key(message),
                                    .value = bus_message_value(message),
                                    .lane = s->lane->number,
                                    .lanes = s->world.lanes,
                                    .owner = look->owner,
                                    .secret = bytes_of_cstr(s->world.person_secret)};
    examine(s->broker->catalogue, &arrival, &examination, &ignored);
    if (examination.what != EXAMINED_SUBMISSION) return;
    look->key[look->count] = (struct submission_key){(int16_t)look->owner->number, examination.submission.message_id};
    look->offset[look->count++] = bus_message_offset(message);
}

/* Its end, a gap, a damaged record end a look too: what was read before is judged. */
static void take(const struct session *s, struct look *look, const struct bus_message *message) {
    bool record = bus_message_event(message) == BUS_RECORD;
    enum bus_event event = bus_message_event(message);
    int64_t offset = bus_message_offset(message);
    if (record && offset < look->to && look->count < LOOK_BACK) note(s, look, message);
    look->done = look->done || (record ? offset + 1 >= look->to || look->count == LOOK_BACK
                                       : event == BUS_END || event == BUS_UNREADABLE || event == BUS_OFFSET_GONE);
}

static enum outcome read_looks(struct session *s, struct look *looks, size_t count, struct fault *fault) {
    struct bus_position positions[LIMIT_PARTICIPANTS] = {0};
    size_t left = count;
    for (size_t i = 0; i < count; i++)
        positions[i] = (struct bus_position){looks[i].topic, s->lane->number, looks[i].from};
    TRY(bus_assign(s->reader, positions, count, fault));
    for (int64_t until = monotonic_ms() + ASK_MS; left && monotonic_ms() < until;) {
        struct bus_message *message = bus_read(s->reader, 50);
        struct look *look = message ? look_of(looks, count, bus_message_topic(message)) : NULL;
        pulse_beat(&s->lane->pulse);
        if (look && !look->done) {
            take(s, look, message);
            left -= look->done;
        }
        if (message) bus_message_free(message);
    }
    if (!left) return OK;
    return fault_set(fault, RETRY, "KAFKA_UNREACHABLE", "lane %d: what it has read cannot be read again",
                     s->lane->number);
}

/* The last that says something counts: a tail is lost from its end. */
static enum outcome judge(struct session *s, const struct look *look, enum verdict *ret, struct fault *fault) {
    struct known_submission known[LOOK_BACK];
    *ret = SAYS_NOTHING;
    TRY(ledger_known(s->ledger, look->key, look->count, known, fault));
    for (size_t i = look->count; i-- > 0 && *ret == SAYS_NOTHING;) {
        struct ledger_event event;
        if (!known[i].found) *ret = OTHER;
        if (!known[i].found || known[i].lane != s->lane->number) continue;
        TRY(ledger_event_at(s->ledger, known[i].lane, known[i].serial, s->arena, &event, fault));
        if (event.offset == look->offset[i]) *ret = SAME; /* else a repeat of what stood elsewhere */
    }
    return OK;
}

/* Where ledger and outbox agree, below `below`, or its beginning. */
static enum outcome agreeing(struct session *s, const struct look *outbox, int64_t below, int64_t *ret,
                             struct fault *fault) {
    int64_t low = 0, high = 0;
    TRY(bus_range(bus_reader_client(s->reader), outbox->topic, s->lane->number, ASK_MS, &low, &high, NULL, fault));
    if (below > high) below = high;
    for (int64_t back = READ_AGAIN; below - low > back; back *= STEP) {
        struct look look = {.topic = outbox->topic, .owner = outbox->owner, .from = below - back, .to = below};
        enum verdict verdict = SAYS_NOTHING;
        TRY(read_looks(s, &look, 1, fault));
        TRY(judge(s, &look, &verdict, fault));
        *ret = look.from;
        if (verdict == SAME) return OK;
    }
    *ret = low;
    return OK;
}

/* The row's offset of one outbox goes back. */
static enum outcome read_again(struct session *s, const struct look *outbox, int64_t end, struct fault *fault) {
    int number = outbox->owner->number;
    int64_t next = s->row.next_offset[number], from = 0;
    TRY(agreeing(s, outbox, next < end ? next : end, &from, fault));
    log_error(next > end ? "lane.outbox.tail_lost" : "lane.outbox.changed",
              "lane=%d topic=%s read_up_to=%lld end=%lld again_from=%lld text=\"%s\"", s->lane->number, outbox->topic,
              (long long)next, (long long)end, (long long)from,
              next > end ? "Kafka lost records that the ledger has"
                         : "the records before are not those that the ledger has: the topic was made anew, or lost its "
                           "tail and others wrote there");
    struct lane_row after = s->row;
    after.next_offset[number] = from;
    const struct ledger_batch batch = {.before = &s->row, .after = &after};
    TRY(ledger_record(s->ledger, &batch, &s->newest_directory, fault));
    s->row = after;
    s->seen[number] = from;
    return OK;
}

static size_t looks_at(const struct session *s, const struct directory *directory, const char *const *topics,
                       const int64_t *ends, const int *numbers, size_t count, struct look *ret) {
    size_t looked = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t next = numbers[i] ? s->row.next_offset[numbers[i]] : 0;
        if (next == 0) continue;
        ret[looked++] = (struct look){.topic = topics[i],
                                      .owner = directory_by_number(directory, numbers[i]),
                                      .from = next > (int64_t)LOOK_BACK ? next - (int64_t)LOOK_BACK : 0,
                                      .to = next,
                                      .done = next > ends[i]};
    }
    return looked;
}

static enum outcome compare(struct session *s, struct look *looks, size_t count, const int64_t *ends,
                            struct fault *fault) {
    struct look *left = arena_array(s->arena, count, sizeof *left);
    size_t left_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (!looks[i].done) left[left_count++] = looks[i];
        else TRY(read_again(s, &looks[i], ends[looks[i].owner->number], fault));
    }
    if (left_count) TRY(read_looks(s, left, left_count, fault));
    for (size_t i = 0; i < left_count; i++) {
        enum verdict verdict = SAYS_NOTHING;
        TRY(judge(s, &left[i], &verdict, fault));
        if (verdict == OTHER) TRY(read_again(s, &left[i], ends[left[i].owner->number], fault));
    }
    return OK;
}

enum outcome session_same_outboxes(struct session *s, const struct directory *directory, const char *const *topics,
                                   const int *numbers, size_t count, struct fault *fault) {
    int64_t answer[LIMIT_PARTICIPANTS + 1], ends[LIMIT_PARTICIPANTS] = {0};
    arena_reset(s->arena);
    TRY(bus_ends(bus_reader_client(s->reader), topics, count, s->lane->number, ASK_MS, answer, fault));
    for (size_t i = 0; i < count; i++) ends[numbers[i]] = answer[i];
    struct look *looks = arena_array(s->arena, count ? count : 1, sizeof *looks);
    size_t looked = looks_at(s, directory, topics, answer, numbers, count, looks);
    TRY(compare(s, looks, looked, ends, fault));
    s->unsure = false;
    return OK;
}
