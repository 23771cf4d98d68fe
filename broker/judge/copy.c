/* 抄送 · who gets a copy by the rules: roles, parties, and by the route of the procuratorate those outside. */
#include "broker/judge/judging_inside.h"

static void add(struct judging *j, int number) {
    struct verdict *v = j->verdict;
    if (number <= 0 || number == j->owner->number || v->delivery_count == LIMIT_RECIPIENTS) return;
    for (size_t i = 0; i < v->delivery_count; i++) {
        if (v->deliveries[i].to == number) return;
    }
    v->deliveries[v->delivery_count++] = (struct delivery){(int16_t)number, DELIVER_COPY};
}

static void add_role(struct judging *j, int role) {
    for (size_t i = 0; i < directory_count(j->directory); i++) {
        const struct participant *who = directory_at(j->directory, i);
        if ((int)who->role == role) add(j, who->number);
    }
}

/* procuratorate_route: besides the participant of that role, whoever the table names for the category on that day. */
static void add_route(struct judging *j) {
    const struct referral *r = j->referral;
    int category = rules_category(j->p, bytes_of_cstr(r->category));
    for (int i = 0; i < j->p->route_count && category >= 0; i++) {
        const struct route *route = &j->p->routes[i];
        if ((route->categories & UINT64_C(1) << category) && route->from <= j->submission->business_time) {
            manual_service_add(j, bytes_of_cstr(j->p->externals[route->external].slug));
        }
    }
}

static void add_superior(struct judging *j) {
    const struct participant *to = directory_by_number(j->directory, j->referral->holder);
    for (int i = 0; to && i < j->p->external_count; i++) {
        if (strcmp(j->p->externals[i].superior_of, to->slug) == 0)
            manual_service_add(j, bytes_of_cstr(j->p->externals[i].slug));
    }
}

static void add_parties(struct judging *j) {
    for (int number = 1; number < (int)LIMIT_PARTICIPANTS; number++) {
        if (j->referral->parties & UINT64_C(1) << number) add(j, number);
    }
}

static bool area_covers(struct bytes area, const struct judging *j) {
    struct bytes one, county = bytes_of_cstr(j->referral->county);
    size_t cursor = 0;
    bool city = area.count == 6 && memcmp(area.at + 4, "00", 2) == 0;
    if (bytes_equal(area, county) || (city && county.count == 6 && memcmp(area.at, county.at, 4) == 0)) return true;
    while (walk_items(&j->submission->areas, &cursor, &one)) {
        if (bytes_equal(one, area)) return true;
    }
    return false;
}

/* 订阅: its category and its area, or either where the subscription leaves it open. */
static bool subscribed(const struct subscription *to, const struct judging *j) {
    bool category = to->category_count == 0, area = to->area_count == 0;
    for (size_t i = 0; i < to->category_count; i++)
        category = category || strcmp(to->categories[i], j->referral->category) == 0;
    for (size_t i = 0; i < to->area_count; i++) area = area || area_covers(bytes_of_cstr(to->areas[i]), j);
    return category && area;
}

/* Who gets the copy is a party from then on: it hears of the end and may ask for consent. */
static void add_subscribers(struct judging *j) {
    for (size_t i = 0; handling_shared(j) && i < directory_count(j->directory); i++) {
        const struct participant *who = directory_at(j->directory, i);
        bool wants = false;
        for (size_t k = 0; k < who->subscription_count; k++) wants = wants || subscribed(&who->subscriptions[k], j);
        if (!wants) continue;
        add(j, who->number);
        j->referral->parties |= UINT64_C(1) << who->number;
    }
}

void copy_add(struct judging *j) {
    const struct transition *t = j->transition;
    const struct referral *r = j->referral;
    for (int c = 0; c < t->copy_count; c++) {
        switch (t->copies[c].kind) {
        case COPY_ROLE:
            add_role(j, t->copies[c].role);
            if (t->copies[c].role == ROLE_PRO) add_route(j);
            break;
        case COPY_OPENER: add(j, r->opener); break;
        case COPY_HOLDER: add(j, r->holder); break;
        case COPY_REFERRER: add(j, r->referrer); break;
        case COPY_SUPERIOR: add_superior(j); break;
        case COPY_PARTIES: add_parties(j); break;
        case COPY_SUBSCRIBERS: add_subscribers(j); break;
        }
    }
}
