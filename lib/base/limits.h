/* Every limit of ecocase, with its reason, in one place. */
#ifndef ECOCASE_BASE_LIMITS_H
#define ECOCASE_BASE_LIMITS_H
#define KIB 1024u
#define MIB (1024u * 1024u)

/* all attachments of one submission inside the record; beyond: in chunks */
#define LIMIT_ATTACHMENTS (1u * MIB)
/* one attachment in chunks: 2 GiB, an hour of drone video; beyond: TOO_LARGE */
#define LIMIT_FILE (INT64_C(2) << 30)
/* bytes of a chunk before sealing: with its seal and headers a record stays below 1 MiB */
#define LIMIT_CHUNK     (1020u * KIB)
#define LIMIT_CHUNK_MIN (4u * KIB) /* smaller ones would only make more records */
/* one record value: attachments + case + room for headers below the topics' limit */
#define LIMIT_VALUE         (1536u * KIB)
#define LIMIT_TOPIC_MESSAGE (2u * MIB) /* max.message.bytes of outbox and inbox */
/* max.message.bytes of the dead-letter topic: a full record + its error headers */
#define LIMIT_DEAD_LETTER    (4u * MIB)
#define LIMIT_WALK_DEPTH     32u          /* nesting of Avro values */
#define LIMIT_WALK_ITEMS     100000u      /* items of all arrays and maps of one message together */
#define LIMIT_SETTINGS       (256u * KIB) /* a YAML file: libyaml is quadratic on deep nesting */
#define LIMIT_SETTINGS_DEPTH 16u
/* a native case file before mapping (text forms are larger than Avro) */
#define LIMIT_NATIVE_FILE      (4u * MIB)
#define LIMIT_ATTACHMENT_COUNT 64u /* attachments of one submission */
/* 22 today, room for the alternates; arrays in the lane row have this many places */
#define LIMIT_CITATIONS           64u /* numbers that one paper cites */
#define LIMIT_PARTICIPANTS        64u
#define LIMIT_SUBSCRIPTIONS       32u /* of one participant: looked through for every clue */
#define LIMIT_LANES               64u
#define LIMIT_RECIPIENTS          24u /* to + copies of one message, after the rules added theirs */
#define LIMIT_CLOCKS              24u /* statutory clocks of one referral */
#define LIMIT_REFERRALS_PER_CASE  32u
#define LIMIT_HINTED              8u  /* who hear of one hint: the agency, procuratorate and justice bureau */
#define LIMIT_HINTS               24u /* hints of one referral, and of one message about them */
#define LIMIT_EVENTS_PER_REFERRAL 1000u
#define LIMIT_FINDINGS            8u /* wrong identifiers named of one submission; what is beyond is said to be */
/* 100 000 million yuan, more than any fine or value a case names */
#define LIMIT_AMOUNT_FEN      INT64_C(10000000000000)
#define LIMIT_OPERATION_COUNT 10000000 /* people, boats, tenths of kilometres ... of one report */
#define LIMIT_REASONS         32u      /* reasons of one refusal */
/* submissions judged in one Postgres transaction; each costs some 7 KiB of memory meanwhile */
#define LIMIT_BATCH       400u
#define LIMIT_BATCH_BYTES (8u * MIB)
#endif
