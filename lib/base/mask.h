/* 脱敏: personal numbers out of lines that people and logs see. Job: a run that reads as a resident identity number (GB
 * 11643: 17 digits and a digit or X; old ones 15 digits; a month and a day where they belong) keeps its first and last
 * four characters, the rest becomes '*', as the mask profiles have it (1508**********0015). In place, same length.
 * Case, document and message numbers stay readable: a run that touches a letter or another digit is none. Threads: any.
 * Never fails. */
#ifndef ECOCASE_BASE_MASK_H
#define ECOCASE_BASE_MASK_H
void mask_line(char *text);
#endif
