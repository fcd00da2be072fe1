/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_WAIT_LOOK_H
#define COCFS_COCFS_WAIT_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/* What cocfs-wait looks at. A target is a path on the command line. The file .coc/queue of its
 * mount, and virtual attributes such as coc.state, show whether its submissions are finished. */

/* A file or directory on the command line. cocfs-wait waits for the submissions of the file, or of
 * all files below the directory. */
struct target {
	const char *given; /* as the user named it; borrowed */
	char *path;	   /* absolute, without symbolic links */
	size_t root;	   /* the length of the mountpoint's path, which is the beginning of path */
	/* the file does not exist, because its content was refused: only its .error is there */
	bool is_missing;
};

struct targets {
	struct target *targets;		 /* in the order of the command line */
	const char **sorted;		 /* the paths of the targets, sorted for bsearch(3) */
	const struct target **on_mounts; /* for each mount a target on it */
	size_t n, n_mounts;		 /* how many targets, and how many mounts */
};

/* Are two targets on one mount? */
bool targets_share_mount(const struct target *one, const struct target *other);

/* Finds the n targets with these paths, and the mounts that they are on. paths must outlive the
 * targets. Returns 0 and targets that targets_finish() frees; or -errno with err filled, -ENODEV if
 * a path is not on a cocfs mount. */
int targets_find(char **paths, size_t n, struct targets *ret_targets, struct err *err);
void targets_finish(struct targets *targets);

/* What look_at_queues() has found in the queues of all mounts. */
struct look {
	size_t pending; /* how many unfinished submissions of the targets the queues list */
	bool cut;	/* a queue has further submissions, which it does not list */
};

/*
 * Reads .coc/queue of each mount. Appends a line "PATH: STATE: LAST ERROR" to story (NULL: none)
 * for each unfinished submission of a target, at most max lines. Returns 0, or -errno with err
 * filled.
 */
int look_at_queues(const struct targets *targets, struct look *ret_look, struct buf *story,
		   size_t max, struct err *err);

/* Finds the device of a file. cocfs is not asked for the attributes of the file, because for an
 * import it would ask the service. Returns 0 or -errno. */
int look_find_device(const char *path, dev_t *ret_device);

/* Appends a line about a file to story: its name, its state, and the reason unless that is "". The
 * texts may come from other users, so control characters are replaced. Returns 0 or -ENOMEM. */
int look_tell(struct buf *story, const char *name, const char *state, const char *reason);

/* Appends a line to story for each target that is a directory with unfinished submissions which the
 * queue does not show to this user. Returns 0 or -errno. */
int look_at_hidden(const struct targets *targets, struct buf *story);

/*
 * Asks each job file of the targets for its state. Asks each directory for names that were refused
 * and have no file. Appends a line to story for each file or name that was not submitted, or whose
 * last change was refused. A target that is no job file gets a line, too. Returns how many lines
 * that are: 0 means success. Returns -EBUSY if a submission is still under way; or another -errno
 * with err filled. (files.c)
 */
int look_at_files(const struct targets *targets, struct buf *story, struct err *err);

#endif
