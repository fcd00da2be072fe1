/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_SIBLING_CACHE_H
#define COCFS_SPACE_SIBLING_CACHE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "loop/loop.h"

struct node;
struct space;

/* What the kernel keeps of siblings, and how it is made to forget: sibling_cache.c has the essay.
 */

/* Siblings in one answer of a listing whose attributes are kept: as many as fit. */
#define SIBLING_ANSWER_MAX 256

/* An answer of a listing that its reader may not have taken yet. */
struct sibling_answer {
	LIST_ENTRY(sibling_answer) link;   /* in the cache, while n > 0 */
	uint64_t inos[SIBLING_ANSWER_MAX]; /* of the siblings that it told */
	unsigned n;
	bool is_stalled; /* its reader was waited for in vain */
};

#define SIBLING_DIRECTORIES 64

struct sibling_cache {
	bool is_off; /* this kernel cannot be made to forget: nothing is kept */
	/* makes the kernel forget the attributes of a node; 0 or -errno, -ENOENT: it knows no such
	 * node */
	int (*forget)(struct space *space, uint64_t node_id);
	LIST_HEAD(, sibling_answer) answers;	   /* that may not have been taken yet */
	uint64_t directories[SIBLING_DIRECTORIES]; /* by the hash of the path: what has it was
						      found as this number */
	struct loop_timer again;
};

/* All zeros before. */
void sibling_cache_begin(struct space *space);
void sibling_cache_end(struct space *space);

/* The kernel is told attributes of a sibling, and believes them for a while. answer: of the listing
 * that tells them, with room for one more; NULL: no listing does. */
void sibling_cache_told(struct space *space, struct node *node, struct sibling_answer *answer);

/* The kernel has all that it needs of a sibling, as far as is known: it need not be told again. */
bool sibling_cache_has(const struct node *node);

/* The reader of a listing comes back, or is gone: the last answer was taken. */
void sibling_cache_taken(struct space *space, struct sibling_answer *answer);

/* The siblings of a job file may show something else from now on. Nobody may have been told yet of
 * what has changed. */
void sibling_cache_changed(struct space *space, struct node *parent, const char *job_name);

/* The same by the path in the ledger, or (NULL) by its row; neither: any path. data is a struct
 * space. */
void sibling_cache_recorded(void *data, int64_t row, const char *path);

/* The same for the siblings of a file by each of its names. */
void sibling_cache_file_changed(struct space *space, struct node *node);

/* The same for all that are in a directory, or below. */
void sibling_cache_tree_changed(struct space *space, const struct node *dir);

#endif
