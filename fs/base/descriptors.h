/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_DESCRIPTORS_H
#define COCFS_BASE_DESCRIPTORS_H

#include <stdbool.h>

/*
 * How a mount divides the descriptors that its process may have. Each part has its own bound, so no
 * part can take the descriptors of another part. A user who opens files without end stops neither
 * the ledger nor the connections to the service.
 */
struct descriptors {
	unsigned all;	      /* descriptors that the process may have */
	unsigned own;	      /* for the mount itself: see DESCRIPTORS_OWN_MAX */
	unsigned directories; /* directories of the spool that were used lately and stay open */
	unsigned connections; /* to the service; with an embedded service each costs two */
	unsigned users;	      /* what users have open: files, directories, files without a name */
};

/*
 * The most and the fewest descriptors for the mount itself (own); between them, own is half of all.
 * The mount itself needs about 30 descriptors: the state directory, the ledger, the FUSE
 * descriptor, loops, counters and the embedded service. The rest of own is for descriptors that are
 * open for a moment: a committed file, a renamed directory, /proc, a certificate, a name server.
 */
#define DESCRIPTORS_OWN_MAX 64
#define DESCRIPTORS_OWN_LEAST 32

/* The fewest descriptors with which cocfs mounts. */
#define DESCRIPTORS_LEAST 40

/* With fewer descriptors than this, a mount warns in the log how few files users may have open.
 * 1024 is the usual limit of old systems. */
#define DESCRIPTORS_FEW 1024

/* The most directories of the spool that stay open. A program that walks a tree comes back to each
 * directory above, and few trees have so many levels. */
#define DESCRIPTORS_DIRECTORIES_MAX 128
#define DESCRIPTORS_DIRECTORIES_LEAST                                                              \
	4 /* a rename needs three: both parents, and a directory that moves */

/* The most connections to the service. As many requests can wait for an answer at the same time. */
#define DESCRIPTORS_CONNECTIONS_MAX 1024

/* Divides the descriptors of a process. all: how many it may have, at least DESCRIPTORS_LEAST.
 * embedded: the service is in this process, so a connection takes two descriptors. */
void descriptors_divide(unsigned all, bool embedded, struct descriptors *ret_descriptors);

#endif
