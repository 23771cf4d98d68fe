/* Every check of the rules at loading: the real files with one thing changed; the fault's code, its place
 * (file:line:column of `where` in the changed file) and its remedy. */
#include <stdlib.h>
#include "broker/rules/procedure.h"
#include "broker/rules/rules_fixture.h"

static struct rules *rules;
static int load_rules(void **state) {
    (void)state;
    struct fault f = {0};
    if (rules_load("schemas", &rules, &f) != OK) fail_msg("%s", f.text);
    return 0;
}
static int free_rules(void **state) {
    (void)state;
    rules_free(rules);
    return 0;
}

static const struct wrong {
    const char *file, *find, *put, *code, *where, *says;
} wrongs[] = {
    /* unknown names */
    {"rules.yaml", "machine-con.yaml,", "machine-off.yaml,", "SETTINGS_UNKNOWN", "machine-off.yaml",
     "write it or take the name out"},
    {"machine-con.yaml", "event: CON.ASK", "event: CON.ASKS", "SETTINGS_UNKNOWN", "CON.ASKS", "add it to rules.yaml"},
    {"machine-con.yaml", "from: [W00]", "from: [W01]", "SETTINGS_UNKNOWN", "W01],", "no state \"W01\""},
    {"machine-con.yaml", "to: W90", "to: W91", "SETTINGS_UNKNOWN", "W91", "say same"},
    {"machine-con.yaml", "start: [D21]", "start: [D22]", "SETTINGS_UNKNOWN", "D22", "add it to clocks.yaml"},
    {"machine-con.yaml", "stop: [D21]", "stop: [{clock: D21, when: AO1, flag: F_NO}]", "SETTINGS_UNKNOWN", "F_NO",
     "add it to the end of flags"},
    {"machine-con.yaml", "stop: [D21]", "stop: [{clock: D21, until: some_time}]", "SETTINGS_UNKNOWN", "some_time",
     "no time of a message"},
    {"machine-con.yaml", "sender: [AE, PSB, PRO], receiver", "sender: [AE, PBS], receiver", "SETTINGS_UNKNOWN", "PBS",
     "AE, PSB, PRO"},
    {"machine-con.yaml", "who: holder", "who: keeper", "SETTINGS_UNKNOWN", "keeper", "opener, holder"},
    {"machine-con.yaml", "receiver: opener", "receiver: nobody", "SETTINGS_UNKNOWN", "nobody", "none, any, opener"},
    {"machine-det.yaml", "copies: [PRO]", "copies: [PRE]", "SETTINGS_UNKNOWN", "PRE", "copies go to"},
    {"machine-det.yaml", "guards: [G13], stop", "guards: [G99], stop", "SETTINGS_UNKNOWN", "G99", "CATEGORY, COUNTY"},
    {"machine-det.yaml", "required: [title]", "required: [titel]", "SETTINGS_UNKNOWN", "titel", "no field"},
    {"machine-jur.yaml", "serve: ext-nmg-gat", "serve: ext-nmg", "SETTINGS_UNKNOWN", "ext-nmg,", "add it to externals"},
    {"machine-jur.yaml", "links: [{machine: REF, from: [A30], of_parent: true, holder: holder",
     "links: [{machine: REX, from: [A30], of_parent: true, holder: holder", "SETTINGS_UNKNOWN", "REX", "no machine"},
    {"rules.yaml", "categories: [ENV1, ENV2, ENV3, FISH", "categories: [ENV9, ENV2, ENV3, FISH", "SETTINGS_UNKNOWN",
     "ENV9", "add it to categories"},
    {"rules.yaml", "to: ext-bttj", "to: ext-nobody", "SETTINGS_UNKNOWN", "ext-nobody", "add it to externals"},
    {"documents.yaml", "documents: [DOC02, DOC03, DOC04]", "documents: [DOC02, DOC99]", "SETTINGS_UNKNOWN", "DOC99",
     "add it above"},
    {"documents.yaml", "regime: ENV, missing", "regime: ENF, missing", "SETTINGS_UNKNOWN", "ENF", "no regime"},
    {"documents.yaml", "missing: refuse, fields", "missing: perhaps, fields", "SETTINGS_UNKNOWN", "perhaps, fields",
     "refuse, supplement or remark"},
    {"clocks.yaml", "regimes: {ENV: {unit: WORK_DAY, amount: 3, basis: 17号-11, tag: S}}}\n  - {id: D14",
     "regimes: {ENX: {unit: WORK_DAY, amount: 3, basis: 17号-11, tag: S}}}\n  - {id: D14", "SETTINGS_UNKNOWN",
     "{unit: WORK_DAY, amount: 3, basis: 17号-11, tag: S}}}\n  - {id: D14", "no regime"},
    {"clocks.yaml", "unit: CAL_DAY, amount: 7, actor: holder, counts_from: receipt, basis: 17号-24",
     "unit: DAYS, amount: 7, actor: holder, counts_from: receipt, basis: 17号-24", "SETTINGS_UNKNOWN", "DAYS",
     "HOUR, CAL_DAY, WORK_DAY, MONTH"},
    {"machine-con.yaml", "to: W90, basis", "to: W90, bassis: x, basis", "SETTINGS_UNKNOWN", "x, basis",
     "nearest known one is \"basis\""},
    {"rules.yaml", "code: DRILL", "code: PATROL", "SETTINGS_DUPLICATE", "{code: PATROL, zh: 联合演练", "stands twice"},
    {"rules.yaml", "record: OPERATION}", "record: OPERATIONS}", "SETTINGS_TYPE", "OPERATIONS}",
     "OPERATION or OPERATION_STEP"},
    {"clocks.yaml", "unit: MINUTE", "unit: MINUTES", "SETTINGS_UNKNOWN", "MINUTES", "MONTH, MINUTE, CRIMINAL_MONTH"},
    {"clocks.yaml", "opener, counts_from: receipt", "opener, counts_from: arrival", "SETTINGS_UNKNOWN", "arrival,",
     "paper, receipt"},
    {"rules.yaml", "party_numbers: plain", "party_numbers: nearly", "SETTINGS_UNKNOWN", "nearly", "plain or exact"},
    {"machine-ref.yaml", "late: [D13]", "late: [D99]", "SETTINGS_UNKNOWN", "D99]", "D99"},
    {"clocks.yaml", "actor: reporting", "actor: reporters", "SETTINGS_UNKNOWN", "reporters", "invited, reporting"},
    {"machine-ops.yaml", "roster: [plan], to: O00", "roster: [plane], to: O00", "SETTINGS_UNKNOWN", "plane], to",
     "plan, invite"},
    {"machine-ops.yaml", "roster: [plan], to: O00", "roster: plan, to: O00", "SETTINGS_TYPE", "plan, to: O00",
     "must be a list"},
    {"machine-ops.yaml", "observers: [PRO, CRT, JUS]", "observers: [PRO, CRX, JUS]", "SETTINGS_UNKNOWN", "CRX",
     "observers are roles"},
    {"machine-ops.yaml", "observers: [PRO, CRT, JUS]", "observers: PRO", "SETTINGS_TYPE", "PRO\n", "list of roles"},
    {"machine-ops.yaml", "addressed: false", "addressed: perhaps", "SETTINGS_TYPE", "perhaps", "true or false"},
    {"machine-ops.yaml", "addressed: false, ", "", "SETTINGS_DUPLICATE", "id: O01b", "part them"},
    {"machine-ops.yaml", "{guard: PENALTY_POWER, kinds: [ENFORCE]}", "{guard: PENALTY_POWER, kinds: [ENFORCED]}",
     "SETTINGS_UNKNOWN", "ENFORCED", "add it to operations"},
    {"machine-ops.yaml", "{clock: D90e, kinds: [EMERGENCY], due: reply_by}",
     "{clock: D90e, kinds: EMERGENCY, due: reply_by}", "SETTINGS_TYPE", "EMERGENCY, due", "must be a list"},
    {"machine-ops.yaml", "{clock: D90e, kinds: [EMERGENCY], due: reply_by}",
     "{clock: D90e, kinds: [EMERGENCY], due: reply}", "SETTINGS_TYPE", "reply}", "due can be reply_by"},
    {"machine-ops.yaml", "{clock: D90, settled: true}", "{clock: D90, settled: true, due: reply_by}", "SETTINGS_TYPE",
     "reply_by}, {clock: D90e, settled", "due can be reply_by"},
    {"machine-ops.yaml", "{clock: D90, settled: true}", "{clock: D90, settled: maybe}", "SETTINGS_TYPE", "maybe",
     "true or false"},
    {"machine-ops.yaml", "who: invitee, receiver: opener", "who: invited, receiver: opener", "SETTINGS_UNKNOWN",
     "invited, receiver: opener", "invitee, accepted or member"},
    {"machine-ops.yaml", "receiver: roster, guards", "receiver: rosters, guards", "SETTINGS_UNKNOWN", "rosters, guards",
     "invitees, roster, accepted"},
    {"machine-ops.yaml", "guards: [FOLLOWED_UP]", "guards: [FOLLOWED]", "SETTINGS_UNKNOWN", "FOLLOWED]", "FOLLOWED_UP"},
    {"machine-ops.yaml", "guards: [REPORTED], stop: [D91]", "guards: [REPORTED]", "SETTINGS_CLOCK", "{id: O13",
     "D91 may run"},
    {"documents.yaml", "fields: [proposed]", "fields: [proposal]", "SETTINGS_UNKNOWN", "proposal", "no field"},
    /* shape of the procedure */
    {"machine-con.yaml", "terminal: true}", "terminal: true}\n  - {code: W50, zh: 无, en: none}",
     "SETTINGS_UNREACHABLE", "{code: W50", "no row leads to W50"},
    {"machine-con.yaml", "en: answered, terminal: true", "en: answered", "SETTINGS_DEAD_END", "{code: W90",
     "terminal: true"},
    {"machine-con.yaml", "stop: [D21], ", "", "SETTINGS_CLOCK", "{id: W01", "which nothing stops"},
    {"machine-ref.yaml", "void: [D13, D15, D40p], to: A90", "void: [D15, D40p], to: A90", "SETTINGS_CLOCK", "{id: T40",
     "D13 may run"},
    {"machine-det.yaml", "stop: [D72], to: N10", "to: N10", "SETTINGS_CLOCK", "{id: E06", "D72 may run"},
    {"machine-con.yaml", "  - {id: W99",
     "  - {id: W03, from: [W00], event: CON.ANSWER, sender: [PRO], receiver: opener, to: W90, basis: x, tag: S}\n  - "
     "{id: W99",
     "SETTINGS_DUPLICATE", "{id: W03", "both take CON.ANSWER"},
    {"machine-con.yaml", "id: W02", "id: W01", "SETTINGS_DUPLICATE", "{id: W01, from: [W00]",
     "give one of the rows another"},
    {"machine-con.yaml", "code: W90", "code: W00", "SETTINGS_DUPLICATE", "{code: W00, zh: 已答复", "keep one"},
    {"clocks.yaml", "id: D03", "id: D02", "SETTINGS_DUPLICATE", "D02, zh: 批准后", "stands twice"},
    {"rules.yaml", "code: CON.ANSWER", "code: CON.ASK", "SETTINGS_DUPLICATE", "{code: CON.ASK, zh: 答复",
     "stands twice"},
    {"rules.yaml", "  - {code: EXT.SERVED",
     "  - {code: CON.NEVER, zh: 无, en: none, record: CASE_STEP}\n  - {code: EXT.SERVED", "SETTINGS_UNUSED",
     "{code: CON.NEVER", "add a row"},
    {"clocks.yaml", "clocks:\n",
     "clocks:\n  - {id: D99, zh: 无, en: none, unit: HOUR, amount: 1, actor: opener, basis: x, tag: S}\n",
     "SETTINGS_UNUSED", "{id: D99", "take it out"},
    {"machine-ref.yaml", "flags: [F_TASKFORCE], start", "flags: [F_REPLY_OVERDUE, F_EXTENDED_7], start",
     "SETTINGS_UNUSED", "{id: T03", "which no row sets"},
    {"machine-con.yaml", "who: holder, receiver: opener", "who: holder, both: true, receiver: opener", "SETTINGS_TYPE",
     "{id: W02", "who: either"},
    {"machine-con.yaml", "to: W00, basis", "to: same, basis", "SETTINGS_TYPE", "same, basis", "must name the state"},
    {"machine-con.yaml", "from: [\"-\"], event", "from: [\"-\"], who: holder, event", "SETTINGS_TYPE", "holder, event",
     "opens"},
    /* clues */
    {"machine-clu.yaml", "addressed: false, receiver", "receiver", "SETTINGS_DUPLICATE", "{id: U01b",
     "both take CLU.CREATE"},
    {"machine-clu.yaml", "addressed: false", "addressed: perhaps", "SETTINGS_TYPE", "perhaps", "true or false"},
    {"machine-clu.yaml", "receiver: none, handling: set", "receiver: none, handling: sets", "SETTINGS_UNKNOWN",
     "sets, guards", "set, or left out"},
    {"machine-clu.yaml", "copies: [subscribers]", "copies: [readers]", "SETTINGS_UNKNOWN", "readers]",
     "parties, subscribers or a role"},
    {"rules.yaml", "code: ORCON", "code: NO_ACTION", "SETTINGS_TYPE", "NO_ACTION, zh: 原单位", "here ORCON"},
    {"rules.yaml", "onward: consent,", "onward: maybe,", "SETTINGS_UNKNOWN", "maybe,", "free or consent"},
    {"rules.yaml", "consent: {onward: F_CONSENT_ONWARD", "consent: {onward: F_CONSENT_ONWARDS", "SETTINGS_UNKNOWN",
     "F_CONSENT_ONWARDS", "add it to the end of flags"},
    {"rules.yaml", "starts: [REF, REV, JUR, DET]", "starts: [REF, REV, JUR, DTE]", "SETTINGS_UNKNOWN", "DTE]",
     "no machine"},
    {"rules.yaml",
     "    - {code: NO_ACTION, zh: 仅供参考, en: for information, subscribers: true, onward: free, starts: consent, "
     "expires: false, titles: true}\n",
     "", "SETTINGS_MISSING", NULL, "U01 sets a handling"},
    {"rules.yaml", "code: KEY2", "code: KEY1", "SETTINGS_DUPLICATE", "{code: KEY1, zh: 乌梁素海",
     "stands twice in areas"},
    {"rules.yaml", "code: CLU.RECEIPT, zh: 线索接收回执, en: \"clue received\", record: CLUE_STEP",
     "code: CLU.RECEIPT, zh: 线索接收回执, en: \"clue received\", record: CLUES", "SETTINGS_TYPE", "CLUES",
     "CLUE, CLUE_STEP"},
    /* citations and tags */
    {"machine-con.yaml", "start: [D21], to: W00, basis: 17号-24, tag", "start: [D21], to: W00, basis: \"\", tag",
     "SETTINGS_MISSING", "\"\", tag", "name the article"},
    {"machine-con.yaml", "start: [D21], to: W00, basis: 17号-24, tag", "start: [D21], to: W00, tag", "SETTINGS_MISSING",
     "{id: W01", "\"basis\" is missing"},
    {"machine-con.yaml", "tag: D, statutory: false", "tag: D", "SETTINGS_MISSING", "D}", "statutory: false"},
    {"machine-con.yaml", "tag: D, statutory: false", "tag: D, statutory: true , note: x", "SETTINGS_TYPE",
     "true , note", "not statutory"},
    {"machine-con.yaml", "to: W00, basis: 17号-24, tag: S", "to: W00, basis: 17号-24, tag: Q", "SETTINGS_TYPE", "Q}",
     "S, K, D or P"},
    /* the calendar */
    {"holidays.yaml", "  \"2023\":\n", "  \"2032\":\n", "SETTINGS_MISSING", "off: [01-01..01-02, 01-21",
     "the year 2031 is missing"},
    {"holidays.yaml", "work: [01-28, 01-29, 04-23, 05-06, 06-25, 10-07, 10-08]", "work: []", "SETTINGS_MISSING", "[]",
     "make-up days"},
    {"holidays.yaml", "work: [01-28, 01-29, 04-23", "work: [01-27, 01-29, 04-23", "SETTINGS_DUPLICATE", "01-27, 01-29",
     "keep one"},
    {"holidays.yaml", "work: [01-28, 01-29, 04-23", "work: [01-30, 01-29, 04-23", "SETTINGS_TYPE", "01-30, 01-29",
     "Saturday or Sunday"},
    {"holidays.yaml", "off: [01-01..01-02, 01-21", "off: [01-02..01-01, 01-21", "SETTINGS_TYPE", "01-02..01-01",
     "no later date"},
    {"holidays.yaml", "off: [01-01..01-02, 01-21", "off: [02-30, 01-21", "SETTINGS_TYPE", "02-30", "MM-DD"},
    /* reasons */
    {"machine-ref.yaml", "{clock: D09, by: D09b, when: EX2,", "{clock: D09, by: D09b, when: EX22,", "SETTINGS_UNKNOWN",
     "EX22", "no reason"},
    {"machine-ref.yaml", "{clock: D09, by: D09b, when: EX2,", "{clock: D09, by: D09b, when: NF1,", "SETTINGS_UNUSED",
     "{clock: D09, by: D09b, when: NF1", "takes no reason NF1"},
    {"machine-ref.yaml", "{guard: G12, when: EX2}", "{guard: G12, when: EX}", "SETTINGS_UNKNOWN", "EX}", "no reason"},
    {"machine-ref.yaml", "reasons: [RT1]", "reasons: [RT9]", "SETTINGS_UNKNOWN", "RT9", "no reason"},
    {"documents.yaml", "event: REV.SEND, when: NON_PROSECUTION", "event: REV.SEND, when: NO_PROSECUTION",
     "SETTINGS_UNKNOWN", "NO_PROSECUTION", "no reason"},
    {"documents.yaml", "event: REV.SEND, when: NON_PROSECUTION", "event: REV.SEND, when: NF1", "SETTINGS_UNUSED",
     "{event: REV.SEND", "takes the reason NF1"},
    {"machine-ref.yaml", "penalises: AO1", "penalises: sometimes", "SETTINGS_UNKNOWN", "sometimes", "no reason"},
    /* versions and plain values */
    {"rules.yaml", "version: 2\n", "version: 0\n", "SETTINGS_TYPE", "0\nfrom", "whole number from 1"},
    {"rules.yaml", "from: 2016-01-01", "from: soon", "SETTINGS_TYPE", "soon", "YYYY-MM-DD"},
    {"rules.yaml", "F_MATERIAL_GAPS, ", "", "SETTINGS_MISSING", "[F_SUPP_OPEN", "F_MATERIAL_GAPS is missing"},
    {"rules.yaml", ", F_REFERRED]", "]", "SETTINGS_MISSING", "[F_SUPP_OPEN", "F_REFERRED is missing"},
    /* thresholds and facts */
    {"thresholds.yaml", "categories: [ENV1], level: RED, zh: 非法排放", "categories: [ENV9], level: RED, zh: 非法排放",
     "SETTINGS_UNKNOWN", "ENV9", "add it to categories"},
    {"thresholds.yaml", "level: RED, zh: 非法排放", "level: ROT, zh: 非法排放", "SETTINGS_UNKNOWN", "ROT, zh",
     "RED, AMBER or BLUE"},
    {"thresholds.yaml", "{fact: waste_t, least: 3}", "{fact: waste_kg, least: 3}", "SETTINGS_UNKNOWN", "waste_kg",
     "facts.yaml"},
    {"thresholds.yaml", "{fact: waste_t, least: 3}", "{fact: waste_t, least: three}", "SETTINGS_TYPE", "three}",
     "a name of parameters"},
    {"thresholds.yaml", "{fact: waste_t, least: 3}", "{fact: waste_t, least: 0}", "SETTINGS_TYPE", "0}",
     "above nought"},
    {"thresholds.yaml", "{fact: waste_t, least: 3}", "{fact: waste_t}", "SETTINGS_TYPE", "waste_t}", "no truth"},
    {"thresholds.yaml", "{fact: waste_t, least: 3}", "{fact: method, least: 3}", "SETTINGS_TYPE", "method, least: 3",
     "no number"},
    {"thresholds.yaml", "{fact: waste_t, least: 3}", "{fact: waste_t, in: [ELECTRIC]}", "SETTINGS_TYPE", "waste_t, in",
     "no code"},
    {"thresholds.yaml", "{fact: waste_t, least: 3}", "{fact: waste_t, least: 3, unit: kg}", "SETTINGS_UNKNOWN", "kg}",
     "\"unit\""},
    {"thresholds.yaml", "of: [Pb, Hg, Cd", "of: [Pb, Fe, Cd", "SETTINGS_UNKNOWN", "Fe, Cd", "no code \"Fe\""},
    {"thresholds.yaml", "of: [Pb, Hg, Cd, Cr, As, Tl, Sb], least: 3", "least: 3", "SETTINGS_MISSING",
     "{fact: exceedance_ratio, least: 3", "say of which"},
    {"thresholds.yaml", "in: [ELECTRIC, POISON", "in: [ELECTRIK, POISON", "SETTINGS_UNKNOWN", "ELECTRIK", "facts.yaml"},
    {"thresholds.yaml", "{season: closed}, {fact: method, in: [ELECTRIC",
     "{season: open}, {fact: method, in: [ELECTRIC", "SETTINGS_TYPE", "open}", "season: closed"},
    {"thresholds.yaml", "when: {always: true}", "when: {all: []}", "SETTINGS_TYPE", "[]}", "one to 8 conditions"},
    {"thresholds.yaml", "id: ENV1-2", "id: ENV1-1", "SETTINGS_DUPLICATE",
     "ENV1-1, categories: [ENV1], level: RED, zh: 非法排放", "stands twice"},
    {"thresholds.yaml", "三吨以上, en: three tonnes of hazardous waste, basis: 法释〔2023〕7号-1(2), tag: S",
     "三吨以上, en: three tonnes of hazardous waste, basis: \"\", tag: S", "SETTINGS_MISSING", "\"\", tag",
     "name the article"},
    {"thresholds.yaml", "自治区数额待定, tag: D, statutory: false, when", "自治区数额待定, tag: D, when",
     "SETTINGS_MISSING", "D, when", "statutory: false"},
    {"thresholds.yaml", "value: 300000", "value: unknown", "SETTINGS_TYPE", "unknown, zh", "above nought"},
    {"thresholds.yaml", "years: 2018..2018", "years: 2022..2023", "SETTINGS_DUPLICATE",
     "{waters: [YELLOW_RIVER], years: 2022..2023", "two seasons"},
    {"thresholds.yaml", "years: 2018..2018", "years: 2018..2017", "SETTINGS_TYPE", "2018..2017", "2018..2021"},
    {"thresholds.yaml", "from: 04-01, to: 06-30", "from: 04-31, to: 06-30", "SETTINGS_TYPE", "04-31", "MM-DD"},
    {"thresholds.yaml", "from: 04-01, to: 06-30", "from: 04-01, to: 03-30", "SETTINGS_TYPE", "03-30", "write two rows"},
    {"thresholds.yaml", "waters: [OTHER_WATERS], years: 2024", "waters: [OTHER_SEAS], years: 2024", "SETTINGS_UNKNOWN",
     "OTHER_SEAS", "facts.yaml"},
    {"thresholds.yaml", "machine: REF, after: D03", "machine: REF, after: D98", "SETTINGS_UNKNOWN", "D98",
     "clocks.yaml"},
    {"thresholds.yaml", "code: PENALTY_INSTEAD", "code: PENALTY", "SETTINGS_UNKNOWN", "PENALTY, zh", "PENALTY_INSTEAD"},
    {"thresholds.yaml", "tell: [PRO]\n", "tell: [PRX]\n", "SETTINGS_TYPE", "PRX", "a role is"},
    {"thresholds.yaml", "near: 80\n", "near: 180\n", "SETTINGS_TYPE", "180", "100"},
    {"facts.yaml", "{name: waste_t, zh: 危险废物重量, en: hazardous waste, kind: number, unit: t}",
     "{name: waste_t, zh: 危险废物重量, en: hazardous waste, kind: number}", "SETTINGS_MISSING", "{name: waste_t",
     "say unit:"},
};
#define WRONGS (sizeof wrongs / sizeof wrongs[0])

static void each_mistake_is_named_by_place_and_remedy(void **state) {
    (void)state;
    size_t wrong = 0;
    for (size_t i = 0; i < WRONGS; i++) {
        const struct wrong *w = &wrongs[i];
        struct rules *loaded = NULL;
        struct fault f = {0};
        char *text = fixture_copy_rules(fixture_folder, w->file, w->find, w->put), place[300];
        if (rules_load_folder(fixture_folder, &loaded, &f) == OK) fail_msg("%s: \"%s\" was loaded", w->file, w->put);
        if (strcmp(f.code, w->code) != 0) {
            wrong++;
            print_message("%s: \"%s\": %s, not %s: %s", w->file, w->put, f.code, w->code, f.text);
            print_message("\n");
            free(text);
            continue;
        }
        if (!w->where) { /* reported of another file */
            if (!strstr(f.text, w->says)) {
                wrong++;
                print_message("no \"%s\" in: %s\n", w->says, f.text);
            }
            free(text);
            continue;
        }
        const char *spot = strstr(text, w->where), *line = spot;
        assert_non_null(spot);
        unsigned number = 1;
        for (const char *at = text; at < spot; at++) number += *at == '\n';
        while (line > text && line[-1] != '\n') line--;
        unsigned column = 1;
        for (const char *at = line; at < spot; at++) column += (*at & 0xc0) != 0x80;
        snprintf(place, sizeof place, "%s/%s:%u:%u: ", fixture_folder, w->file, number, column);
        if (strncmp(f.text, place, strlen(place)) != 0) {
            wrong++;
            print_message("not at %s but: %s", place, f.text);
            print_message("\n");
        }
        if (!strstr(f.text, w->says)) {
            wrong++;
            print_message("no \"%s\" in: %s", w->says, f.text);
            print_message("\n");
        }
        free(text);
    }
    print_message("%zu mistakes, %zu not named as they should be\n", WRONGS, wrong);
    assert_int_equal(wrong, 0);
}

static void the_real_rules_load_and_name_their_words(void **state) {
    (void)state;
    struct rule_word word;
    size_t states = 0, clocks = 0;
    const char *review = "";
    for (size_t i = 0; rules_word(rules, i, &word); i++) {
        states += word.kind[0] == 'S';
        clocks += word.kind[0] == 'C';
        if (word.kind[0] == 'S' && strcmp(word.machine, "REF") == 0 && strcmp(word.code, "A25") == 0) review = word.zh;
        assert_true(word.zh[0] && word.en[0]);
    }
    assert_true(states > 60 && clocks > 35);
    assert_string_equal(review, "审查中");
    assert_string_equal(rules_clock_name(rules, "D09").en, "filing review");
    assert_string_equal(rules_clock_name(rules, "NO.SUCH").zh, "NO.SUCH");
}

/* Whoever adds the last tenth of a table raises its limit first: the next addition to the rules must not meet it in the
 * field. States, clocks, flags, documents, packages and categories are bits: their limit is the width of a word. */
static void no_table_of_the_rules_is_nearly_full(void **state) {
    (void)state;
    const struct procedure *p = rules_newest(rules);
    size_t states = 0;
    for (int m = 0; m < p->machine_count; m++)
        states = p->machines[m].state_count > states ? p->machines[m].state_count : states;
    const struct {
        const char *what;
        size_t used, most;
    } tables[] = {{"MAX_EVENTS", p->event_count, MAX_EVENTS},
                  {"MAX_MACHINES", p->machine_count, MAX_MACHINES},
                  {"MAX_STATES of a machine", states, MAX_STATES},
                  {"MAX_RULE_CLOCKS", p->clock_count, MAX_RULE_CLOCKS},
                  {"MAX_FLAGS", p->flag_count, MAX_FLAGS},
                  {"MAX_EXTERNALS", p->external_count, MAX_EXTERNALS},
                  {"MAX_DOCUMENTS", p->document_count, MAX_DOCUMENTS},
                  {"packages", p->package_count, sizeof p->packages / sizeof *p->packages},
                  {"categories", p->category_count, sizeof p->categories / sizeof *p->categories},
                  {"MAX_SOURCES", p->source_count, MAX_SOURCES},
                  {"MAX_AREAS", p->area_count, MAX_AREAS},
                  {"MAX_KINDS", p->kind_count, MAX_KINDS},
                  {"MAX_REASON_CODES", p->reason_count, MAX_REASON_CODES},
                  {"MAX_THRESHOLDS", p->thresholds.count, MAX_THRESHOLDS},
                  {"MAX_SEASONS", p->thresholds.season_count, MAX_SEASONS},
                  {"parameters", p->thresholds.parameter_count,
                   sizeof p->thresholds.parameters / sizeof *p->thresholds.parameters},
                  {"MAX_ALERT_EXCEPTIONS", p->alerts.exception_count, MAX_ALERT_EXCEPTIONS}};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (tables[i].used * 10 > tables[i].most * 9)
            fail_msg("%s: %zu of %zu used, raise it in procedure.h", tables[i].what, tables[i].used, tables[i].most);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_table_of_the_rules_is_nearly_full),
                                       cmocka_unit_test_setup_teardown(each_mistake_is_named_by_place_and_remedy,
                                                                       fixture_make_folder, fixture_remove_folder),
                                       cmocka_unit_test(the_real_rules_load_and_name_their_words)};
    return cmocka_run_group_tests(tests, load_rules, free_rules);
}
