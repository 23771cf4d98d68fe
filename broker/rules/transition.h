/* Part of procedure.h: a row of a machine, as loaded: who may send an event in which state, to whom, what it needs, and
 * what it changes: states, clocks, the roster, other referrals. Read-only once loaded. */
#ifndef ECOCASE_RULES_TRANSITION_H
#define ECOCASE_RULES_TRANSITION_H
#include <stdbool.h>
#include <stdint.h>

#define MAX_ROW_REASONS 16
#define MAX_ROW_COPIES  6
#define MAX_ROW_ACTS    24
#define MAX_ROW_LINKS   4
#define NO_STATE        (-1)
#define NO_FLAG         (-1)

struct setting;
/* Role codes of the rules: those of the directory, and the broker itself. */
#define SENDERS_ANY 0xFFu
#define SENDER_SYS  (1u << 0)
enum actor { ACTOR_OPENER, ACTOR_HOLDER, ACTOR_SENDER, ACTOR_RECEIVER, ACTOR_INVITED, ACTOR_REPORTING };
enum who {
    WHO_ANYONE,
    WHO_OPENER,
    WHO_HOLDER,
    WHO_EITHER,
    WHO_FORWARDER,
    WHO_PARTY,
    WHO_OPENER_OR_LEAD,
    WHO_INVITEE,
    WHO_ACCEPTED,
    WHO_MEMBER
}; /* of the roster; a member is its opener too */
enum receiver {
    RECEIVER_NONE,
    RECEIVER_ANY,
    RECEIVER_OPENER,
    RECEIVER_HOLDER,
    RECEIVER_OTHER,
    RECEIVER_LEAD,
    RECEIVER_OTHER_FORCE,
    RECEIVER_ROLE,
    RECEIVER_PARTIES,
    RECEIVER_INVITEES,
    RECEIVER_ROSTER,
    RECEIVER_ACCEPTED
};
enum copy { COPY_ROLE, COPY_OPENER, COPY_HOLDER, COPY_REFERRER, COPY_SUPERIOR, COPY_PARTIES, COPY_SUBSCRIBERS };
enum addressed { ADDRESSED_EITHER, ADDRESSED_YES, ADDRESSED_NO }; /* whether the paper names a recipient */
enum change { CHANGE_NONE, CHANGE_RECIPIENT, CHANGE_SENDER, CHANGE_OPENER };
enum moment { MOMENT_BUSINESS, MOMENT_REPORT, MOMENT_APPROVAL, MOMENT_DECIDED, MOMENT_FOUND, MOMENT_CLOCK };
enum guard {
    GUARD_CATEGORY = 1,
    GUARD_COUNTY = 2,
    GUARD_COMPETENT_SENDER = 4,
    GUARD_COMPETENT_RECEIVER = 8,
    GUARD_OFFICERS = 16,
    GUARD_CHIEF = 32,
    GUARD_COUNTY_HEAD = 64,
    GUARD_NUMBER = 128,
    GUARD_TARGET_ORGAN = 256,
    GUARD_RESULT = 512,
    GUARD_DIGESTS = 1024,
    GUARD_APPROVER = 2048,
    GUARD_SOURCE = 4096,
    GUARD_AREAS = 8192,
    GUARD_OPERATION = 16384,
    GUARD_ANSWERED = 32768,
    GUARD_ACCEPTED = 65536,
    GUARD_PENALTY_POWER = 131072,
    GUARD_REPORTED = 262144,
    GUARD_FOLLOWED_UP = 524288,
    GUARD_NO_CRIME = 1048576,
    GUARD_SAME_LEVEL = 2097152,
    GUARD_DUPLICATE = 4194304,
    GUARD_ONE_RECIPIENT = 8388608,
    GUARD_CITY = 16777216
};
/* What a row does to the roster of a joint operation: a bit each. */
enum roster_act {
    ROSTER_PLAN = 1,
    ROSTER_INVITE = 2,
    ROSTER_ACCEPT = 4,
    ROSTER_DECLINE = 8,
    ROSTER_RESET = 16,
    ROSTER_FINDING = 32,
    ROSTER_REPORT = 64,
    ROSTER_FOLLOW_UPS = 128
};
/* In the order in which they are carried out. */
enum act_kind {
    ACT_MEASURE,
    ACT_STOP,
    ACT_VOID,
    ACT_VOID_ALL,
    ACT_PAUSE,
    ACT_RESUME,
    ACT_REOPEN,
    ACT_SUPERSEDE,
    ACT_START
};
enum field {
    FIELD_TITLE,
    FIELD_REASON,
    FIELD_SIGNER,
    FIELD_APPROVER,
    FIELD_DECIDED,
    FIELD_OFFICERS,
    FIELD_PARTIES,
    FIELD_ITEMS,
    FIELD_CASE_NO,
    FIELD_APPROVAL,
    FIELD_REPORT,
    FIELD_FOUND,
    FIELD_PENALTIES,
    FIELD_DOCUMENT_NO,
    FIELD_PURPOSE,
    FIELD_LINKED,
    FIELD_AREA,
    FIELD_WINDOW,
    FIELD_LEAD,
    FIELD_PROPOSED,
    FIELD_PLACE,
    FIELD_EVIDENCE,
    FIELD_COUNT
};

struct act {
    enum act_kind kind;
    uint8_t clock, by, from_clock;
    enum moment from, until;
    int8_t flag, unless; /* only where this flag is set / not set */
    bool unlinked;       /* only where no link took effect */
    bool once;           /* only where the referral never had this clock */
    bool settled;        /* only when nobody of the roster owes any more what this clock is about */
    bool by_reply;       /* started: it ends at reply_by, where the message says one */
    uint16_t kinds;      /* only for joint operations of these kinds; 0: any */
    const char *when;    /* only with this reason code */
    const struct setting *at;
};
struct acts {
    uint8_t count;
    const struct act *one;
};
struct link { /* what happens to another referral of the same case */
    uint8_t machine;
    uint32_t from;
    bool held_by_sender, of_parent, opened_by_sender;
    bool self_holder; /* its holder becomes the holder of the referral named */
    enum change holder;
    struct acts acts;
    int8_t to;
    const struct setting *at;
};
struct transition {
    const char *id, *basis, *tag, *note;
    const struct setting *at;
    uint8_t machine, event;
    bool opens, both;
    bool statutory;
    enum addressed addressed;
    bool sets_handling; /* by its originator's paper */
    uint32_t from;
    int8_t to;       /* NO_STATE: same */
    uint8_t senders; /* bit per enum role; bit 0: the broker */
    enum who who;
    enum receiver receiver;
    uint8_t receiver_role;
    const char *reasons[MAX_ROW_REASONS];
    uint8_t reason_count;
    bool reason_needed; /* any reason, but one */
    uint32_t guards;
    const char *head_when[2]; /* GUARD_COUNTY_HEAD only with these reasons; none: always */
    uint32_t required;        /* bit per enum field */
    /* clocks: at least one runs; none runs; at least one is over; none is over; one that is over is remarked on */
    uint64_t running, stopped, overdue, within, late;
    uint32_t flags_needed;
    uint8_t copy_count;
    struct {
        enum copy kind;
        uint8_t role;
    } copies[MAX_ROW_COPIES];
    int8_t serve; /* an external addressee, by index; SERVE_* */
    uint32_t set, clear;
    uint32_t roster;      /* bit per enum roster_act */
    uint8_t observers;    /* bit per role: invited, they watch */
    uint16_t power_kinds; /* GUARD_PENALTY_POWER only for these kinds */
    enum change opener, holder;
    bool serves;     /* tells that something was served manually */
    bool names_gaps; /* the answer names the documents still missing */
    bool decides;    /* an administrative decision: compared with the thresholds (hint.c) */
    /* a penalty (antecedent.c): PENALISES_ALWAYS, or with this outcome or a list of penalties; NULL: none */
    const char *penalises;
    /* such a referral of the case must be taken by a link */
    struct {
        bool present;
        uint8_t machine;
        uint32_t states;
    } blocked;
    struct acts acts;
    const struct link *links;
    uint8_t link_count;
};
#define PENALISES_ALWAYS   "always"
#define SERVE_NOBODY       (-1)
#define SERVE_TARGET_ORGAN (-2)
#endif
