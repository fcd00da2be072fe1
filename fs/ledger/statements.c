/* SPDX-License-Identifier: MIT */
/* The SQL texts of the ledger's statements. ledger.c prepares each at its first use. */
#include "ledger/db.h"
#include "ledger/sql_states.h"
#include "ledger/owners.h"

#define JOB_COLUMNS                                                                                \
	"id, state, incomplete, job_id, version, digest, risk_level, enterprise_project_id,"       \
	" job_name, description, tags, request_id, errnum, error, warnings, changed_ms, refused,"  \
	" own, dismissed, unmade, backup, base, on_purpose,"                                       \
	" coalesce(held_risk_level, risk_level),"                                                  \
	" coalesce(held_project, enterprise_project_id), coalesce(held_name, job_name),"           \
	" coalesce(held_description, description), unread, " LEDGER_HOLDING_COLUMNS

/* Which version a file has: read_text() in texts.c reads these columns, of job and of c, the
 * catalogue. */
#define TEXT_COLUMNS                                                                               \
	"job.id, job.job_id, job.version, base, unread, digest, state IN (" SQL_SUBMITTED          \
	", " SQL_FAILED ") AND NOT (incomplete OR backup), c.version, state = " SQL_FAILED         \
	" OR refused OR errnum, hidden, hidden_uid, " LEDGER_HOLDING_COLUMNS

#define IMPORT_COLUMNS                                                                             \
	"job_id, name, state, create_ms, version, digest, checked_ms, error, risk_level,"          \
	" enterprise_project_id, job_name, description, tags,"                                     \
	" (SELECT c.version FROM catalogue AS c WHERE c.job_id = import.job_id), read_version"

#define SUBMISSION_COLUMNS                                                                         \
	"id, job, kind, state, started_ms, digest, risk_level, enterprise_project_id, job_name,"   \
	" description, tags, content, queued, attempts, own, base, onto,"                          \
	" rebound, adopts"

/*
 * A row that is set aside has the name "NAME/ID", with its own ID. No file can have a name with a
 * slash. So no path finds the row, and two such rows of one path do not collide. The row moves with
 * its directory as every row does.
 */
#define IS_ASIDE "(instr(name, '/') > 0)"
#define FILE_NAME "iif(" IS_ASIDE ", substr(name, 1, instr(name, '/') - 1), name)"
#define PATH "iif(dir = '', '', dir || '/') || " FILE_NAME

/*
 * A held_… column says what the service holds of an attribute. It is NULL if the service holds what
 * was sent. SET_HELD: the service has told the value; told NULL: it has not, and nothing changes.
 * KEEP_HELD: the sent value changes, and what the service holds stays the same.
 */
#define SET_HELD(sent, held, told)                                                                 \
	", " held " = iif(" told " IS NULL, " held ", nullif(" told ", coalesce(" sent ", '')))"
#define KEEP_HELD(sent, held, new)                                                                 \
	", " sent " = " new ", " held " = nullif(coalesce(" held ", " sent ", ''),"                \
			    " coalesce(" new ", ''))"

const char *const ledger_sql[STMT_COUNT] = {
	[STMT_BEGIN] = "BEGIN IMMEDIATE",
	[STMT_COMMIT] = "COMMIT",
	[STMT_LOOK_BEGIN] = "BEGIN",
	[STMT_LOOK_END] = "COMMIT",
	[STMT_FIND] = "SELECT " JOB_COLUMNS " FROM job WHERE dir = ?1 AND name = ?2",
	[STMT_GET] = "SELECT " JOB_COLUMNS " FROM job WHERE id = ?1",
	[STMT_ENSURE] = "INSERT INTO job (dir, name, changed_ms, id, uid, gid, mode, dir_uid,"
			" dir_gid, dir_mode) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
	[STMT_ROW] = "SELECT id FROM job WHERE dir = ?1 AND name = ?2",
	[STMT_GLANCE] = "SELECT length(CAST(job_id AS BLOB)),"
			" iif(dismissed, 0, length(CAST(error AS BLOB))), changed_ms,"
			" " LEDGER_HOLDING_COLUMNS " FROM job WHERE dir = ?1 AND name = ?2",
	[STMT_IS_BOUND] = "SELECT 1 FROM job WHERE job_id = ?1"
			  " UNION ALL SELECT 1 FROM forgotten WHERE job_id = ?1",
	[STMT_HAS_JOB] = "SELECT job_id IS NOT NULL OR state IN " SQL_UNFINISHED " FROM job"
			 " WHERE dir = ?1 AND name = ?2",
	/* two rows may have the job, one of them set aside: prefer the row that a path finds */
	[STMT_BOUND_ROW] =
		"SELECT id FROM job WHERE job_id = ?1 ORDER BY instr(name, '/') > 0, id LIMIT 1",
	[STMT_BIND] = "UPDATE job SET job_id = ?2, version = ?3, digest = ?4, risk_level = ?5,"
		      " enterprise_project_id = ?6, job_name = ?7, description = ?8, tags = ?9,"
		      " own = ?10, changed_ms = ?11, state = ?12, base = ?13, on_purpose = ?14,"
		      " held_risk_level = NULL, held_project = NULL, held_name = NULL,"
		      " held_description = NULL, unread = 0,"
		      " request_id = NULL, incomplete = iif(refused, incomplete, 0),"
		      " errnum = iif(refused, errnum, 0), error = iif(refused, error, NULL),"
		      " dismissed = iif(refused, dismissed, 0)"
		      " WHERE id = ?1 AND job_id IS NULL",
	[STMT_RECALL] = "DELETE FROM forgotten WHERE job_id = ?1",
	[STMT_MEAN_JOB] = "UPDATE job SET on_purpose = 1 WHERE id = ?1 AND NOT on_purpose",
	[STMT_ADOPT] = "UPDATE submission SET kind = ?2, onto = 0 WHERE id = ?1",
	[STMT_REMEMBER] = "INSERT OR IGNORE INTO forgotten SELECT job_id FROM job"
			  " WHERE id = ?1 AND job_id IS NOT NULL",
	[STMT_UNTRUST] = "UPDATE job SET digest = NULL WHERE id = ?1",
	[STMT_REFUSE] = "UPDATE job SET refused = 1, incomplete = ?2, errnum = ?3, error = ?4,"
			" dismissed = 0, changed_ms = ?5 WHERE id = ?1",
	[STMT_TELL_REFUSAL] =
		"UPDATE job SET error = ?2, dismissed = 0, changed_ms = ?3 WHERE id = ?1"
		" AND NOT (refused OR incomplete OR errnum)",
	/* a failed job is a draft until the newer content is recorded */
	[STMT_OVERWRITE] = "UPDATE job SET refused = 0, incomplete = 0, errnum = 0, error = NULL,"
			   " dismissed = 0, changed_ms = ?2, state = iif(state = " SQL_FAILED
			   ", " SQL_DRAFT ", state)"
			   " WHERE id = ?1",
	[STMT_WARN] = "UPDATE job SET warnings = ?2 WHERE id = ?1",
	[STMT_WARN_MORE] = "UPDATE job SET warnings = coalesce(warnings, '') || ?2 WHERE id = ?1",
	[STMT_CLEAR] = "UPDATE job SET incomplete = 0, errnum = 0, error = NULL, dismissed = 0,"
		       " changed_ms = ?2"
		       " WHERE id = ?1 AND NOT refused AND (incomplete OR error IS NOT NULL)",
	[STMT_DISMISS] = "UPDATE job SET dismissed = 1, changed_ms = ?2 WHERE id = ?1",
	[STMT_DROP_STORY] = "DELETE FROM job WHERE id = ?1 AND job_id IS NULL"
			    " AND state NOT IN " SQL_UNFINISHED,
	/* A failed row gets the state that it had before. A row with an unfinished submission stays
	 * unmade: the submission may still end without a file. */
	[STMT_END_STORY] =
		"UPDATE job SET refused = 0, incomplete = 0, errnum = 0, error = NULL,"
		" dismissed = 0, unmade = iif(state IN " SQL_UNFINISHED
		", unmade, 0), changed_ms = ?2,"
		" state = iif(state = " SQL_FAILED
		", iif(job_id IS NULL OR digest IS NULL, " SQL_DRAFT ", " SQL_SUBMITTED "), state)"
		" WHERE id = ?1",
	[STMT_IS_UNMADE] = "SELECT unmade FROM job WHERE id = ?1",
	[STMT_HAS_UNMADE] = "SELECT EXISTS (SELECT 1 FROM job WHERE unmade = 1)",
	[STMT_SET_UNMADE] = "UPDATE job SET unmade = ?2 WHERE id = ?1",
	[STMT_NEXT_UNMADE] = "SELECT id, name, length(CAST(job_id AS BLOB)),"
			     " iif(dismissed, 0, length(CAST(error AS BLOB))), changed_ms,"
			     " " LEDGER_HOLDING_COLUMNS " FROM job"
			     " WHERE unmade = 1 AND dir = ?1 AND id > ?2 AND NOT " IS_ASIDE
			     " ORDER BY id LIMIT 1",
	[STMT_FORGET] =
		"UPDATE job SET state = " SQL_DRAFT
		", job_id = NULL, version = 0, base = 0, unread = 0, digest = NULL,"
		" hidden = 0, hidden_uid = NULL,"
		" risk_level = NULL, enterprise_project_id = NULL, job_name = NULL,"
		" description = NULL, tags = NULL, held_risk_level = NULL, held_project = NULL,"
		" held_name = NULL, held_description = NULL, request_id = NULL, refused = 0,"
		" errnum = 0,"
		" error = NULL, dismissed = 0, own = 0, on_purpose = 0, changed_ms = ?2"
		" WHERE id = ?1",
	/* the sent values change; what the service holds stays as it is */
	[STMT_AGREE] = "UPDATE job SET own = ?7" KEEP_HELD("risk_level", "held_risk_level", "?2")
		KEEP_HELD("job_name", "held_name", "?4")
			KEEP_HELD("description", "held_description",
				  "?5") " WHERE id = ?1 AND (risk_level, job_name,"
					" description, own) IS NOT (?2, ?4, ?5, ?7)",
	[STMT_HELD] = "UPDATE job SET id = id" SET_HELD("risk_level", "held_risk_level", "?2")
		SET_HELD("enterprise_project_id", "held_project", "?3")
			SET_HELD("job_name", "held_name", "?4")
				SET_HELD("description", "held_description", "?5") " WHERE id = ?1",
	[STMT_DISOWN] = "UPDATE job SET own = own & ~?2 WHERE id = ?1",
	[STMT_DISOWN_QUEUED] =
		"UPDATE submission SET own = own & ~?2 WHERE job = ?1 AND state = " SQL_QUEUED,
	[STMT_DISOWN_SENT] = "UPDATE submission SET own = own & ~?2 WHERE id = ?1",
	[STMT_DROP] = "DELETE FROM job WHERE id = ?1",
	[STMT_PATH] = "SELECT " PATH " FROM job WHERE id = ?1",
	[STMT_STATE_OF] = "SELECT state, refused, incomplete FROM job WHERE id = ?1",
	[STMT_STATE] = "UPDATE job SET state = ?2 WHERE id = ?1",
	[STMT_INTEND] =
		"INSERT INTO submission (job, kind, state, queued, started_ms, digest, risk_level,"
		" enterprise_project_id, job_name, description, tags, own, content, id, base, onto,"
		" adopts) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,"
		" ?16, ?17)",
	[STMT_GROUP_BEGIN] = "SAVEPOINT group_of_writes",
	[STMT_GROUP_UNDO] = "ROLLBACK TO group_of_writes",
	[STMT_GROUP_END] = "RELEASE group_of_writes",
	[STMT_REPLACE] = "DELETE FROM submission WHERE job = ?1 AND state = " SQL_QUEUED,
	[STMT_IS_BEING_SENT] =
		"SELECT EXISTS (SELECT 1 FROM submission WHERE id = ?1 AND state = " SQL_SUBMITTING
		")",
	[STMT_DROP_QUEUED] =
		"DELETE FROM submission WHERE job = ?1 AND state = " SQL_QUEUED " AND id <= ?2",
	[STMT_HAS_QUEUED] =
		"SELECT EXISTS (SELECT 1 FROM submission WHERE job = ?1 AND state = " SQL_QUEUED
		")",
	[STMT_HAS_OTHER_QUEUED] = "SELECT EXISTS (SELECT 1 FROM submission"
				  " WHERE job = ?1 AND state = " SQL_QUEUED " AND id <> ?2)",
	[STMT_HAS_UNFINISHED] = "SELECT state IN " SQL_UNFINISHED " FROM job WHERE id = ?1",
	/* leaves out a job if another submission of the job may have been sent */
	[STMT_NEXT] = "SELECT " SUBMISSION_COLUMNS " FROM submission AS s"
		      " WHERE state = " SQL_QUEUED " AND next_try_ms <= ?1"
		      " AND (SELECT state FROM job WHERE id = s.job) NOT IN " SQL_SENT
		      " ORDER BY next_try_ms, id LIMIT 1",
	[STMT_QUEUED] = "SELECT " SUBMISSION_COLUMNS
			" FROM submission WHERE job = ?1 AND state = " SQL_QUEUED,
	[STMT_CONTENT] = "SELECT content FROM submission WHERE id = ?1",
	[STMT_NEXT_DUE] = "SELECT min(next_try_ms),"
			  " EXISTS (SELECT 1 FROM submission WHERE state = " SQL_QUEUED ")"
			  " FROM submission AS s WHERE state = " SQL_QUEUED
			  " AND (SELECT state FROM job WHERE id = s.job) NOT IN " SQL_SENT,
	[STMT_START] = "UPDATE submission SET kind = ?2, state = " SQL_SUBMITTING
		       ", started_ms = ?3, risk_level = ?4,"
		       " enterprise_project_id = ?5, job_name = ?6, description = ?7, tags = ?8,"
		       " own = ?9, onto = ?10 WHERE id = ?1",
	[STMT_REQUEUE] = "UPDATE submission SET attempts = attempts + (state <> " SQL_QUEUED
			 "), state = " SQL_QUEUED ","
			 " next_try_ms = ?2, last_error = ?3, onto = 0, rebound = ?4 WHERE id = ?1",
	[STMT_HAS_REBOUND] = "SELECT EXISTS (SELECT 1 FROM submission INDEXED BY submission_rebound"
			     " WHERE rebound)",
	[STMT_QUEUED_BASE] =
		"SELECT base, own FROM submission WHERE job = ?1 AND state = " SQL_QUEUED,
	[STMT_PUT_ONTO] = "UPDATE submission SET onto = ?2 WHERE id = ?1",
	/* The file has the text of version unread, or of base if unread is 0, and digest is of this
	 * text. If the new base (?3) is another version, the digest is void. */
	[STMT_SEE] = "UPDATE job SET version = ?2, base = iif(?3, ?3, base),"
		     " digest = iif(?3 AND ?3 <> iif(unread, unread, base), NULL, digest),"
		     " unread = iif(?3, 0, unread) WHERE id = ?1",
	[STMT_TEXT] = "SELECT " TEXT_COLUMNS " FROM job LEFT JOIN catalogue AS c"
		      " ON c.job_id = job.job_id"
		      " WHERE dir = ?1 AND name = ?2 AND job.job_id IS NOT NULL",
	[STMT_TEXT_OF] = "SELECT " TEXT_COLUMNS " FROM job LEFT JOIN catalogue AS c"
			 " ON c.job_id = job.job_id WHERE id = ?1 AND job.job_id IS NOT NULL",
	[STMT_NEXT_BOUND_NAME] =
		"SELECT name FROM job WHERE dir = ?1 AND name > ?2"
		" AND job_id IS NOT NULL AND NOT " IS_ASIDE " ORDER BY name LIMIT 1",
	[STMT_NEXT_BOUND_DIR] = "SELECT dir FROM job WHERE dir > ?1 AND dir < ?2"
				" AND job_id IS NOT NULL ORDER BY dir LIMIT 1",
	[STMT_HAS_BOUND_IN] = "SELECT EXISTS (SELECT 1 FROM job WHERE dir = ?1"
			      " AND job_id IS NOT NULL)",
	[STMT_PUT_TEXT] = "UPDATE job SET version = ?2, base = ?3, unread = ?4, digest = ?5"
			  " WHERE id = ?1",
	[STMT_HASTEN] = "UPDATE submission SET next_try_ms = 0 WHERE state = " SQL_QUEUED,
	[STMT_PENDING] =
		"SELECT s.id, s.state, attempts, next_try_ms, " PATH ", iif(s.state = " SQL_IN_DOUBT
		", error, last_error), " IS_ASIDE ", " LEDGER_HOLDING_COLUMNS
		" FROM submission AS s CROSS JOIN job ON job.id = s.job WHERE s.id > ?1"
		" ORDER BY s.id LIMIT ?2",
	/* a job has at most one queued submission */
	[STMT_COUNT_QUEUED] = "SELECT count(*), max(job) FROM (SELECT job FROM submission"
			      " WHERE state = " SQL_QUEUED " AND job > ?1 ORDER BY job LIMIT ?2)",
	[STMT_MOVE] = "UPDATE submission SET state = ?2, started_ms = ?3 WHERE id = ?1",
	/* If the text that was sent (?4) is the unread one, only attributes were changed, and no
	 * program has read the text. Then the new version (?14) is unread, and the base is the
	 * version that a person has named (?20), or stays as it is if ?20 is 0. Otherwise, and if
	 * ?20 is the unread version or a newer one, the base is ?14, and nothing is unread. */
	[STMT_SETTLE] = "UPDATE job SET job_id = ?2, version = ?3, digest = ?4, risk_level = ?5,"
			" enterprise_project_id = ?6, job_name = ?7, description = ?8, tags = ?9,"
			" own = ?10, request_id = ?11, changed_ms = ?12, state = ?13,"
			" base = iif(unread > ?20 AND digest = ?4, iif(?20, ?20, base), ?14),"
			" unread = iif(unread > ?20 AND digest = ?4, ?14, 0),"
			" on_purpose = on_purpose OR ?15,"
			" held_risk_level = nullif(?16, coalesce(?5, '')),"
			" held_project = nullif(?17, coalesce(?6, '')),"
			" held_name = nullif(?18, coalesce(?7, '')),"
			" held_description = nullif(?19, coalesce(?8, '')),"
			" incomplete = iif(refused, incomplete, 0),"
			" errnum = iif(refused, errnum, 0), error = iif(refused, error, NULL),"
			" dismissed = iif(refused, dismissed, 0), unmade = iif(refused, unmade, 0)"
			" WHERE id = ?1",
	[STMT_TELL] =
		"UPDATE job SET errnum = iif(refused, errnum, ?2), error = iif(refused, error, ?3),"
		" dismissed = iif(refused, dismissed, 0),"
		" request_id = coalesce(?4, request_id), changed_ms = ?5 WHERE id = ?1",
	[STMT_END] = "DELETE FROM submission WHERE id = ?1",
	[STMT_KNOW] = "INSERT OR REPLACE INTO known (submission, partial, ids, number)"
		      " VALUES (?1, ?2, ?3, ?4)",
	[STMT_KNOWN] = "SELECT number, partial, ids FROM known WHERE submission = ?1",
	[STMT_UNKNOW] = "DELETE FROM known WHERE submission = ?1",
	[STMT_UNFINISHED] = "SELECT " SUBMISSION_COLUMNS
			    " FROM submission WHERE state <> " SQL_QUEUED " ORDER BY id",
	[STMT_RENAME_BEGIN] = "INSERT INTO rename_intent (from_path, to_path, ino, exchange)"
			      " VALUES (?1, ?2, ?3, ?4)",
	[STMT_RENAME_END] = "DELETE FROM rename_intent WHERE id = ?1",
	[STMT_RENAME_NEXT] = "SELECT id, from_path, to_path, ino, exchange FROM rename_intent"
			     " WHERE id > ?1 ORDER BY id LIMIT 1",
	/* a name whose row is bound or has an unfinished submission keeps the row: then the other
	 * row stays where it was (OR IGNORE) */
	[STMT_RENAME_FILE] = "UPDATE OR IGNORE job SET dir = ?3, name = ?4"
			     " WHERE dir = ?1 AND name = ?2",
	/* the rows in a directory, and those whose dir starts with "DIR/" */
	[STMT_RENAME_TREE] = "UPDATE OR IGNORE job SET dir = ?2 || substr(dir, length(?1) + 1)"
			     " WHERE dir = ?1 OR (dir >= ?1 || '/' AND dir < ?1 || '0')",
	[STMT_CLEAR_FILE] = "DELETE FROM job WHERE dir = ?1 AND name = ?2 AND job_id IS NULL"
			    " AND state NOT IN " SQL_UNFINISHED,
	/* only rows whose path a moved row gets: the rows of all other names below stay */
	[STMT_CLEAR_TREE] =
		"DELETE FROM job AS there WHERE job_id IS NULL AND state NOT IN " SQL_UNFINISHED
		" AND NOT " IS_ASIDE " AND (dir = ?1 OR (dir >= ?1 || '/' AND dir < ?1 || '0'))"
		" AND EXISTS (SELECT 1 FROM job AS comes WHERE comes.name = there.name"
		" AND comes.dir = ?2 || substr(there.dir, length(?1) + 1))",
	[STMT_GIVE_BACK] = "UPDATE OR IGNORE job SET dir = ?2, name = ?3 WHERE id = ?1",
	[STMT_MARK_BACKUP] =
		"INSERT INTO job (dir, name, changed_ms, id, digest, backup, incomplete, uid, gid,"
		" mode, dir_uid, dir_gid, dir_mode, heir, heir_reads)"
		" SELECT ?1, ?2, ?3, ?4, ?5, 1, incomplete, uid, gid, mode, dir_uid, dir_gid,"
		" dir_mode, heir, heir_reads FROM job WHERE id = ?6",
	[STMT_FIND_BACKUP] = "SELECT id FROM job INDEXED BY job_backup"
			     " WHERE backup AND dir = ?1 AND name = ?2",
	[STMT_UNMARK_BACKUP] = "UPDATE job SET backup = 0, digest = NULL WHERE id = ?1 AND backup",
	[STMT_DROP_BACKUP] = "DELETE FROM job WHERE id = ?1 AND backup AND job_id IS NULL"
			     " AND error IS NULL AND state NOT IN " SQL_UNFINISHED,
	[STMT_FREE_PAGES] = "PRAGMA freelist_count",
	[STMT_BUSY] =
		"SELECT EXISTS (SELECT 1 FROM job WHERE dir = ?1 AND name = ?2"
		" AND state IN " SQL_UNFINISHED ")"
		" OR EXISTS (SELECT 1 FROM job WHERE state IN " SQL_UNFINISHED " AND NOT " IS_ASIDE
		" AND (dir = ?3 OR (dir >= ?3 || '/' AND dir < ?3 || '0')))",
	[STMT_KNOWS] = "SELECT EXISTS (SELECT 1 FROM job WHERE dir = ?1 AND name = ?2)"
		       " OR EXISTS (SELECT 1 FROM job WHERE dir = ?3"
		       " OR (dir >= ?3 || '/' AND dir < ?3 || '0'))",
	[STMT_HOLD] = "UPDATE job SET uid = ?2, gid = ?3, mode = ?4, dir_uid = ?5, dir_gid = ?6,"
		      " dir_mode = ?7, heir = ?8, heir_reads = ?9 WHERE id = ?1",
	[STMT_CLAIMS] = "SELECT id, 0, " LEDGER_HOLDING_COLUMNS
			" FROM job WHERE dir = ?1 AND name = ?2 UNION ALL SELECT * FROM"
			" (SELECT id, 1, " LEDGER_HOLDING_COLUMNS " FROM job WHERE dir = ?1"
			" AND name >= ?2 || '/' AND name < ?2 || '0' ORDER BY id DESC LIMIT ?3)",
	[STMT_DROP_TEXT] =
		"UPDATE job SET errnum = 0, error = NULL, dismissed = 0, warnings = NULL,"
		" changed_ms = ?2 WHERE id = ?1",
	[STMT_HIDE_VERSIONS] =
		"UPDATE job SET hidden = iif(hidden = version AND hidden_uid = ?2, 0, version +"
		" EXISTS (SELECT 1 FROM submission WHERE job = ?1 AND submission.state "
		"<> " SQL_QUEUED ")),"
		" hidden_uid = iif(hidden = 0 OR hidden_uid = uid, uid, NULL) WHERE id = ?1",
	[STMT_SET_ASIDE] =
		"UPDATE job SET name = name || '/' || id WHERE id = ?1 AND NOT " IS_ASIDE,
	[STMT_BRING_BACK] = "UPDATE job SET name = " FILE_NAME " WHERE id = ?1",
	[STMT_BELOW] = "SELECT DISTINCT " PATH " FROM job"
		       " WHERE dir = ?1 OR (dir >= ?1 || '/' AND dir < ?1 || '0')",
	[STMT_OWNERS_KNOWN] = "SELECT owners FROM space",
	[STMT_OWNERS_LEARNT] = "UPDATE space SET owners = 1",
	[STMT_NEXT_PATH] = "SELECT id, " PATH " FROM job WHERE id > ?1 ORDER BY id LIMIT 1",
	[STMT_CATALOGUE_PUT] =
		"INSERT INTO catalogue (job_id, listed_name, version, create_ms, update_ms,"
		" creator, modifier, project, since)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, (SELECT accepted + 1 FROM space))"
		" ON CONFLICT (job_id) DO UPDATE SET listed_name = ?2, version = ?3,"
		" create_ms = ?4, update_ms = ?5, creator = ?6, modifier = ?7, project = ?8"
		" WHERE (listed_name, version, create_ms, update_ms, creator, modifier, project)"
		" IS NOT (?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[STMT_CATALOGUE_DROP] = "DELETE FROM catalogue WHERE job_id = ?1",
	[STMT_CATALOGUE_COMPLETE] = "UPDATE space SET scanned_ms = ?1",
	[STMT_CATALOGUE_WHEN] = "SELECT scanned_ms FROM space",
	[STMT_CATALOGUE_ACCEPT] = "UPDATE space SET accepted = accepted + 1",
	[STMT_CATALOGUE_IDS] = "SELECT job_id, since <= (SELECT accepted FROM space) FROM "
			       "catalogue WHERE job_id > ?1 ORDER BY job_id LIMIT ?2",
	/* two rows may have the job, one of them set aside: prefer the row that a path finds */
	[STMT_CATALOGUE_LIST] =
		"SELECT c.job_id, listed_name, c.version, create_ms, update_ms, creator, modifier,"
		" project, job.id, " PATH ", " IS_ASIDE ", " LEDGER_HOLDING_COLUMNS
		", (SELECT name FROM import WHERE import.job_id = c.job_id AND import.state "
		"= " SQL_PLACED
		") FROM catalogue AS c LEFT JOIN job ON job.id = (SELECT bound.id FROM job AS bound"
		" WHERE bound.job_id = c.job_id ORDER BY instr(bound.name, '/') > 0, bound.id"
		" LIMIT 1) WHERE c.job_id > ?1 ORDER BY c.job_id LIMIT ?2",
	[STMT_IMPORTS_BY_DEFAULT] = "SELECT imports FROM space",
	[STMT_IMPORTS_ARE_WHOLE] = "SELECT placed FROM space",
	[STMT_IMPORTS_SET_WHOLE] = "UPDATE space SET placed = 1 WHERE placed = 0",
	[STMT_IMPORTS_ANY] = "SELECT EXISTS (SELECT 1 FROM import)",
	[STMT_IMPORT_ADD] =
		"INSERT OR IGNORE INTO import (job_id, create_ms, state) SELECT ?1, ?2,"
		" " SQL_UNPLACED " WHERE NOT EXISTS (SELECT 1 FROM job WHERE job_id = ?1)"
		" AND NOT EXISTS (SELECT 1 FROM forgotten WHERE job_id = ?1)",
	[STMT_IMPORTS_ADD_LISTED] =
		"INSERT OR IGNORE INTO import (job_id, create_ms, state)"
		" SELECT c.job_id, c.create_ms, " SQL_UNPLACED " FROM catalogue AS c"
		" WHERE NOT EXISTS (SELECT 1 FROM job WHERE job_id = c.job_id)"
		" AND NOT EXISTS (SELECT 1 FROM forgotten WHERE job_id = c.job_id)",
	[STMT_IMPORT_FIND] =
		"SELECT " IMPORT_COLUMNS " FROM import WHERE name = ?1 AND state = " SQL_PLACED,
	[STMT_IMPORT_GLANCE] = "SELECT length(CAST(job_id AS BLOB)), length(CAST(error AS BLOB)),"
			       " version, changed_ms FROM import"
			       " WHERE name = ?1 AND state = " SQL_PLACED,
	[STMT_IMPORT_GET] = "SELECT " IMPORT_COLUMNS " FROM import WHERE job_id = ?1",
	[STMT_IMPORT_HAS_JOB] = "SELECT EXISTS (SELECT 1 FROM import WHERE job_id = ?1)",
	[STMT_IMPORT_HAS_NAME] = "SELECT EXISTS (SELECT 1 FROM import WHERE name = ?1)",
	[STMT_IMPORT_PLACE] = "UPDATE import SET state = " SQL_PLACED
			      ", name = ?2, changed_ms = ?3, version = 0, digest = NULL,"
			      " read_version = 0"
			      " WHERE job_id = ?1",
	[STMT_IMPORT_FETCHED] =
		"UPDATE import SET version = ?2, digest = ?3, checked_ms = ?4, risk_level = ?5,"
		" enterprise_project_id = ?6, job_name = ?7, description = ?8, tags = ?9,"
		" error = iif(version = ?2, error, NULL) WHERE job_id = ?1 AND state = " SQL_PLACED,
	[STMT_IMPORT_TELL] = "UPDATE import SET error = ?2, changed_ms = ?3 WHERE job_id = ?1",
	[STMT_IMPORT_READ] = "UPDATE import SET read_version = version WHERE job_id = ?1",
	[STMT_IMPORT_HIDE] = "UPDATE import SET state = " SQL_REMOVED
			     ", error = NULL WHERE job_id = ?1 AND state = " SQL_PLACED,
	[STMT_IMPORT_LEAVE] = "UPDATE import SET state = " SQL_LEAVING
			      " WHERE job_id = ?1 AND state = " SQL_PLACED,
	[STMT_IMPORT_DROP_UNPLACED] =
		"DELETE FROM import WHERE job_id = ?1 AND (state = " SQL_UNPLACED
		" OR state IN " SQL_TOMBSTONE ")",
	[STMT_IMPORT_DROP] = "DELETE FROM import WHERE job_id = ?1",
	[STMT_IMPORT_DROP_OF_ROW] =
		"DELETE FROM import WHERE job_id = ?1 AND name = (SELECT job.name FROM job"
		" WHERE id = ?2 AND dir = '')",
	[STMT_IMPORT_DROP_LEAVING] = "DELETE FROM import WHERE name = ?1 AND state = " SQL_LEAVING,
	[STMT_IMPORT_TAKE_NAME] =
		"UPDATE import SET name = iif(state IN " SQL_TOMBSTONE ", name, NULL), version = 0,"
		" digest = NULL, error = NULL, state = iif(state IN " SQL_TOMBSTONE ", " SQL_TAKEN
		", iif(state = " SQL_PLACED ", " SQL_UNPLACED ", state)) WHERE name = ?1",
	[STMT_IMPORT_REMEMBERED] =
		"SELECT " IMPORT_COLUMNS " FROM import WHERE name = ?1 AND state IN " SQL_TOMBSTONE,
	[STMT_IMPORTS_UNPLACED] =
		"SELECT i.job_id, i.create_ms, c.listed_name FROM import AS i"
		" INDEXED BY import_unplaced JOIN catalogue AS c ON c.job_id = i.job_id"
		" WHERE i.state = " SQL_UNPLACED " AND (i.create_ms, i.job_id) > (?3, ?2)"
		" ORDER BY i.create_ms, i.job_id LIMIT ?1",
	[STMT_IMPORTS_NAMED] =
		"SELECT " IMPORT_COLUMNS " FROM import WHERE job_id > ?2 AND name IS NOT NULL"
		" AND state <> " SQL_TAKEN " ORDER BY job_id LIMIT ?1",
	[STMT_IMPORTS_PLACED] =
		"SELECT " IMPORT_COLUMNS " FROM import WHERE name > ?2 AND state = " SQL_PLACED
		" ORDER BY name LIMIT ?1",
	[STMT_IMPORTS_LEAVING] =
		"SELECT " IMPORT_COLUMNS
		" FROM import INDEXED BY import_leaving WHERE state = " SQL_LEAVING " LIMIT ?1",
};
