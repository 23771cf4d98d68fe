/* Keys of the parties of a case file. */
#include "wire/person.h"
#include "wire/digest.h"
#include "wire/finding.h"

static void key_of(struct bytes secret, struct bytes number, char ret[PERSON_KEY + 1]) {
    char text[32] = "", hex[DIGEST_SIZE * 2 + 1];
    memcpy(text, number.at, number.count);
    if (text[number.count - 1] == 'x') text[number.count - 1] = 'X';
    const struct bytes parts[] = {secret, bytes_of(text, number.count)};
    struct digest digest = digest_of_list(parts, 2);
    digest_hex(&digest, hex);
    memcpy(ret, hex, PERSON_KEY);
    ret[PERSON_KEY] = '\0';
}

static bool known(const struct persons *persons, const char *key) {
    for (size_t i = 0; i < persons->count; i++) {
        if (strcmp(persons->one[i].key, key) == 0) return true;
    }
    return false;
}

void person_note(struct bytes secret, const struct submission *s, struct persons *ret) {
    struct walk_field f[RECORD_PARTY_FIELDS];
    size_t cursor = 0;
    ret->count = 0;
    if (s->kind != RECORD_CASE_FILE || !secret.count) return;
    while (ret->count < MAX_PERSONS && s->parties.number > 0 &&
           walk_records(s->schema->items, &s->parties, &cursor, f)) {
        const struct party_number party = {finding_is_organisation(f[RECORD_PARTY_KIND].number),
                                           f[RECORD_PARTY_ID_TYPE].at, f[RECORD_PARTY_ID_NO].at};
        if (!finding_identifies(&party, s->business_time)) continue;
        key_of(secret, party.number, ret->one[ret->count].key);
        ret->one[ret->count].role = f[RECORD_PARTY_ROLE].at;
        if (!known(ret, ret->one[ret->count].key)) ret->count++;
    }
}
