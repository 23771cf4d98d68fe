/* What the register takes of a record beyond what the judge reads: the case's words, and its parties with their
 * personal data. By walk programs of its own, made once for each schema that comes by. Views into the value. */
#ifndef ECOCASE_REGISTER_CONTENT_INSIDE_H
#define ECOCASE_REGISTER_CONTENT_INSIDE_H
#include "wire/record.h"

enum content_field {
    CONTENT_TITLE,
    CONTENT_OFFENCE,
    CONTENT_SUMMARY,
    CONTENT_REASON,
    CONTENT_NOTE,
    CONTENT_PLACE,
    CONTENT_PURPOSE,
    CONTENT_CASE_NO,
    CONTENT_LONGITUDE,
    CONTENT_LATITUDE,
    CONTENT_SYSTEM,
    CONTENT_PARTIES,
    CONTENT_FIELDS
};
enum party_field {
    PARTY_KIND,
    PARTY_ROLE,
    PARTY_NAME,
    PARTY_ID_TYPE,
    PARTY_ID_NO,
    PARTY_SEX,
    PARTY_ADDRESS,
    PARTY_PHONE,
    PARTY_FIELDS
};
struct content_reader;
struct content_reader *content_reader_new(void);
void content_reader_free(struct content_reader *reader);
struct content {
    struct walk_field fields[CONTENT_FIELDS];
    const struct walk_program
        *party; /* for walk_records over fields[CONTENT_PARTIES]; NULL: the record has no parties */
};
/* Of a value that record_read has let through. */
MUST_USE enum outcome content_read(struct content_reader *reader, const struct schema_entry *schema, struct bytes value,
                                   struct content *ret, struct fault *fault);
#endif
