/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_ORIGINS_H
#define COCFS_JOB_ORIGINS_H

#include <stdint.h>

#include "job/record.h"

/*
 * Which attributes of a job were changed here: by where their values came from. Pure; origins.c has
 * the rule.
 */

/* The attributes (bits 1 << attr) of a commit that were changed here since they were sent last. An
 * update changes only these on the service. job: what is recorded of the job. */
unsigned origins_changed(const struct attr_set *ours, const struct job_record *job);

/* A job was bound, and not made here. Nobody knows what was found when its attributes were sent
 * last: of these attributes (bits 1 << attr). Of what cannot change, only what the service does not
 * tell is unknown. held: what the service has told. */
unsigned origins_unresolved(const struct attr_set *held);

/* A commit takes the place of an older one that was not sent: what a user has set stays set, as far
 * as the file still says it. */
void origins_keep_named(struct attr_set *newer, const struct attr_set *older);

/* The origins of a set as one number for the ledger, and back. */
int64_t origins_pack(const struct attr_set *set);
void origins_unpack(int64_t number, struct attr_set *set);

/* Are the origins of two sets the same? */
bool origins_same(const struct attr_set *a, const struct attr_set *b);

#endif
