/* The journal's tables and statements. STRICT tables; ids are 16-byte blobs. */
#include "adapters/journal/journal_inside.h"

const char journal_tables[] =
    "CREATE TABLE IF NOT EXISTS fact(name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT"
    " ROWID;"
    "CREATE TABLE IF NOT EXISTS submission(row INTEGER PRIMARY KEY AUTOINCREMENT, digest BLOB NOT"
    " NULL UNIQUE, message_id BLOB NOT NULL UNIQUE, case_id BLOB NOT NULL, referral_id BLOB NOT NULL,"
    " file TEXT NOT NULL, sent_as TEXT NOT NULL, event TEXT NOT NULL, document_no TEXT NOT NULL,"
    " papers TEXT NOT NULL, key TEXT NOT NULL, value BLOB, headers BLOB NOT NULL, business_time"
    " INTEGER NOT NULL, at INTEGER NOT NULL, state INTEGER NOT NULL, answered INTEGER NOT NULL DEFAULT 1)"
    " STRICT;"
    /* what is prepared up to this row is acknowledged */
    "CREATE TABLE IF NOT EXISTS acked(one INTEGER PRIMARY KEY CHECK (one = 1), row INTEGER NOT NULL)"
    " STRICT;"
    "CREATE INDEX IF NOT EXISTS submission_unfinished ON submission(state, row) WHERE state < 2;"
    "CREATE INDEX IF NOT EXISTS submission_sent_as ON submission(sent_as);"
    "CREATE TABLE IF NOT EXISTS number(number TEXT NOT NULL, of_case INTEGER NOT NULL, message_id"
    " BLOB NOT NULL, case_id BLOB NOT NULL, referral_id BLOB NOT NULL, parent_referral_id BLOB NOT"
    " NULL, other TEXT NOT NULL, event TEXT NOT NULL, came_in INTEGER NOT NULL, UNIQUE(number,"
    " of_case, message_id)) STRICT;"
    "CREATE INDEX IF NOT EXISTS number_message ON number(message_id);"
    "CREATE TABLE IF NOT EXISTS delivery(lane INTEGER NOT NULL, generation INTEGER NOT NULL, sequence"
    " INTEGER NOT NULL, epoch INTEGER NOT NULL, broker_time INTEGER NOT NULL, message_id BLOB NOT"
    " NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL, stem TEXT NOT NULL, files TEXT,"
    " digest BLOB, PRIMARY KEY(lane, generation, sequence)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS delivery_message ON delivery(message_id);"
    "CREATE INDEX IF NOT EXISTS delivery_staged ON delivery(lane) WHERE files IS NOT NULL;"
    "CREATE TABLE IF NOT EXISTS lane_position(lane INTEGER PRIMARY KEY, generation INTEGER NOT NULL,"
    " sequence INTEGER NOT NULL, epoch INTEGER NOT NULL, broker_time INTEGER NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS inbox_offset(partition INTEGER PRIMARY KEY, offset INTEGER NOT NULL)"
    " STRICT;"
    "CREATE TABLE IF NOT EXISTS file(sha256 BLOB PRIMARY KEY, sm3 BLOB NOT NULL, size INTEGER NOT"
    " NULL, partition INTEGER NOT NULL, first_offset INTEGER NOT NULL, last_offset INTEGER NOT NULL,"
    " count INTEGER NOT NULL, chunk_size INTEGER NOT NULL, key BLOB NOT NULL, acked INTEGER NOT NULL,"
    " at INTEGER NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS paper(identity BLOB PRIMARY KEY, sha256 BLOB NOT NULL, at INTEGER NOT"
    " NULL) STRICT;"
    "CREATE INDEX IF NOT EXISTS paper_content ON paper(sha256);"
    "CREATE TABLE IF NOT EXISTS alarm(row INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL,"
    " kind TEXT NOT NULL, text TEXT NOT NULL) STRICT;";

#define SUBMISSION_COLUMNS                                                                                          \
    "row, state, digest, message_id, case_id, referral_id, file, sent_as, event, document_no, papers, key, value, " \
    "headers, business_time, at, answered"
const char *const journal_sql[S_COUNT] = {
    [S_BEGIN] = "BEGIN IMMEDIATE",
    [S_COMMIT] = "COMMIT",
    [S_ROLLBACK] = "ROLLBACK",
    [S_PREPARE] = "INSERT INTO submission(digest, message_id, case_id, referral_id, file, sent_as, event,"
                  " document_no, papers, key, value, headers, business_time, at, state, answered)"
                  " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,0,0)",
    [S_BY_DIGEST] = "SELECT " SUBMISSION_COLUMNS " FROM submission WHERE digest=?",
    [S_BY_MESSAGE] = "SELECT " SUBMISSION_COLUMNS " FROM submission WHERE message_id=?",
    [S_BY_SENT_AS] = "SELECT 1 FROM submission WHERE sent_as=? LIMIT 1",
    [S_IN_STATE] =
        "SELECT row, state, digest, message_id, case_id, referral_id, file, sent_as, event, document_no,"
        " papers, key, CASE state WHEN 0 THEN value END, headers, business_time, at, answered FROM submission WHERE"
        " state=? AND state<2 AND row>? AND row<=? ORDER BY row LIMIT ?",
    [S_QUEUE] = "SELECT count(*), coalesce(sum(length(value)), 0) FROM submission WHERE state=0 AND state<2 AND row>?",
    [S_ACKED] = "SELECT row FROM acked",
    [S_ACKED_PUT] =
        "INSERT INTO acked(one, row) VALUES(1, ?) ON CONFLICT(one) DO UPDATE SET row=max(row, excluded.row)",
    [S_ADVANCE] = "UPDATE submission SET state=?2 WHERE row=?1 AND state<?2",
    [S_MOVED] = "UPDATE submission SET state=2, value=NULL WHERE row=?",
    [S_ANSWERED] = "UPDATE submission SET answered=1 WHERE message_id=? AND answered=0",
    [S_DROP_NUMBERS] = "DELETE FROM number WHERE message_id=(SELECT message_id FROM submission WHERE row=?)",
    [S_DROP] = "DELETE FROM submission WHERE row=?",
    [S_NUMBER_ADD] = "INSERT INTO number(number, of_case, message_id, case_id, referral_id, parent_referral_id, other,"
                     " event, came_in) VALUES(?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
    [S_NUMBERS] = "SELECT number, of_case, message_id, case_id, referral_id, parent_referral_id, other, event,"
                  " came_in FROM number WHERE number=? AND of_case=? ORDER BY rowid DESC LIMIT 1000",
    [S_NUMBERS_FORGET] = "DELETE FROM number WHERE message_id=?",
    [S_STAGE] = "INSERT INTO delivery(lane, generation, sequence, epoch, broker_time, message_id, partition,"
                " offset, stem, files, digest) VALUES(?,?,?,?,?,?,?,?,?,?,?)",
    [S_STAGED] = "SELECT lane, generation, sequence, epoch, broker_time, message_id, partition, offset, stem,"
                 " files FROM delivery WHERE files IS NOT NULL ORDER BY partition, offset",
    [S_REVEALED] = "UPDATE delivery SET files=NULL WHERE files IS NOT NULL",
    [S_DELIVERED] = "SELECT digest, generation FROM delivery WHERE message_id=?1 ORDER BY digest IS ?2 DESC, generation"
                    " DESC LIMIT 1",
    [S_POSITIONS] = "SELECT lane, generation, sequence, epoch, broker_time FROM lane_position ORDER BY lane LIMIT ?",
    [S_POSITION_PUT] = "INSERT INTO lane_position(lane, generation, sequence, epoch, broker_time) VALUES(?,?,?,?,?) ON"
                       " CONFLICT(lane) DO UPDATE SET generation=excluded.generation, sequence=excluded.sequence,"
                       " epoch=excluded.epoch, broker_time=excluded.broker_time",
    [S_OFFSET] = "SELECT offset FROM inbox_offset WHERE partition=?",
    [S_OFFSET_PUT] = "INSERT INTO inbox_offset(partition, offset) VALUES(?,?) ON CONFLICT(partition) DO UPDATE SET"
                     " offset=excluded.offset",
    [S_FILE] = "SELECT sm3, size, partition, first_offset, last_offset, count, chunk_size, key, acked, at FROM"
               " file WHERE sha256=?",
    [S_FILE_PUT] = "INSERT OR REPLACE INTO file(sha256, sm3, size, partition, first_offset, last_offset, count,"
                   " chunk_size, key, acked, at) VALUES(?,?,?,?,?,?,?,?,?,?,?)",
    [S_PAPER] = "SELECT sha256 FROM paper WHERE identity=?",
    [S_PAPER_PUT] = "INSERT OR REPLACE INTO paper(identity, sha256, at) VALUES(?,?,?)",
    [S_PAPERS_OF] = "SELECT identity FROM paper WHERE sha256=? ORDER BY at DESC",
    [S_PAPERS_FORGET] = "DELETE FROM paper WHERE at<?",
    [S_ALARM] = "INSERT INTO alarm(at, kind, text) VALUES(?,?,?)",
    [S_ALARMS] = "SELECT count(*) FROM alarm",
    [S_FACT_PUT] = "INSERT INTO fact(name, value) VALUES(?,?) ON CONFLICT DO NOTHING",
    [S_FACT] = "SELECT value FROM fact WHERE name=?",
};
