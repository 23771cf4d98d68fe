/* 案件模型: what the rooms of the broker say to each other: a case with its referrals and their clocks (the judge
 * changes it, the ledger keeps it), the event row that a message or an alert becomes, and the row of a lane. Plain
 * data; who holds it owns it, and what it views lives in the arena it was made in. Unit: instants. */
#ifndef ECOCASE_MODEL_H
#define ECOCASE_MODEL_H
#include "base/bytes.h"
#include "base/limits.h"
#include "base/time.h"
#include "base/uuid.h"

enum clock_state {
    CLOCK_RUNNING = 'R',
    CLOCK_PAUSED = 'P',
    CLOCK_MET = 'M',
    CLOCK_BREACHED = 'B',
    CLOCK_VOID = 'V',
    CLOCK_SUPERSEDED = 'S'
};
/* Which alerts of a clock were sent: one bit for each warning of the policy, then these. */
enum alerted { ALERTED_WARNINGS = 7, ALERTED_OVERDUE = 8, ALERTED_ESCALATION = 16, ALERTED_CORRECTION = 32 };
struct clock {
    char rule[8];    /* "D09", "D09a" */
    char state;      /* enum clock_state */
    bool statutory;  /* false: shown as 非法定 */
    bool measured;   /* computed when the event arrived, never running (see rules: measure) */
    uint8_t alerted; /* enum alerted */
    /* participant number that must act; OWING_* of roster.h: those of the roster that owe it */
    int16_t actor;
    instant started_at; /* business time */
    instant due_strict, due_lenient;
    /* business time of the event that stopped or paused it, INSTANT_NONE while running */
    instant stopped_at;
};
/* One referral (移送): one run of a machine (REF, REV, JUR) within a case. Plain data: the ledger stores it field by
 * field. */
struct referral {
    struct uuid id, case_id;
    char machine[4]; /* "REF" */
    char state[8];   /* "A25" */
    int16_t rules;   /* version of the rules under which it began, kept for life */
    int16_t regime;  /* 0 general; which agencies' own rules hold beside it, kept for life */
    /* who opened it (participant number): REF: the agency; REV: police/procuratorate; JUR: first force */
    int16_t opener;
    /* who it was addressed to and now handles it: REF: police force (PSB2 after forwarding); 0: nobody yet */
    int16_t holder;
    /* the agency of the parent referral that must hear of it (JUR inside a REF), else 0 */
    int16_t referrer;
    struct uuid parent; /* nil when none */
    uint32_t flags;     /* overlays by bit, named in the rules */
    char category[12];
    char county[8];
    int8_t handling;          /* 处理限制 that the originator set: the records' enumeration; 0 open */
    instant handling_expires; /* INSTANT_NONE: never */
    uint64_t gaps;            /* documents still missing, by bit of documents.yaml */
    /* everyone who sent or was sent something of it, by bit of the participant's number */
    uint64_t parties;
    /* 双方文书: the one side's message of an event of two: "EVENT number\n" and one line per item; else empty */
    struct bytes countersign;
    struct bytes roster; /* 参战名单 of a joint operation: roster.h; else empty */
    /* 待人工送达: lines of addressee, event, document number, ms, ms served or "", tab-separated */
    struct bytes manual_service;
    struct bytes persons; /* 当事人: keys of its parties (wire/person.h), parted by spaces */
    /* 行政处罚: its first penalty decision: ms, agency's number, document number, tab-separated; else empty */
    struct bytes penalty;
    /* 量化事实: what its papers said of rules/facts.yaml: lines of name, value, unit or code, tab-separated */
    struct bytes facts;
    struct bytes hints;            /* 应移未移提示: one line a hint (judge/hint_inside.h) */
    uint64_t hint_marks;           /* two bits for each line of hints: enum hint_mark */
    struct bytes title;            /* at most 200 bytes, cut at a character */
    struct bytes numbers;          /* document numbers seen, '\n'-separated, at most 2000 bytes */
    instant opened_at, changed_at; /* business times */
    int32_t event_count;
    uint8_t clock_count;
    struct clock clocks[LIMIT_CLOCKS];
    instant alarm_at;  /* alarm_next, as last written */
    bool dirty, fresh; /* set by the judge: must be written; did not exist before */
};
struct case_state {
    struct uuid case_id;
    size_t count;
    struct referral *referrals[LIMIT_REFERRALS_PER_CASE];
};
enum delivery_role {
    DELIVER_TO = 't',
    DELIVER_COPY = 'c',
    DELIVER_NOTICE = 'n',
    DELIVER_ALERT = 'a',
    DELIVER_HINT = 'h'
};
struct delivery {
    int16_t to;
    char role;
};

/* A lane as kept in the ledger. Arrays are indexed by participant number. */
struct lane_row {
    int32_t lane;
    int64_t epoch, generation;
    int64_t serial;       /* of the last event recorded */
    int64_t published;    /* every delivery of events with serial <= published is acknowledged by Kafka */
    instant time;         /* lane time: newest broker time judged by a tick; INSTANT_NONE before any */
    int64_t clock_offset; /* next offset of ecocase.clock */
    int64_t next_offset[LIMIT_PARTICIPANTS]; /* next offset of each outbox */
    int64_t sequence[LIMIT_PARTICIPANTS];    /* last inbox sequence given out to each recipient */
    int64_t delivered[LIMIT_PARTICIPANTS];   /* last sequence reported as delivered */
    int32_t directory_version;
};
/* What became of a message id when it came first. */
struct known_submission {
    bool found;
    uint8_t hash[32];
    char kind;
    int32_t lane;
    int64_t serial;
};

/* One event row. kind: A accepted, R refused (lawful refusal or conflict), D dead letter, P repeat, T alert (sender 0).
 */
struct ledger_event {
    int64_t serial;
    char kind;
    instant broker_time, business_time; /* business: INSTANT_NONE for D */
    int16_t sender;                     /* the outbox's owner */
    int64_t offset;                     /* in that outbox, partition = lane */
    bool has_ids;                       /* false for D: the next three are nil */
    struct uuid message_id, case_id, referral_id;
    struct bytes event; /* "REF.SEND" or "" */
    struct bytes document_no;
    char from_state[8], to_state[8];
    int16_t rules_version;
    size_t delivery_count;
    struct ledger_delivery {
        int16_t to;
        char role;
        int64_t sequence;
    } deliveries[LIMIT_RECIPIENTS + LIMIT_HINTED + 2];
    /* JSON {"reasons":[{code,field,zh,en}],"clocks":[{rule,due_strict,due_lenient,statutory}]} as the notice carries
     * them, or empty */
    struct bytes answer;
    struct bytes key;   /* only for D */
    struct bytes value; /* the record's value as read; empty for P */
    /* what was known of other cases when it was judged (model/related_cases.h); mostly empty */
    struct bytes related_cases;
    /* JSON of the headers worth keeping (traceparent, tracestate; all of them for D) or empty */
    struct bytes headers;
    bool new_submission; /* also insert (message_id, sender): known from now on */
    uint8_t hash[32];
};
#endif
