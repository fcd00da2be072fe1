/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_LISTING_H
#define COCFS_SPACE_LISTING_H

#include "space/entries.h"
#include "space/space.h"

/* The entries of a directory in their order, and where a reader of them is: listing.c. */

#define LISTING_REMEMBERED 1024 /* entries back from the last one; more than an answer can hold */

/* Where an entry comes from. */
struct listing_position {
	long spool;   /* entries_place() before the spool's entry */
	uint64_t ino; /* of that entry, while its siblings are listed; or a row (PLACE_UNMADE) */
	int sibling;  /* SIBLING_NONE: that entry itself; its sibling; or PLACE_UNMADE */
};

struct listing {
	struct entries entries;
	uint64_t next;		    /* the number of the entry that comes next, from 0 */
	struct listing_position at; /* where that is */
	struct listing_position
		remembered[LISTING_REMEMBERED]; /* by number modulo that: where it was */
	struct listing_position *marks;		/* of each LISTING_MARK_EVERY-th entry */
	size_t n_marks, room_for_marks;
	/* the spool's entry at at.spool, and its siblings, while these are listed */
	const struct dirent *entry;
	struct job_glance seen;
	bool looked; /* in this answer: at the entry, which is that */
	struct stat job;
	bool is_counting; /* to a number: listing_go_to() goes on with it when it is called again */
	uint64_t counted_to;
};

/* One entry to be sent. */
struct listed {
	char name[NAME_MAX + 1];
	struct stat st; /* st_ino and the type in st_mode */
	enum sibling sibling;
};

/* Takes the descriptor of a directory, into a zero-initialised listing. */
void listing_init(struct listing *listing, int take_fd);

/* Frees all but the descriptor, which is handed back. */
int listing_finish(struct listing *listing);

/* Takes the entry that comes next, as the caller of req sees it. 1, 0 at the end, -EAGAIN: call
 * listing_read() before; or another -errno. */
int listing_take(fuse_req_t req, struct node *dir, struct listing *listing,
		 struct listed *ret_listed);

/* Reads what listing_take() wants, if it wants anything; it may have looked at enough for once. May
 * be called in a thread. Returns 0 or -errno. */
int listing_read(struct listing *listing);

/* Goes to where the entry with a number comes from. Returns 0; -EAGAIN as above; -EINVAL: no answer
 * has had this number, and it is too far to count; another -errno. */
int listing_go_to(fuse_req_t req, struct node *dir, struct listing *listing, uint64_t number);

#endif
