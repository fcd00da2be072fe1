/* SPDX-License-Identifier: MIT */
/*
 * What the kernel keeps of siblings, and who makes it forget.
 *
 * Siblings change by themselves. If the kernel kept nothing of them, it would look up each one at
 * each stat(2): that is half of all requests of an ls -l. So the kernel keeps the name of a sibling
 * that is there, as long as a name of the spool, and its attributes. That there is no sibling is
 * never kept, so a sibling that appears is seen at once. The text is never kept (text.c).
 *
 * The rule: the kernel forgets the attributes before any answer shows a change. What a
 * sibling shows comes from the ledger, from the file beside it, and from where its directory is.
 * The ledger tells each path that a commit has changed, right after the commit, and each one whose
 * change was undone (ledger/changes.c). Each later question sees the change. Writers who wait for
 * the commit get their answers later, at the end of the iteration: first durable, then answered.
 * Nothing old can come back meanwhile. A request that makes, removes, renames or changes the file
 * reports that before its reply. When a directory is renamed together with rows, all below it is
 * forgotten before the reply. For that all siblings that are kept are looked through, and for a
 * path that nobody can name: 10 ms with 100,000 of them.
 *
 * A sibling that is gone: the kernel still has its name, and asks with the number of the node. The
 * answer is ESTALE. The kernel looks the name up anew then, and the caller hears ENOENT. The kernel
 * does so once for each call, and a sibling may come and go again meanwhile. So for a second
 * nothing is kept of a sibling that was gone (SIBLING_UNSETTLED_MS), and the answer is ENOENT. Only
 * what asks nothing can still take the name for one that is there: open(2) with O_PATH.
 *
 * The kernel forgets by fuse_lowlevel_notify_inval_inode() with a negative offset, a write to the
 * FUSE descriptor. The kernel finds the inode in a table and marks it. It takes no lock of an inode
 * or of a directory, which a request to us might hold, and no page. So the loop itself may call it.
 * (fuse_lowlevel_notify_inval_entry() takes the lock of the directory: a process that makes a file
 * holds it until we answer, and so both would wait for ever. That is why names stay.)
 *
 * An answer may be on its way while something changes. Since Linux 5.8 the kernel numbers each
 * notification, and drops attributes of an inode that come with an answer to an older question. So
 * all is well as long as the inode is there when the notification comes. A process that asks by
 * GETATTR holds the inode. But the answer to LOOKUP, or that of a listing, may make the inode,
 * after the notification has not found it (ENOENT). So such an answer tells either a name that is
 * kept or attributes that are believed for a moment: one of the two is asked for again. An answer
 * to SETATTR tells nothing that is believed, because the kernel takes it without a look at the
 * number.
 *
 * One answer tells both, so that ls -l of a new mount asks nobody either: that of a listing to the
 * user who mounts. Its reader takes it at once, and has taken it when it asks for more or closes
 * the directory. Until then its siblings are noted (struct sibling_answer). If one of them changes
 * and the kernel does not know it, the loop waits for the reader, who needs nothing of us. A reader
 * that does not come along for SIBLING_READER_MS (its memory is swapped out, say) is not waited for
 * any more. Then the notification is repeated, every SIBLING_AGAIN_MS and when the reader comes
 * back, until the kernel knows the node or has let go of it. No other user can hold the loop up in
 * this way.
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

#define SIBLING_POLL_US 50

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

/* ---- what is kept ---- */

static bool is_kept(const struct node *node)
{
	return node->is_kept || node->is_stale;
}

bool sibling_cache_has(const struct node *node)
{
	return node->is_kept && node->is_named;
}

/* The answer on its way that tells a sibling, NULL: none does. */
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

/* ---- to forget ---- */

/* Has the kernel forgotten the attributes of a node, and will no answer bring them? */
static bool is_forgotten(struct space *space, const struct node *node)
{
	int r = space->siblings.forget(space, node_id(&space->nodes, node));

	if (r == -ENOENT)
		return !find_answer(space, node);
	if (r < 0 && r != -ENODEV && !node->is_stale) /* ENODEV: nobody is mounted any more */
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

/* Tells again what could not be told. */
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

/* Waits for the reader of the answer that is about to tell a node. Returns whether the kernel has
 * forgotten its attributes. */
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

/* ---- which siblings ---- */

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

	/* what cannot be told joins those that are told again */
	for (node = TAILQ_FIRST(&space->nodes.kept); node; node = next) {
		next = TAILQ_NEXT(node, recent);
		if (is_below(node, dir))
			forget_node(space, node);
	}
}

/* Walks down a path from a directory. NULL: the kernel knows nothing below. */
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

/* The same from the root, by the path that the ledger has: while a rename is under way, some of it
 * has another name by now (moving.c). */
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

/* The directory with a path, as far as the kernel knows it. Most paths are in a directory that was
 * looked for lately: then no descriptor is asked. */
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

/* The siblings of a path of the ledger, NULL: any, may show something else. */
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
	/* a row that is gone: what was made was undone */
	if (!path && row && submit_path(space->engine, row, &path_of_row) == 0)
		path = path_of_row;
	path_changed(space, path);
}
