/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_WAIT_LOOK_H
#define COCFS_COCFS_WAIT_LOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* The targets that cocfs-wait waits for, and their state. The state comes from .coc/queue and
 * coc.state of a mount. */

/* A file or directory on the command line: cocfs-wait waits for its submissions. */
struct target {
	const char *given; /* as the user named it; borrowed */
	char *path;	   /* absolute, without symbolic links */
	size_t root;	   /* the length of the mount's path within path */
	bool is_missing;   /* the file does not exist: its content was refused */
};

struct targets {
	struct target *targets; /* in the order of the command line */
	const char **sorted;	/* the paths, sorted for a binary search */
	const char **roots; /* for each mount a path on it, which begins with the mount's path */
	size_t *roots_length, n; /* roots_length: the length of the mount's path in each of roots;
				    n: the number of targets */
	size_t n_roots;
};

/* Finds the targets and their mounts. Returns 0 and targets that targets_finish() frees; or -errno
 * with err filled. */
int targets_find(char **paths, size_t n, struct targets *ret_targets, struct err *err);
void targets_finish(struct targets *targets);

/* What look_at_queues() has found in the queues of all mounts. */
struct look {
	size_t pending; /* unfinished submissions of the targets that are listed */
	bool cut;	/* a queue has more submissions than it lists */
};

/*
 * Reads the queues. story (may be NULL) gets a line "PATH: STATE: LAST ERROR" for each unfinished
 * submission, at most max. Returns 0, or -errno with err filled.
 */
int look_at_queues(const struct targets *targets, struct look *ret_look, struct buf *story,
		   size_t max, struct err *err);

/* Appends a line about a file: its name, its state, and the reason unless that is empty. The texts
 * may be foreign, so they are made fit to be shown. Returns 0 or -ENOMEM. */
int look_tell(struct buf *story, const char *name, const char *state, const char *reason);

/* Appends a line for each target that has unfinished submissions which the queue does not show to
 * this user. Returns 0 or -errno. */
int look_at_hidden(const struct targets *targets, struct buf *story);

/*
 * Asks each job file of the targets for its state. Asks each directory for names that were refused
 * and have no file. Appends a line to story for each that was not submitted. Returns their number.
 * Returns -EBUSY if a submission is still under way; another -errno with err filled. (files.c)
 */
int look_at_files(const struct targets *targets, struct buf *story, struct err *err);

#endif
