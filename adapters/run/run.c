/* The loop. Each part of the work is tried by itself: what fails rests longer and longer and is logged
 * once, the others go on. The loop sleeps until Kafka, the transport or a due time wakes it; a second is the most, as a
 * net below missed wake-ups. */
#include "adapters/run/run.h"
#include "adapters/transfer/transfer.h"
#include "adapters/inbound/inbound.h"
#include "adapters/outbound/outbound.h"
#include "adapters/http/http.h"
#include "adapters/table/table.h"
#include "adapters/spool/spool.h"
#include "base/limits.h"
#include "base/log.h"
#include "wire/digest.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SLEEP_MAX_MS      1000
#define REST_FIRST_MS     100
#define REST_MAX_MS       5000
#define ARENA_FIRST       (256u << 10)
#define DIRECTORY_LOOK_MS 2000

enum part { PART_PREPARE, PART_UPLOAD, PART_PRODUCE, PART_MOVE, PART_DOWNLOAD, PART_RECEIVE, PART_REPORT, PART_COUNT };
static const char *const part_names[PART_COUNT] = {"take", "ship", "send", "move", "fetch", "inbox", "report"};
struct loop {
    const struct run_settings *settings;
    struct digest directory_read; /* its text, as it was loaded or as it was refused last */
    int64_t next_look_ms;
    struct catalogue *catalogue;
    struct directory *directory;
    struct profile *profile;
    struct seal seal;
    struct journal *journal;
    struct transport *transport;
    struct arena *arena;
    struct engine_status now;
    struct status status; /* as last written */
    struct transfer transfer;
    struct uploads *uploads;
    struct downloads *downloads;
    struct outbound outbound;
    struct sender *sender;
    struct delivery delivery;
    struct inbound *inbound;
    struct {
        int64_t due_ms;
        int rest_ms;
        char code[40];
    } parts[PART_COUNT];
    bool unsent;          /* there may be prepared rows to produce */
    bool unmoved;         /* there may be acknowledged rows whose files are to be moved */
    bool more;            /* work that waits for nothing: do not sleep */
    bool scan_now;        /* an upload is done: look at the outbox in the next round */
    int64_t next_scan_ms; /* when to look at the outbox at the latest */
};
typedef enum outcome (*work)(struct loop *, struct fault *);

static enum outcome take(struct loop *l, struct fault *fault) {
    size_t prepared = 0;
    int64_t again_ms = 0;
    l->scan_now = false;
    TRY(outbound_prepare(&l->outbound, l->arena, &prepared, &again_ms, fault));
    l->next_scan_ms = monotonic_ms() + again_ms;
    l->unsent = l->unsent || prepared > 0;
    return OK;
}

static enum outcome send_out(struct loop *l, struct fault *fault) {
    bool busy = !sender_idle(l->sender);
    enum outcome outcome = sender_poll(l->sender, l->arena, fault);
    if (outcome != OK) l->unsent = l->unmoved = true; /* a new producer goes on from the journal */
    TRY(outcome);
    if (busy && sender_idle(l->sender)) l->unmoved = l->unsent = true;
    if (!l->unsent || !sender_idle(l->sender)) return OK;
    TRY(sender_send(l->sender, l->arena, fault));
    l->unsent = !sender_idle(l->sender);
    return OK;
}

static enum outcome move(struct loop *l, struct fault *fault) {
    if (l->unmoved) TRY(outbound_move_acked(&l->outbound, l->arena, fault));
    l->unmoved = false;
    return OK;
}

static enum outcome read_inbox(struct loop *l, struct fault *fault) {
    bool more = false;
    TRY(inbound_round(l->inbound, l->arena, &more, fault));
    l->more = l->more || more;
    return OK;
}

static enum outcome ship(struct loop *l, struct fault *fault) { return uploads_round(l->uploads, &l->more, fault); }
static enum outcome fetch(struct loop *l, struct fault *fault) {
    return downloads_round(l->downloads, &l->more, fault);
}
static enum outcome report(struct loop *l, struct fault *fault) { return sender_reports(l->sender, false, fault); }
static const work works[PART_COUNT] = {take, ship, send_out, move, fetch, read_inbox, report};

/* What `status` says of it: the first part that does not work. */
static void note_trouble(struct loop *l) {
    const char *code = "";
    for (enum part i = 0; i < PART_COUNT && !*code; i++) code = l->parts[i].code;
    if (strcmp(code, l->now.trouble) == 0) return;
    (*code ? &l->now.trouble_since : &l->now.mended_at)[0] = instant_now();
    snprintf(l->now.trouble, sizeof l->now.trouble, "%s", code);
}

/* Trouble is logged once per kind, its end too. */
static enum outcome attempt(struct loop *l, enum part part) {
    struct fault fault = {0};
    if (monotonic_ms() < l->parts[part].due_ms) return OK;
    arena_reset(l->arena);
    enum outcome outcome = works[part](l, &fault);
    if (outcome == OK) {
        if (l->parts[part].code[0]) log_info("engine.mended", "part=%s code=%s", part_names[part], l->parts[part].code);
        l->parts[part].rest_ms = 0;
        l->parts[part].code[0] = 0;
        note_trouble(l);
        return OK;
    }
    if (strcmp(l->parts[part].code, fault.code) != 0)
        log_fault_unnamed(outcome == FATAL ? LOG_ERROR : LOG_WARN, "engine.trouble", &fault);
    snprintf(l->parts[part].code, sizeof l->parts[part].code, "%s", fault.code);
    int rest = l->parts[part].rest_ms * 2;
    l->parts[part].rest_ms = rest < REST_FIRST_MS ? REST_FIRST_MS : rest > REST_MAX_MS ? REST_MAX_MS : rest;
    l->parts[part].due_ms = monotonic_ms() + l->parts[part].rest_ms;
    l->now.last_error = fault;
    l->now.last_error_at = instant_now();
    note_trouble(l);
    return outcome == FATAL ? FATAL : OK;
}

static void sooner(int64_t *ms, int64_t due_ms) {
    int64_t left = due_ms - monotonic_ms();
    if (left < *ms) *ms = left > 0 ? left : 0;
}

/* True when the transport has news. */
static bool wait_for_news(struct loop *l) {
    int64_t ms = l->more || l->scan_now ? 0 : SLEEP_MAX_MS, report_ms = sender_report_due_ms(l->sender);
    for (enum part i = 0; i < PART_COUNT; i++) {
        if (l->parts[i].rest_ms) sooner(&ms, l->parts[i].due_ms);
    }
    if (!l->parts[PART_PREPARE].rest_ms) sooner(&ms, l->next_scan_ms);
    if (report_ms >= 0 && report_ms < ms && !l->parts[PART_REPORT].rest_ms) ms = report_ms;
    bool send_now = (l->unsent && sender_idle(l->sender) && !l->parts[PART_PRODUCE].rest_ms) ||
                    (l->unmoved && !l->parts[PART_MOVE].rest_ms);
    /* While looking at the outbox rests after trouble its descriptor is left alone, else poll would return at once. */
    bool resting = l->parts[PART_PREPARE].rest_ms && l->parts[PART_PREPARE].due_ms > monotonic_ms();
    struct pollfd fds[] = {{wake_descriptor(), POLLIN, 0},
                           {resting ? -1 : l->transport->verbs->wake_descriptor(l->transport), POLLIN, 0}};
    poll(fds, 2, send_now ? 0 : (int)ms);
    if (fds[0].revents & POLLIN) wake_drain();
    return fds[1].revents & POLLIN;
}

static void directory_path(const struct run_settings *s, char ret[4096]) {
    snprintf(ret, 4096, "%s/directory.yaml", s->schemas);
}

/* Of a file that cannot be read now: what was read last. */
static struct digest directory_digest(const struct loop *l) {
    char path[4096];
    struct fault ignored;
    AUTO(buffer_free) struct buffer text;
    buffer_init(&text, LIMIT_SETTINGS);
    directory_path(l->settings, path);
    return buffer_read_file(&text, path, &ignored) == OK ? digest_of(buffer_view(&text)) : l->directory_read;
}

/* Would a start with it succeed? */
static enum outcome check_directory(const struct loop *l, struct fault *fault) {
    char path[4096];
    struct directory *directory = NULL;
    struct profile *profile = NULL;
    directory_path(l->settings, path);
    enum outcome outcome = directory_load(path, &directory, fault);
    if (outcome == OK) outcome = profile_load(l->settings->profile, directory, l->catalogue, &profile, fault);
    profile_free(profile);
    directory_free(directory);
    return outcome;
}

/* 名录变更 · The directory has another text, and it is good: all is opened anew with it, as after a restart. One that
 * cannot be used is told, once, and the last good one stays. */
static bool directory_changed(struct loop *l) {
    struct fault fault = {0};
    if (monotonic_ms() < l->next_look_ms) return false;
    l->next_look_ms = monotonic_ms() + DIRECTORY_LOOK_MS;
    struct digest now = directory_digest(l);
    if (memcmp(now.b, l->directory_read.b, sizeof now.b) == 0) return false;
    l->directory_read = now;
    if (check_directory(l, &fault) == OK) return true;
    log_fault(LOG_ERROR, "directory.refused", &fault);
    return false;
}

/* *ret_again: with a new directory. */
static enum outcome go_round(struct loop *l, const volatile sig_atomic_t *stop, bool *ret_again, struct fault *fault) {
    bool news = true;
    while (!*stop && !(*ret_again = directory_changed(l))) {
        l->more = false;
        for (enum part i = 0; i < PART_COUNT && !*stop; i++) {
            if (i == PART_PREPARE && !news && !l->scan_now && monotonic_ms() < l->next_scan_ms) continue;
            if (attempt(l, i) == FATAL) {
                *fault = l->now.last_error;
                return FATAL;
            }
        }
        l->now.lag = inbound_lag(l->inbound);
        struct fault ignored;
        if (!l->status.at_ms || l->now.delivered != l->status.written.delivered) {
            if (journal_alarms(l->journal, &l->now.alarms, &ignored) != OK) l->now.alarms = l->status.written.alarms;
        }
        status_write(&l->status, l->outbound.agency, &l->now, l->transport, true);
        news = wait_for_news(l);
    }
    return OK;
}

static enum outcome load(struct loop *l, const struct run_settings *s, struct fault *fault) {
    char path[4096];
    TRY(catalogue_load(s->schemas, &l->catalogue, fault));
    directory_path(s, path);
    l->directory_read = directory_digest(l);
    TRY(directory_load(path, &l->directory, fault));
    TRY(profile_load(s->profile, l->directory, l->catalogue, &l->profile, fault));
    if (strcmp(profile_agency(l->profile), s->agency) != 0) {
        return fault_set(fault, REFUSE, "SETTINGS_TYPE", "%s: the profile is of %s, not of %s", s->profile,
                         profile_agency(l->profile), s->agency);
    }
    if (directory_by_slug(l->directory, bytes_of_cstr(s->agency))) return OK;
    return fault_set(fault, REFUSE, "UNKNOWN_RECIPIENT", "%s: no participant %s", path, s->agency);
}

/* What each part works with, all of it open by now. */
static void equip(struct loop *l, const struct run_settings *s) {
    l->transfer = (struct transfer){.agency = s->agency,
                                    .bus = &s->bus,
                                    .profile = l->profile,
                                    .journal = l->journal,
                                    .transport = l->transport,
                                    .status = &l->now,
                                    .scan_now = &l->scan_now};
    l->outbound = (struct outbound){.agency = s->agency,
                                    .catalogue = l->catalogue,
                                    .directory = l->directory,
                                    .profile = l->profile,
                                    .seal = &l->seal,
                                    .journal = l->journal,
                                    .transport = l->transport,
                                    .status = &l->now,
                                    .manual_clock = s->manual_clock};
    l->delivery = (struct delivery){.agency = s->agency,
                                    .catalogue = l->catalogue,
                                    .profile = l->profile,
                                    .journal = l->journal,
                                    .transport = l->transport,
                                    .status = &l->now};
}

/* What the last run left unfinished; then Kafka, which need not be there. */
static enum outcome open_parts(struct loop *l, const struct run_settings *s, struct fault *fault) {
    equip(l, s);
    TRY(delivery_recover(&l->delivery, l->arena, fault));
    TRY(uploads_new(&l->transfer, &l->uploads, fault));
    l->downloads = downloads_new(&l->transfer, l->uploads);
    l->outbound.uploads = l->uploads;
    l->delivery.downloads = l->downloads;
    TRY(sender_new(&l->outbound, &s->bus, &l->sender, fault));
    TRY(inbound_new(&(struct inbound_parts){&l->delivery, l->sender, l->uploads, &s->bus}, &l->inbound, fault));
    l->unsent = l->unmoved = true;
    return OK;
}

/* Spool, journal and what stands before the spool; then the parts. */
static enum outcome open_all(struct loop *l, const struct run_settings *s, struct fault *fault) {
    char path[4096];
    bool same = false;
    TRY(load(l, s, fault));
    l->arena = arena_new(ARENA_FIRST, ENGINE_ARENA);
    wake_open();
    TRY(spool_open(s->spool, &l->transport, fault));
    snprintf(path, sizeof path, "%s/" ENGINE_JOURNAL, s->spool);
    TRY(journal_open(path, &l->journal, fault));
    TRY(journal_fact(l->journal, "agency", bytes_of_cstr(s->agency), &same, fault));
    if (!same)
        return fault_set(fault, REFUSE, "SETTINGS_TYPE",
                         "spool %s belongs to another agency than %s, as its journal says", s->spool, s->agency);
    TRY(seal_load(s->spool, true, &l->seal, fault));
    if (s->table)
        TRY(table_open(&(struct gateway_place){s->table, s->spool, path, s->agency, l->profile}, &l->transport, fault));
    if (s->http)
        TRY(http_open(&(struct gateway_place){s->http, s->spool, path, s->agency, l->profile}, &l->transport, fault));
    return open_parts(l, s, fault);
}

static void close_all(struct loop *l) {
    struct fault ignored;
    if (l->sender && l->now.kafka_up) {
        if (sender_reports(l->sender, true, &ignored) == OK) sender_flush(l->sender, 300);
        arena_reset(l->arena);
        if (sender_poll(l->sender, l->arena, &ignored) == OK &&
            outbound_move_acked(&l->outbound, l->arena, &ignored) != OK)
            log_fault_unnamed(LOG_WARN, "engine.trouble", &ignored);
    }
    if (l->inbound) status_write(&l->status, l->outbound.agency, &l->now, l->transport, false);
    inbound_free(l->inbound);
    sender_free(l->sender);
    uploads_free(l->uploads);
    downloads_free(l->downloads);
    journal_close(l->journal);
    if (l->transport) l->transport->verbs->close(l->transport);
    if (l->arena) arena_free(l->arena);
    if (l->profile) profile_free(l->profile);
    if (l->directory) directory_free(l->directory);
    if (l->catalogue) catalogue_free(l->catalogue);
    wake_close();
    free(l);
}

static enum outcome run_once(const struct run_settings *settings, const volatile sig_atomic_t *stop, bool *ret_again,
                             struct fault *fault) {
    struct loop *l = calloc(1, sizeof *l);
    INVARIANT(l);
    l->settings = settings;
    enum outcome outcome = open_all(l, settings, fault);
    if (outcome == OK) {
        log_info("engine.started", "agency=%s spool=\"%s\" clock=%s", settings->agency, settings->spool,
                 settings->manual_clock ? "manual" : "real");
        outcome = go_round(l, stop, ret_again, fault);
        if (*ret_again) log_info("directory.changed", "agency=%s", settings->agency);
        log_info("engine.stopped", "sent=%lld failed=%lld delivered=%lld", (long long)l->now.sent,
                 (long long)l->now.failed, (long long)l->now.delivered);
    }
    close_all(l);
    return outcome;
}

enum outcome run_adapter(const struct run_settings *settings, const volatile sig_atomic_t *stop, struct fault *fault) {
    enum outcome outcome = OK;
    for (bool again = true; again && outcome == OK;) {
        again = false;
        outcome = run_once(settings, stop, &again, fault);
    }
    return outcome;
}
