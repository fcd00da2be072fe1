/* SPDX-License-Identifier: MIT */
/*
 * Opens and closes the ledger. A ledger is looked at before it is trusted: is it sound, to which
 * space does it belong, can this cocfs read it? If it was closed in good order, its seal says that
 * it is sound (seal.c). After a crash, a large ledger is looked at only where it was being written
 * (written.c), and is checked while it is used (check.c). If a ledger has no seal and does not come
 * from a crash, another program has written it: it is checked before it is used.
 */
#define _GNU_SOURCE
#include "ledger/db.h"
#include "ledger/vfs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "ledger/image.h"
#include "ledger/instance.h"
#include "ledger/schema.h"
#include "ledger/seal.h"
#include "ledger/soundness.h"
#include "ledger/wal.h"
#include "ledger/written.h"

/* No other process writes to the ledger, and the loop must not wait for one. */
#define BUSY_TIMEOUT_MS 100

/* Runs a query, and reads the first column of its first row; 0 if there is no row. Returns 0 or
 * -errno. */
static int query_int(sqlite3 *db, const char *text, int64_t *ret_value)
{
	sqlite3_stmt *stmt;
	int code = sqlite3_prepare_v2(db, text, -1, &stmt, NULL);

	if (code != SQLITE_OK)
		return ledger_errno(code);
	code = sqlite3_step(stmt);
	*ret_value = code == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
	sqlite3_finalize(stmt);
	return ledger_errno(code);
}

/* May the check of a ledger wait until the mount is in use? Not the check of a small ledger, and
 * not one before an upgrade, which writes all rows. version: of the ledger's tables. Returns 1, 0
 * or -errno. */
static int may_wait(sqlite3 *db, int64_t version)
{
	int64_t n_pages = 0, size = 0;
	int r = query_int(db, "PRAGMA page_count", &n_pages);

	if (r == 0)
		r = query_int(db, "PRAGMA page_size", &size);
	if (r < 0)
		return r;
	return version == LEDGER_SCHEMA_VERSION && ledger_check_may_wait(n_pages * size);
}

/* Checks the ledger before anything is read from it, unless the last mount has sealed it. Of a
 * large ledger only the pages that were being written at a crash are looked at here; none if the
 * last mount ended before its check. If they look sound, *ret_soundness is LEDGER_UNCHECKED, and
 * the whole check runs later. But with PAST_UNKNOWN the whole check runs here. Returns 0, or -errno
 * with err filled. */
static int check_at_once(sqlite3 *db, const char *path, enum ledger_past past, int64_t version,
			 enum ledger_soundness *ret_soundness, struct err *err)
{
	int r;

	*ret_soundness = LEDGER_SOUND;
	if (past == PAST_SEALED)
		return 0;
	r = past == PAST_UNKNOWN ? 0 : may_wait(db, version);
	if (r > 0 && (past == PAST_UNCHECKED || ledger_look_at_written(db))) {
		*ret_soundness = LEDGER_UNCHECKED;
		return 0;
	}
	return ledger_check_all(db, path, DAMAGE_AT_MOUNT, err);
}

static int check_source(sqlite3 *db, const char *path, const struct ledger_owner *now,
			struct err *err)
{
	sqlite3_stmt *stmt;
	const char *owner = NULL;
	int r = 0, code = sqlite3_prepare_v2(db, "SELECT source FROM space", -1, &stmt, NULL);

	if (code != SQLITE_OK)
		return err_set(err, EIO, "cannot read the ledger %s: %s", path, sqlite3_errmsg(db));
	if (sqlite3_step(stmt) == SQLITE_ROW)
		owner = (const char *)sqlite3_column_text(stmt, 0);
	if (!owner) {
		r = err_set(err, EIO, "cannot tell whose ledger %s is: %s", path,
			    sqlite3_errmsg(db));
	} else if (now->is_same ? !now->is_same(owner, now->source) : strcmp(owner, now->source)) {
		r = err_set(err, EXDEV, "%s holds the jobs of %s, not of %s", path, owner,
			    now->source);
		err_detail(err, "what_to_do",
			   "give another directory with -o state_dir=DIR, or mount %s", owner);
	}
	sqlite3_finalize(stmt);
	return r;
}

static int prepare_ledger(sqlite3 *db, const char *path, const struct ledger_owner *owner,
			  enum ledger_soundness *ret_soundness, struct err *err)
{
	enum ledger_past past = ledger_past(path);
	int64_t version = 0;
	int r;

	sqlite3_busy_timeout(db, BUSY_TIMEOUT_MS);
	/* keeps the log's index in memory: a mapped file can raise SIGBUS on a full disk */
	if (sqlite3_exec(db, "PRAGMA locking_mode = EXCLUSIVE", NULL, NULL, NULL) != SQLITE_OK)
		return err_set(err, EIO, "cannot lock the ledger %s: %s", path, sqlite3_errmsg(db));
	r = query_int(db, "PRAGMA user_version", &version);
	if (r == -EUCLEAN)
		return ledger_check_all(db, path, DAMAGE_AT_MOUNT, err);
	/* Allows a new or older ledger's file to become smaller. Not for a ledger of this version,
	 * which has the setting already: the pragma would be a write, and a full disk refuses
	 * it. */
	if (r == 0 && version < LEDGER_SCHEMA_VERSION &&
	    sqlite3_exec(db, "PRAGMA auto_vacuum = INCREMENTAL", NULL, NULL, NULL) != SQLITE_OK)
		r = ledger_errno(sqlite3_errcode(db));
	if (r < 0 || sqlite3_exec(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL",
				  NULL, NULL, NULL) != SQLITE_OK)
		return err_set(err, EIO, "cannot read the ledger %s: %s", path, sqlite3_errmsg(db));
	if (version < 0)
		return err_set(err, EUCLEAN, "%s is not a ledger: its version is %lld", path,
			       (long long)version);
	if (version > LEDGER_SCHEMA_VERSION)
		return err_set(err, EPROTONOSUPPORT,
			       "the ledger %s was made by a newer cocfs (its version is %lld): "
			       "upgrade cocfs",
			       path, (long long)version);
	if (version == 0)
		return ledger_make_schema(db, path, owner->source, err);
	r = check_at_once(db, path, past, version, ret_soundness, err);
	if (r == 0)
		r = check_source(db, path, owner, err);
	if (r == 0)
		r = ledger_check_instance(db, owner, err);
	return r < 0 ? r : ledger_upgrade(db, path, version, err);
}

/* Jobs, submissions and known.number share one sequence of IDs. Nothing outside the ledger
 * remembers an ID of an earlier mount, so the greatest ID in the ledger is the last one. Returns 0,
 * or -errno with err filled. */
static int find_last_id(struct ledger *ledger, struct err *err)
{
	int r = query_int(ledger->db,
			  "SELECT max(ifnull((SELECT max(id) FROM job), 0),"
			  " ifnull((SELECT max(id) FROM submission), 0),"
			  " ifnull((SELECT max(number) FROM known), 0))",
			  &ledger->last_id);

	return r == 0 ? 0
		      : err_set(err, -r, "cannot read the ledger: %s", sqlite3_errmsg(ledger->db));
}

/*
 * Makes the file if it is not there, with a mode for its owner only. SQLite gives its other files
 * the same mode. The umask is not used: it belongs to all threads. Returns 0 or -errno.
 */
static int make_private(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

int ledger_open(const char *path, const struct ledger_owner *owner, struct ledger **ret_ledger,
		struct err *err)
{
	struct ledger *ledger;
	int r = ledger_vfs_begin(), code;

	if (r == 0)
		r = ledger_image_begin();
	if (r < 0)
		return err_set(err, -r, "cannot prepare SQLite: %s", strerror(-r));
	ledger = calloc(1, sizeof(*ledger));
	if (!ledger)
		return err_set(err, ENOMEM, "out of memory");
	ledger->log_fd = -1;
	r = make_private(path);
	code = sqlite3_open_v2(path, &ledger->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
			       LEDGER_VFS);
	if (r < 0)
		err_set(err, -r, "cannot open the ledger %s: %s", path, strerror(-r));
	else if (code != SQLITE_OK)
		r = err_set(err, EIO, "cannot open the ledger %s: %s", path,
			    ledger->db ? sqlite3_errmsg(ledger->db) : "out of memory");
	else
		r = prepare_ledger(ledger->db, path, owner, &ledger->soundness, err);
	if (r == 0)
		r = find_last_id(ledger, err);
	ledger->path = r < 0 ? NULL : strdup(path);
	if (r == 0 && !ledger->path)
		r = err_set(err, ENOMEM, "out of memory");
	if (r == 0 && (r = ledger_log_begin(ledger)) < 0)
		err_set(err, -r, "the ledger %s cannot be written: %s", path, strerror(-r));
	if (r == 0 && (r = ledger_changes_begin(ledger)) < 0)
		err_set(err, -r, "the changes of the ledger %s cannot be noted: %s", path,
			sqlite3_errmsg(ledger->db));
	/* last: if something fails before, the next mount still finds the old instance file and its
	 * mark */
	if (r == 0)
		r = ledger_renew_instance(ledger, owner, err);
	if (r < 0) {
		/* leave a ledger that cannot be used as it is, with its log */
		if (ledger->db)
			sqlite3_db_config(ledger->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
		ledger_changes_end(ledger);
		sqlite3_close(ledger->db);
		if (ledger->log_fd >= 0)
			close(ledger->log_fd);
		free(ledger->path);
		free(ledger);
		return r;
	}
	*ret_ledger = ledger;
	return 0;
}

void ledger_close(struct ledger *ledger)
{
	if (!ledger)
		return;
	ledger_commit(ledger, true);
	for (int i = 0; i < STMT_COUNT; i++)
		sqlite3_finalize(ledger->stmt[i]);
	close(ledger->log_fd);
	ledger_changes_end(ledger);
	if (sqlite3_close(ledger->db) == SQLITE_OK && ledger->soundness != LEDGER_DAMAGED)
		ledger_put_seal(ledger->path, ledger->soundness == LEDGER_UNCHECKED);
	free(ledger->path);
	free(ledger);
}
