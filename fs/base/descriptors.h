/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_DESCRIPTORS_H
#define COCFS_BASE_DESCRIPTORS_H

#include <stdbool.h>

/*
 * How a mount divides the descriptors that its process may have. Each part has its own bound, so
 * that no part can take what another one needs: a user who opens everything keeps neither the
 * ledger nor the connections to the service from working.
 */
struct descriptors {
	unsigned all;
	unsigned own;	      /* for the mount itself: see DESCRIPTORS_OWN_MAX */
	unsigned directories; /* of the spool, kept open because they were used lately */
	unsigned connections; /* to the service */
	unsigned users;	      /* what users have open: files, listings, files without a name */
};

/*
 * The mount itself: the state directory, the ledger, the FUSE descriptor, loops, counters and the
 * embedded service are about 30. The rest is for what is open for a moment: a file whose content is
 * committed, a directory that is renamed, /proc, a certificate, a name server.
 */
#define DESCRIPTORS_OWN_MAX 64
#define DESCRIPTORS_OWN_LEAST 32

/* With fewer than that nothing can be mounted. */
#define DESCRIPTORS_LEAST 40

/* Below that a mount says in the log how little it can do. It is the usual limit of old systems. */
#define DESCRIPTORS_FEW 1024

/* A listing of a tree comes back to a directory after everything below it: more than any tree has
 * levels that a listing stands in at once. */
#define DESCRIPTORS_DIRECTORIES_MAX 128
#define DESCRIPTORS_DIRECTORIES_LEAST                                                              \
	4 /* a rename needs two at once, beside the one that it moves */

/* Connections to the service, so requests that are under way at once. */
#define DESCRIPTORS_CONNECTIONS_MAX 1024

/* Divides all descriptors, at least DESCRIPTORS_LEAST. embedded: both ends of each connection are
 * in this process. */
void descriptors_divide(unsigned all, bool embedded, struct descriptors *ret_descriptors);

#endif
