/* 登记: what one examined record, or one alert, becomes in the ledger: an event row that holds all its deliveries are
 * made of. The lane makes new rows with it, `ecocase ledger replay` makes those of a ledger again. Pure: no Kafka, no
 * Postgres, no clock. Rows live in the context's arena and view into the record; sequences and serials are counted in
 * the lane row given. */
#ifndef ECOCASE_ENTRY_H
#define ECOCASE_ENTRY_H
#include "broker/examine/examine.h"
#include "broker/judge/judge.h"
#include "broker/model/model.h"
#include "wire/catalogue.h"

struct entry_context {
    const struct rules *rules;
    const struct directory *directory;
    const struct catalogue *catalogue;
    struct arena *arena;
    struct lane_row *after; /* serial and sequence[] are counted on */
};
/* One record of an outbox, as read and examined. */
struct item {
    struct bytes key, value, headers; /* headers: as the row keeps them (deliver/kept.h) */
    int64_t offset;
    const struct participant *owner; /* of the outbox */
    instant broker_time;
    struct examination examination; /* SUBMISSION, REFUSED or MALFORMED: what becomes an event */
    const struct fault *fault;      /* REFUSED and MALFORMED */
    struct known_submission known;  /* SUBMISSION: answered before */
    struct bytes related_cases;     /* SUBMISSION: what was known of other cases (model/related_cases.h) */
};
/* `ret` is zeroed. A submission not known before is judged: `state` is its case's, changed when accepted, in memory of
 * `keep`. */
void entry_of_item(const struct entry_context *context, const struct item *item, struct case_state *state,
                   struct arena *keep, struct ledger_event *ret);
/* The notice of one alert about a referral, at the lane's time and clock offset (context->after). */
MUST_USE enum outcome entry_of_alert(const struct entry_context *context, const struct referral *referral,
                                     const struct alert *alert, struct ledger_event *ret, struct fault *fault);
void entry_add_delivery(const struct entry_context *context, struct ledger_event *event, int to, char role);
#endif
