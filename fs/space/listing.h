/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_LISTING_H
#define COCFS_SPACE_LISTING_H

#include "space/entries.h"
#include "space/space.h"

/* The entries of a directory in their order, and the position of a reader. The essay is in
 * listing.c. */

/* How many entries back a reader may seek without counting; more than one answer can hold. */
#define LISTING_REMEMBERED 1024

/* A position in a listing: where its entry comes from. */
struct listing_position {
	/* the position of the spool's entry: entries_place() before the entry was taken */
	long spool;
	/* the inode number of that entry, while its siblings are listed; with PLACE_UNMADE: the row
	 * of the last .error that was listed */
	uint64_t ino;
	/* SIBLING_NONE: the spool's entry itself; SIBLING_ID, SIBLING_ERROR: that sibling of it;
	 * PLACE_UNMADE (listing.c): an .error without a job file */
	int sibling;
};

struct listing {
	struct entries entries;
	uint64_t next;		    /* the number of the next entry, from 0 */
	struct listing_position at; /* the position of the next entry */
	/* the positions of the last LISTING_REMEMBERED entries: that of entry n is at index n
	 * modulo LISTING_REMEMBERED */
	struct listing_position remembered[LISTING_REMEMBERED];
	/* the positions of the entries 0, LISTING_MARK_EVERY (listing.c), twice that, and so on */
	struct listing_position *marks;
	size_t n_marks, room_for_marks;
	/* the spool's entry at at.spool and its siblings, while these are being listed */
	const struct dirent *entry;
	/* the sizes of the siblings of entry; a size of 0: no such sibling */
	struct job_glance seen;
	/* this answer has looked at the entry's file: job has the attributes of the file */
	bool looked;
	struct stat job;
	/* listing_go_to() has counted a part of the way to counted_to; the next call goes on */
	bool is_counting;
	uint64_t counted_to;
};

/* One entry for an answer: its name, its inode number and its type. */
struct listed {
	char name[NAME_MAX + 1];
	struct stat st;	      /* only st_ino, and the type in st_mode */
	enum sibling sibling; /* SIBLING_NONE: a file of the spool */
};

/* Prepares a zero-initialised listing of the directory take_fd, which is taken. */
void listing_init(struct listing *listing, int take_fd);

/* Frees the listing's memory. Returns the descriptor that listing_init() took; the caller closes
 * it. */
int listing_finish(struct listing *listing);

/* Takes the next entry, as the caller of req may see it. Returns 1; 0 at the end; -EAGAIN: call
 * listing_read() first, in a thread; or another -errno. */
int listing_take(fuse_req_t req, struct node *dir, struct listing *listing,
		 struct listed *ret_listed);

/* Reads more entries from the directory after -EAGAIN, if any are wanted. -EAGAIN may also mean
 * that this iteration has done enough: then nothing is read. May be called in a thread. Returns 0
 * or -errno. */
int listing_read(struct listing *listing);

/* Goes to the entry with this number: listing_take() returns that entry next. Returns 0; -EAGAIN:
 * call listing_read() first, in a thread; -EINVAL: no answer has had this number, and it is too far
 * to count; or another -errno. */
int listing_go_to(fuse_req_t req, struct node *dir, struct listing *listing, uint64_t number);

#endif
