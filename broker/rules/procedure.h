/* 程序: the rules as loaded from schemas/rules/, as the judge reads them. Read-only once loaded. Everything is resolved
 * to indexes and keys at load time; the judge compares no names but the event's and the reason's. One `procedure` is
 * one version of all the files. */
#ifndef ECOCASE_RULES_PROCEDURE_H
#define ECOCASE_RULES_PROCEDURE_H
#include "base/arena.h"
#include "base/settings.h"
#include "broker/rules/calendar.h"
#include "broker/rules/rules.h"
#include "broker/rules/thresholds.h"
#include "identifiers/division.h"
#include "wire/fact.h"
#include "wire/record.h"

#define MAX_VERSIONS 16
#define MAX_MACHINES 12
#define MAX_STATES   32 /* a bit each */
/* 56 bytes each, in each version loaded: 3.5 KiB more than 128 took; an event is a byte in a row, so never above 255 */
#define MAX_EVENTS       192
#define EVENT_PLACES     512u
#define MAX_RULE_CLOCKS  64 /* a bit each */
#define MAX_FLAGS        32 /* a bit each */
#define MAX_REGIMES      4
#define MAX_EXTERNALS    32
#define MAX_DOCUMENTS    48 /* a bit each */
#define MAX_ROW_REASONS  16
#define MAX_ROW_COPIES   6
#define MAX_ROW_ACTS     24
#define MAX_ROW_LINKS    4
#define MAX_FIELDS       16
#define MAX_HANDLINGS    4 /* as many as the records' enumeration has */
#define MAX_SOURCES      24
#define MAX_AREAS        64
#define MAX_REASON_CODES 128
#define MAX_KINDS        16 /* of joint operations; a bit each */
#define NO_STATE         (-1)
#define NO_FLAG          (-1)

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
    GUARD_DUPLICATE = 4194304
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
enum lack { LACK_REFUSE, LACK_SUPPLEMENT, LACK_REMARK };

struct clock_form { /* 期限 as counted in one regime */
    enum unit unit;
    int amount;
    const char *tag, *basis;
    bool statutory;
};
struct clock_rule {
    const char *name, *zh, *en;
    uint64_t key;
    enum actor actor;
    struct clock_form forms[MAX_REGIMES];
    const struct setting *at;
};
struct state_rule {
    const char *code, *zh, *en;
    uint64_t key;
    bool terminal;
    const struct setting *at;
};
struct machine {
    const char *name, *zh, *en;
    uint32_t key;
    struct state_rule states[MAX_STATES];
    uint8_t state_count;
    const struct setting *at;
};
struct event_rule {
    const char *name, *zh, *en;
    enum record_kind record;
    uint16_t first, count; /* its rows */
    uint64_t packages;     /* bit per package that speaks of it */
    unsigned asks;         /* enum asked */
    const struct setting *at;
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
    /* clocks: at least one runs; none runs; at least one is over; none is over */
    uint64_t running, stopped, overdue, within;
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
/* alerts.yaml */
#define MAX_WARNINGS         3 /* bits of struct clock.alerted */
#define MAX_ALERT_EXCEPTIONS 32
struct alert_warning {
    int percent;
    instant before;
}; /* one of the two */
struct alert_exception {
    char clock[8];
    instant escalate_after;
    struct role_list supervisors;
};
struct alert_policy {
    struct alert_warning warnings[MAX_WARNINGS];
    size_t warning_count;
    instant escalate_after;
    struct role_list supervisors[ROLE_COO + 1]; /* by the actor's role */
    struct alert_exception exceptions[MAX_ALERT_EXCEPTIONS];
    size_t exception_count;
};
#define PENALISES_ALWAYS   "always"
#define SERVE_NOBODY       (-1)
#define SERVE_TARGET_ORGAN (-2)
struct external {
    const char *slug, *zh, *en;
    const char *superior_of;
};
struct regime {
    const char *code, *zh, *en;
    uint64_t agencies; /* bit per participant number is not known here: slugs */
    const struct setting *list;
};
struct route {
    uint8_t external;
    uint64_t categories;
    instant from;
    const char *basis;
};
struct coded {
    const char *code, *zh, *en;
};
struct handling_rule { /* 处理限制, see handling.c */
    const char *code, *zh, *en;
    bool subscribers, onward_consent, start_consent, expires, titles;
};
struct document_rule {
    const char *code, *zh, *en;
};
struct package { /* what an event must bring: for a regime, for categories */
    uint8_t event;
    int regime;          /* -1: any */
    uint64_t categories; /* 0: any */
    uint64_t documents;  /* bit per document rule */
    uint32_t fields;
    const char *reason; /* only with this reason code */
    enum lack lack;
    const char *basis, *tag;
    const struct setting *at;
};
struct procedure {
    struct arena *arena; /* of the rules that own it */
    int version;
    instant from; /* referrals that begin at or after it are judged by it */
    struct settings *files[MAX_MACHINES + 5];
    struct fact_list *facts;
    struct division_list *divisions;
    struct alert_policy alerts;
    struct thresholds thresholds;
    uint8_t file_count;
    struct machine machines[MAX_MACHINES];
    struct event_rule events[MAX_EVENTS];
    uint8_t event_places[EVENT_PLACES]; /* by hash of the name: index + 1 */
    struct clock_rule clocks[MAX_RULE_CLOCKS];
    const char *flags[MAX_FLAGS];
    const char *categories[64];
    const char *incomplete[8];
    const char *bystanders[16]; /* 非当事人: a party whose role says one of these is not penalised */
    struct external externals[MAX_EXTERNALS];
    struct coded kinds[MAX_KINDS], reasons[MAX_REASON_CODES];
    struct regime regimes[MAX_REGIMES];
    struct route routes[8];
    struct document_rule documents[MAX_DOCUMENTS];
    struct package packages[64]; /* a bit each */
    struct transition *transitions;
    size_t transition_count;
    uint8_t machine_count, event_count, clock_count, flag_count, category_count, incomplete_count, external_count,
        regime_count, route_count, document_count, package_count, kind_count, bystander_count, reason_count;
    int8_t flag_gaps;     /* F_MATERIAL_GAPS */
    int8_t flag_referred; /* F_REFERRED */
    struct handling_rule handlings[MAX_HANDLINGS];
    struct coded sources[MAX_SOURCES], areas[MAX_AREAS];
    uint8_t handling_count, source_count, area_count;
    int8_t flag_onward, flag_start; /* the originator's consent */
    /* bit per machine: its referrals have a handling; opening it from one of those starts a case */
    uint32_t handled, started;
};
struct rules {
    struct arena *arena;
    struct calendar *calendar;
    struct procedure *versions[MAX_VERSIONS]; /* by rising version; the last is the newest */
    size_t version_count;
};

uint64_t rules_key(const char *name);                           /* a name of at most eight bytes as a number */
int rules_machine(const struct procedure *p, const char *name); /* -1: unknown */
int rules_state(const struct procedure *p, int machine, const char *code);
int rules_event(const struct procedure *p, struct bytes name);
int rules_clock(const struct procedure *p, const char *name);
int rules_flag(const struct procedure *p, const char *name);
int rules_external(const struct procedure *p, struct bytes slug);
int rules_document(const struct procedure *p, struct bytes code);
int rules_word_of(const struct coded *words, size_t count, struct bytes code); /* -1: unknown */
int rules_category(const struct procedure *p, struct bytes code);
int rules_kind(const struct procedure *p, struct bytes code);
int rules_field(const char *name);
const char *rules_field_name(int field);
const struct procedure *rules_newest(const struct rules *rules);
const struct procedure *rules_of_version(const struct rules *rules, int version); /* NULL: not loaded */
const struct procedure *rules_in_force(const struct rules *rules, instant at);

#endif
