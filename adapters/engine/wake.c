/* The loop's alarm clock: an eventfd. */
#include "adapters/engine/engine.h"
#include <sys/eventfd.h>
#include <unistd.h>

static int descriptor = -1;
static const uint64_t one = 1;

void wake_open(void) {
    descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    INVARIANT(descriptor >= 0);
}

void wake_close(void) {
    int was = descriptor;
    descriptor = -1;
    if (was >= 0) close(was);
}

void wake_now(void) {
    ssize_t ignored = descriptor >= 0 ? write(descriptor, &one, sizeof one) : 0;
    (void)ignored;
}

int wake_descriptor(void) { return descriptor; }

void wake_drain(void) {
    uint64_t drained;
    drained = (uint64_t)read(descriptor, &drained, sizeof drained);
}
