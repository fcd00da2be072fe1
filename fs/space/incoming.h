/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_INCOMING_H
#define COCFS_SPACE_INCOMING_H

#include "job/digest.h"
#include "space/space.h"

/*
 * A text that comes from the service goes into the spool; incoming.c has the essay. Nothing is
 * recorded here: record what the file holds when it is done, not before.
 */

/* What comes, and in whose place. Borrowed; content is copied. */
struct incoming_spec {
	struct node *parent;
	const char *name; /* of the file in the spool whose text it takes the place of */
	uint64_t ino;	  /* that the file must have */
	/* the text that the file must have; NULL: any, as it is a placeholder that nobody has
	 * read */
	const unsigned char *digest;
	bool in_place; /* the inode of a placeholder is filled; else a new inode takes the name */
	const char *content;
	size_t size;
	int64_t update_ms; /* the service's update time, for mtime; 0: now */
	uid_t user;	   /* whose request it is: counts as this user's work */
};

/* Asked in the loop, right before a new inode gets the name: 0, or -errno, and the file stays as it
 * is. */
typedef int incoming_may_fn(void *data);

/* The end: 0; INCOMING_NEW_NODE: the same, but the file is another node now, and a request for the
 * old one is to be answered with ESTALE; or -errno. Called once from an iteration of the loop, be
 * it from within incoming_begin(). */
#define INCOMING_NEW_NODE 1
typedef void incoming_done_fn(void *data, int result);

/*
 * Begins. Owner, mode, extended attributes and access lists of the file stay. done gets -EBUSY: the
 * file of the name is another one, or has another text. -errno of the disk. After any error
 * the file has the old text or the new one, and never a part of one. But the text of a placeholder
 * that is filled in place is whole only after a success.
 */
void incoming_begin(struct space *space, const struct incoming_spec *spec, incoming_may_fn *may,
		    incoming_done_fn *done, void *data);

#endif
