/* What the ledger's tests share: one set-up ledger of the world K1 (manual clock, 4 lanes) on a Postgres of their own,
 * and batches to record in it. Texts of a sample live in static memory; whatever fails stops the test that asked. */
#ifndef ECOCASE_LEDGER_LEDGER_FIXTURE_H
#define ECOCASE_LEDGER_LEDGER_FIXTURE_H
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "broker/ledger/cluster_fixture.h"
#include "broker/ledger/connection_inside.h"

extern struct cluster cluster;
extern struct directory *directory;
extern struct fault fault;
extern char broker_conninfo[256];

#define DAY INT64_C(1780934400000) /* 2026-06-09 00:00 +08:00 */
#define assert_ok(call)                                                     \
    do {                                                                    \
        enum outcome o_ = (call);                                           \
        if (o_ != OK) {                                                     \
            print_error("%s: %s %s\n", fault.site, fault.code, fault.text); \
        }                                                                   \
        assert_int_equal(o_, OK);                                           \
    } while (0)

int start(void **state);
int stop(void **state);
enum outcome set_up(const char *cluster_id, bool manual, int32_t lanes);
/* As the broker's role; AUTO(ledger_free_auto). */
struct ledger *open_ledger(void);
void ledger_free_auto(struct ledger **ledger);
/* The first column of the first row; -1 without one. */
int64_t scalar(const char *conninfo, const char *sql);

struct uuid id(uint8_t kind, uint8_t n);
struct ledger_event event(int64_t serial, uint8_t n, char kind);
struct referral referral_of(uint8_t n);
/* One batch of one lane, ready to be changed by a test. */
struct sample {
    struct lane_row before, after;
    struct ledger_event events[4];
    struct referral referral;
    struct referral *referrals[1];
    struct ledger_batch batch;
};
void sample(struct sample *s, const struct lane_row *row, uint8_t n);
#endif
