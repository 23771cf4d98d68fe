/* 当事人标识 · Who the parties of a case file are, by a key instead of a number, so that the ledger can find the same
 * party in other cases without a second list of identity numbers: the first 8 bytes of SHA-256 over the ledger's secret
 * and the number, in hexadecimal. Whoever has no secret cannot try out numbers. Only identity numbers and credit codes
 * that are right (finding.h) have a key, as party_number_plain writes them: small letters, full-width ones and blanks
 * make no other party. Two parties in a thousand million million share one. Pure; threads: any. */
#ifndef ECOCASE_WIRE_PERSON_H
#define ECOCASE_WIRE_PERSON_H
#include "wire/record.h"

#define PERSON_KEY  16u /* characters */
#define MAX_PERSONS 16u /* of one paper and of one referral: what is beyond is not looked for in other cases */
struct persons {
    size_t count;
    struct {
        char key[PERSON_KEY + 1];
        struct bytes role; /* 身份, as the paper has it */
        bool exact;        /* right as it is written: what rules before version 2 took for a key */
    } one[MAX_PERSONS];
};
/* Of a CASE_FILE; other records name no parties, or (clues) nobody who was found to be one. */
void person_note(struct bytes secret, const struct submission *submission, struct persons *ret);
#endif
