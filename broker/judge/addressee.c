/* Whom an alert goes to. */
#include "broker/judge/alert_inside.h"

void alert_add(struct alert *alert, int who) {
    for (size_t i = 0; i < alert->to_count; i++) {
        if (alert->to[i] == who) return;
    }
    if (who > 0 && alert->to_count < LIMIT_ALERTED) alert->to[alert->to_count++] = (int16_t)who;
}

bool alert_add_role(struct alert *alert, const struct directory *directory, enum role role,
                    const struct participant *actor) {
    bool own = false, found = false;
    for (size_t i = 0; i < directory_count(directory); i++) {
        const struct participant *who = directory_at(directory, i);
        own = own || (who->role == role && who != actor && strncmp(who->region, actor->region, 4) == 0);
    }
    for (size_t i = 0; i < directory_count(directory); i++) {
        const struct participant *who = directory_at(directory, i);
        if (who->role != role || who == actor || (own && strncmp(who->region, actor->region, 4) != 0)) continue;
        alert_add(alert, who->number);
        found = true;
    }
    return found;
}
