#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/failpoint.h"
#include "base/time.h"

/* Passes a.one, a.onetwo, a.one, a.one with the plan given; returns wait's word, and how many were passed in the exit
 * code. */
static int pass_with(const char *plan, int64_t *ret_ms) {
    int64_t started = monotonic_ms();
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        setenv("ECOCASE_FAILPOINT", plan, 1);
        unsetenv("ECOCASE_FAILPOINT_LOG");
        FAILPOINT("a.one");
        FAILPOINT("a.onetwo");
        FAILPOINT("a.one");
        FAILPOINT("a.one");
        _exit(7);
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, WUNTRACED), child);
    if (WIFSTOPPED(how)) {
        kill(child, SIGKILL);
        int ended = 0;
        assert_int_equal(waitpid(child, &ended, 0), child);
    }
    *ret_ms = monotonic_ms() - started;
    return how;
}
static bool ran_through(int how) { return WIFEXITED(how) && WEXITSTATUS(how) == 7; }

static void a_point_acts_at_its_passing_in_a_faults_build_only(void **state) {
    (void)state;
    int64_t ms = 0;
    assert_true(ran_through(pass_with("", &ms)));
    assert_true(ran_through(pass_with("a.other@1=kill", &ms)));
    assert_true(ran_through(pass_with("a.one@4=kill", &ms)));
    assert_true(ran_through(pass_with("a.onetwo@2=kill", &ms)));
    int killed = pass_with("a.one@3=kill", &ms), stopped = pass_with("a.one=stop", &ms);
    int slept = pass_with("a.one@2=sleep:150", &ms);
    assert_true(ran_through(slept));
#ifdef ECOCASE_FAULTS
    assert_true(WIFSIGNALED(killed) && WTERMSIG(killed) == SIGKILL);
    assert_true(WIFSTOPPED(stopped));
    assert_true(ms >= 150);
#else
    assert_true(ran_through(killed));
    assert_true(ran_through(stopped));
    assert_true(ms < 150);
#endif
}
static void a_mutant_is_planted_by_its_name(void **state) {
    (void)state;
    setenv("ECOCASE_MUTANT", "no_fence", 1);
#ifdef ECOCASE_FAULTS
    assert_true(mutant("no_fence"));
    assert_false(mutant("no_fenc"));
    unsetenv("ECOCASE_MUTANT");
#endif
    assert_false(mutant("no_fence"));
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_point_acts_at_its_passing_in_a_faults_build_only),
                                       cmocka_unit_test(a_mutant_is_planted_by_its_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
