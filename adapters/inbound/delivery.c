/* A batch of inbox records becomes files of the agency, each once, whatever happens amid it. */
#include "adapters/inbound/delivery_inside.h"
#include "adapters/outbound/outbound.h"
#include "adapters/inbound/rendering_inside.h"
#include "base/log.h"
#include "base/failpoint.h"
#include <stdlib.h>

#define SCRATCH_MAX (96u << 20) /* one record of 1.5 MiB, decoded and rendered, its attachments as text */
/* Where the cause of a notice stands and when that was told may be others once the ledger was restored: another tick
 * finds what is overdue. */
struct digest arrival_meaning(const struct arrival *a, const struct submission *said) {
    bool notice = said && said->kind == RECORD_NOTICE;
    const struct bytes left_out[] = {notice ? said->business_time_at.at : BYTES_NONE,
                                     notice ? said->source_offset.at : BYTES_NONE,
                                     notice ? said->serial.at : BYTES_NONE};
    enum { LEFT_OUT = sizeof left_out / sizeof left_out[0] };
    struct bytes parts[LEFT_OUT + 2] = {bytes_of_cstr(a->role)};
    size_t count = 1;
    const uint8_t *from = a->value.at;
    for (size_t i = 0; i < LEFT_OUT && notice; i++) {
        parts[count++] = bytes_of(from, (size_t)(left_out[i].at - from));
        from = left_out[i].at + left_out[i].count;
    }
    parts[count++] = bytes_of(from, (size_t)(a->value.at + a->value.count - from));
    return digest_of_list(parts, count);
}

struct batch {
    const struct delivery *delivery;
    struct lanes lanes; /* as they will be */
    struct arena *arena, *scratch;
    struct delivery_entry entries[ENGINE_BATCH];
    struct number_entry numbers[ENGINE_BATCH][2];
    /* own submissions that were refused: their numbers mean nothing */
    struct uuid forgotten[ENGINE_BATCH];
    struct uuid answered[ENGINE_BATCH]; /* own submissions that the ledger has */
    size_t count, forgotten_count, answered_count;
    const char *alarms[ENGINE_BATCH];
    size_t alarm_count;
    int64_t next_offset[LIMIT_LANES]; /* by partition, -1: untouched */
};

enum outcome lanes_load(struct journal *journal, struct lanes *ret, struct fault *fault) {
    struct lane_position positions[LIMIT_LANES];
    size_t count = 0;
    *ret = (struct lanes){0};
    TRY(journal_positions(journal, positions, LIMIT_LANES, &count, fault));
    for (size_t i = 0; i < count; i++) {
        if (positions[i].lane >= 0 && positions[i].lane < (int32_t)LIMIT_LANES)
            ret->at[positions[i].lane] = positions[i];
    }
    return OK;
}

static void alarm_on(struct batch *b, const struct arrival *a, const char *what, int64_t expected) {
    const char *text =
        arena_printf(b->arena, "%s lane=%d generation=%lld sequence=%lld expected=%lld partition=%d offset=%lld", what,
                     a->place.lane, (long long)a->place.generation, (long long)a->place.sequence, (long long)expected,
                     a->partition, (long long)a->offset);
    log_error("inbound.alarm", "what=%s", text);
    if (b->alarm_count < ENGINE_BATCH) b->alarms[b->alarm_count++] = text;
}

enum novelty { NEWS, READ_BEFORE, STALE };
/* By sequence within a generation. What a later one begins behind, its opening said. */
static enum novelty check_sequence(struct batch *b, const struct arrival *a) {
    if (!a->placed || a->place.lane < 0 || a->place.lane >= (int32_t)LIMIT_LANES) {
        alarm_on(b, a, "UNPLACED", 0);
        return STALE;
    }
    struct lane_position *at = &b->lanes.at[a->place.lane];
    if (a->place.generation < at->generation) {
        alarm_on(b, a, "OLD_GENERATION", at->generation);
        return STALE;
    }
    if (a->place.generation == at->generation && a->place.sequence <= at->sequence) return READ_BEFORE;
    bool later = at->generation > 0 && a->place.generation > at->generation;
    if (later) alarm_on(b, a, "NO_OPENING", 0);
    else if (a->place.sequence != at->sequence + 1) alarm_on(b, a, "GAP", at->sequence + 1);
    *at = a->place;
    return NEWS;
}

/* After a restore the ledger gives out anew, behind the sequence that is said here. */
static void open_generation(struct batch *b, const struct arrival *a) {
    if (!a->placed || a->place.lane < 0 || a->place.lane >= (int32_t)LIMIT_LANES) return;
    struct lane_position *at = &b->lanes.at[a->place.lane];
    if (a->place.generation <= at->generation) return;
    log_warn("inbound.generation", "lane=%d generation=%lld behind=%lld", a->place.lane, (long long)a->place.generation,
             (long long)a->place.sequence);
    *at = a->place;
}

static enum outcome delivered_before(const struct batch *b, const struct uuid *id, const struct digest *meaning,
                                     enum delivered *ret, int64_t *ret_generation, struct fault *fault) {
    for (size_t i = b->count; i-- > 0;) {
        const struct delivery_entry *entry = &b->entries[i];
        if (!uuid_equal(&entry->message_id, id) || memcmp(entry->meaning.b, meaning->b, sizeof meaning->b) != 0)
            continue;
        *ret = DELIVERED_SAME;
        *ret_generation = entry->place.generation;
        return OK;
    }
    return journal_delivered(b->delivery->journal, id, meaning, ret, ret_generation, fault);
}

static void note_numbers(struct batch *b, const struct rendering *r) {
    const struct submission *s = &r->said;
    struct number_entry *into = b->numbers[b->count];
    into[0] = into[1] = (struct number_entry){0};
    if (!r->readable) return;
    if (s->kind == RECORD_NOTICE) {
        bool refused = bytes_equal_cstr(s->event, "SYS.REFUSED");
        if (uuid_is_nil(&s->in_reply_to)) return;
        if (refused) b->forgotten[b->forgotten_count++] = s->in_reply_to;
        if (refused || bytes_equal_cstr(s->event, "SYS.ACCEPTED")) b->answered[b->answered_count++] = s->in_reply_to;
        return;
    }
    struct number_entry entry = {.message_id = s->message_id,
                                 .case_id = s->case_id,
                                 .referral_id = s->referral_id,
                                 .parent_referral_id = s->parent_referral_id,
                                 .other = arena_copy(b->arena, s->sender),
                                 .event = arena_copy(b->arena, s->event),
                                 .came_in = true};
    into[0] = into[1] = entry;
    into[0].number = number_normal(s->document_no, b->arena);
    into[1].number = number_normal(s->agency_case_no, b->arena);
    into[1].of_case = true;
}

static enum outcome stage_one(struct batch *b, struct rendering *r, const struct digest *meaning, struct fault *fault) {
    struct rendered rendered;
    TRY(rendering_stage(r, &rendered, fault));
    char *files = json_dumps(rendered.files, JSON_COMPACT);
    INVARIANT(files);
    const struct arrival *a = r->arrival;
    note_numbers(b, r);
    b->entries[b->count++] =
        (struct delivery_entry){a->place,  rendered.message_id,          a->partition,
                                a->offset, bytes_of_cstr(rendered.stem), arena_copy(b->arena, bytes_of_cstr(files)),
                                *meaning};
    free(files);
    json_decref(rendered.files);
    return OK;
}

/* A place of its own for what has none in the sequences of its lane: no lane is negative. */
static struct lane_position aside(const struct arrival *a) {
    return (struct lane_position){
        .lane = -1 - a->partition, .sequence = a->offset, .broker_time = a->place.broker_time};
}

/* Only what was delivered before, with the same meaning, is dropped: a sequence that was read before proves nothing
 * once a ledger was restored, and neither does an id alone. */
static enum outcome take_one(struct batch *b, const struct arrival *given, struct fault *fault) {
    struct arrival a = *given;
    struct rendering r;
    enum delivered before = DELIVERED_NEVER;
    int64_t generation = 0;
    if (a.partition >= 0 && a.partition < (int32_t)LIMIT_LANES) b->next_offset[a.partition] = a.offset + 1;
    if (strcmp(a.role, ARRIVAL_OPENING) == 0) {
        open_generation(b, &a);
        return OK;
    }
    enum novelty novelty = check_sequence(b, &a);
    rendering_open(b->delivery, &a, b->arena, b->scratch, &r);
    struct uuid id = rendering_message_id(&r);
    struct digest meaning = arrival_meaning(&a, r.readable ? &r.said : NULL);
    TRY(delivered_before(b, &id, &meaning, &before, &generation, fault));
    if (before == DELIVERED_SAME) {
        if (novelty == NEWS && !a.repeat && a.place.generation == generation) alarm_on(b, &a, "DUPLICATE", 0);
        return OK;
    }
    if (before == DELIVERED_OTHERWISE) alarm_on(b, &a, "CHANGED", 0);
    else if (novelty == READ_BEFORE) alarm_on(b, &a, "SEQUENCE_REUSED", b->lanes.at[a.place.lane].sequence + 1);
    if (novelty != NEWS) a.place = aside(&a);
    return stage_one(b, &r, &meaning, fault);
}

static enum outcome record_staged(struct batch *b, struct fault *fault) {
    struct journal *j = b->delivery->journal;
    for (size_t i = 0; i < b->count; i++) {
        TRY(journal_stage(j, &b->entries[i], fault));
        TRY(journal_number_add(j, &b->numbers[i][0], fault));
        TRY(journal_number_add(j, &b->numbers[i][1], fault));
    }
    for (size_t i = 0; i < b->forgotten_count; i++) TRY(journal_numbers_forget(j, &b->forgotten[i], fault));
    for (size_t i = 0; i < b->answered_count; i++) TRY(journal_answered(j, &b->answered[i], fault));
    for (size_t i = 0; i < b->alarm_count; i++) TRY(journal_alarm(j, "INBOX", b->alarms[i], fault));
    FAILPOINT("in.journaling");
    return OK;
}

static enum outcome reveal_entry(const struct delivery *d, const struct delivery_entry *entry, struct fault *fault) {
    json_t *files = json_loadb((const char *)entry->files.at, entry->files.count, 0, NULL);
    enum outcome outcome = OK;
    for (size_t i = 0; i < json_array_size(files) && outcome == OK; i++) {
        FAILPOINT("in.revealing");
        const json_t *one = json_array_get(files, i);
        outcome = d->transport->verbs->reveal(d->transport, json_string_value(json_object_get(one, "staged")),
                                              (enum box)json_integer_value(json_object_get(one, "box")),
                                              json_string_value(json_object_get(one, "name")), fault);
    }
    json_decref(files);
    FAILPOINT("in.revealed");
    return outcome;
}

static enum outcome record_revealed(struct batch *b, struct fault *fault) {
    struct journal *j = b->delivery->journal;
    TRY(journal_revealed(j, fault));
    for (size_t i = 0; i < LIMIT_LANES; i++) {
        if (b->lanes.at[i].generation) TRY(journal_position_put(j, &b->lanes.at[i], fault));
        if (b->next_offset[i] >= 0) TRY(journal_offset_put(j, (int32_t)i, b->next_offset[i], fault));
    }
    FAILPOINT("in.marking");
    return OK;
}

static enum outcome in_transaction(struct batch *b, enum outcome (*work)(struct batch *, struct fault *),
                                   struct fault *fault) {
    TRY(journal_begin(b->delivery->journal, fault));
    enum outcome outcome = work(b, fault);
    if (outcome == OK) outcome = journal_commit(b->delivery->journal, fault);
    if (outcome != OK) journal_rollback(b->delivery->journal);
    return outcome;
}

static enum outcome reveal_all(struct batch *b, struct fault *fault) {
    const struct delivery *d = b->delivery;
    for (size_t i = 0; i < b->count; i++) TRY(reveal_entry(d, &b->entries[i], fault));
    return d->transport->verbs->sync_moved(d->transport, fault);
}

static struct batch *batch_new(const struct delivery *d, const struct lanes *lanes, struct arena *arena) {
    struct batch *b = arena_alloc(arena, sizeof *b);
    b->delivery = d;
    b->lanes = *lanes;
    b->arena = arena;
    for (size_t i = 0; i < LIMIT_LANES; i++) b->next_offset[i] = -1;
    return b;
}

/* After record_staged the batch is decided: what fails now is finished by delivery_recover, never staged again. */
static enum outcome finish(struct batch *b, struct fault *fault) {
    TRY(reveal_all(b, fault));
    FAILPOINT("in.sealed");
    TRY(in_transaction(b, record_revealed, fault));
    FAILPOINT("in.marked");
    return OK;
}

static enum outcome stage_all(struct batch *b, const struct arrival *arrivals, size_t count, struct fault *fault) {
    FAILPOINT("in.received");
    for (size_t i = 0; i < count; i++) {
        arena_reset(b->scratch);
        TRY(take_one(b, &arrivals[i], fault));
    }
    TRY(b->delivery->transport->verbs->sync_staged(b->delivery->transport, fault));
    FAILPOINT("in.staged");
    if (!b->count && !b->alarm_count && !b->forgotten_count) return OK;
    TRY(in_transaction(b, record_staged, fault));
    FAILPOINT("in.journaled");
    return OK;
}

enum outcome delivery_batch(const struct delivery *d, struct lanes *lanes, const struct arrival *arrivals, size_t count,
                            struct arena *arena, struct fault *fault) {
    INVARIANT(count <= ENGINE_BATCH);
    AUTO(arena_free_auto) struct arena *scratch = arena_new(1u << 20, SCRATCH_MAX);
    TRY(delivery_recover(d, arena, fault)); /* of a batch that failed after it was journaled */
    TRY(lanes_load(d->journal, lanes, fault));
    struct batch *b = batch_new(d, lanes, arena);
    b->scratch = scratch;
    TRY(stage_all(b, arrivals, count, fault));
    TRY(finish(b, fault));
    *lanes = b->lanes;
    d->status->delivered += (int64_t)b->count;
    if (b->count) d->status->last_success = instant_now();
    for (size_t i = 0; i < b->count; i++) {
        log_info("inbound.delivered", "lane=%d sequence=%lld", b->entries[i].place.lane,
                 (long long)b->entries[i].place.sequence);
    }
    return OK;
}

/* Positions as the staged rows say: they are in the order they were read. */
enum outcome delivery_recover(const struct delivery *d, struct arena *arena, struct fault *fault) {
    struct delivery_entry *entries = NULL;
    struct lanes lanes;
    size_t count = 0;
    TRY(journal_staged(d->journal, arena, &entries, &count, fault));
    if (count) {
        TRY(lanes_load(d->journal, &lanes, fault));
        struct batch *b = batch_new(d, &lanes, arena);
        for (size_t i = 0; i < count; i++) {
            TRY(reveal_entry(d, &entries[i], fault));
            const struct lane_position *p = &entries[i].place;
            if (p->lane >= 0 && p->lane < (int32_t)LIMIT_LANES) b->lanes.at[p->lane] = *p;
            if (entries[i].partition >= 0 && entries[i].partition < (int32_t)LIMIT_LANES)
                b->next_offset[entries[i].partition] = entries[i].offset + 1;
        }
        TRY(finish(b, fault));
        log_info("inbound.recovered", "messages=%zu", count);
    }
    return d->transport->verbs->forget_staged(d->transport, fault);
}
