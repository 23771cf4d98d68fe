/* Whether a directory and the newest rules know each other: areas and categories of subscriptions, agencies of regimes.
 */
#include "broker/rules/rules_inside.h"

/* Areas of the rules, and divisions of the directory. */
static enum outcome check_subscription(const struct procedure *p, const struct directory *directory,
                                       const struct subscription *subscription, struct fault *fault) {
    for (size_t i = 0; i < subscription->category_count; i++) {
        if (rules_category(p, bytes_of_cstr(subscription->categories[i])) >= 0) continue;
        return setting_fault(subscription->at, fault, "SETTINGS_UNKNOWN",
                             "there is no category \"%.20s\" in the rules: correct it", subscription->categories[i]);
    }
    for (size_t i = 0; i < subscription->area_count; i++) {
        struct bytes area = bytes_of_cstr(subscription->areas[i]);
        if (rules_word_of(p->areas, p->area_count, area) >= 0 || directory_county(directory, area)) continue;
        return setting_fault(subscription->at, fault, "SETTINGS_UNKNOWN",
                             "\"%.20s\" is no area of the rules and no county of the directory: correct it",
                             subscription->areas[i]);
    }
    return OK;
}

/* Whose own rules hold beside the general ones: an agency that nobody is would be judged by the general ones without a
 * word. */
static enum outcome check_agencies(const struct regime *regime, const struct directory *directory,
                                   struct fault *fault) {
    for (const struct setting *one = regime->list ? regime->list->first : NULL; one; one = one->next) {
        if (!directory_by_slug(directory, bytes_of_cstr(one->text)))
            return setting_fault(one, fault, "SETTINGS_UNKNOWN",
                                 "the directory has no participant \"%.40s\": add it or correct the regime", one->text);
    }
    return OK;
}

enum outcome rules_check_regimes(const struct rules *rules, const struct directory *directory, struct fault *fault) {
    const struct procedure *p = rules_newest(rules);
    for (int i = 0; i < p->regime_count; i++) TRY(check_agencies(&p->regimes[i], directory, fault));
    return OK;
}

enum outcome rules_check_subscriptions(const struct rules *rules, const struct directory *directory,
                                       struct fault *fault) {
    const struct procedure *p = rules_newest(rules);
    for (size_t i = 0; i < directory_count(directory); i++) {
        const struct participant *who = directory_at(directory, i);
        for (size_t k = 0; k < who->subscription_count; k++)
            TRY(check_subscription(p, directory, &who->subscriptions[k], fault));
    }
    return OK;
}
