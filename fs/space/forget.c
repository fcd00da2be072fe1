/* SPDX-License-Identifier: MIT */
/*
 * FORGET and FORGET_MULTI: the kernel gives its references to nodes back, and cocfs frees nodes
 * without references. When the kernel needs memory, or when a tree is removed, one FORGET_MULTI
 * names up to 65,000 nodes. To free them takes 20 ms, and the loop would answer nothing meanwhile.
 * So op_forget_multi() frees the first LOT nodes, and slices free the others in later iterations of
 * the loop. Those nodes live a little longer, which does no harm.
 */
#define _GNU_SOURCE
#include "space/forget.h"

#include <stdlib.h>
#include <string.h>

#include "space/ops.h"

/* how many nodes are freed without a pause: this takes less than 1 ms */
#define LOT 2048

/* The nodes of a FORGET_MULTI after the first LOT: each slice calls forget_lot(), which takes LOT
 * of them. */
struct forgetting {
	struct sliced sliced; /* in space->slices */
	LIST_ENTRY(forgetting) link;
	struct space *space;
	size_t at, count;
	struct fuse_forget_data forgets[];
};

static void forget_nodes(struct space *space, const struct fuse_forget_data *forgets, size_t count)
{
	for (size_t i = 0; i < count; i++)
		node_forget(&space->nodes, node_of(&space->nodes, forgets[i].ino),
			    forgets[i].nlookup);
}

static bool forget_lot(struct sliced *sliced)
{
	struct forgetting *forgetting = (struct forgetting *)sliced;
	size_t left = forgetting->count - forgetting->at, lot = left < LOT ? left : LOT;

	forget_nodes(forgetting->space, forgetting->forgets + forgetting->at, lot);
	forgetting->at += lot;
	if (forgetting->at < forgetting->count)
		return true;
	LIST_REMOVE(forgetting, link);
	free(forgetting);
	return false;
}

/* Starts to forget count nodes in slices, LOT at a time, so that the loop can do other work
 * between. Copies forgets. Returns false if there is no memory: then nothing was started. */
static bool forget_later(struct space *space, const struct fuse_forget_data *forgets, size_t count)
{
	struct forgetting *forgetting = malloc(sizeof(*forgetting) + count * sizeof(*forgets));

	if (!forgetting)
		return false;
	*forgetting = (struct forgetting){.sliced.run = forget_lot, .space = space, .count = count};
	memcpy(forgetting->forgets, forgets, count * sizeof(*forgets));
	LIST_INSERT_HEAD(&space->forgettings, forgetting, link);
	slices_add(&space->slices, &forgetting->sliced);
	return true;
}

void forget_all(struct space *space)
{
	struct forgetting *forgetting;

	while ((forgetting = LIST_FIRST(&space->forgettings))) {
		LIST_REMOVE(forgetting, link);
		slices_drop(&space->slices, &forgetting->sliced);
		free(forgetting);
	}
}

void op_forget(fuse_req_t req, fuse_ino_t id, uint64_t count)
{
	struct space *space = space_of(req);

	node_forget(&space->nodes, node_of(&space->nodes, id), count);
	fuse_reply_none(req);
}

void op_forget_multi(fuse_req_t req, size_t count, struct fuse_forget_data *forgets)
{
	struct space *space = space_of(req);
	size_t now = count < LOT ? count : LOT;

	if (count > now && !forget_later(space, forgets + now, count - now))
		now = count;
	forget_nodes(space, forgets, now);
	fuse_reply_none(req);
}
