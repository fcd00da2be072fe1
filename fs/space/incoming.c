/* SPDX-License-Identifier: MIT */
/*
 * A text from the service takes the place of a file's text in the spool.
 *
 * The new text is a new inode. So a program that has the old file open goes on reading the old
 * text, and no reader ever sees half of a text. A thread writes the new file in a directory of its
 * own (incoming/ beside the spool), copies the old file's owner, mode and attributes, and syncs it.
 * Then the loop renames the new file over the old file, if the name still has the file that the
 * thread looked at. Because other requests come meanwhile, the loop first asks the caller's
 * function `may`. Then a thread syncs the directory. The caller records which version the file
 * holds when file and directory are on the disk.
 *
 * The kernel goes on with the node that it knows: the new file gets the node of the old file. But
 * an old file that is open keeps its node, and the new file gets another node. Then a request that
 * waits for the old node is answered with ESTALE, and the kernel looks the name up again. The
 * kernel does so once for each call: if another text comes soon, the program gets ESTALE.
 *
 * If the power goes before the caller has recorded the version, the file has a text that is newer
 * than its record. Such a text looks like one that was not submitted, and nothing is lost. If the
 * version were recorded first, the record could be newer than the text. Then the next save would
 * overwrite a version that nobody has read.
 *
 * A placeholder (a file whose text was never fetched) may be filled in place, because no program
 * can have read or opened it. Until the text is whole, the ledger says that it was not fetched.
 *
 * A crash may leave files in incoming/. The next mount removes them (state_dir.c).
 */
#define _GNU_SOURCE
#include "space/incoming.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/crash.h"
#include "bounds/api.h"
#include "space/disk.h"
#include "space/location.h"

struct incoming {
	struct space *space;
	struct node *parent; /* we hold a reference */
	char *name;
	uint64_t ino;
	unsigned char digest[CONTENT_DIGEST_SIZE];
	bool has_digest, in_place;
	int64_t update_ms;
	uid_t user;
	incoming_may_fn *may;
	incoming_done_fn *done;
	void *data;
	int dirfd;	    /* the descriptor of parent; owned */
	char temporary[32]; /* the new file's name in incoming/ */
	bool is_written;    /* the new file is in incoming/ */
	struct stat old;    /* the old file, as the thread saw it */
	struct stat st;	    /* the new file, after its sync */
	bool is_new_node;   /* the new file gets another node: the old file is open, say */
};

/* ---- in a thread ---- */

/* Copies one extended attribute. If a security label ("security.*") cannot be copied, the new file
 * keeps its own label. Returns 0 (also then) or -errno. */
static int copy_attribute(int from_fd, int to_fd, const char *name)
{
	_cleanup_free_ char *value = NULL;
	ssize_t size = fgetxattr(from_fd, name, NULL, 0);

	if (size > 0) {
		value = malloc((size_t)size);
		if (!value)
			return -ENOMEM;
		size = fgetxattr(from_fd, name, value, (size_t)size);
	}
	if (size >= 0 && fsetxattr(to_fd, name, value ? value : "", (size_t)size, 0) == 0)
		return 0;
	return strncmp(name, "security.", strlen("security.")) ? -errno : 0;
}

static int copy_attributes(int from_fd, int to_fd)
{
	_cleanup_free_ char *names = NULL;
	ssize_t size = flistxattr(from_fd, NULL, 0);
	int r = 0;

	if (size <= 0)
		return size < 0 && errno != EOPNOTSUPP ? -errno : 0;
	names = malloc((size_t)size);
	if (!names)
		return -ENOMEM;
	size = flistxattr(from_fd, names, (size_t)size);
	if (size < 0)
		return -errno;
	for (const char *name = names; r == 0 && name < names + size; name += strlen(name) + 1)
		r = copy_attribute(from_fd, to_fd, name);
	return r;
}

static int write_whole(int fd, const char *content, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = pwrite(fd, content + done, size - done, (off_t)done);

		if (n < 0 && errno != EINTR)
			return -errno;
		done += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* Sets the old file's access time, and update_ms (0: now) as the modification time. */
static int set_times(const struct incoming *incoming, int fd)
{
	const struct timespec times[] = {
		incoming->old.st_atim,
		{.tv_sec = incoming->update_ms / 1000,
		 .tv_nsec = incoming->update_ms ? incoming->update_ms % 1000 * 1000000 : UTIME_NOW},
	};

	return futimens(fd, times) < 0 ? -errno : 0;
}

/* Sets the times of the written file and syncs it. Sets incoming->st. Returns 0 or -errno. */
static int settle_text(struct incoming *incoming, int fd)
{
	int r = set_times(incoming, fd);

	return r == 0 && (fsync(fd) < 0 || fstat(fd, &incoming->st) < 0) ? -errno : r;
}

/* Checks that the open file has the inode number and the text that struct incoming_spec names, and
 * no second name. Sets incoming->old. Returns 0 if that is so, -EBUSY if not, or another -errno. */
static int check_old_file(struct incoming *incoming, int fd)
{
	_cleanup_free_ char *text = NULL;
	unsigned char digest[CONTENT_DIGEST_SIZE];
	ssize_t n;
	int r;

	if (fstat(fd, &incoming->old) < 0)
		return -errno;
	if (!S_ISREG(incoming->old.st_mode) || incoming->old.st_ino != incoming->ino ||
	    incoming->old.st_nlink != 1)
		return -EBUSY;
	if (!incoming->has_digest)
		return 0;
	text = malloc(COC_CONTENT_MAX + 1); /* a thread's stack is too small */
	if (!text)
		return -ENOMEM;
	n = pread(fd, text, COC_CONTENT_MAX + 1, 0);
	if (n < 0)
		return -errno;
	r = content_digest(text, (size_t)n, digest);
	if (r < 0)
		return r;
	return memcmp(digest, incoming->digest, sizeof(digest)) ? -EBUSY : 0;
}

/* Gives the new file the new text, and owner, mode and attributes of the old file. Syncs it. */
static int fill_new(struct incoming *incoming, int old_fd, int fd, const char *content, size_t size)
{
	const struct stat *old = &incoming->old;
	int r = write_whole(fd, content, size);
	struct stat st;

	if (r == 0 && fstat(fd, &st) < 0)
		r = -errno;
	if (r == 0 && (st.st_uid != old->st_uid || st.st_gid != old->st_gid) &&
	    fchown(fd, old->st_uid, old->st_gid) < 0)
		r = -errno;
	if (r == 0)
		r = copy_attributes(old_fd, fd);
	/* the mode comes last: fchown() clears mode bits, and a copied access list changes some */
	if (r == 0 && fchmod(fd, old->st_mode & 07777) < 0)
		r = -errno;
	return r < 0 ? r : settle_text(incoming, fd);
}

static int write_new_file(struct incoming *incoming, const char *content, size_t size)
{
	const int flags = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	_cleanup_close_ int old_fd = openat(incoming->dirfd, incoming->name, O_RDONLY | flags);
	_cleanup_close_ int fd = -1;
	int r = old_fd < 0 ? -errno : check_old_file(incoming, old_fd);

	if (r < 0)
		return r;
	fd = openat(incoming->space->incoming_fd, incoming->temporary,
		    O_WRONLY | O_CREAT | O_EXCL | flags, 0600);
	if (fd < 0)
		return -errno;
	incoming->is_written = true;
	return fill_new(incoming, old_fd, fd, content, size);
}

static int write_placeholder(struct incoming *incoming, int fd, const char *content, size_t size)
{
	int r = check_old_file(incoming, fd);

	if (r == 0)
		r = write_whole(fd, content, size);
	CRASH_POINT("placeholder-written");
	if (r == 0 && ftruncate(fd, (off_t)size) < 0)
		r = -errno;
	return r < 0 ? r : settle_text(incoming, fd);
}

/* Writes the text into the placeholder's own inode. If the owner's read or write bit is missing,
 * a mount by an ordinary user sets both only for the open. Returns 0 or -errno. */
static int fill_in_place(struct incoming *incoming, const char *content, size_t size)
{
	const int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	_cleanup_close_ int fd = openat(incoming->dirfd, incoming->name, flags);
	int r = fd < 0 ? -errno : 0;
	struct stat st;

	if (r == -EACCES &&
	    fstatat(incoming->dirfd, incoming->name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode) &&
	    fchmodat(incoming->dirfd, incoming->name, (st.st_mode & 07777) | S_IRUSR | S_IWUSR,
		     0) == 0) {
		fd = openat(incoming->dirfd, incoming->name, flags);
		r = fd < 0 ? -errno : 0;
		if ((fd < 0 ? fchmodat(incoming->dirfd, incoming->name, st.st_mode & 07777, 0)
			    : fchmod(fd, st.st_mode & 07777)) < 0 &&
		    r == 0)
			r = -errno;
	}
	return r < 0 ? r : write_placeholder(incoming, fd, content, size);
}

static void work_write_incoming(struct worker_job *job)
{
	struct disk_op *op = disk_op_of(job);
	struct incoming *incoming = op->owner;

	op->result = incoming->in_place ? fill_in_place(incoming, op->data, op->size)
					: write_new_file(incoming, op->data, op->size);
}

static void work_sync_directory(struct worker_job *job)
{
	struct disk_op *op = disk_op_of(job);
	/* op->fd is O_PATH: it cannot be synced */
	_cleanup_close_ int fd = openat(op->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	op->result = fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

/* ---- in the loop: what follows the work of a thread ---- */

static void free_incoming(struct incoming *incoming)
{
	if (incoming->parent)
		node_release(&incoming->space->nodes, incoming->parent);
	if (incoming->dirfd >= 0)
		close(incoming->dirfd);
	free(incoming->name);
	free(incoming);
}

/* Frees incoming, and calls done with r (0 or -errno), or INCOMING_NEW_NODE in place of 0. */
static void end_incoming(struct incoming *incoming, int r)
{
	incoming_done_fn *done = incoming->done;
	void *data = incoming->data;

	if (r == 0 && incoming->is_new_node)
		r = INCOMING_NEW_NODE;
	if (incoming->is_written)
		unlinkat(incoming->space->incoming_fd, incoming->temporary, 0);
	free_incoming(incoming);
	done(data, r);
}

static void answer_synced(struct disk_op *op)
{
	end_incoming(op->owner, (int)op->result);
}

static void sync_directory(struct incoming *incoming)
{
	struct disk_op *op = disk_begin(incoming->space, NULL, incoming->user, NULL);

	if (!op) {
		end_incoming(incoming, -ENOMEM);
		return;
	}
	op->fd = incoming->dirfd;
	op->owner = incoming;
	op->answer = answer_synced;
	disk_go(op, work_sync_directory);
}

/* Checks that the name still has the old file, unchanged. Returns 0, -EBUSY (no) or another
 * -errno. */
static int check_unchanged(const struct incoming *incoming)
{
	const struct stat *old = &incoming->old;
	struct stat st;

	if (fstatat(incoming->dirfd, incoming->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return st.st_ino == old->st_ino && st.st_size == old->st_size &&
			       st.st_nlink == old->st_nlink &&
			       !memcmp(&st.st_ctim, &old->st_ctim, sizeof(st.st_ctim))
		       ? 0
		       : -EBUSY;
}

/* Gives the old file's node to the new file. If the old file is open, or the kernel cannot be told
 * to forget its attributes, sets is_new_node: the new file will be another node. */
static void renew_node(struct incoming *incoming, struct node *node)
{
	struct space *space = incoming->space;
	int r = node->content || node->link.next || node->fd >= 0 ? -EBUSY : 0;

	/* -1: only the attributes, since the drop of pages may wait; -ENOENT: the node is
	 * forgotten */
	if (r == 0)
		r = fuse_lowlevel_notify_inval_inode(space->session, node_id(&space->nodes, node),
						     -1, 0);
	if (r == 0 || r == -ENOENT) {
		node_replaced(&space->nodes, node, incoming->st.st_ino);
		return;
	}
	node_unlinked(&space->nodes, node, incoming->parent, incoming->name);
	incoming->is_new_node = true;
}

/* Renames the new file over the old file; renews the node, if there is one. Returns 0 or -errno. */
static int take_name(struct incoming *incoming)
{
	struct nodes *nodes = &incoming->space->nodes;
	struct node *old = node_known(nodes, incoming->parent, incoming->name);

	CRASH_POINT("incoming-written");
	if (renameat(incoming->space->incoming_fd, incoming->temporary, incoming->dirfd,
		     incoming->name) < 0)
		return -errno;
	CRASH_POINT("incoming-renamed");
	incoming->is_written = false;
	if (old)
		renew_node(incoming, old);
	return 0;
}

static void answer_written(struct disk_op *op)
{
	struct incoming *incoming = op->owner;
	int r = (int)op->result;

	if (r == 0 && !incoming->in_place) {
		r = check_unchanged(incoming);
		if (r == 0)
			r = incoming->may(incoming->data);
		if (r == 0)
			r = take_name(incoming);
	}
	if (r < 0 || incoming->in_place)
		end_incoming(incoming, r);
	else
		sync_directory(incoming);
}

/* Makes a struct incoming from spec. On NULL, *ret_r says why: -ENOMEM or another -errno. */
static struct incoming *make_incoming(struct space *space, const struct incoming_spec *spec,
				      int *ret_r)
{
	struct incoming *incoming = calloc(1, sizeof(*incoming));

	*ret_r = -ENOMEM;
	if (!incoming)
		return NULL;
	*incoming = (struct incoming){.space = space,
				      .ino = spec->ino,
				      .has_digest = spec->digest != NULL,
				      .in_place = spec->in_place,
				      .update_ms = spec->update_ms > 0 ? spec->update_ms : 0,
				      .user = spec->user,
				      .dirfd = -1,
				      .name = strdup(spec->name)};
	if (spec->digest)
		memcpy(incoming->digest, spec->digest, CONTENT_DIGEST_SIZE);
	if (incoming->name)
		*ret_r = incoming->dirfd = node_hold_dirfd(&space->nodes, spec->parent);
	if (incoming->dirfd < 0) {
		free_incoming(incoming);
		return NULL;
	}
	incoming->parent = spec->parent;
	node_hold(spec->parent);
	snprintf(incoming->temporary, sizeof(incoming->temporary), "%llu",
		 (unsigned long long)space->incoming_n++);
	return incoming;
}

void incoming_begin(struct space *space, const struct incoming_spec *spec, incoming_may_fn *may,
		    incoming_done_fn *done, void *data)
{
	struct disk_op *op = disk_begin(space, NULL, spec->user, NULL);
	struct incoming *incoming;
	int r = op ? disk_charge(op, spec->size + 1) : -ENOMEM;

	if (r == 0 && !(op->data = malloc(spec->size + 1)))
		r = -ENOMEM;
	incoming = r == 0 ? make_incoming(space, spec, &r) : NULL;
	if (!incoming) {
		if (op)
			disk_drop(op);
		done(data, r);
		return;
	}
	incoming->may = may;
	incoming->done = done;
	incoming->data = data;
	memcpy(op->data, spec->content, spec->size);
	op->size = spec->size;
	op->owner = incoming;
	op->answer = answer_written;
	disk_go(op, work_write_incoming);
}
