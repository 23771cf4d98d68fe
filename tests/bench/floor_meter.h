/* Wall and CPU seconds since a moment, printed as "count wall-seconds cpu-seconds". */
#ifndef ECOCASE_BENCH_FLOOR_METER_H
#define ECOCASE_BENCH_FLOOR_METER_H
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

struct meter {
    double wall, cpu;
};
static inline struct meter meter_start(void) {
    struct timespec now;
    struct rusage use;
    clock_gettime(CLOCK_MONOTONIC, &now);
    getrusage(RUSAGE_SELF, &use);
    return (struct meter){(double)now.tv_sec + (double)now.tv_nsec / 1e9,
                          (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
                              (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6};
}
static inline void meter_print(long long count, const struct meter *since) {
    struct meter now = meter_start();
    printf("%lld %.3f %.3f\n", count, now.wall - since->wall, now.cpu - since->cpu);
}
#endif
