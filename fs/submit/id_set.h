/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_ID_SET_H
#define COCFS_SUBMIT_ID_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A set of job IDs that the service has told, kept as hashes: 16 to 64 bytes an ID, of any length.
 * Two IDs may have one hash, but nobody can choose such IDs (id_set.c). So a "yes" may be wrong,
 * once in 2^64 pairs, and a "no" never is. All zeros is an empty set.
 */
struct id_set {
	uint64_t *hashes; /* a hash table; 0 is a free entry; owned */
	size_t room, n;
};

/* Puts an ID into the set. Returns 1 if the ID is new, 0 if it was there already, or -ENOMEM. */
int id_set_add(struct id_set *set, const char *id);

/* Is an ID in the set? A "no" is sure; a "yes" is wrong if only another ID of its hash is in it. */
bool id_set_has(const struct id_set *set, const char *id);

/* Empties the set, and frees its memory. */
void id_set_finish(struct id_set *set);

#endif
