/* 线索 · handling codes, sources and areas as a part of the page. See rules_page.c. */
#include "broker/rules/page_inside.h"

static enum outcome words(const char *title, const struct coded *list, size_t count, struct buffer *into,
                          struct fault *fault) {
    TRY(buffer_printf(into, fault, "\n%s:\n\n", title));
    for (size_t i = 0; i < count; i++)
        TRY(buffer_printf(into, fault, "- `%s` %s · %s\n", list[i].code, list[i].zh, list[i].en));
    return OK;
}

static const char *free_text(bool consent) {
    return consent ? "须经原单位同意 with the originator's consent" : "可 free";
}

enum outcome page_handling(const struct procedure *p, struct buffer *into, struct fault *fault) {
    if (!p->handling_count) return OK;
    TRY(buffer_printf(into, fault,
                      "\n## 线索处理限制 · Handling of clues\n\n**非法定**. The originator sets it; it sticks to the "
                      "clue whatever later papers say. After the expiry (by the later of "
                      "broker time and business\ntime) nothing goes onward and no case is started. Cases started from "
                      "a clue: openings of "));
    for (int m = 0; m < p->machine_count; m++) {
        if (p->started >> m & 1u) TRY(buffer_printf(into, fault, "%s ", p->machines[m].name));
    }
    TRY(buffer_printf(into, fault,
                      "out of it.\n\n| code | | | 订阅 to subscribers | 转送他人 onward | 据以立案移送 starting a case "
                      "| 有效期 expiry | 协调员见名称 title shown |\n|---|---|---|---|---|---|---|---|\n"));
    for (int i = 0; i < p->handling_count; i++) {
        const struct handling_rule *h = &p->handlings[i];
        TRY(buffer_printf(into, fault, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", h->code, h->zh, h->en,
                          h->subscribers ? "是 yes" : "否 no", free_text(h->onward_consent),
                          free_text(h->start_consent), h->expires ? "必填 needed" : "可填 optional",
                          h->titles ? "是 yes" : "否 no"));
    }
    TRY(words("线索来源 · sources", p->sources, p->source_count, into, fault));
    TRY(words("区域 · areas, beside the divisions", p->areas, p->area_count, into, fault));
    TRY(buffer_printf(into, fault, "\n## 理由代码 · Reason codes\n"));
    return words("Rows take those that they list", p->reasons, p->reason_count, into, fault);
}
