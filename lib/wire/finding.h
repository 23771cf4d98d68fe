/* 标识核验: the wrong identifiers of a submission, each by reason code and field path: identity numbers and credit
 * codes of the parties, the county, coordinates, amounts, document and case numbers. Job: the one list of what is
 * checked in which field of a record. The broker notes what it finds beside what it accepts
 * (docs/decisions/0022-a-wrong-identifier-stops-a-file.md); the adapter asks the same questions (finding_of_party ...)
 * of a native file before it leaves, and stops where the answer is wrong rather than only remarkable. Pure; threads:
 * any. */
#ifndef ECOCASE_WIRE_FINDING_H
#define ECOCASE_WIRE_FINDING_H
#include "identifiers/identifiers.h"
#include "identifiers/division.h"
#include "wire/record.h"

/* A wrong or remarkable identifier: reason code (static) and where it stands; paths count from 1 ("parties[2].id_no").
 */
struct finding {
    const char *code;
    char field[40];
};
struct findings {
    size_t count;
    struct finding one[LIMIT_FINDINGS];
};
/* All of a submission. The last of LIMIT_FINDINGS says MORE_FINDINGS where there are more. */
void finding_note(const struct division_list *divisions, const struct submission *submission, struct findings *ret);

/* A party's number, by what the paper says it is: 111 and 112 (resident identity cards), USCC; or, where it does not
 * say, by its length. NULL: right, or a number of another kind. `at`: the time of the paper. */
struct party_number {
    bool organisation;
    struct bytes type, number;
};
const char *finding_of_party(const struct party_number *party, instant at);
/* An identity number or a credit code, and right. */
bool finding_identifies(const struct party_number *party, instant at);
bool finding_is_organisation(int64_t party_kind);
/* The field that a code of coordinate_check or division_place_remark is about; code NULL: any. */
const char *finding_coordinate_field(const char *code, const struct coordinate *at);
#endif
