/* Keys of the parties of a case file. */
#include "wire/person.h"
#include "wire/digest.h"
#include "wire/finding.h"
#include "identifiers/identifiers.h"

static void key_of(struct bytes secret, struct bytes number, char ret[PERSON_KEY + 1]) {
    char hex[DIGEST_SIZE * 2 + 1];
    const struct bytes parts[] = {secret, number};
    struct digest digest = digest_of_list(parts, 2);
    digest_hex(&digest, hex);
    memcpy(ret, hex, PERSON_KEY);
    ret[PERSON_KEY] = '\0';
}

static void add(struct persons *persons, const char *key, struct bytes role, bool exact) {
    for (size_t i = 0; i < persons->count; i++) {
        if (strcmp(persons->one[i].key, key) != 0) continue;
        persons->one[i].exact = persons->one[i].exact || exact;
        return;
    }
    memcpy(persons->one[persons->count].key, key, PERSON_KEY + 1);
    persons->one[persons->count].role = role;
    persons->one[persons->count++].exact = exact;
}

void person_note(struct bytes secret, const struct submission *s, struct persons *ret) {
    struct walk_field f[RECORD_PARTY_FIELDS];
    size_t cursor = 0;
    ret->count = 0;
    if (s->kind != RECORD_CASE_FILE || !secret.count) return;
    while (ret->count < MAX_PERSONS && s->parties.number > 0 &&
           walk_records(s->schema->items, &s->parties, &cursor, f)) {
        char plain[PARTY_NUMBER], key[PERSON_KEY + 1];
        const struct party_number written = {finding_is_organisation(f[RECORD_PARTY_KIND].number),
                                             f[RECORD_PARTY_ID_TYPE].at, f[RECORD_PARTY_ID_NO].at};
        party_number_plain(written.number, plain);
        const struct party_number party = {written.organisation, written.type, bytes_of_cstr(plain)};
        if (!finding_identifies(&party, s->business_time)) continue;
        key_of(secret, party.number, key);
        add(ret, key, f[RECORD_PARTY_ROLE].at, finding_identifies(&written, s->business_time));
    }
}
