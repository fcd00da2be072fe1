/* SPDX-License-Identifier: MIT */
#include "space/removals.h"

#include "space/bounds.h"

#define IS_USER (1ull << 63)

uint64_t remover_of(int32_t process, uint32_t uid)
{
	return process ? (uint64_t)(uint32_t)process : IS_USER | uid;
}

static unsigned set_of(uint64_t sibling)
{
	return (unsigned)(sibling % REMOVALS_SETS);
}

static bool is_note_kept(const struct removal_note *note, uint64_t sibling, int64_t now_ms)
{
	return note->sibling == sibling && note->until_ms > now_ms;
}

void removals_note(struct removals *removals, uint64_t sibling, uint64_t remover, int64_t now_ms)
{
	struct removal_note *set = removals->notes[set_of(sibling)], *chosen = &set[0];

	for (int i = 0; i < REMOVALS_IN_SET; i++) {
		if (set[i].sibling == sibling && set[i].remover == remover) {
			chosen = &set[i];
			break;
		}
		if (set[i].until_ms < chosen->until_ms)
			chosen = &set[i];
	}
	*chosen = (struct removal_note){sibling, remover, now_ms + REMOVALS_KEPT_MS};
	removals->last_until_ms = chosen->until_ms;
}

bool removals_has(const struct removals *removals, uint64_t sibling, int64_t now_ms)
{
	const struct removal_note *set = removals->notes[set_of(sibling)];

	if (removals->last_until_ms <= now_ms)
		return false;
	for (int i = 0; i < REMOVALS_IN_SET; i++)
		if (is_note_kept(&set[i], sibling, now_ms))
			return true;
	return false;
}

bool removals_is_by(const struct removals *removals, uint64_t sibling, uint64_t remover,
		    int64_t now_ms)
{
	const struct removal_note *set = removals->notes[set_of(sibling)];

	for (int i = 0; i < REMOVALS_IN_SET; i++)
		if (is_note_kept(&set[i], sibling, now_ms) && set[i].remover == remover)
			return true;
	return false;
}
