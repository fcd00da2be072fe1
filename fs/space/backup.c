/* SPDX-License-Identifier: MIT */
/*
 * A backup whose name ends in .yaml must not take the job along.
 *
 * Many tools keep the old file under another name: sed -i'old_*', perl -i, cp -b, install -b, mv
 * -b, patch -b, rsync --backup, vim, emacs. They move the old file to the backup's name and make
 * the name again, by a new file or by a rename of a temporary one. If the backup's name is a job
 * file name, the first step looks like "mv a.yaml b.yaml", which takes the job along (rename.c).
 * Only the second step shows the difference. So:
 *
 * A name gets its job back when the process that moved the file away makes the name again. It must
 * do so within RECENT_MOVE_KEPT_MS, with a file that has no job. And the moved file must not have
 * been open for writing since. A user who types mv and cp starts two processes: this is a rename
 * and a new job. A process is known by its Tgid. If the process is unknown, or has another user by
 * now, its name gets no job back. The moves are remembered in memory only, so after a remount the
 * rename stands.
 *
 * To give a job back means to move its row in the ledger. Bound, queued, under way or in doubt: the
 * job stays one row (engine.c). The same transaction gives the moved file a row that says "backup".
 * A backup is not submitted until it is written: its commit at a close ends the mark, and a change
 * of its attributes sends nothing. The mark belongs to one content, whose digest is in the row. So
 * content that was written and never closed (cocfs was killed) is a draft like any other. A rename
 * of the backup, or of a directory above, moves the mark, as it moves every row. The mark ends with
 * the name: when the backup is removed, or moved to a name that is no job file name, or put back.
 *
 * A rename or a link onto the name is a commit to the name's job, so the name gets its job back
 * before the rename or link. With open(2) the name gets its job back right after the file is made:
 * if the file cannot be made, no job moves. A crash leaves either both of the ledger's changes or
 * none.
 */
#define _GNU_SOURCE
#include "space/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "space/bounds.h"
#include "space/content.h"
#include "space/content_read.h"
#include "space/location.h"
#include "space/moved_away.h"
#include "space/path.h"
#include "space/proc.h"
#include "space/rename_recover.h"
#include "space/renaming.h"

void backup_note_move(struct space *space, fuse_req_t req, const struct renaming *renaming,
		      int64_t row)
{
	const struct end *from = &renaming->from;
	const struct node *node = node_find(&space->nodes, from->st.st_ino);
	struct recent_move move = {
		.dir = from->parent->ino,
		.file = from->st.st_ino,
		.row = row,
		.process = proc_process(fuse_req_ctx(req)->pid),
		.uid = fuse_req_ctx(req)->uid,
	};

	if (move.process && !(node && node->content && node->content->writers))
		recent_moves_note(&space->recent_moves, &move, from->name, loop_now_ms(space->loop),
				  RECENT_MOVE_KEPT_MS);
}

static struct recent_move *find_recent_move(struct space *space, const struct node *parent,
					    const char *name)
{
	return recent_moves_find(&space->recent_moves, parent->ino, name, loop_now_ms(space->loop));
}

void backup_name_made(struct space *space, const struct node *parent, const char *name)
{
	struct recent_move *move = find_recent_move(space, parent, name);

	if (move)
		recent_move_forget(move);
}

void backup_written(struct space *space, const struct node *node)
{
	recent_moves_written(&space->recent_moves, node->ino, loop_now_ms(space->loop));
}

void backup_removed(struct space *space, const struct node *node)
{
	int64_t now_ms = loop_now_ms(space->loop);

	moved_away_removed(space, node);
	if (node->kind == NODE_DIR)
		recent_moves_dir_gone(&space->recent_moves, node->ino, now_ms);
	else
		recent_moves_file_gone(&space->recent_moves, node->ino, now_ms);
}

/* Computes the digest of a file of the spool, by its path. Returns 0 or -errno. */
static int digest_of(struct space *space, const char *path,
		     unsigned char ret_digest[CONTENT_DIGEST_SIZE])
{
	_cleanup_close_ int fd =
		openat(space->nodes.root.fd, path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : content_read_digest(NULL, fd, ret_digest);
}

/* Moves the row of a recent move back to path, its old name. If the moved file still exists, gives
 * that file a row that says "backup". Returns 1; -ENOENT or -EEXIST if the job cannot go back; or
 * another -errno. */
static int give_job_back(struct space *space, const struct recent_move *move, const char *path)
{
	unsigned char digest[CONTENT_DIGEST_SIZE];
	_cleanup_free_ char *moved = NULL;
	struct job_backup backup;
	struct stat st;
	bool is_there;
	int r = submit_path(space->engine, move->row, &moved);

	if (r < 0)
		return r;
	is_there = fstatat(space->nodes.root.fd, moved, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (!is_there && errno != ENOENT)
		return -errno;
	/* by now another file has the name to which the file was moved, and so the job */
	if (is_there && (st.st_ino != move->file || !S_ISREG(st.st_mode)))
		return -ENOENT;
	backup = (struct job_backup){.path = moved, .digest = digest};
	if (is_there && digest_of(space, moved, digest) < 0)
		backup.digest = NULL; /* the file cannot be read: the mark is for any content */
	r = submit_change(space->engine,
			  &(struct submit_change){.kind = CHANGE_GIVE_BACK,
						  .row = move->row,
						  .path = path,
						  .backup = is_there ? &backup : NULL});
	if (r == 0)
		log_info("%s: its job is back from %s, which is a backup", path, moved);
	return r < 0 ? r : 1;
}

int backup_give_back(struct space *space, fuse_req_t req, const struct node *parent,
		     const char *name)
{
	struct recent_move *move = find_recent_move(space, parent, name);
	_cleanup_free_ char *path = NULL;
	int r;

	if (!move || move->uid != fuse_req_ctx(req)->uid ||
	    move->process != proc_process(fuse_req_ctx(req)->pid))
		return 0;
	r = node_path_of(parent, name, &path);
	if (r == 0)
		r = rename_settle(space);
	if (r == 0)
		r = give_job_back(space, move, path);
	if (r > 0)
		moved_away_note(space, req, parent, name, move->file);
	recent_move_forget(move);
	/* -ENOENT, -EEXIST: by now the row is deleted, another file has it, or the name has another
	 * job. So the move was a rename, and the job stays with the moved file */
	return r == -ENOENT || r == -EEXIST ? 0 : r;
}

int backup_made(struct space *space, fuse_req_t req, struct node *parent, const char *name,
		bool is_regular)
{
	struct stat st;
	int dirfd, r = is_regular ? backup_give_back(space, req, parent, name) : 0;

	if (r >= 0)
		return r;
	dirfd = node_dirfd(&space->nodes, parent);
	if (dirfd >= 0 && fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_size == 0)
		unlinkat(dirfd, name, 0);
	return r;
}

int backup_is(struct space *space, struct node *node, const struct job_record *job)
{
	unsigned char digest[CONTENT_DIGEST_SIZE];
	struct location location;
	int r;

	if (!job->backup || !job->has_digest)
		return job->backup;
	r = node_location(&space->nodes, node, &location);
	if (r == 0)
		r = content_read_digest(&location, content_read_fd(node), digest);
	return r < 0 ? r : !memcmp(digest, job->digest, sizeof(digest));
}

/* Ends the backup mark of a job file name. kind says why: CHANGE_UNMARK_BACKUP (its file was
 * written) or CHANGE_DROP_BACKUP (its file is gone). Other names have no mark: nothing is done.
 * Returns 0 or -errno. */
static int end_mark(struct space *space, const struct node *parent, const char *name,
		    enum submit_change_kind kind)
{
	_cleanup_free_ char *path = NULL;
	int r = name_is_job(name) ? node_path_of(parent, name, &path) : -ENOENT;

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return submit_change(space->engine, &(struct submit_change){.kind = kind, .path = path});
}

int backup_end(struct space *space, const struct node *parent, const char *name)
{
	return end_mark(space, parent, name, CHANGE_UNMARK_BACKUP);
}

void backup_left(struct space *space, const struct node *parent, const char *name)
{
	int r = end_mark(space, parent, name, CHANGE_DROP_BACKUP);

	/* a mark that stays does no harm: it counts only for a file with the marked content */
	if (r < 0)
		log_warning("%s: the ledger cannot forget that it was a backup: %s", name,
			    strerror(-r));
}
