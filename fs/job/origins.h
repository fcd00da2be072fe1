/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_ORIGINS_H
#define COCFS_JOB_ORIGINS_H

#include <stdint.h>

#include "job/record.h"

/*
 * Which attributes of a job were changed in this space. The places that the values came from decide
 * this. Pure; origins.c has the rule.
 */

/* Returns the attributes (bits 1 << attr) of a commit that were changed here since the last time
 * they were sent. An update changes only these on the service. job: the job's record. */
unsigned origins_changed(const struct attr_set *ours, const struct job_record *job);

/* Returns the unresolved attributes (bits 1 << attr) of a job that was bound and not made here.
 * Nobody knows which values were found when they were last sent. A fixed attribute is unresolved
 * only if the service does not tell its value. held: the values that the service has told. */
unsigned origins_unresolved(const struct attr_set *held);

/* Call this when a commit replaces an older commit that was not sent. Marks in newer what a user
 * has set by hand in older, if the file still says the same. */
void origins_keep_named(struct attr_set *newer, const struct attr_set *older);

/* Packs the origins of a set into one number for the ledger, and unpacks them. */
int64_t origins_pack(const struct attr_set *set);
void origins_unpack(int64_t number, struct attr_set *set);

/* Do the values of two sets come from the same places, as origins_pack() records them? */
bool origins_same(const struct attr_set *a, const struct attr_set *b);

#endif
