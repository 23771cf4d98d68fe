/* 追诉标准一览: thresholds, closed seasons, parameters and facts as part of the procedure's page. */
#include "broker/rules/page_inside.h"

static enum outcome word(struct buffer *into, bool statutory, const char *tag, struct fault *fault) {
    return buffer_printf(into, fault, "%s%s", tag, statutory ? "" : " **非法定**");
}

static enum outcome codes(const struct fact_rule *rule, uint32_t bits, struct buffer *into, struct fault *fault) {
    const char *between = "";
    for (size_t i = 0; rule->of && i < rule->of->count; i++) {
        if (!(bits & UINT32_C(1) << i)) continue;
        TRY(buffer_printf(into, fault, "%s%s", between, rule->of->one[i].zh));
        between = "、";
    }
    return OK;
}

static enum outcome limit(const struct procedure *p, const struct condition *c, int64_t micro, const char *sign,
                          struct buffer *into, struct fault *fault) {
    const struct fact_rule *rule = fact_at(p->facts, c->fact);
    char text[FACT_MICRO_TEXT];
    fact_micro_text(micro, text);
    TRY(buffer_printf(into, fault, "`%s`%s", rule->name, c->codes ? "（" : ""));
    if (c->codes) TRY(codes(rule, c->codes, into, fault));
    return buffer_printf(into, fault, "%s %s %s%s%s", c->codes ? "）" : "", sign, text, rule->unit[0] ? " " : "",
                         rule->unit);
}

static enum outcome condition(const struct procedure *p, const struct condition *c, struct buffer *into,
                              struct fault *fault);
static enum outcome parts(const struct procedure *p, const struct condition *c, const char *between,
                          struct buffer *into, struct fault *fault) {
    for (uint8_t i = 0; i < c->count; i++) {
        bool group = c->parts[i].kind == CONDITION_ANY || c->parts[i].kind == CONDITION_ALL;
        TRY(buffer_printf(into, fault, "%s%s", i ? between : "", group ? "(" : ""));
        if (c->kind == CONDITION_SUM) TRY(limit(p, &c->parts[i], c->parts[i].per, "/", into, fault));
        else TRY(condition(p, &c->parts[i], into, fault));
        if (group) TRY(buffer_printf(into, fault, ")"));
    }
    return OK;
}

static enum outcome condition(const struct procedure *p, const struct condition *c, struct buffer *into,
                              struct fault *fault) {
    const struct fact_rule *rule = fact_at(p->facts, c->fact);
    char text[FACT_MICRO_TEXT];
    switch (c->kind) {
    case CONDITION_NUMBER: return limit(p, c, c->least, "≥", into, fault);
    case CONDITION_CODE:
        TRY(buffer_printf(into, fault, "`%s` ∈ ", rule->name));
        return codes(rule, c->codes, into, fault);
    case CONDITION_TRUE: return buffer_printf(into, fault, "`%s`", rule->name);
    case CONDITION_SEASON: return buffer_printf(into, fault, "禁渔期 closed season (`water_body`, `act_date`)");
    case CONDITION_SUM:
        TRY(parts(p, c, " + ", into, fault));
        fact_micro_text(c->least, text);
        return buffer_printf(into, fault, " ≥ %s", text);
    case CONDITION_ALL: return parts(p, c, " 且 ", into, fault);
    case CONDITION_ANY: return parts(p, c, " 或 ", into, fault);
    case CONDITION_ALWAYS: return buffer_printf(into, fault, "任何决定 any decision");
    }
    return OK;
}

static enum outcome rows(const struct procedure *p, struct buffer *into, struct fault *fault) {
    static const char *const levels[] = {"RED", "AMBER", "BLUE"};
    TRY(buffer_printf(
        into, fault,
        "| row | categories | level | 标准 | | when | basis | tag |\n|---|---|---|---|---|---|---|---|\n"));
    for (size_t i = 0; i < p->thresholds.count; i++) {
        const struct threshold *row = &p->thresholds.rows[i];
        TRY(buffer_printf(into, fault, "| %s | ", row->id));
        if (!row->categories) TRY(buffer_printf(into, fault, "any "));
        for (int c = 0; c < p->category_count; c++) {
            if (row->categories >> c & 1u) TRY(buffer_printf(into, fault, "%s ", p->categories[c]));
        }
        TRY(buffer_printf(into, fault, "| %s%s | %s | %s | ", levels[row->level], row->severe ? " SEV" : "", row->zh,
                          row->en));
        TRY(condition(p, &row->when, into, fault));
        TRY(buffer_printf(into, fault, " | %s | ", row->basis));
        TRY(word(into, row->statutory, row->tag, fault));
        TRY(buffer_printf(into, fault, " |\n"));
    }
    return buffer_printf(into, fault, "\n");
}

static enum outcome seasons(const struct procedure *p, struct buffer *into, struct fault *fault) {
    const struct fact_rule *water = fact_at(p->facts, (size_t)p->thresholds.water_body);
    TRY(buffer_printf(
        into, fault,
        "### 禁渔期 · Closed seasons\n\n| waters | years | from | to | basis | tag |\n|---|---|---|---|---|---|\n"));
    for (size_t i = 0; i < p->thresholds.season_count; i++) {
        const struct season *s = &p->thresholds.seasons[i];
        TRY(buffer_printf(into, fault, "| "));
        TRY(codes(water, s->waters, into, fault));
        if (s->last_year == 9999) TRY(buffer_printf(into, fault, " | %d起 from", s->first_year));
        else TRY(buffer_printf(into, fault, " | %d–%d", s->first_year, s->last_year));
        TRY(buffer_printf(into, fault, " | %02d-%02d | %02d-%02d | %s | ", s->from / 100, s->from % 100, s->to / 100,
                          s->to % 100, s->basis));
        TRY(word(into, s->statutory, s->tag, fault));
        TRY(buffer_printf(into, fault, " |\n"));
    }
    TRY(buffer_printf(into, fault,
                      "\n### 待定数额 · Figures to be set locally\n\n| name | 数额 | value | basis | tag "
                      "|\n|---|---|---|---|---|\n"));
    for (size_t i = 0; i < p->thresholds.parameter_count; i++) {
        const struct parameter *one = &p->thresholds.parameters[i];
        char text[FACT_MICRO_TEXT];
        fact_micro_text(one->micro, text);
        TRY(buffer_printf(into, fault, "| %s | %s · %s | %s | %s | ", one->id, one->zh, one->en, text, one->basis));
        TRY(word(into, one->statutory, one->tag, fault));
        TRY(buffer_printf(into, fault, " |\n"));
    }
    return buffer_printf(into, fault, "\n");
}

static enum outcome facts(const struct procedure *p, struct buffer *into, struct fault *fault) {
    static const char *const kinds[] = {"number", "code", "truth (1/0)", "date (yyyymmdd)"};
    TRY(buffer_printf(into, fault,
                      "### 量化事实 · Facts\n\nBy these names profiles map their fields (`schemas/rules/facts.yaml`). "
                      "Where a list is named, `unit` holds its code.\n\n"
                      "| name | 名称 | | kind | unit or codes |\n|---|---|---|---|---|\n"));
    for (size_t i = 0; i < fact_count(p->facts); i++) {
        const struct fact_rule *rule = fact_at(p->facts, i);
        TRY(buffer_printf(into, fault, "| `%s` | %s | %s | %s | %s", rule->name, rule->zh, rule->en, kinds[rule->kind],
                          rule->unit));
        for (size_t k = 0; rule->of && k < rule->of->count; k++)
            TRY(buffer_printf(into, fault, "%s%s %s",
                              k               ? "; "
                              : rule->unit[0] ? ": "
                                              : "",
                              rule->of->one[k].code, rule->of->one[k].zh));
        TRY(buffer_printf(into, fault, " |\n"));
    }
    return buffer_printf(into, fault, "\n");
}

/* 前案 · earlier penalties of the same party, see antecedent.c */
static enum outcome history(const struct procedure *p, struct buffer *into, struct fault *fault) {
    const struct thresholds *t = &p->thresholds;
    TRY(buffer_printf(into, fault,
                      "前案 · Earlier penalties of the same party, by identity number or credit code, in any case of "
                      "the ledger and of the same category, are counted into"));
    for (size_t i = 0; i < t->history_count; i++) {
        TRY(buffer_printf(into, fault, "%s `%s` (%d 个月 months)", i ? "," : "",
                          fact_at(p->facts, t->history[i].fact)->name, t->history[i].months));
    }
    TRY(buffer_printf(
        into, fault,
        ";\n`%s` holds where the act came after one. What a paper says counts where it is more. Basis: %s; ",
        fact_at(p->facts, (size_t)t->repeated)->name, t->history_basis));
    TRY(word(into, t->history_statutory, t->history_tag, fault));
    return buffer_printf(into, fault, "\n\n");
}

enum outcome page_thresholds(const struct procedure *p, struct buffer *into, struct fault *fault) {
    const struct thresholds *t = &p->thresholds;
    TRY(buffer_printf(into, fault,
                      "## 追诉标准与应移未移提示 · Thresholds, and hints of what should have been referred\n\n"
                      "Rows that say *decides* are administrative decisions: what their case's papers said is "
                      "compared. A hint goes to the agency and the procuratorate at once,\n"
                      "never a transfer. RED: the threshold is met; without a referral within %d hours it is told "
                      "again, to the justice bureau too (%s; %s%s).\n"
                      "AMBER: %d %% of a number (%s; %s%s), or a row of that level. BLUE: an offence without a number. "
                      "Only the highest level met is told; none where the\n"
                      "case was referred before.\n\n",
                      (int)(t->late.within / HOUR_MS), t->late.basis, t->late.tag,
                      t->late.statutory ? "" : " **非法定**", t->near, t->near_basis, t->near_tag,
                      t->near_statutory ? "" : " **非法定**"));
    TRY(rows(p, into, fault));
    TRY(history(p, into, fault));
    TRY(buffer_printf(
        into, fault,
        "A penalty beside a referral of the same case:\n\n| | | after | basis | tag |\n|---|---|---|---|---|\n"));
    for (size_t i = 0; i < t->overlap_count; i++) {
        const struct overlap *o = &t->overlaps[i];
        TRY(buffer_printf(into, fault, "| %s | %s · %s | %s began%s%s | %s | ", o->id, o->zh, o->en, o->after,
                          o->until[0] ? ", before " : "", o->until, o->basis));
        TRY(word(into, o->statutory, o->tag, fault));
        TRY(buffer_printf(into, fault, " |\n"));
    }
    TRY(buffer_printf(into, fault, "\n"));
    TRY(seasons(p, into, fault));
    return facts(p, into, fault);
}
