/* Inside of enlist: what its checks and its effect share. */
#ifndef ECOCASE_JUDGE_ENLIST_INSIDE_H
#define ECOCASE_JUDGE_ENLIST_INSIDE_H
#include "broker/judge/judging_inside.h"
#include "broker/model/roster.h"

#define MAX_CODE       20u
#define MAX_FOUND      300u /* the line of a finding */
#define MAX_FOLLOW_UP  150u
#define MAX_FOLLOW_UPS 40u /* numbers of one message */

/* Has the limit for what is owed ended at the message's time? */
bool enlist_over(const struct judging *j, int owing);
/* A part of a line: nothing in it may break the line. */
const char *enlist_part(struct judging *j, struct bytes text, size_t most);
/* The message's n-th number of a case where the roster does not have it yet and it did not stand before; else empty. */
struct bytes enlist_new_number(struct judging *j, const struct roster *roster, size_t nth);
#endif
