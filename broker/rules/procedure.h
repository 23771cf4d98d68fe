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
#include "broker/rules/transition.h"
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
#define MAX_FIELDS       16
#define MAX_HANDLINGS    4 /* as many as the records' enumeration has */
#define MAX_SOURCES      24
#define MAX_AREAS        64
#define MAX_REASON_CODES 128
#define MAX_KINDS        16 /* of joint operations; a bit each */

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
    bool from_receipt; /* 自收到之日起: counts from the later of the paper's date and its arrival */
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
    bool order_of_dates; /* a paper dated before the step that it follows is remarked on */
};
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
    bool plain_numbers;   /* parties' numbers are compared as party_number_plain writes them, not as written */
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
