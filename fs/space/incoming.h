/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_INCOMING_H
#define COCFS_SPACE_INCOMING_H

#include "job/digest.h"
#include "space/space.h"

/*
 * Puts a text from the service into a file of the spool. The essay is in incoming.c. This code
 * records nothing in the ledger: the caller records which version the file holds, after done.
 */

/* The text that comes, and the file that gets it. incoming_begin() keeps copies of its own and a
 * reference to parent: the caller may free its own after the call. */
struct incoming_spec {
	struct node *parent;
	const char *name; /* the file in the spool that gets the new text */
	uint64_t ino;	  /* the inode number that the file must have */
	/* the digest of the text that the file must have; NULL: any text, because the file is a
	 * placeholder that no program has read */
	const unsigned char *digest;
	/* true: write into the inode of a placeholder; false: a new inode takes the name */
	bool in_place;
	const char *content;
	size_t size;
	int64_t update_ms; /* the service's update time, for mtime; 0: now */
	uid_t user;	   /* the work counts as this user's */
};

/* The loop calls this right before a new inode takes the name. Return 0, or -errno to leave the
 * file as it is. */
typedef int incoming_may_fn(void *data);

/* Reports the end: 0; INCOMING_NEW_NODE: success, but the file is another node now, so answer a
 * request for the old node with ESTALE; or -errno. The loop calls this once, maybe from within
 * incoming_begin(). */
#define INCOMING_NEW_NODE 1
typedef void incoming_done_fn(void *data, int result);

/*
 * Begins to put a text into a file. The file keeps its owner, mode, extended attributes and access
 * lists. Calls done with -EBUSY if the name has another file or the file has another text, or with
 * an -errno of the disk. After an error the file has the old text or the new text, never a part of
 * one. One exception: the text of a placeholder that is filled in place is whole only after
 * success.
 */
void incoming_begin(struct space *space, const struct incoming_spec *spec, incoming_may_fn *may,
		    incoming_done_fn *done, void *data);

#endif
