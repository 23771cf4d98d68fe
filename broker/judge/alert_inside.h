/* Inside of the judge: whom an alert goes to, for the alerts of clocks and those of hints. */
#ifndef ECOCASE_JUDGE_ALERT_INSIDE_H
#define ECOCASE_JUDGE_ALERT_INSIDE_H
#include "broker/judge/judge.h"

void alert_add(struct alert *alert, int who); /* each once; 0 is nobody */
/* Adds everybody of a role, of the actor's own city where there is one, else wherever it is; false: nobody has it. */
bool alert_add_role(struct alert *alert, const struct directory *directory, enum role role,
                    const struct participant *actor);
#endif
