/* The follower: whoever has the lock follows, until it is told to stop; others wait for it. */
#include "broker/register/registry_inside.h"
#include <stdio.h>
#include <time.h>
#include "base/log.h"

#define IDLE_MS    150   /* between polls that found nothing: what people see is at most that old and a poll */
#define STANDBY_MS 1000  /* between two tries for the lock */
#define BACK_OFF   1000  /* ms, when a server is away */
#define OLD_MS     60000 /* between two looks for a register that was replaced an hour ago, and for empty sums */

static void wait_ms(int64_t ms) {
    nanosleep(&(struct timespec){(time_t)(ms / 1000), (long)(ms % 1000) * 1000000}, NULL);
}

enum outcome follower_lock(PGconn *conn, bool *ret_held, struct fault *fault) {
    AUTO(desk_result_free) PGresult *result = NULL;
    TRY(desk_ask(conn, "SELECT pg_try_advisory_lock(" FOLLOWER_LOCK ")", 0, NULL, &result, fault));
    *ret_held = PQgetvalue(result, 0, 0)[0] == 't';
    return OK;
}

static void tell_progress(void *opaque, int64_t done, int64_t of) {
    (void)opaque;
    log_info("register.building", "events=%lld of=%lld", (long long)done, (long long)of);
}
static const struct register_listener builder = {.progress = tell_progress};

/* Whatever the register was, it is one of the present record now. */
static enum outcome build_again(struct registry *registry, struct fault *fault) {
    int64_t events = 0;
    TRY(rebuild_beside(registry, &builder, &events, fault));
    TRY(rebuild_put_in_place(registry, fault));
    log_info("register.rebuilt", "events=%lld", (long long)events);
    return OK;
}

static enum outcome ready(struct registry *registry, struct fault *fault) {
    int version = 0;
    TRY(registry_connect(registry, "register", fault));
    TRY(schema_look(registry->conn, "register", &version, fault));
    if (version == REGISTER_VERSION) return OK;
    if (version > REGISTER_VERSION)
        return fault_set(fault, FATAL, "REGISTER_NEWER",
                         "the register is of version %d, this program knows %d: install the newer programs", version,
                         REGISTER_VERSION);
    if (version == 0) return schema_make(registry->conn, registry->request->schemas, "register", fault);
    log_warn("register.old", "version=%d known=%d", version, REGISTER_VERSION);
    return build_again(registry, fault);
}

/* Polls until told to stop, or something happened that needs another connection or another register. */
static enum outcome follow(struct registry *registry, const volatile sig_atomic_t *stop, struct fault *fault) {
    int64_t old_ms = 0;
    log_info("register.following", "instance=%s", registry->request->instance);
    while (!*stop) {
        struct poll_count count;
        enum outcome outcome = poll_once(registry, &count, fault);
        if (outcome == REFUSE && strcmp(fault->code, "REGISTER_MOVED") == 0) {
            log_fault(LOG_WARN, "register.moved", fault); /* rebuilt by command: its positions are read anew */
            continue;
        }
        if (outcome != OK) return outcome;
        if (!count.more) wait_ms(IDLE_MS);
        if (monotonic_ms() - old_ms < OLD_MS) continue;
        TRY(schema_drop_old(registry->conn, fault));
        TRY(desk_run(registry->conn, "SELECT tidy_sums()", fault));
        old_ms = monotonic_ms();
    }
    return OK;
}

static enum outcome serve(struct registry *registry, const volatile sig_atomic_t *stop, struct fault *fault) {
    bool held = false, told = false;
    TRY(registry_connect(registry, "register", fault));
    while (!held && !*stop) {
        TRY(follower_lock(registry->conn, &held, fault));
        if (held) break;
        if (!told) log_info("register.standing.by", "instance=%s", registry->request->instance);
        told = true;
        wait_ms(STANDBY_MS);
    }
    if (*stop) return OK;
    TRY(ready(registry, fault));
    enum outcome outcome = follow(registry, stop, fault);
    if (outcome != REFUSE || strcmp(fault->code, "REGISTER_AHEAD") != 0) return outcome;
    log_fault(LOG_WARN, "register.ahead", fault);
    return build_again(registry, fault);
}

enum outcome register_run(const struct register_request *request, const volatile sig_atomic_t *stop,
                          struct fault *fault) {
    struct registry registry;
    enum outcome outcome = registry_open(request, &registry, fault);
    while (outcome == OK && !*stop) {
        outcome = serve(&registry, stop, fault);
        if (outcome != RETRY && outcome != REFUSE) continue;
        log_fault(LOG_WARN, "register.waiting", fault);
        registry_disconnect(&registry);
        wait_ms(BACK_OFF);
        outcome = OK;
    }
    registry_close(&registry);
    return outcome;
}
