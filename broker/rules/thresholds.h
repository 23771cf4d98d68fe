/* Part of procedure.h: thresholds.yaml as loaded: rows of conditions over the facts of facts.yaml,
 * closed seasons, penalties beside a referral, who hears of them. Read-only once loaded. */
#ifndef ECOCASE_RULES_THRESHOLDS_H
#define ECOCASE_RULES_THRESHOLDS_H
#include "broker/rules/rules.h"

#define MAX_SUPERVISORS 4
struct role_list {
    uint8_t count;
    enum role role[MAX_SUPERVISORS];
};
#define MAX_THRESHOLDS      160
#define MAX_SEASONS         32
#define MAX_OVERLAPS        8
#define MAX_CONDITION_PARTS 8
enum condition_kind {
    CONDITION_NUMBER,
    CONDITION_CODE,
    CONDITION_TRUE,
    CONDITION_SEASON,
    CONDITION_SUM,
    CONDITION_ALL,
    CONDITION_ANY,
    CONDITION_ALWAYS
};
struct condition {
    enum condition_kind kind;
    uint8_t fact;
    uint32_t codes; /* bits of the fact's list; 0: not counted by code */
    int64_t least;  /* NUMBER, SUM: micro units (fact.h) */
    int64_t per;    /* a part of a SUM: its value counts 1 / per, in micro units */
    uint8_t count;
    const struct condition *parts;
};
enum hint_level { HINT_RED, HINT_AMBER, HINT_BLUE };
struct threshold {
    const char *id, *zh, *en, *basis, *tag;
    bool statutory, severe;
    enum hint_level level;
    uint64_t categories; /* 0: any */
    struct condition when;
};
/* from, to: mmdd */
struct season {
    uint32_t waters;
    int first_year, last_year, from, to;
    const char *basis, *tag;
    bool statutory;
};
struct overlap { /* a decision beside a referral of the case */
    const char *id, *code, *zh, *en, *basis, *tag;
    bool statutory, fine;
    uint8_t machine;
    uint32_t states;           /* 0: any */
    const char *after, *until; /* clocks whose start is the moment; until "": none */
    struct role_list tell;
};
struct parameter {
    const char *id, *zh, *en, *basis, *tag;
    bool statutory;
    int64_t micro;
};
struct thresholds {
    int near; /* percent */
    const char *near_basis, *near_tag;
    bool near_statutory;
    /* send_within */
    struct {
        const char *id, *zh, *en, *basis, *tag;
        bool statutory;
        instant within;
        struct role_list tell;
    } late;
    struct role_list tell; /* who hears of a hint besides the agency */
    struct threshold *rows;
    struct season seasons[MAX_SEASONS];
    struct overlap overlaps[MAX_OVERLAPS];
    struct parameter parameters[16];
    size_t count, season_count, overlap_count, parameter_count;
    int water_body, act_date; /* the facts that a season asks for */
    struct {
        uint8_t fact;
        int months;
    } history[4]; /* facts that count earlier penalties (antecedent.c) */
    size_t history_count;
    int repeated; /* the fact that says: done again after a penalty */
    const char *history_basis, *history_tag;
    bool history_statutory;
};
#endif
