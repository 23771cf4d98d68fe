/* 标识: the ids of a submission. The message id comes from agency and content, so the same submission has the same id
 * on every machine and after every loss; it begins with the paper's own time, so that ids of a time lie together in the
 * ledger's index; case and referral come from the citation or, where a case is opened, from the agency's own number. */
#ifndef ECOCASE_ADAPTERS_OUTBOUND_IDENTITY_H
#define ECOCASE_ADAPTERS_OUTBOUND_IDENTITY_H
#include "adapters/conversion/conversion.h"
#include "adapters/journal/journal.h"
#include "adapters/spool/rejection.h"

struct digest identity_digest(const char *slug, struct bytes native, const struct attachment *attachments, size_t count,
                              struct arena *arena);
/* ret->message_id is set from the business time and `digest`. Cited numbers are looked up in the journal (NULL: nothing
 * is known). On REFUSE the rejection's fault and candidates are filled. */
MUST_USE enum outcome identity_address(struct journal *journal, const struct directory *directory, const char *slug,
                                       const struct draft_view *view, const struct digest *digest, struct arena *arena,
                                       struct address *ret, struct rejection *rejection);
#endif
