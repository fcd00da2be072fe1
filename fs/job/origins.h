/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_ORIGINS_H
#define COCFS_JOB_ORIGINS_H

#include <stdint.h>

#include "job/record.h"

/*
 * Which attributes of a job were changed in this space since they were last sent. The values decide
 * this, and the places that the values came from. Pure; origins.c has the rules.
 */

/* Returns the attributes (bits 1 << attr) that were changed here since they were last sent. An
 * update changes only these attributes on the service. ours: the values of the present commit. job:
 * the record of the job. */
unsigned origins_changed(const struct attr_set *ours, const struct job_record *job);

/*
 * Returns the unresolved attributes (bits 1 << attr) of a job that was bound and not made here.
 * Unresolved means: nobody knows which value was found when the attribute was last sent. Of the
 * fixed attributes, tags are always unresolved, because the service does not tell them. The project
 * is unresolved if the service did not tell it. held: the values that the service has told.
 */
unsigned origins_unresolved(const struct attr_set *held);

/* Call this when a commit replaces an older commit that was not sent. The attributes that a user
 * has set by hand (older->named) become named in newer too, if the file still has a value for them
 * (newer->said). */
void origins_keep_named(struct attr_set *newer, const struct attr_set *older);

/* Packs the origins of a set (explicit, said and so on) into one number for the ledger, and unpacks
 * them. The values are not part of the number. */
int64_t origins_pack(const struct attr_set *set);
void origins_unpack(int64_t number, struct attr_set *set);

/* Do the values of two sets come from the same places, as origins_pack() records them? */
bool origins_same(const struct attr_set *a, const struct attr_set *b);

#endif
