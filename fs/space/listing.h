/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_LISTING_H
#define COCFS_SPACE_LISTING_H

#include <dirent.h>

#include "space/space.h"

/* The entries of a directory in their order, and where a reader of them is: listing.c. */

#define LISTING_REMEMBERED 1024 /* entries back from the last one; more than an answer can hold */

/* Where an entry comes from. */
struct place {
	long spool;   /* telldir(3) before the spool's entry */
	uint64_t ino; /* of that entry, while its siblings are listed; or a row (PLACE_UNMADE) */
	int sibling;  /* SIBLING_NONE: that entry itself; its sibling; or PLACE_UNMADE */
};

struct listing {
	DIR *dir;
	uint64_t next;	 /* the number of the entry that comes next, from 0 */
	struct place at; /* where that is */
	struct place remembered[LISTING_REMEMBERED]; /* by number modulo that: where it was */
	struct place *marks;			     /* of each LISTING_MARK_EVERY-th entry */
	size_t n_marks, room_for_marks;
	/* the spool's entry at at.spool, and its siblings, while these are listed */
	struct dirent *entry;
	struct ledger_glance seen;
	bool looked; /* in this answer: at the entry, which is that */
	struct stat job;
};

/* One entry to be sent. */
struct listed {
	char name[NAME_MAX + 1];
	struct stat st; /* st_ino and the type in st_mode */
	enum sibling sibling;
};

/* Takes the descriptor of a directory. Returns 0; -ENOMEM, and the descriptor is the caller's still. */
int listing_init(struct listing *listing, int *take_fd);
void listing_finish(struct listing *listing);

/* Takes the entry that comes next, as the caller of req sees it. 1, 0 at the end, or -errno. */
int listing_take(fuse_req_t req, struct node *dir, struct listing *listing,
		 struct listed *ret_listed);

/* Goes to where the entry with a number comes from. Returns 0; -EINVAL: no answer has had this number, and
 * it is too far to count; another -errno. */
int listing_go_to(fuse_req_t req, struct node *dir, struct listing *listing, uint64_t number);

#endif
