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
	unsigned all;
	unsigned own;	      /* for the mount itself: see DESCRIPTORS_OWN_MAX */
	unsigned directories; /* of the spool: kept open because they were used lately */
	unsigned connections; /* to the service */
	unsigned users;	      /* what users have open: files, listings, files without a name */
};

/*
 * The mount itself needs about 30 descriptors: the state directory, the ledger, the FUSE
 * descriptor, loops, counters and the embedded service. The rest is for descriptors that are open
 * for a moment: a file whose content is committed, a directory that is renamed, /proc, a
 * certificate, a name server.
 */
#define DESCRIPTORS_OWN_MAX 64
#define DESCRIPTORS_OWN_LEAST 32

/* The fewest descriptors with which cocfs mounts. */
#define DESCRIPTORS_LEAST 40

/* Below this number a mount warns in the log that it can do little. 1024 is the usual limit of old
 * systems. */
#define DESCRIPTORS_FEW 1024

/* The most directories of the spool that stay open. A program that lists a tree comes back to a
 * directory after everything below it, and no tree has so many levels. */
#define DESCRIPTORS_DIRECTORIES_MAX 128
#define DESCRIPTORS_DIRECTORIES_LEAST                                                              \
	4 /* a rename needs two at once, and the directory that moves */

/* The most connections to the service, and so the most requests that are under way at once. */
#define DESCRIPTORS_CONNECTIONS_MAX 1024

/* Divides all descriptors. all: at least DESCRIPTORS_LEAST. embedded: the service is in this
 * process, so both ends of each connection count. */
void descriptors_divide(unsigned all, bool embedded, struct descriptors *ret_descriptors);

#endif
