/* The one entry that libFuzzer and replay.c both call; its name and form are libFuzzer's. */
#ifndef ECOCASE_TESTS_FUZZ_TARGET_H
#define ECOCASE_TESTS_FUZZ_TARGET_H
#include <stddef.h>
#include <stdint.h>
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t count);
#endif
