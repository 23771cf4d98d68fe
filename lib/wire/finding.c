/* Which field of a record is checked as what. */
#include "wire/finding.h"
#include "identifiers/identifiers.h"
#include "identifiers/document_number.h"
#include <stdio.h>

#define ORGANISATION 1 /* PartyKind */

/* index 0: the path has none. */
static void add(struct findings *found, const char *code, const char *path, size_t index, const char *member) {
    if (!code) return;
    if (found->count == LIMIT_FINDINGS) {
        found->one[LIMIT_FINDINGS - 1] = (struct finding){.code = "MORE_FINDINGS"};
        return;
    }
    struct finding *finding = &found->one[found->count++];
    finding->code = code;
    if (index) snprintf(finding->field, sizeof finding->field, "%s[%zu]%s%s", path, index, *member ? "." : "", member);
    else snprintf(finding->field, sizeof finding->field, "%s", path);
}

static bool identity(const struct party_number *party) {
    if (party->type.count) return bytes_equal_cstr(party->type, "111") || bytes_equal_cstr(party->type, "112");
    return !party->organisation && (party->number.count == 18 || id_number_meant(party->number));
}
static bool credit(const struct party_number *party) {
    return party->type.count ? bytes_equal_cstr(party->type, "USCC") : party->organisation && party->number.count == 18;
}

const char *finding_of_party(const struct party_number *party, instant at) {
    if (!party->number.count) return NULL;
    if (identity(party)) return id_number_check(party->number, at);
    return credit(party) ? credit_code_check(party->number) : NULL;
}

bool finding_identifies(const struct party_number *party, instant at) {
    return party->number.count && (identity(party) || credit(party)) && !finding_of_party(party, at);
}
bool finding_is_organisation(int64_t party_kind) { return party_kind == ORGANISATION; }

static void parties(const struct division_list *divisions, const struct submission *s, struct findings *found) {
    struct walk_field f[RECORD_PARTY_FIELDS];
    size_t cursor = 0;
    for (size_t i = 1; s->parties.number > 0 && walk_records(s->schema->items, &s->parties, &cursor, f); i++) {
        const struct party_number party = {f[RECORD_PARTY_KIND].number == ORGANISATION, f[RECORD_PARTY_ID_TYPE].at,
                                           f[RECORD_PARTY_ID_NO].at};
        const char *code = finding_of_party(&party, s->business_time);
        if (!code && identity(&party) && party.number.count)
            code = division_remark(divisions, id_number_division(party.number));
        add(found, code, "parties", i, "id_no");
    }
}

static void penalties(const struct submission *s, struct findings *found) {
    struct walk_field f[RECORD_PENALTY_FIELDS];
    size_t cursor = 0;
    for (size_t i = 1; s->penalties.number > 0 && walk_records(s->schema->items, &s->penalties, &cursor, f); i++) {
        add(found, amount_check(f[RECORD_PENALTY_AMOUNT].number), "penalties", i, "amount_fen");
    }
}

const char *finding_coordinate_field(const char *code, const struct coordinate *at) {
    if (!code || strncmp(code, "COORDINATE_SYSTEM", 17) == 0) return "coordinates_system";
    if (strcmp(code, "COORDINATE_PAIR") == 0) return at->has_longitude ? "latitude" : "longitude";
    return at->longitude >= -180 && at->longitude <= 180 && strcmp(code, "COORDINATE_RANGE") == 0 ? "latitude"
                                                                                                  : "longitude";
}

static void place(const struct division_list *divisions, const struct submission *s, struct findings *found) {
    const struct coordinate at = {s->longitude.present, s->latitude.present, s->longitude.real, s->latitude.real,
                                  s->coordinates_system};
    const char *code = coordinate_check(&at);
    if (!code) code = coordinate_remark(&at);
    if (!code) code = division_place_remark(divisions, s->county_code, &at);
    add(found, code, finding_coordinate_field(code, &at), 0, "");
    if (s->county_code.count)
        add(found, division_check(divisions, s->county_code, s->business_time), "county_code", 0, "");
}

/* The corners of an operation's area; the first that is wrong. */
static void area(const struct submission *s, struct findings *found) {
    struct walk_field f[RECORD_CORNER_FIELDS];
    size_t cursor = 0;
    for (size_t i = 1; s->operation.area.number > 0 && walk_records(s->schema->items, &s->operation.area, &cursor, f);
         i++) {
        const struct coordinate at = {true, true, f[RECORD_CORNER_LONGITUDE].real, f[RECORD_CORNER_LATITUDE].real,
                                      s->coordinates_system};
        const char *code = coordinate_check(&at);
        if (!code) code = coordinate_remark(&at);
        bool system = code && strncmp(code, "COORDINATE_SYSTEM", 17) == 0;
        add(found, code, system ? "coordinates_system" : "area", system ? 0 : i, "");
        if (code) return;
    }
}

static void numbers(const struct submission *s, struct findings *found) {
    struct bytes cite;
    size_t cursor = 0;
    if (s->document_no.count) add(found, document_number_check(s->document_no), "envelope.document_no", 0, "");
    for (size_t i = 1; walk_items(&s->cites, &cursor, &cite); i++) {
        if (case_number_check(cite)) add(found, "CASE_NUMBER_FORM", "envelope.cites", i, "");
    }
    add(found, case_number_check(s->agency_case_no), "agency_case_no", 0, "");
}

void finding_note(const struct division_list *divisions, const struct submission *s, struct findings *ret) {
    bool content = s->kind == RECORD_CASE_FILE || s->kind == RECORD_CLUE;
    ret->count = 0;
    if (content) {
        parties(divisions, s, ret);
        place(divisions, s, ret);
    }
    if (s->kind == RECORD_CASE_FILE) add(ret, amount_check(s->fine_paid_fen), "fine_paid_fen", 0, "");
    if (s->kind == RECORD_CASE_STEP) penalties(s, ret);
    if (s->kind == RECORD_OPERATION) area(s, ret);
    if (s->kind == RECORD_OPERATION_STEP) place(divisions, s, ret);
    if (s->kind != RECORD_NOTICE && s->kind != RECORD_DELIVERY_REPORT && s->kind != RECORD_TICK) numbers(s, ret);
}
