/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_REMOVALS_H
#define COCFS_SPACE_REMOVALS_H

#include <stdbool.h>
#include <stdint.h>

#include "space/bounds.h"

/*
 * Removals of siblings that were accepted and have changed nothing.
 *
 * A sibling cannot be removed and does not have to be: its removal succeeds, and the sibling stays.
 * But a program that puts a file in the place of another one (tar, cpio, cp --remove-destination)
 * removes the name and makes the name again. When the kernel finds the name at that moment, the
 * kernel says EEXIST by itself, and GNU tar removes the name again, without end. So for
 * REMOVALS_KEPT_MS the process that has removed a sibling sees the sibling no more: to look it up
 * is ENOENT, and to make the name is EPERM. All other processes see the sibling all the time.
 *
 * A process is known by its Tgid. Where that cannot be told (the process is in another PID
 * namespace), the user ID stands for it.
 */
struct removal_note {
	uint64_t sibling; /* sibling_ino() of its name */
	uint64_t remover;
	int64_t until_ms; /* on the loop's clock */
};

/* Zero-initialise it. Its size is all the memory that it needs. */
struct removals {
	struct removal_note notes[REMOVALS_SETS][REMOVALS_IN_SET];
	int64_t last_until_ms; /* when the last of them is over */
};

/* The number that stands for the remover: a process (Tgid), or with process 0 its user. Pure. */
uint64_t remover_of(int32_t process, uint32_t uid);

/* Notes a removal at now_ms. */
void removals_note(struct removals *removals, uint64_t sibling, uint64_t remover, int64_t now_ms);

/* Is any of them remembered at now_ms? When not, nobody need ask who the caller is. */
bool removals_has(const struct removals *removals, uint64_t sibling, int64_t now_ms);

/* Has this remover removed the sibling lately? */
bool removals_is_by(const struct removals *removals, uint64_t sibling, uint64_t remover,
		    int64_t now_ms);

#endif
