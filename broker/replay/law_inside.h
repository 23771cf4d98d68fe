/* By what an event was judged: the rules and the directory as they stood then. Loaded once each; one thread. */
#ifndef ECOCASE_REPLAY_LAW_INSIDE_H
#define ECOCASE_REPLAY_LAW_INSIDE_H
#include "broker/ledger/history.h"

struct law;
/* `directories` is another connection than the one that streams events. */
MUST_USE enum outcome law_load(const char *schemas, const char *conninfo, struct law **ret,
                               struct ledger_world *ret_world, struct fault *fault);
void law_free(struct law *law);
const struct catalogue *law_catalogue(const struct law *law);
const struct rules *law_newest(const struct law *law);
/* FATAL when that version is not among the files given. */
MUST_USE enum outcome law_rules(struct law *law, int version, const struct rules **ret, struct fault *fault);
/* A version that lanes could not read was passed over by them: the one before holds then. */
MUST_USE enum outcome law_directory(struct law *law, int32_t version, const struct directory **ret,
                                    struct fault *fault);
#endif
