/* SPDX-License-Identifier: MIT */
/*
 * A state directory that was copied, or that comes from a backup, has a ledger with a queue. The
 * original may have sent what is queued there, or will. If both were used, jobs would be made
 * twice. So a ledger records the mark of the file "instance" beside it. The file system itself
 * makes this mark: the number of the inode, and when the inode was made. No copy of the file gets
 * the same mark, with no tool and on no disk. A file that is moved within its file system keeps the
 * mark, and so does a disk that is moved to another machine.
 *
 * Each mount puts a new file in the place of the old one. So an older ledger that was put back into
 * the same directory has an older mark, even if the old files keep their inodes.
 *
 * The steps are: the new file becomes durable under the name "instance.new", the ledger records the
 * mark durably, and the file is renamed. After a crash between two steps the ledger's mark is that
 * of one of the two files.
 *
 * The mark does not name the device: that name would change when disks are found in another order.
 * So a copy that also copies inodes is not noticed. Examples are a clone of a disk or of a virtual
 * machine, and a snapshot of a file system. What to do there is in docs/state.md.
 *
 * With -o rebind the user says that this copy lives on. It gets a new instance. The other copy may
 * have sent what the ledger has as queued, or as being sent. So each of these submissions is in
 * doubt: cocfs asks the service before it sends one (submit/rebound.c). The inode numbers of
 * unfinished renames are those of the other copy's files, so they are cleared.
 */
#define _GNU_SOURCE
#include "ledger/instance.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/crash.h"
#include "base/log.h"
#include "ledger/sql_states.h"

#define ID_BYTES 16 /* random bytes: enough that no two instances get the same */
#define ID_ROOM (2 * ID_BYTES + 1)
#define MARK_ROOM 64 /* three numbers of at most 20 digits */

/* An instance, as the ledger has recorded it, or as it was found in the file. An empty ID: none. */
struct instance {
	char id[ID_ROOM], mark[MARK_ROOM];
};

static const char doubt_everything[] =
	"UPDATE submission SET rebound = 1 WHERE state = " SQL_QUEUED ";"
	"INSERT OR IGNORE INTO known SELECT id, 0, 0, '' FROM submission"
	" WHERE state <> " SQL_QUEUED " AND kind = 1;"
	"UPDATE submission SET onto = max(1, iif(base, base,"
	" (SELECT base FROM job WHERE job.id = submission.job)))"
	" WHERE state <> " SQL_QUEUED " AND kind = 2 AND onto = 0;"
	"UPDATE rename_intent SET ino = 0;";

/* Reads the mark of a file: "INODE SECONDS.NANOSECONDS", or "INODE -" if the file system does not
 * tell when the inode was made. Returns 0 or -errno. */
static int read_mark(int fd, char *mark)
{
	struct statx st;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &st) < 0)
		return -errno;
	if (st.stx_mask & STATX_BTIME)
		snprintf(mark, MARK_ROOM, "%llu %lld.%09u", (unsigned long long)st.stx_ino,
			 (long long)st.stx_btime.tv_sec, st.stx_btime.tv_nsec);
	else
		snprintf(mark, MARK_ROOM, "%llu -", (unsigned long long)st.stx_ino);
	return 0;
}

/* Are two marks the same? If one of them does not tell when the inode was made ("INODE -"), only
 * the inode numbers are compared. */
static bool is_same_mark(const char *one, const char *other)
{
	size_t length = strcspn(one, " ");

	if (length != strcspn(other, " ") || memcmp(one, other, length) != 0)
		return false;
	return !strcmp(one, other) || !strcmp(one + length, " -") || !strcmp(other + length, " -");
}

/* Reads an instance file. Returns 0 or -errno. -ENOENT also for a symbolic link or a directory. */
static int read_file(const char *path, struct instance *ret_instance)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct instance instance = {0};
	ssize_t size;
	int r;

	if (fd < 0)
		return errno == ELOOP ? -ENOENT : -errno;
	size = read(fd, instance.id, sizeof(instance.id) - 1);
	if (size < 0)
		return errno == EISDIR ? -ENOENT : -errno;
	instance.id[strcspn(instance.id, "\n")] = '\0';
	r = read_mark(fd, instance.mark);
	if (r == 0)
		*ret_instance = instance;
	return r;
}

/* Has the instance file at a path the ID and the mark of this instance? Returns 1, 0 (also if there
 * is no file) or -errno. */
static int is_file_of(const char *path, const struct instance *instance)
{
	struct instance found;
	int r = read_file(path, &found);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return !strcmp(found.id, instance->id) && is_same_mark(found.mark, instance->mark);
}

/* Returns the name that a new instance file has until it replaces the file at path; the caller
 * frees the name. NULL: out of memory. */
static char *name_of_new(const char *path)
{
	char *name;

	return asprintf(&name, "%s.new", path) < 0 ? NULL : name;
}

/* Copies a column of the table space, cut at room bytes; a NULL column gives "". Returns an SQLite
 * result code. */
static int read_column(sqlite3_stmt *stmt, int column, char *text, size_t room)
{
	const char *value = (const char *)sqlite3_column_text(stmt, column);

	if (!value && sqlite3_column_type(stmt, column) != SQLITE_NULL)
		return SQLITE_NOMEM;
	snprintf(text, room, "%s", value ? value : "");
	return SQLITE_OK;
}

/* Reads the instance that the ledger has recorded; empty if an older cocfs has made it. Returns 0
 * or -errno. */
static int read_recorded(sqlite3 *db, struct instance *ret_instance)
{
	sqlite3_stmt *stmt;
	int code = sqlite3_table_column_metadata(db, "main", "space", "instance", NULL, NULL, NULL,
						 NULL, NULL);

	*ret_instance = (struct instance){0};
	if (code == SQLITE_ERROR) /* the ledger has no such column */
		return 0;
	if (code == SQLITE_OK)
		code = sqlite3_prepare_v2(db, "SELECT instance, mark FROM space", -1, &stmt, NULL);
	if (code != SQLITE_OK)
		return ledger_errno(code);
	code = sqlite3_step(stmt);
	if (code == SQLITE_ROW)
		code = read_column(stmt, 0, ret_instance->id, sizeof(ret_instance->id));
	if (code == SQLITE_OK)
		code = read_column(stmt, 1, ret_instance->mark, sizeof(ret_instance->mark));
	sqlite3_finalize(stmt);
	return ledger_errno(code);
}

static int refuse_copy(const char *path, struct err *err)
{
	_cleanup_free_ char *copy = strdup(path);
	const char *directory = copy ? dirname(copy) : path;

	err_set(err, ESTALE,
		"%s is a copy of another state directory, or comes from a backup: the original may "
		"have sent what is queued here",
		directory);
	err_detail(err, "what_to_do",
		   "if the original is used no more, mount this copy once with -o rebind; else "
		   "mount the original, or give a directory of its own with -o state_dir=DIR");
	return -ESTALE;
}

static int refuse_unseen(const char *path, int r, struct err *err)
{
	err_set(err, -r, "it cannot be told whether the state directory is a copy: %s: %s", path,
		strerror(-r));
	return r;
}

int ledger_check_instance(sqlite3 *db, const struct ledger_owner *owner, struct err *err)
{
	_cleanup_free_ char *new_path = NULL;
	struct instance recorded;
	int r;

	if (!owner->instance || owner->rebind)
		return 0;
	r = read_recorded(db, &recorded);
	if (r < 0)
		return err_set(err, -r, "the instance of the ledger cannot be read: %s",
			       sqlite3_errmsg(db));
	if (!recorded.id[0])
		return 0;
	new_path = name_of_new(owner->instance);
	if (!new_path)
		return err_set(err, ENOMEM, "out of memory");
	r = is_file_of(owner->instance, &recorded);
	if (r == 0)
		r = is_file_of(new_path, &recorded);
	if (r < 0)
		return refuse_unseen(owner->instance, r, err);
	return r ? 0 : refuse_copy(owner->instance, err);
}

static int make_id(char *id)
{
	unsigned char bytes[ID_BYTES];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return -EIO;
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(id + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

/* Makes the name of a file durable: syncs its directory. Returns 0 or -errno. */
static int sync_directory_of(const char *path)
{
	_cleanup_free_ char *copy = strdup(path);
	_cleanup_close_ int fd =
		copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (!copy)
		return -ENOMEM;
	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

/* Makes a durable instance file at path, in place of a file that is there, so with a new inode.
 * Sets instance->mark. Returns 0 or -errno. */
static int write_file(const char *path, struct instance *instance)
{
	_cleanup_close_ int fd = -1;
	int r;

	if (unlink(path) < 0 && errno != ENOENT)
		return -errno;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = dprintf(fd, "%s\n", instance->id) == ID_ROOM ? 0 : -EIO;
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (r == 0)
		r = read_mark(fd, instance->mark);
	return r < 0 ? r : sync_directory_of(path);
}

/* Records an instance durably. rebind: also records that everything unfinished is in doubt. Returns
 * 0 or -errno. */
static int record_instance(struct ledger *ledger, const struct instance *instance, bool rebind)
{
	char *text = sqlite3_mprintf("BEGIN IMMEDIATE; UPDATE space SET instance = %Q, mark = %Q;"
				     "%s COMMIT;",
				     instance->id, instance->mark, rebind ? doubt_everything : "");
	int code = text ? sqlite3_exec(ledger->db, text, NULL, NULL, NULL) : SQLITE_NOMEM;

	sqlite3_free(text);
	if (code == SQLITE_OK) {
		ledger->unsynced = true;
		return ledger_sync(ledger);
	}
	if (!sqlite3_get_autocommit(ledger->db))
		sqlite3_exec(ledger->db, "ROLLBACK", NULL, NULL, NULL);
	return ledger_errno(code);
}

/* Replaces the instance file by a new one. First writes it under new_path, then records the
 * instance in the ledger, then renames the file to path. Returns 0 or -errno. */
static int replace_file(struct ledger *ledger, const char *path, const char *new_path,
			struct instance *instance, bool rebind)
{
	int r = write_file(new_path, instance);

	CRASH_POINT("instance-written");
	if (r == 0)
		r = record_instance(ledger, instance, rebind);
	CRASH_POINT("instance-recorded");
	return r < 0 || rename(new_path, path) == 0 ? r : -errno;
}

/* If a crash has interrupted replace_file() of an earlier mount just before its rename(), makes up
 * for the rename(). Returns 0 or -errno. */
static int end_replacing(const char *path, const char *new_path, const struct instance *recorded)
{
	int r = is_file_of(new_path, recorded);

	if (r > 0 && rename(new_path, path) < 0)
		r = -errno;
	return r < 0 ? r : 0;
}

int ledger_renew_instance(struct ledger *ledger, const struct ledger_owner *owner, struct err *err)
{
	_cleanup_free_ char *new_path = owner->instance ? name_of_new(owner->instance) : NULL;
	struct instance instance;
	bool is_new;
	int r;

	if (!owner->instance)
		return 0;
	if (!new_path)
		return err_set(err, ENOMEM, "out of memory");
	r = read_recorded(ledger->db, &instance);
	is_new = r == 0 && (!instance.id[0] || owner->rebind);
	if (r == 0)
		r = is_new ? make_id(instance.id)
			   : end_replacing(owner->instance, new_path, &instance);
	if (r == 0)
		r = replace_file(ledger, owner->instance, new_path, &instance, owner->rebind);
	if (r < 0 && is_new)
		return err_set(err, -r, "the instance file %s cannot be made: %s", owner->instance,
			       strerror(-r));
	/* the disk may be full. Go on: the ledger still has the mark of one of the two files */
	if (r < 0)
		log_info("the instance file stays what it is: %s", strerror(-r));
	if (owner->rebind)
		log_warning("%s lives on as instance %s: what was queued is in doubt", ledger->path,
			    instance.id);
	return 0;
}
