/* 待人工送达: what goes to an addressee without an inbox is kept as a line of the referral until a participant says
 * that it was served. A line: addressee, event, document number, business time in ms, business time of the service in
 * ms or nothing; tab-separated. */
#include "base/line.h"
#include "broker/judge/judging_inside.h"
#include <stdio.h>

/* A field of a line, without what would break the line. */
static size_t put(uint8_t *into, struct bytes text, size_t most, char after) {
    if (text.count > most) {
        while (most > 0 && (text.at[most] & 0xc0) == 0x80) most--;
        text.count = most;
    }
    for (size_t i = 0; i < text.count; i++) into[i] = text.at[i] < 0x20 ? ' ' : text.at[i];
    into[text.count] = (uint8_t)after;
    return text.count + 1;
}

#define MAX_ADDRESSEE 120u
#define MAX_NUMBER    150u
#define MAX_LINE      (MAX_ADDRESSEE + MAX_NUMBER + 100u) /* and an event, a time and tabs */

void manual_service_add(struct judging *j, struct bytes addressee) {
    struct referral *r = j->referral;
    if (r->manual_service.count + MAX_LINE > MAX_MANUAL_SERVICE) {
        judging_reason(j, "TOO_MANY", "hand");
        return;
    }
    size_t count = r->manual_service.count,
           line = addressee.count + j->submission->document_no.count + strlen(j->p->events[j->event].name) + 32;
    uint8_t *all = arena_alloc(j->keep, count + (line < MAX_LINE ? line : MAX_LINE));
    if (count) memcpy(all, r->manual_service.at, count);
    count += put(all + count, addressee, MAX_ADDRESSEE, '\t');
    count += put(all + count, bytes_of_cstr(j->p->events[j->event].name), 40, '\t');
    count += put(all + count, j->submission->document_no, MAX_NUMBER, '\t');
    count += (size_t)snprintf((char *)all + count, 32, "%lld\t\n", (long long)j->submission->business_time);
    r->manual_service = bytes_of(all, count);
}

/* Not served yet, its document cited, its addressee the one named where one is named. */
static bool meant(const struct judging *j, struct bytes line) {
    struct bytes cited;
    size_t cursor = 0;
    if (line_part(line, 4).count) return false;
    if (j->submission->target_organ.count && !bytes_equal(j->submission->target_organ, line_part(line, 0)))
        return false;
    while (walk_items(&j->submission->cites, &cursor, &cited)) {
        if (bytes_equal(cited, line_part(line, 2))) return true;
    }
    return false;
}

size_t manual_service_served(struct judging *j, bool mark) {
    struct referral *r = j->referral;
    struct bytes rest = r ? r->manual_service : BYTES_NONE, line;
    size_t served = 0, count = 0;
    uint8_t *all = r && mark ? arena_alloc(j->keep, rest.count * 5 + 32) : NULL;
    while (line_next(&rest, &line)) {
        bool now = meant(j, line);
        served += now;
        if (!all) continue;
        memcpy(all + count, line.at, line.count);
        count += line.count;
        if (now) count += (size_t)sprintf((char *)all + count, "%lld", (long long)j->submission->business_time);
        all[count++] = '\n';
    }
    if (all) r->manual_service = bytes_of(all, count);
    return served;
}
