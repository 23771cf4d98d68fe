/* Inside of the spool transport: its folders, and what is known of outbox/. */
#ifndef ECOCASE_ADAPTERS_SPOOL_SPOOL_INSIDE_H
#define ECOCASE_ADAPTERS_SPOOL_SPOOL_INSIDE_H
#include "adapters/spool/spool.h"
#include "base/time.h"
#include <sys/stat.h>

#define SPOOL_NAME 256
struct seen {
    char *name; /* owned */
    int64_t size, modified_ns;
    uint64_t inode;
    int64_t first_ms, quiet_since_ms, again_ms; /* monotonic; again_ms: put off until then */
    bool complete, regular;
    /* inotify told of it since the last look; that it was renamed in: it is complete at once */
    bool heard, renamed;
    bool gone; /* moved on, or away; its place is given up at the next look */
};
/* What is known of outbox/: sorted by name. Owned names. */
struct seen_list {
    struct seen *at;
    size_t count, capacity;
};
enum spool_folder {
    FOLDER_ROOT,
    FOLDER_OUTBOX,
    FOLDER_SENT,
    FOLDER_FAILED,
    FOLDER_INBOX,
    FOLDER_DONE,
    FOLDER_STAGE,
    FOLDER_STORE,
    FOLDER_COUNT
};
struct spool {
    struct transport transport;
    int folders[FOLDER_COUNT], lock, notify;
    /* fresh: names inotify told of, not among the seen; in the order they were told */
    struct seen_list seen, fresh;
    size_t gone;  /* of seen.at */
    bool unheard; /* events were lost, or there was no room: only the folder itself can tell */
    int64_t next_scan_ms;
    char (*staged)[96]; /* since the last settle; beyond the room the whole file system is synced */
    size_t staged_count;
    bool sent_dirty, inbox_dirty;
};
/* from here on one syncfs costs less than that many fsyncs (measured 0.4 ms each) */
#define SPOOL_STAGED_MAX 16u
static inline struct spool *spool_of(struct transport *transport) { return (struct spool *)transport; }
static inline const struct spool *spool_const(const struct transport *transport) {
    return (const struct spool *)transport;
}

enum outcome spool_list_complete(struct transport *t, struct arena *arena, const struct outbox_file **ret,
                                 size_t *ret_count, int64_t *ret_again_ms, struct fault *fault);
bool spool_unchanged(struct transport *t, const struct outbox_file *paper);
enum outcome spool_read(struct transport *t, const struct outbox_file *paper, struct buffer *into, struct fault *fault);
enum outcome spool_read_part(struct transport *t, const struct outbox_file *paper, int64_t from, uint8_t *ret,
                             size_t count, struct fault *fault);
bool spool_find_in_sent(struct transport *t, const struct outbox_file *was, struct arena *arena,
                        struct outbox_file *ret);
/* It is looked at again until it is complete. RETRY/FILE_CHANGED. */
enum outcome spool_mark_changed(struct spool *spool, const struct outbox_file *paper, struct fault *fault);
int64_t spool_modified_ns(const struct stat *facts);
bool spool_same(int file, const struct outbox_file *paper); /* an open file */
/* spool_seen.c: brings what is known of outbox/ up to date; the whole folder is read only where events cannot tell. */
MUST_USE enum outcome spool_look(struct spool *spool, int64_t now, struct fault *fault);
void spool_forget(struct spool *spool); /* at the end */
void spool_put_off(struct transport *t, struct bytes name, int64_t ms);
void spool_unsee(struct spool *spool, struct bytes name);
struct seen *spool_seen(const struct spool *spool, struct bytes name); /* NULL: not, or gone */
bool spool_copy_name(struct bytes name, char ret[SPOOL_NAME]);

enum outcome spool_move_to_sent(struct transport *t, const struct outbox_file *paper, struct bytes as,
                                struct fault *fault);
bool spool_sent_taken(struct transport *t, const char *name);
enum outcome spool_fail(struct transport *t, const struct outbox_file *papers, size_t count, struct bytes why,
                        struct fault *fault);

enum outcome spool_stage(struct transport *t, const char *staged, struct bytes content, struct fault *fault);
int spool_attachments_folder(const struct transport *t);
enum outcome spool_stage_stored(struct transport *t, const char *staged, const char *stored, struct fault *fault);
void spool_note_staged(struct spool *spool, const char *staged);
enum outcome spool_sync_staged(struct transport *t, struct fault *fault);
enum outcome spool_reveal(struct transport *t, const char *staged, enum box box, const char *name, struct fault *fault);
enum outcome spool_sync_moved(struct transport *t, struct fault *fault);
enum outcome spool_forget_staged(struct transport *t, struct fault *fault);
enum outcome spool_write_status(struct transport *t, struct bytes json, struct fault *fault);
#endif
