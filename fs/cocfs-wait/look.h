/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_WAIT_LOOK_H
#define COCFS_COCFS_WAIT_LOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* What cocfs-wait waits for, and how it stands: read off .coc/queue and coc.state of a mount. */

/* A file or directory that was named. */
struct target {
	const char *given; /* as it was named; borrowed */
	char *path;	   /* absolute, without symbolic links */
	size_t root;	   /* the length of the mount's own path within it */
	bool is_missing;   /* there is no such file, and its content was refused */
};

struct targets {
	struct target *targets; /* as given */
	const char **sorted;	/* their paths, for looking up */
	const char **roots;	/* a path on each mount, whose first n_root bytes are the mount's */
	size_t *roots_length, n; /* n targets, and at most as many mounts */
	size_t n_roots;
};

/* Finds the targets and their mounts. Returns 0, or -errno with err filled. */
int targets_find(char **paths, size_t n, struct targets *ret_targets, struct err *err);
void targets_finish(struct targets *targets);

/* One look at the queues. */
struct look {
	size_t pending; /* unfinished submissions that are listed for the targets */
	bool cut;	/* a queue has more than it lists */
};

/*
 * Looks at the queues. story (may be NULL) gets "PATH: STATE: LAST ERROR" lines for what is
 * unfinished, at most max of them. Returns 0, or -errno with err filled.
 */
int look_at_queues(const struct targets *targets, struct look *ret_look, struct buf *story,
		   size_t max, struct err *err);

/* Appends a line about a file: its name, its state, and the reason unless that is empty. All of it
 * is foreign: it may come from a file's name, or from the service. 0 or -ENOMEM. */
int look_tell(struct buf *story, const char *name, const char *state, const char *reason);

/* Appends a line for each target that has unfinished submissions that the queue does not show this
 * user. Returns 0 or -errno. */
int look_at_hidden(const struct targets *targets, struct buf *story);

/*
 * Asks each job file of the targets for its state, and each directory for what was refused and has
 * no file. Returns how many were not submitted, with a line for each appended to story; -EBUSY when
 * one has a submission under way after all; another -errno with err filled. (files.c)
 */
int look_at_files(const struct targets *targets, struct buf *story, struct err *err);

#endif
