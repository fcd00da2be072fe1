/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_SIBLING_CACHE_H
#define COCFS_SPACE_SIBLING_CACHE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "loop/loop.h"

struct node;
struct space;

/* What the kernel keeps of siblings, and how cocfs makes the kernel forget. The essay is in
 * sibling_cache.c. */

/* Of how many siblings in one READDIRPLUS answer the kernel may keep the attributes. No more
 * siblings fit into an answer. */
#define SIBLING_ANSWER_MAX 256

/* An answer to a listing that its reader may not have taken yet. */
struct sibling_answer {
	LIST_ENTRY(sibling_answer) link; /* in sibling_cache.answers, while n > 0 */
	/* the inode numbers of the siblings whose attributes the answer has */
	uint64_t inos[SIBLING_ANSWER_MAX];
	unsigned n;
	bool is_stalled; /* the loop has waited for the reader in vain, and does not wait again */
};

#define SIBLING_DIRECTORIES 64 /* entries of sibling_cache.directories */

struct sibling_cache {
	/* this kernel cannot be made to forget, so it never gets names or attributes of siblings to
	 * keep */
	bool is_off;
	/* Makes the kernel forget the attributes of a node. Returns 0 or -errno; -ENOENT: the
	 * kernel knows no such node. */
	int (*forget)(struct space *space, uint64_t node_id);
	LIST_HEAD(, sibling_answer) answers; /* answers that may not have been taken yet */
	/* inode numbers of directories that were found by path; the hash of the path selects the
	 * entry */
	uint64_t directories[SIBLING_DIRECTORIES];
	/* repeats the notifications that have failed; set while nodes->stale has siblings */
	struct loop_timer again;
};

/* Call sibling_cache_begin() once, before the first request, with space->siblings all zeros. Call
 * sibling_cache_end() before the space is freed. */
void sibling_cache_begin(struct space *space);
void sibling_cache_end(struct space *space);

/* Call this function when an answer gives the kernel attributes of a sibling to keep for a while.
 * answer: of a listing whose reader takes it immediately; it must have room for one more sibling.
 * Otherwise NULL. */
void sibling_cache_told(struct space *space, struct node *node, struct sibling_answer *answer);

/* Does the kernel have the name and the attributes of this sibling? Then an answer need not give
 * them again. */
bool sibling_cache_has(const struct node *node);

/* Call this function when the reader of a listing asks for more or closes the directory: it has
 * taken the last answer. */
void sibling_cache_taken(struct space *space, struct sibling_answer *answer);

/* Makes the kernel forget the attributes of the siblings of a job file, because they have changed.
 * Call this function before any answer shows the change. */
void sibling_cache_changed(struct space *space, struct node *parent, const char *job_name);

/* A callback for submit_on_change(). Makes the kernel forget the siblings of one path of the
 * ledger: path, or the path of row if path is NULL. If path is NULL and row is 0 or unknown, any
 * path may have changed, and the kernel forgets all siblings. data is a struct space. */
void sibling_cache_recorded(void *data, int64_t row, const char *path);

/* Makes the kernel forget the siblings of a file, for each of its names. Call this function before
 * any answer shows the change. */
void sibling_cache_file_changed(struct space *space, struct node *node);

/* Makes the kernel forget all siblings in a directory and below. Call this function before any
 * answer shows the change. */
void sibling_cache_tree_changed(struct space *space, const struct node *dir);

#endif
