/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_INCOMING_H
#define COCFS_SPACE_INCOMING_H

#include "job/digest.h"
#include "space/space.h"

/*
 * Puts a text from the service into a file of the spool. The essay is in incoming.c. This code
 * records nothing in the ledger: the function `done` of the caller has to record which version the
 * file holds.
 */

/* A text from the service, and the file that gets it. incoming_begin() copies name, digest and
 * content, and holds a reference to parent: after the call the caller may free its data. */
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
	uid_t user;	   /* the work in threads and its memory count as this user's */
};

/* The loop calls this function of the caller right before a new inode takes the name; not if
 * in_place is true. Return 0, or -errno to leave the file as it is. */
typedef int incoming_may_fn(void *data);

/* The loop calls this function of the caller once, at the end, maybe from within incoming_begin().
 * result is 0, INCOMING_NEW_NODE or -errno. INCOMING_NEW_NODE is a success, but the name's file is
 * another node now: answer a request for the old node with ESTALE. */
#define INCOMING_NEW_NODE 1
typedef void incoming_done_fn(void *data, int result);

/*
 * Begins to put a text into a file. The file keeps its owner, mode, extended attributes and access
 * lists. If the name has another file than spec says, or the file another text, calls done with
 * -EBUSY. If may returns an error, calls done with that. Otherwise calls done with 0,
 * INCOMING_NEW_NODE or an -errno of the disk. After an error the file has the old text or the new
 * text, never a part of one. One exception: after an error a placeholder that is filled in place
 * (in_place) may have a part of the text.
 */
void incoming_begin(struct space *space, const struct incoming_spec *spec, incoming_may_fn *may,
		    incoming_done_fn *done, void *data);

#endif
