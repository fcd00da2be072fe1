/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_REMOVALS_H
#define COCFS_SPACE_REMOVALS_H

#include <stdbool.h>
#include <stdint.h>

#include "space/bounds.h"

/*
 * Removals of .id siblings that cocfs accepted, and that changed nothing.
 *
 * An .id cannot be removed, and does not have to be: its removal succeeds, and the .id stays. (An
 * .error goes away.) But a program that puts a file in the place of another file (tar, cpio, cp
 * --remove-destination) removes the name and makes the name again. If the kernel finds the name at
 * that moment, the kernel answers EEXIST by itself, and GNU tar removes the name again, without
 * end. So for REMOVALS_KEPT_MS the process that removed a sibling does not see the sibling: a
 * lookup is ENOENT, and making the name is EPERM. All other processes see the sibling all the time.
 *
 * A process is known by its Tgid. If the Tgid is unknown (the process is in another PID namespace),
 * the user ID stands for the process.
 */
struct removal_note {
	uint64_t sibling; /* sibling_ino() of the sibling's name */
	uint64_t remover; /* remover_of() of the process or user */
	int64_t until_ms; /* when the remover sees the sibling again, on the loop's clock */
};

/* The notes of a mount. All notes of a sibling are in the set that the sibling's number selects.
 * Zero-initialise this struct. It owns no other memory. */
struct removals {
	struct removal_note notes[REMOVALS_SETS][REMOVALS_IN_SET];
	int64_t last_until_ms; /* until_ms of the newest note: after that time no note counts */
};

/* Returns the number that stands for a remover: for a process (Tgid), or for a user if process is
 * 0. Pure. */
uint64_t remover_of(int32_t process, uint32_t uid);

/* Notes at now_ms that this remover removed this sibling: the remover must not see the sibling for
 * REMOVALS_KEPT_MS. Several siblings share a set of notes. If it is
 * full, its oldest note is lost: that remover sees its sibling again too early. */
void removals_note(struct removals *removals, uint64_t sibling, uint64_t remover, int64_t now_ms);

/* Is any removal of this sibling remembered at now_ms? If not, the caller need not find out which
 * process asks. */
bool removals_has(const struct removals *removals, uint64_t sibling, int64_t now_ms);

/* Has this remover removed this sibling within the last REMOVALS_KEPT_MS? */
bool removals_is_by(const struct removals *removals, uint64_t sibling, uint64_t remover,
		    int64_t now_ms);

#endif
