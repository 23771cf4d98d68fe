/* For builds with ThreadSanitizer only: gcc 12's does not know C11 threads, which librdkafka is made of, and crashes in
 * a thread that it did not see begin. These stand before glibc's and say the same by pthreads, whose types glibc's C11
 * threads have under another name. */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

static int result_of(int error) { return error == 0 ? thrd_success : error == ENOMEM ? thrd_nomem : thrd_error; }

struct start {
    thrd_start_t run;
    void *argument;
};
static void *begin(void *opaque) {
    struct start start = *(struct start *)opaque;
    free(opaque);
    return (void *)(intptr_t)start.run(start.argument);
}
int thrd_create(thrd_t *thread, thrd_start_t run, void *argument) {
    struct start *start = malloc(sizeof *start);
    if (!start) return thrd_nomem;
    *start = (struct start){run, argument};
    int error = pthread_create((pthread_t *)thread, NULL, begin, start);
    if (error) free(start);
    return result_of(error);
}
int thrd_join(thrd_t thread, int *ret) {
    void *result = NULL;
    int error = pthread_join((pthread_t)thread, &result);
    if (!error && ret) *ret = (int)(intptr_t)result;
    return result_of(error);
}

int mtx_init(mtx_t *mutex, int type) {
    pthread_mutexattr_t kind;
    pthread_mutexattr_init(&kind);
    if (type & mtx_recursive) pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
    int error = pthread_mutex_init((pthread_mutex_t *)mutex, &kind);
    pthread_mutexattr_destroy(&kind);
    return result_of(error);
}
int mtx_lock(mtx_t *mutex) { return result_of(pthread_mutex_lock((pthread_mutex_t *)mutex)); }
int mtx_trylock(mtx_t *mutex) {
    int error = pthread_mutex_trylock((pthread_mutex_t *)mutex);
    return error == EBUSY ? thrd_busy : result_of(error);
}
int mtx_unlock(mtx_t *mutex) { return result_of(pthread_mutex_unlock((pthread_mutex_t *)mutex)); }
void mtx_destroy(mtx_t *mutex) { pthread_mutex_destroy((pthread_mutex_t *)mutex); }

int cnd_init(cnd_t *condition) { return result_of(pthread_cond_init((pthread_cond_t *)condition, NULL)); }
int cnd_signal(cnd_t *condition) { return result_of(pthread_cond_signal((pthread_cond_t *)condition)); }
int cnd_broadcast(cnd_t *condition) { return result_of(pthread_cond_broadcast((pthread_cond_t *)condition)); }
int cnd_wait(cnd_t *condition, mtx_t *mutex) {
    return result_of(pthread_cond_wait((pthread_cond_t *)condition, (pthread_mutex_t *)mutex));
}
int cnd_timedwait(cnd_t *condition, mtx_t *mutex, const struct timespec *until) {
    int error = pthread_cond_timedwait((pthread_cond_t *)condition, (pthread_mutex_t *)mutex, until);
    return error == ETIMEDOUT ? thrd_timedout : result_of(error);
}
void cnd_destroy(cnd_t *condition) { pthread_cond_destroy((pthread_cond_t *)condition); }
