/* 程序一览: the newest version of the rules as a Markdown page (docs/PROCEDURE.md): diagrams, states, rows, limits,
 * documents, copies. */
#include "broker/rules/page_inside.h"

static const char head[] =
    "# 办案程序 · The procedure\n\n"
    "Made from `schemas/rules/` by `ecocase rules procedure`; change the rules, not this page. 标记 tags: S read in a "
    "stored source, K from\n"
    "knowledge and to be confirmed, D design, P policy default. **非法定** marks what no statute says.\n\n";

static enum outcome page_states(const struct machine *m, struct buffer *into, struct fault *fault) {
    TRY(buffer_printf(into, fault, "| state | 状态 | | |\n|---|---|---|---|\n"));
    for (int s = 0; s < m->state_count; s++) {
        TRY(buffer_printf(into, fault, "| %s | %s | %s | %s |\n", m->states[s].code, m->states[s].zh, m->states[s].en,
                          m->states[s].terminal ? "终态 terminal" : ""));
    }
    return buffer_printf(into, fault, "\n");
}

static enum outcome page_machine(const struct procedure *p, int machine, struct buffer *into, struct fault *fault) {
    const struct machine *m = &p->machines[machine];
    TRY(buffer_printf(into, fault, "## %s %s · %s\n\n```mermaid\n", m->name, m->zh, m->en));
    TRY(diagram_of(p, machine, into, fault));
    TRY(buffer_printf(into, fault, "```\n\n"));
    TRY(page_states(m, into, fault));
    TRY(buffer_printf(into, fault,
                      "| row | from | event | 环节 | sender → receiver | needs | does | to | basis "
                      "|\n|---|---|---|---|---|---|---|---|---|\n"));
    for (size_t i = 0; i < p->transition_count; i++) {
        if (p->transitions[i].machine == machine) TRY(page_row(p, &p->transitions[i], into, fault));
    }
    return buffer_printf(into, fault, "\n");
}

static const char *unit_text(enum unit unit) {
    switch (unit) {
    case UNIT_HOUR: return "小时 hours";
    case UNIT_CAL_DAY: return "日 calendar days";
    case UNIT_WORK_DAY: return "工作日 working days";
    case UNIT_MONTH: return "个月 months";
    case UNIT_CRIMINAL_MONTH: return "个月（月末至月末）months, last day to last day";
    case UNIT_MINUTE: return "分钟 minutes";
    }
    return "";
}

static enum outcome page_form(const struct clock_form *form, struct buffer *into, struct fault *fault) {
    return buffer_printf(into, fault, "%d %s | %s | %s%s |\n", form->amount, unit_text(form->unit), form->basis,
                         form->tag, form->statutory ? "" : " **非法定**");
}

static enum outcome page_clocks(const struct procedure *p, int last_year, struct buffer *into, struct fault *fault) {
    static const char *const actors[] = {"opener",   "holder",        "sender",
                                         "receiver", "those invited", "those that must report"};
    TRY(buffer_printf(
        into, fault,
        "## 期限 · Limits\n\nThe starting hour and day are not counted; an end on a free day moves to the next working "
        "day (not for hours). "
        "A second line is how a limit counts\nfor the agencies of a regime; both are in force at once. 节假日历 The "
        "calendar of holidays is known until "
        "%d-12-31.\n\n"
        "| clock | 期限 | | who acts | limit | basis | tag |\n|---|---|---|---|---|---|---|\n",
        last_year));
    for (int c = 0; c < p->clock_count; c++) {
        const struct clock_rule *clock = &p->clocks[c];
        TRY(buffer_printf(into, fault, "| %s | %s | %s | %s | %s", clock->name, clock->zh, clock->en,
                          actors[clock->actor], clock->from_receipt ? "收到之日起 from receipt: " : ""));
        TRY(page_form(&clock->forms[0], into, fault));
        for (int r = 1; r < p->regime_count; r++) {
            if (memcmp(&clock->forms[r], &clock->forms[0], sizeof clock->forms[0]) == 0) continue;
            TRY(buffer_printf(into, fault, "| %s | ↳ %s | | | ", clock->name, p->regimes[r].zh));
            TRY(page_form(&clock->forms[r], into, fault));
        }
    }
    return buffer_printf(into, fault, "\n");
}

static enum outcome page_package(const struct procedure *p, const struct package *k, struct buffer *into,
                                 struct fault *fault) {
    static const char *const lacks[] = {"拒绝 refused", "受理并补正 accepted, supplemented",
                                        "受理并提示 accepted with a remark"};
    TRY(buffer_printf(into, fault, "| %s%s%s | %s | ", p->events[k->event].name, k->reason ? " " : "",
                      k->reason ? k->reason : "", k->regime < 0 ? "" : p->regimes[k->regime].code));
    for (int c = 0; c < p->category_count; c++) {
        if (k->categories >> c & 1u) TRY(buffer_printf(into, fault, "%s ", p->categories[c]));
    }
    TRY(buffer_printf(into, fault, "| "));
    for (int d = 0; d < p->document_count; d++) {
        if (k->documents >> d & 1u)
            TRY(buffer_printf(into, fault, "%s %s; ", p->documents[d].code, p->documents[d].zh));
    }
    for (int f = 0; f < FIELD_COUNT; f++) {
        if (k->fields >> f & 1u) TRY(buffer_printf(into, fault, "`%s` ", rules_field_name(f)));
    }
    return buffer_printf(into, fault, "| %s | %s | %s |\n", lacks[k->lack], k->basis, k->tag);
}

static enum outcome page_rest(const struct procedure *p, struct buffer *into, struct fault *fault) {
    TRY(buffer_printf(into, fault,
                      "## 文书 · What an event must bring\n\n| event | regime | categories | documents, fields | "
                      "missing | basis | tag |\n|---|---|---|---|---|---|---|\n"));
    for (int k = 0; k < p->package_count; k++) TRY(page_package(p, &p->packages[k], into, fault));
    TRY(buffer_printf(into, fault,
                      "\n## 抄送与人工送达 · Copies, and what is served by hand\n\nCopies are in the rows above. A "
                      "copy for the procuratorate (PRO) also goes to:\n\n"
                      "| to | categories | basis |\n|---|---|---|\n"));
    for (int r = 0; r < p->route_count; r++) {
        TRY(buffer_printf(into, fault, "| %s %s | ", p->externals[p->routes[r].external].slug,
                          p->externals[p->routes[r].external].zh));
        for (int c = 0; c < p->category_count; c++) {
            if (p->routes[r].categories >> c & 1u) TRY(buffer_printf(into, fault, "%s ", p->categories[c]));
        }
        TRY(buffer_printf(into, fault, "| %s |\n", p->routes[r].basis));
    }
    TRY(buffer_printf(into, fault,
                      "\nAddressees without an inbox; `ecocase ledger by-hand` lists what waits for them, EXT.SERVED "
                      "marks it served:\n\n"));
    for (int x = 0; x < p->external_count; x++)
        TRY(buffer_printf(into, fault, "- `%s` %s · %s\n", p->externals[x].slug, p->externals[x].zh,
                          p->externals[x].en));
    return OK;
}

enum outcome rules_page(const struct rules *rules, struct buffer *into, struct fault *fault) {
    const struct procedure *p = rules_newest(rules);
    TRY(buffer_printf(into, fault, "%s", head));
    TRY(buffer_printf(into, fault, "版本 version %d\n\n", p->version));
    for (int m = 0; m < p->machine_count; m++) TRY(page_machine(p, m, into, fault));
    TRY(page_clocks(p, calendar_last_year(rules->calendar), into, fault));
    TRY(page_thresholds(p, into, fault));
    TRY(page_rest(p, into, fault));
    return page_handling(p, into, fault);
}
