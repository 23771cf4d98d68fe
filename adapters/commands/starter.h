/* 配置起步: `ecocase-adapter new`, a starting profile for an agency, written from one of its own files. Job: finds
 * format, encoding, dates and the fields whose names or values are known (not: fixed width, workbooks of several
 * sheets), prints YAML on stdout with what is left to do as comments, then loads it and reads the sample with it. What
 * is not recognised stays unmapped and travels in native[]. Without a sample: a csv with the built-in Chinese names.
 * Returns the exit status: 0 the profile is complete and takes the sample; 1 it was written and something is still to
 * do (told on stderr), or nothing could be read. */
#ifndef ECOCASE_ADAPTERS_COMMANDS_STARTER_H
#define ECOCASE_ADAPTERS_COMMANDS_STARTER_H

int starter_run(const char *slug, const char *sample, const char *schemas);
#endif
