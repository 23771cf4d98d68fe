/* A roster read from its text and written back. */
#include "broker/model/roster.h"
#include "base/line.h"
#include <stdio.h>
#include <stdlib.h>

enum {
    PART_NUMBER,
    PART_STATE,
    PART_ANSWERED,
    PART_LATE,
    PART_REASON,
    PART_START,
    PART_END,
    PART_COUNTS,
    PART_REPORTED = PART_COUNTS + COUNT_BOATS + 1,
    PART_LATE_REPORT,
    PART_REPORT
};

static int64_t number_of(struct bytes text, int64_t otherwise) {
    char copy[24];
    if (!text.count || text.count >= sizeof copy) return otherwise;
    memcpy(copy, text.at, text.count);
    copy[text.count] = '\0';
    return strtoll(copy, NULL, 10);
}
static instant time_at(struct bytes line, int part) { return number_of(line_part(line, part), INSTANT_NONE); }
static int part_of(int count) {
    return count <= COUNT_BOATS ? PART_COUNTS + count : PART_REPORT + count - COUNT_BOATS - 1;
}

static struct roster_row row_of(struct bytes line) {
    struct bytes state = line_part(line, PART_STATE);
    struct roster_row row = {.number = (int16_t)number_of(line_part(line, PART_NUMBER), 0),
                             .state = state.count ? (char)state.at[0] : '\0',
                             .late = number_of(line_part(line, PART_LATE), 0) == 1,
                             .late_report = number_of(line_part(line, PART_LATE_REPORT), 0) == 1,
                             .answered = time_at(line, PART_ANSWERED),
                             .reported = time_at(line, PART_REPORTED),
                             .reason = line_part(line, PART_REASON),
                             .start = time_at(line, PART_START),
                             .end = time_at(line, PART_END)};
    for (int i = 0; i < OPERATION_COUNTS; i++) row.counts[i] = number_of(line_part(line, part_of(i)), -1);
    return row;
}

void roster_read(struct bytes text, struct roster *ret) {
    struct bytes rest = text, line, from;
    *ret = (struct roster){.start = INSTANT_NONE, .end = INSTANT_NONE, .reply_by = INSTANT_NONE};
    if (!line_next(&rest, &line)) return;
    ret->kind = line_part(line, 0);
    ret->start = time_at(line, 1);
    ret->end = time_at(line, 2);
    ret->reply_by = time_at(line, 3);
    for (from = rest; line_next(&rest, &line) && line.count && line.at[0] >= '0' && line.at[0] <= '9'; from = rest) {
        if (ret->count < MAX_ROSTER) ret->rows[ret->count++] = row_of(line);
    }
    ret->more = from;
}

struct roster_writing {
    char *at;
    size_t count;
};
static void put_number(struct roster_writing *w, int64_t number, bool said, char after) {
    w->count += said ? (size_t)snprintf(w->at + w->count, 24, "%lld%c", (long long)number, after)
                     : (size_t)snprintf(w->at + w->count, 24, "%c", after);
}
static void put_time(struct roster_writing *w, instant at, char after) { put_number(w, at, at != INSTANT_NONE, after); }
static void put_text(struct roster_writing *w, struct bytes text, char after) {
    if (text.count) memcpy(w->at + w->count, text.at, text.count);
    w->count += text.count;
    w->at[w->count++] = after;
}

static void put_row(struct roster_writing *w, const struct roster_row *row) {
    const char state = row->state;
    put_number(w, row->number, true, '\t');
    put_text(w, bytes_of(&state, 1), '\t');
    put_time(w, row->answered, '\t');
    put_number(w, 1, row->late, '\t');
    put_text(w, row->reason, '\t');
    put_time(w, row->start, '\t');
    put_time(w, row->end, '\t');
    for (int i = 0; i <= COUNT_BOATS; i++) put_number(w, row->counts[i], row->counts[i] >= 0, '\t');
    put_time(w, row->reported, '\t');
    put_number(w, 1, row->late_report, '\t');
    for (int i = COUNT_BOATS + 1; i < OPERATION_COUNTS; i++)
        put_number(w, row->counts[i], row->counts[i] >= 0, i + 1 < OPERATION_COUNTS ? '\t' : '\n');
}

struct bytes roster_write(const struct roster *roster, struct arena *arena) {
    size_t capacity =
        200 + roster->kind.count + roster->more.count + roster->count * 24 * (size_t)(PART_REPORT + OPERATION_COUNTS);
    for (size_t i = 0; i < roster->count; i++) capacity += roster->rows[i].reason.count;
    struct roster_writing w = {arena_alloc(arena, capacity), 0};
    put_text(&w, roster->kind, '\t');
    put_time(&w, roster->start, '\t');
    put_time(&w, roster->end, '\t');
    put_time(&w, roster->reply_by, '\n');
    for (size_t i = 0; i < roster->count; i++) put_row(&w, &roster->rows[i]);
    if (roster->more.count) memcpy(w.at + w.count, roster->more.at, roster->more.count);
    return bytes_of(w.at, w.count + roster->more.count);
}

struct roster_row *roster_find(struct roster *roster, int number) {
    for (size_t i = 0; i < roster->count; i++) {
        if (roster->rows[i].number == number) return &roster->rows[i];
    }
    return NULL;
}
bool roster_joined(const struct roster_row *row) {
    return row->state == ROSTER_ACCEPTED || row->state == ROSTER_REPORTED;
}
bool roster_owes(const struct roster_row *row, int owing) {
    return row->state == (owing == OWING_ANSWER ? ROSTER_INVITED : ROSTER_ACCEPTED);
}

void roster_cases(const struct roster *roster, size_t *ret_leading, size_t *ret_named) {
    struct bytes rest = roster->more, line;
    *ret_leading = *ret_named = 0;
    while (line_next(&rest, &line)) {
        bool finding = line.count && line.at[0] == 'F';
        *ret_leading += finding && line_part(line, 4).count;
        *ret_named += !finding;
    }
}

bool roster_concerned(const struct roster_row *row, const struct clock *clock) {
    if (row->state == ROSTER_OBSERVER) return false;
    bool owes = roster_owes(row, clock->actor);
    if (clock->state == CLOCK_RUNNING) return owes;
    bool late = clock->actor == OWING_ANSWER ? row->late : row->late_report;
    return clock->state == CLOCK_MET ? !owes : owes || late;
}
