/* Inside of the judge: one submission being judged. The two parts of judging: collect every reason against it (check,
 * paper); then change the state (apply, clock, link, copy, countersign, manual_service). */
#ifndef ECOCASE_JUDGE_JUDGING_INSIDE_H
#define ECOCASE_JUDGE_JUDGING_INSIDE_H
#include "broker/judge/judge.h"
#include "broker/rules/procedure.h"

#define MAX_NUMBERS        2000u /* bytes of a referral's document numbers */
#define MAX_MANUAL_SERVICE 6000u /* bytes of a referral's list for manual service */
#define MAX_COUNTERSIGN    4000u /* bytes of one side's list in an event of two */

struct known_facts;
struct judging {
    const struct rules *rules;
    const struct procedure *p; /* the version that judges */
    const struct directory *directory;
    const struct participant *owner;
    instant broker_time;
    const struct submission *submission;
    const struct persons *persons;
    struct bytes related_cases;
    struct case_state *state;
    struct arena *keep;
    struct verdict *verdict;
    int event;
    const struct transition *transition;
    struct referral *referral;    /* NULL when opening */
    int from;                     /* its state's index */
    const struct participant *to; /* the receiver the row names; NULL where it names none */
    size_t to_count;
    uint64_t gaps;    /* documents that this submission should have brought and did not */
    uint64_t brought; /* documents that it brought */
    uint8_t externals[8];
    uint8_t external_count;
    bool linked;
    const char *misdated; /* the field whose date lies before the step that the paper follows; NULL: none */
    bool follows;         /* a clock told already which step that is */
    bool late;            /* a limit of the row's was over when its paper was written */
};
/* judging.c */
void judging_reason(struct judging *j, const char *code, const char *field);
void judging_reason_text(struct judging *j, const char *code, struct bytes field);
bool judging_known(const struct referral *r, struct bytes number); /* a document number of it */
int judging_regime(const struct judging *j);                       /* of a referral that this submission opens */
instant judging_decided_at(const struct submission *submission); /* when the decision was made that a paper tells of */
/* recipient.c: into the verdict's deliveries, each once. recipient_take is false when there is no place left. */
bool recipient_take(struct judging *j, struct bytes slug, char role);
void recipient_add(struct judging *j, int number); /* one more main recipient */
/* check.c, paper.c, apply.c */
bool judging_check(struct judging *j);
void judging_check_papers(struct judging *j, int regime, struct bytes category);
void judging_remark_papers(struct judging *j);
void judging_apply(struct judging *j);

/* clock.c */
struct clock *clock_running(struct referral *r, uint64_t key);
void clock_acts(struct judging *j, struct referral *r, const struct acts *acts);
bool clock_any_over(const struct judging *j, uint64_t clocks, instant at);
/* dates.c: 日期先后 */
void dates_compare(struct judging *j, const struct referral *r, const struct clock *clock, enum moment what,
                   instant at);
void dates_compare_state(struct judging *j); /* before the referral takes this paper's date */
void dates_remark(struct judging *j);
uint64_t clock_running_set(const struct judging *j); /* bit per rule of the referral's running clocks */
/* handling.c */
void handling_check(struct judging *j);
void handling_adopt(struct judging *j);
bool handling_shared(const struct judging *j); /* may go to those who subscribed */
/* apply.c, countersign.c, manual_service.c, copy.c, link.c */
bool countersign_completes(struct judging *j); /* false: this was the first side's message */
void manual_service_add(struct judging *j, struct bytes addressee);
size_t manual_service_served(struct judging *j, bool mark); /* how many lines the submission tells to be served */
void copy_add(struct judging *j);
void link_apply(struct judging *j);
bool link_takes(const struct judging *j, const struct link *link, const struct referral *other);
/* hint.c */
/* keeps what the submission says of them; remarks on what cannot be compared */
void hint_facts(struct judging *j, struct referral *r);
void hint_decide(struct judging *j, struct referral *r); /* the submission is an administrative decision */
void hint_referred(struct judging *j);                   /* the case was referred: its hints are answered */
void hint_check_crime(struct judging *j);                /* a reason against the submission for each threshold met */
/* antecedent.c */
void antecedent_adopt(struct judging *j, struct referral *r); /* who the parties are */
void antecedent_note(struct judging *j, struct referral *r);  /* the submission is a penalty */
/* earlier penalties of the same parties, as facts */
void antecedent_count(const struct judging *j, struct known_facts *facts);
void antecedent_remark(struct judging *j); /* names them */
/* enlist.c, enlist_apply.c: the roster of a joint operation (roster.h) */
void enlist_check(struct judging *j);
bool enlist_is_party(struct judging *j); /* tells its own reason */
void enlist_recipients(struct judging *j);
void enlist_apply(struct judging *j);
bool enlist_settled(const struct referral *r, int owing);
instant enlist_last(const struct referral *r, int owing, instant otherwise);
bool enlist_of_kind(const struct judging *j, const struct referral *r, uint16_t kinds);
#endif
