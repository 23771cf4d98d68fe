/* Lanes, events and rows, one after the other, each compared with what the same code makes of it today. */
#include "broker/replay/replay_inside.h"
#include "broker/entry/answer.h"
#include <stdio.h>

#define EVENT_ARENA    (256u * KIB)
#define EVENT_MAX      (64u * MIB)
#define PROGRESS_EVERY 1000

void replay_mention(struct replayed_lane *lane, const struct ledger_event *event) {
    struct past_case *past = states_find(lane->states, &event->case_id);
    size_t place = 0;
    if (past_case_referral(past, &event->referral_id, &place)) mentions_add(&past->mentions[place], event->serial);
}

static bool answered_here(const struct replayed_lane *lane, const struct past_event *past) {
    return past->submission.found && past->submission.lane == lane->comparison.lane &&
           past->submission.serial == past->event.serial;
}

/* Answered before: in another lane, or earlier in this one. */
static struct known_submission known_of(const struct replayed_lane *lane, const struct past_event *past) {
    bool later = past->submission.lane == lane->comparison.lane && past->submission.serial >= past->event.serial;
    return past->submission.found && !later ? past->submission : (struct known_submission){.found = false};
}

/* A repeat's value is not kept: what its row says of it stands for it. */
static void repeat_item(const struct past_event *past, struct item *item) {
    const struct ledger_event *e = &past->event;
    struct submission *s = &item->examination.submission;
    item->examination.what = EXAMINED_SUBMISSION;
    *s = (struct submission){.message_id = e->message_id,
                             .case_id = e->case_id,
                             .referral_id = e->referral_id,
                             .event = e->event,
                             .document_no = e->document_no,
                             .business_time = e->business_time};
    memcpy(item->examination.hash.b, item->known.hash, sizeof item->known.hash);
}

/* The key is kept of dead letters only; of others it is the case id, unless it was refused for its key. */
static struct bytes key_of(const struct ledger_event *e, char text[UUID_TEXT + 1]) {
    static const char no_key[] = "{\"reasons\":[{\"code\":\"NO_KEY\"",
                      mismatch[] = "{\"reasons\":[{\"code\":\"KEY_MISMATCH\"";
    if (e->kind == 'D') return e->key;
    if (e->kind == 'R' && e->answer.count >= sizeof no_key - 1 && memcmp(e->answer.at, no_key, sizeof no_key - 1) == 0)
        return BYTES_NONE;
    if (e->kind == 'R' && e->answer.count >= sizeof mismatch - 1 &&
        memcmp(e->answer.at, mismatch, sizeof mismatch - 1) == 0)
        return BYTES_LITERAL("?");
    uuid_format(&e->case_id, text);
    return bytes_of(text, UUID_TEXT);
}

/* 已跳过: an operator's word, not the record's. */
static bool passed_over(struct replayed_lane *lane, const struct ledger_event *e, struct item *item,
                        struct fault *why) {
    static const char code[] = "{\"reasons\":[{\"code\":\"PASSED_OVER\"";
    struct notice said = {.reason_count = 0};
    struct fault ignored;
    if (e->kind != 'D' || e->answer.count < sizeof code - 1 || memcmp(e->answer.at, code, sizeof code - 1) != 0 ||
        answer_read(lane->arena, e->answer, &said, &ignored) != OK || !said.reason_count)
        return false;
    (void)fault_set(why, REFUSE, "PASSED_OVER", "passed over");
    fault_place(why, arena_cstr(lane->arena, said.reasons[0].field), 0, 0);
    item->examination.what = EXAMINED_MALFORMED;
    item->fault = why;
    return true;
}

static void examine_again(struct replayed_lane *lane, const struct past_event *past, char text[UUID_TEXT + 1],
                          struct item *item, struct fault *why) {
    const struct ledger_event *e = &past->event;
    item->key = key_of(e, text);
    item->value = e->value;
    struct arrival arrival = {.key = item->key,
                              .value = item->value,
                              .lane = lane->comparison.lane,
                              .lanes = lane->lanes,
                              .owner = item->owner,
                              .secret = lane->secret};
    examine(lane->context.catalogue, &arrival, &item->examination, why);
    if (why->what != OK) item->fault = why;
}

static void compare_submission(struct replayed_lane *lane, const struct past_event *past,
                               const struct ledger_event *replayed) {
    struct comparison *c = &lane->comparison;
    bool here = answered_here(lane, past);
    compare_int(c, "submission", here, replayed->new_submission);
}

static void replay_record(struct replayed_lane *lane, const struct past_event *past) {
    const struct ledger_event *e = &past->event;
    struct comparison *c = &lane->comparison;
    struct item item = {.offset = e->offset,
                        .headers = e->headers,
                        .related_cases = e->related_cases,
                        .broker_time = e->broker_time,
                        .known = known_of(lane, past),
                        .owner = directory_by_number(lane->context.directory, e->sender)};
    struct fault why = {0};
    char text[UUID_TEXT + 1];
    struct ledger_event replayed = {.serial = 0};
    c->referral = e->referral_id;
    lane->row.serial = e->serial - 1;
    if (item.owner && e->kind == 'P') repeat_item(past, &item);
    else if (item.owner && !passed_over(lane, e, &item, &why)) examine_again(lane, past, text, &item, &why);
    bool submission = item.owner && item.examination.what == EXAMINED_SUBMISSION;
    if (!item.owner || item.examination.what == EXAMINED_REPORT || (e->kind == 'P' && !item.known.found)) {
        lane->row.serial = e->serial;
        /* nothing comes of it */
        compare_text(c, item.owner ? "kind" : "sender", bytes_of(&e->kind, 1), BYTES_NONE);
        return;
    }
    struct case_state *state = submission && !item.known.found
                                   ? &states_find_or_add(lane->states, &item.examination.submission.case_id)->state
                                   : NULL;
    entry_of_item(&lane->context, &item, state, states_keep(lane->states), &replayed);
    compare_event(c, e, &replayed);
    compare_submission(lane, past, &replayed);
}

static void count(struct replay_count *ret, char kind) {
    switch (kind) {
    case 'A': ret->accepted++; break;
    case 'R': ret->refused++; break;
    case 'P': ret->repeated++; break;
    case 'D': ret->dead++; break;
    default: ret->alerts++; break;
    }
}

/* What follows is compared with what was given out, so that one difference is reported once. */
static void follow_sequences(struct replayed_lane *lane, const struct ledger_event *e) {
    for (size_t i = 0; i < e->delivery_count; i++) {
        if (e->deliveries[i].to >= 0 && e->deliveries[i].to < (int16_t)LIMIT_PARTICIPANTS)
            lane->row.sequence[e->deliveries[i].to] = e->deliveries[i].sequence;
    }
}

static void compare_serial(struct replayed_lane *lane, int64_t recorded) {
    struct comparison *c = &lane->comparison;
    c->referral = (struct uuid){{0}};
    for (c->serial = lane->row.serial + 1; c->serial < recorded && c->serial < lane->row.serial + 100; c->serial++) {
        compare_text(c, "event", BYTES_LITERAL("缺失 missing"), BYTES_NONE);
    }
    c->serial = recorded;
}

static enum outcome replay_event(struct replayed_lane *lane, const struct past_event *past, struct fault *fault) {
    const struct ledger_event *e = &past->event;
    struct comparison *c = &lane->comparison;
    if (e->serial <= lane->row.serial) { /* no index forbids it */
        c->serial = e->serial;
        c->referral = e->referral_id;
        compare_text(c, "event", BYTES_LITERAL("重复 twice"), BYTES_NONE);
        return OK;
    }
    compare_serial(lane, e->serial);
    lane->row.serial = e->serial - 1;
    if (past->directory != lane->row.directory_version) replay_owed(lane);
    lane->row.directory_version = past->directory;
    TRY(law_rules(lane->law, e->rules_version, &lane->context.rules, fault));
    TRY(law_directory(lane->law, past->directory, &lane->context.directory, fault));
    c->directory = lane->context.directory;
    if (e->kind == 'T') {
        lane->context.rules = law_newest(lane->law);
        TRY(replay_alert(lane, past, fault));
    } else {
        replay_owed(lane);
        replay_record(lane, past);
    }
    lane->row.serial = e->serial;
    if (e->kind == 'A' || e->kind == 'T') replay_mention(lane, e);
    follow_sequences(lane, e);
    count(c->count, e->kind);
    return OK;
}

static enum outcome replay_events(struct replayed_lane *lane, struct fault *fault) {
    const struct replay_request *request = lane->comparison.request;
    const struct replay_listener *listener = lane->comparison.listener;
    struct past_event past;
    TRY(history_ask_events(lane->history, lane->comparison.lane, fault));
    for (int64_t n = 1;; n++) {
        bool more = false;
        arena_reset(lane->arena);
        TRY(history_next_event(lane->history, lane->arena, &past, &more, fault));
        if (!more) break;
        if (request->to && past.event.serial > request->to) continue; /* read to the end */
        TRY(replay_event(lane, &past, fault));
        if (n % PROGRESS_EVERY == 0)
            listener->progress(listener->opaque, lane->comparison.lane, past.event.serial, lane->recorded.serial);
    }
    replay_owed(lane);
    return OK;
}

static void compare_row(struct replayed_lane *lane, const struct past_referral *row) {
    struct comparison *c = &lane->comparison;
    size_t place = 0;
    struct past_case *past = states_find(lane->states, &row->referral->case_id);
    const struct referral *replayed = past_case_referral(past, &row->referral->id, &place);
    struct mentions recorded = {0};
    c->referral = row->referral->id;
    c->count->referrals++;
    if (!replayed) {
        compare_text(c, "referral", bytes_of_cstr(row->referral->state), BYTES_NONE);
        return;
    }
    past->mentions[place].met = true;
    compare_referral(c, row->referral, replayed, alarm_next(law_newest(lane->law), replayed));
    for (size_t i = 0; i < row->event_count; i++) mentions_add(&recorded, row->events[i]);
    compare_int(c, "events", recorded.count, past->mentions[place].count);
    if (recorded.count == past->mentions[place].count && recorded.digest != past->mentions[place].digest)
        compare_text(c, "events", BYTES_LITERAL("other serials"), BYTES_NONE);
}

static enum outcome compare_rows(struct replayed_lane *lane, struct fault *fault) {
    struct comparison *c = &lane->comparison;
    struct past_referral row;
    c->serial = 0;
    TRY(history_ask_referrals(lane->history, c->lane, fault));
    for (bool more = true; more;) {
        arena_reset(lane->arena);
        TRY(history_next_referral(lane->history, lane->arena, &row, &more, fault));
        if (more) compare_row(lane, &row);
    }
    size_t at = 0;
    for (struct past_case *past; (past = states_next(lane->states, &at));) {
        for (size_t i = 0; i < past->state.count; i++) {
            c->referral = past->state.referrals[i]->id;
            if (!past->mentions[i].met)
                compare_text(c, "referral", BYTES_NONE, bytes_of_cstr(past->state.referrals[i]->state));
        }
    }
    c->referral = (struct uuid){{0}};
    compare_int(c, "lane.serial", lane->recorded.serial, lane->row.serial);
    for (int i = 0; i < (int)LIMIT_PARTICIPANTS; i++) {
        char field[40];
        const struct participant *who = c->directory ? directory_by_number(c->directory, i) : NULL;
        snprintf(field, sizeof field, "lane.sequence[%s]", who ? who->slug : "?");
        compare_int(c, field, lane->recorded.sequence[i], lane->row.sequence[i]);
    }
    return OK;
}

static enum outcome replay_lane(struct replayed_lane *lane, struct fault *fault) {
    lane->row = (struct lane_row){.lane = lane->comparison.lane, .time = INSTANT_NONE};
    lane->states = states_new();
    lane->context =
        (struct entry_context){law_newest(lane->law), NULL, law_catalogue(lane->law), lane->arena, &lane->row};
    enum outcome outcome = history_lane(lane->history, lane->comparison.lane, &lane->recorded, fault);
    if (outcome == OK) outcome = replay_events(lane, fault);
    if (outcome == OK && !lane->comparison.request->to) outcome = compare_rows(lane, fault);
    states_free(lane->states);
    lane->comparison.count->lanes++;
    return outcome;
}

enum outcome replay(const struct replay_request *request, const struct replay_listener *listener,
                    struct replay_count *ret, struct fault *fault) {
    struct law *law = NULL;
    struct ledger_world world;
    struct history *history = NULL;
    *ret = (struct replay_count){0};
    TRY(law_load(request->schemas, request->conninfo, &law, &world, fault));
    enum outcome outcome = history_open(request->conninfo, &history, &world, fault);
    if (outcome == OK && request->lane >= world.lanes)
        outcome = fault_set(fault, FATAL, "LEDGER_EMPTY", "the ledger has lanes 0 to %d", world.lanes - 1);
    struct arena *arena = arena_new(EVENT_ARENA, EVENT_MAX);
    for (int32_t n = 0; outcome == OK && n < world.lanes; n++) {
        if (request->lane >= 0 && request->lane != n) continue;
        struct replayed_lane lane = {.history = history,
                                     .law = law,
                                     .lanes = world.lanes,
                                     .arena = arena,
                                     .secret = bytes_of_cstr(world.person_secret),
                                     .comparison = {.request = request, .listener = listener, .count = ret, .lane = n}};
        outcome = replay_lane(&lane, fault);
    }
    arena_free(arena);
    history_close(history);
    law_free(law);
    return outcome;
}
