/* documents.yaml: 文书 by code, and what an event must bring (documents, fields) in which regime and for which
 * categories. */
#include "broker/rules/rules_inside.h"

static enum outcome read_document(struct procedure *p, struct setting *from, struct fault *fault) {
    if (p->document_count == MAX_DOCUMENTS)
        return setting_fault(from, fault, "TOO_MANY", "more than %d documents", MAX_DOCUMENTS);
    struct document_rule *document = &p->documents[p->document_count];
    TRY(setting_text(from, "code", &document->code, fault));
    TRY(rules_read_names(from, &document->zh, &document->en, fault));
    if (rules_document(p, bytes_of_cstr(document->code)) >= 0)
        return setting_fault(from, fault, "SETTINGS_DUPLICATE", "the document %.20s stands twice: keep one",
                             document->code);
    p->document_count++;
    return OK;
}

static enum outcome read_wanted(const struct procedure *p, struct setting *from, struct package *ret,
                                struct fault *fault) {
    struct setting *list = setting_get(from, "documents");
    for (struct setting *one = list ? list->first : NULL; one; one = one->next) {
        int document = one->kind == SETTING_TEXT ? rules_document(p, bytes_of_cstr(one->text)) : -1;
        if (document < 0)
            return setting_fault(one, fault, "SETTINGS_UNKNOWN",
                                 "there is no document \"%.20s\": add it above or correct it",
                                 one->text ? one->text : "");
        ret->documents |= UINT64_C(1) << document;
    }
    list = setting_get(from, "fields");
    for (struct setting *one = list ? list->first : NULL; one; one = one->next) {
        int field = one->kind == SETTING_TEXT ? rules_field(one->text) : -1;
        if (field < 0)
            return setting_fault(one, fault, "SETTINGS_UNKNOWN", "there is no field \"%.30s\" that can be asked for",
                                 one->text ? one->text : "");
        ret->fields |= UINT32_C(1) << field;
    }
    if (!ret->documents && !ret->fields)
        return setting_fault(from, fault, "SETTINGS_MISSING", "it asks for nothing: list documents or fields");
    return OK;
}

static enum outcome read_package(struct procedure *p, struct setting *from, struct fault *fault) {
    static const char *const lacks[] = {"refuse", "supplement", "remark"};
    if (p->package_count == 64) return setting_fault(from, fault, "TOO_MANY", "more than 64 requirements");
    struct package *package = &p->packages[p->package_count];
    const char *text = "";
    bool statutory = false;
    package->at = from;
    TRY(setting_text(from, "event", &text, fault));
    int event = rules_event(p, bytes_of_cstr(text));
    if (event < 0)
        return setting_fault(setting_get(from, "event"), fault, "SETTINGS_UNKNOWN",
                             "there is no event \"%.40s\": add it to events or correct it", text);
    package->event = (uint8_t)event;
    TRY(setting_text_or(from, "regime", "", &text, fault));
    package->regime = -1;
    for (int i = 0; i < p->regime_count; i++)
        package->regime = strcmp(p->regimes[i].code, text) == 0 ? i : package->regime;
    if (text[0] && package->regime < 0)
        return setting_fault(setting_get(from, "regime"), fault, "SETTINGS_UNKNOWN", "there is no regime \"%.20s\"",
                             text);
    TRY(rules_read_categories(p, setting_get(from, "categories"), &package->categories, fault));
    TRY(setting_text_or(from, "when", "", &text, fault));
    package->reason = text[0] ? text : NULL;
    if (package->reason) TRY(rules_check_reason(p, setting_get(from, "when"), text, fault));
    TRY(setting_text(from, "missing", &text, fault));
    int lack = -1;
    for (int i = 0; i < 3; i++) lack = strcmp(lacks[i], text) == 0 ? i : lack;
    if (lack < 0)
        return setting_fault(setting_get(from, "missing"), fault, "SETTINGS_UNKNOWN",
                             "missing must be refuse, supplement or remark, not \"%.20s\"", text);
    package->lack = (enum lack)lack;
    TRY(read_wanted(p, from, package, fault));
    TRY(rules_read_tag(from, &package->tag, &package->basis, &statutory, fault));
    p->package_count++;
    return OK;
}

enum outcome rules_read_documents(struct procedure *p, struct setting *root, struct fault *fault) {
    struct setting *list = NULL;
    TRY(setting_need(root, "documents", SETTING_LIST, &list, fault));
    for (struct setting *one = list->first; one; one = one->next) TRY(read_document(p, one, fault));
    TRY(setting_need(root, "required", SETTING_LIST, &list, fault));
    for (struct setting *one = list->first; one; one = one->next) TRY(read_package(p, one, fault));
    return OK;
}
