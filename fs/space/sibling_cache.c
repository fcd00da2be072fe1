/* SPDX-License-Identifier: MIT */
/*
 * What the kernel keeps of siblings, and when it is made to forget.
 *
 * Siblings change by themselves. If the kernel kept nothing of them, it would look up each one at
 * each stat(2): that is half of all requests of an ls -l. So the kernel keeps the name of an
 * existing sibling, as long as a name of the spool, and its attributes. The kernel never remembers
 * that a sibling does not exist, so a new sibling is seen immediately. The kernel never keeps the
 * text of a sibling (text.c).
 *
 * The rule: the kernel forgets the attributes before any answer shows a change. A sibling's
 * attributes come from the ledger, from the file beside it, and from the place of its directory.
 * Each of these reports its changes:
 *
 *   - The ledger reports each path that a commit has changed, right after the commit, and each
 *     path whose change was undone (ledger/changes.c). Each later question sees the change.
 *     Writers who wait for the commit get their answers later, at the end of the iteration: first
 *     durable, then answered. So the kernel cannot get an old state again meanwhile.
 *
 *   - A request that makes, removes, renames or changes the file reports that before its reply.
 *
 *   - When a directory is renamed together with rows, the kernel forgets all siblings below
 *     before the reply.
 *
 * For a directory, and for a change whose path is unknown, all kept siblings are looked through: 10
 * ms for 100,000.
 *
 * A sibling that is gone: the kernel still has its name, and asks with the number of the node. The
 * answer is ESTALE. Then the kernel looks the name up anew, and the caller gets ENOENT. The kernel
 * does so once for each call, and a sibling may come and go again meanwhile. So for a second the
 * kernel keeps nothing of a sibling that was gone (SIBLING_UNSETTLED_MS), and the answer is ENOENT.
 * One call can still find a sibling that is gone, because the kernel asks nothing for this call:
 * open(2) with O_PATH.
 *
 * The kernel forgets by fuse_lowlevel_notify_inval_inode() with a negative offset, a write to the
 * FUSE descriptor. The kernel finds the inode in a table and marks it. It takes no lock of an inode
 * or a directory, which another request might hold, and no page. So the loop itself may call this
 * function. (fuse_lowlevel_notify_inval_entry() takes the lock of the directory. A process that
 * makes a file holds that lock until we answer, so both would wait for ever. That is why names
 * stay.)
 *
 * An answer may be on its way while something changes. Since Linux 5.8 the kernel numbers each
 * notification, and drops attributes that come with an answer to an older question. That works if
 * the inode exists when the notification comes. A process that asks by GETATTR holds the inode. But
 * an answer to LOOKUP, or to a listing, may make the inode after the notification has not found it
 * (ENOENT). So such an answer gives the kernel only one of two things to keep: the name, or the
 * attributes. The kernel asks for the other of the two again. An answer to SETATTR gives the kernel
 * no attributes to keep, because the kernel takes them without a look at the number.
 *
 * One kind of answer gives both, so that ls -l of a new mount needs no further requests: the answer
 * to a listing by the user who mounts. Its reader takes it immediately. The reader has taken it
 * when the reader asks for more or closes the directory. Until then the answer's siblings are noted
 * (struct sibling_answer). If one of them changes and the kernel does not know the sibling yet, the
 * loop waits for the reader, who needs nothing of us. If the reader does not come for
 * SIBLING_READER_MS (its memory is swapped out, say), the loop goes on. Then the notification is
 * repeated, every SIBLING_AGAIN_MS and when the reader comes back, until the kernel knows the node
 * or has let go of it. No other user can hold the loop up in this way.
 *
 * A notification that fails in another way (ENOMEM) is repeated too.
 */
#define _GNU_SOURCE
#include "space/sibling_cache.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "space/bounds.h"
#include "space/path.h"
#include "space/space.h"

#define SIBLING_POLL_US 50 /* after this time wait_for_reader() tries again */

static int forget_attributes(struct space *space, uint64_t node_id)
{
	return fuse_lowlevel_notify_inval_inode(space->session, node_id, -1, 0);
}

void sibling_cache_begin(struct space *space)
{
	LIST_INIT(&space->siblings.answers);
	space->siblings.forget = forget_attributes;
}

void sibling_cache_end(struct space *space)
{
	loop_timer_cancel(&space->siblings.again);
}

/* ---- what the kernel keeps ---- */

static bool is_kept(const struct node *node)
{
	return node->is_kept || node->is_stale;
}

bool sibling_cache_has(const struct node *node)
{
	return node->is_kept && node->is_named;
}

/* Returns an answer to a listing that names this sibling, and that the listing's reader may not
 * have taken yet. NULL: there is none. */
static struct sibling_answer *find_answer(const struct space *space, const struct node *node)
{
	struct sibling_answer *answer;

	LIST_FOREACH (answer, &space->siblings.answers, link) {
		for (unsigned i = 0; i < answer->n; i++)
			if (answer->inos[i] == node->ino)
				return answer;
	}
	return NULL;
}

void sibling_cache_told(struct space *space, struct node *node, struct sibling_answer *answer)
{
	if (!is_kept(node)) {
		node->is_kept = true;
		TAILQ_INSERT_TAIL(&space->nodes.kept, node, recent);
	}
	if (!answer)
		return;
	if (!answer->n)
		LIST_INSERT_HEAD(&space->siblings.answers, answer, link);
	answer->inos[answer->n++] = node->ino;
}

/* ---- making the kernel forget one sibling ---- */

/* Makes the kernel forget the attributes of a sibling. Returns true if the kernel has none of them
 * now. False: the notification has failed, or an answer that its reader has not taken yet may bring
 * the old attributes. */
static bool is_forgotten(struct space *space, const struct node *node)
{
	int r = space->siblings.forget(space, node_id(&space->nodes, node));

	if (r == -ENOENT)
		return !find_answer(space, node);
	/* ENODEV: the space is not mounted any more */
	if (r < 0 && r != -ENODEV && !node->is_stale)
		log_warning("the kernel cannot be told that %s has changed: %s", node->link.name,
			    strerror(-r));
	return r == 0 || r == -ENODEV;
}

static void set_stale(struct space *space, struct node *node)
{
	if (node->is_stale)
		return;
	TAILQ_REMOVE(&space->nodes.kept, node, recent);
	TAILQ_INSERT_TAIL(&space->nodes.stale, node, recent);
	node->is_kept = false;
	node->is_stale = true;
}

/* A timer's callback. Asks the kernel once more to forget the attributes of all siblings in
 * nodes->stale, because earlier notifications have failed. If any fails again, the timer is set for
 * SIBLING_AGAIN_MS later. */
static void tell_again(void *data)
{
	struct space *space = data;
	struct node *node, *next;

	for (node = TAILQ_FIRST(&space->nodes.stale); node; node = next) {
		next = TAILQ_NEXT(node, recent);
		if (is_forgotten(space, node))
			node_unkeep_attributes(&space->nodes, node);
	}
	if (TAILQ_EMPTY(&space->nodes.stale))
		loop_timer_cancel(&space->siblings.again);
	else
		loop_timer_set(space->loop, &space->siblings.again,
			       loop_now_ms(space->loop) + SIBLING_AGAIN_MS, tell_again, space);
}

/* Waits until the reader of a listing takes the answer that has this sibling, at most
 * SIBLING_READER_MS. Does not wait for a reader who did not come in that time before (is_stalled).
 * Returns true if the kernel has forgotten the sibling's attributes. */
static bool wait_for_reader(struct space *space, const struct node *node)
{
	const int64_t until_us = clock_monotonic_us() + SIBLING_READER_MS * 1000;
	struct sibling_answer *answer;

	while ((answer = find_answer(space, node)) && !answer->is_stalled) {
		usleep(SIBLING_POLL_US);
		if (is_forgotten(space, node))
			return true;
		answer->is_stalled = clock_monotonic_us() >= until_us;
	}
	return false;
}

static void forget_node(struct space *space, struct node *node)
{
	if (!is_kept(node))
		return;
	if (is_forgotten(space, node) || wait_for_reader(space, node)) {
		node_unkeep_attributes(&space->nodes, node);
		return;
	}
	set_stale(space, node);
	if (!space->siblings.again.loop)
		tell_again(space);
}

void sibling_cache_taken(struct space *space, struct sibling_answer *answer)
{
	if (!answer->n)
		return;
	LIST_REMOVE(answer, link);
	answer->n = 0;
	answer->is_stalled = false;
	if (!TAILQ_EMPTY(&space->nodes.stale))
		tell_again(space);
}

/* ---- which siblings a change concerns ---- */

static bool is_any_kept(const struct space *space)
{
	return !TAILQ_EMPTY(&space->nodes.kept) || !TAILQ_EMPTY(&space->nodes.stale);
}

void sibling_cache_changed(struct space *space, struct node *parent, const char *job_name)
{
	char name[NAME_MAX + 8];

	if (!is_any_kept(space))
		return;
	for (int i = SIBLING_NONE + 1; i < SIBLING_COUNT; i++) {
		struct node *node;

		if (snprintf(name, sizeof(name), "%s%s", job_name,
			     sibling_suffix((enum sibling)i)) >= (int)sizeof(name))
			continue;
		node = node_known_derived(&space->nodes, parent, name);
		if (node)
			forget_node(space, node);
	}
}

void sibling_cache_file_changed(struct space *space, struct node *node)
{
	for (const struct name *link = &node->link; link && link->parent; link = link->next)
		sibling_cache_changed(space, link->parent, link->name);
}

static bool is_below(const struct node *node, const struct node *dir)
{
	while (node && node != dir)
		node = node->link.parent;
	return node;
}

void sibling_cache_tree_changed(struct space *space, const struct node *dir)
{
	struct node *node, *next;

	/* a sibling whose notification fails moves from kept to stale */
	for (node = TAILQ_FIRST(&space->nodes.kept); node; node = next) {
		next = TAILQ_NEXT(node, recent);
		if (is_below(node, dir))
			forget_node(space, node);
	}
}

/* Follows a path down from a directory. Returns its node; NULL: the kernel does not know a part of
 * the path. */
static struct node *walk_down(struct space *space, struct node *dir, const char *path)
{
	char part[NAME_MAX + 1];

	while (dir && *path) {
		const size_t length = strcspn(path, "/");

		if (length > NAME_MAX)
			return NULL;
		memcpy(part, path, length);
		part[length] = '\0';
		dir = node_known(&space->nodes, dir, part);
		path += length + (path[length] == '/');
	}
	return dir;
}

/* Follows a path of the ledger down from the root. While a rename is under way, a part of the path
 * has another name in the spool (moving.c). Returns the node, or NULL as walk_down(). */
static struct node *walk_from_root(struct space *space, const char *path)
{
	const struct node_move *move;

	LIST_FOREACH (move, &space->nodes.moves, link) {
		const size_t length = strlen(move->path);

		if (!strncmp(path, move->path, length) && (!path[length] || path[length] == '/'))
			return walk_down(space, node_known(&space->nodes, move->parent, move->name),
					 path + length + (path[length] == '/'));
	}
	return walk_down(space, &space->nodes.root, path);
}

static bool has_path(struct space *space, const struct node *dir, const char *path)
{
	_cleanup_free_ char *found = NULL;

	return dir->kind == NODE_DIR && node_dir_path(&space->nodes, dir, &found) == 0 &&
	       !strcmp(found, path);
}

/* Returns the directory with this path of the ledger; NULL: the kernel does not know the directory.
 * If the directory was looked for lately, no system call is made. */
static struct node *find_directory(struct space *space, const char *path)
{
	const uint64_t hash = hash_text(HASH_BEGIN, path, strlen(path));
	uint64_t *ino = &space->siblings.directories[hash % SIBLING_DIRECTORIES];
	struct node *dir = *path ? node_find(&space->nodes, *ino) : &space->nodes.root;

	if (*path && (!dir || !has_path(space, dir, path))) {
		dir = walk_from_root(space, path);
		if (dir)
			*ino = dir->ino;
	}
	return dir;
}

/* Makes the kernel forget the siblings of a path of the ledger; of all paths if path is NULL, or
 * memory is short. */
static void path_changed(struct space *space, const char *path)
{
	_cleanup_free_ char *dir_path = NULL;
	const char *slash = path ? strrchr(path, '/') : NULL;
	struct node *dir;

	if (path)
		dir_path = strndup(path, slash ? (size_t)(slash - path) : 0);
	if (!dir_path) {
		sibling_cache_tree_changed(space, &space->nodes.root);
		return;
	}
	dir = find_directory(space, dir_path);
	if (dir)
		sibling_cache_changed(space, dir, slash ? slash + 1 : path);
}

void sibling_cache_recorded(void *data, int64_t row, const char *path)
{
	struct space *space = data;
	_cleanup_free_ char *path_of_row = NULL;

	if (!is_any_kept(space))
		return;
	/* row 0: a new row was undone, and its path is unknown: path stays NULL (all paths) */
	if (!path && row && submit_path(space->engine, row, &path_of_row) == 0)
		path = path_of_row;
	path_changed(space, path);
}
