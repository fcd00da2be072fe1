/* SPDX-License-Identifier: MIT */
/*
 * Nodes: who owns what.
 *
 * The kernel's number of a node is the node's address. The address is valid as long as the kernel
 * or we hold references. The kernel's are counted in lookups: every answer that gives the kernel a
 * node raises the count, and FORGET lowers it. Ours are counted in holds: one for each name of a
 * child, one for each commit under way. When both counts are 0, the node is freed, and its names
 * let go of their parents.
 *
 * A node of the spool is known by its inode number, so two hard links are one node. It holds no
 * descriptor: it is reached by its name in its parent. Only directories keep an O_PATH descriptor,
 * and only the most recently used ones. So a file that the kernel knows costs one struct node and
 * its name.
 *
 * A node can be reached in this way as long as it has a name. A node can lose its last name while
 * the kernel still knows the node: an open file is unlinked, or a working directory is removed.
 * Then the node is reached by a handle, or gets an O_PATH descriptor before the name goes. Handle
 * and descriptor both keep the spool from giving the inode number to another file. The O_PATH
 * descriptor counts as a descriptor of the user who removed the name. If that user holds too many,
 * the node is lost: it is out of reach, and gets another number, so that nobody takes another file
 * for it.
 *
 * When a newer text takes the name of a file that is not open, the node stays, and gets the number
 * of the new inode (node_replaced). So a process that has looked the name up opens the newer text.
 *
 * Siblings are nodes with the same life. The nodes of .coc are part of struct nodes and live as
 * long as that struct.
 *
 * The spool is ours alone while it is mounted, so a name cannot change behind our back.
 */
#define _GNU_SOURCE
#include "space/node.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "space/content.h"
#include "space/location.h"

#define LOST_INO (NODE_SIBLING_INO | 1ull << 62) /* no inode of the spool has the top bit */
#define ROOT_ID 1				 /* FUSE_ROOT_ID: the kernel's number of the root */

int nodes_init(struct nodes *nodes, int take_spool_fd, const struct nodes_options *options)
{
	struct stat st;

	*nodes = (struct nodes){
		.root = {.kind = NODE_DIR, .is_root = true, .fd = take_spool_fd, .lookups = 1},
		.options = *options,
		.next_lost = LOST_INO};
	TAILQ_INIT(&nodes->recent);
	TAILQ_INIT(&nodes->kept);
	TAILQ_INIT(&nodes->stale);
	if (fstat(take_spool_fd, &st) < 0)
		return -errno;
	nodes->root.ino = st.st_ino;
	/* holds is 1, so the nodes of .coc are never freed */
	for (int i = 0; i < CONTROL_COUNT; i++)
		nodes->control[i] = (struct node){.ino = NODE_SIBLING_INO + (unsigned)i,
						  .kind = NODE_CONTROL,
						  .holds = 1,
						  .fd = -1};
	return node_table_init(&nodes->table);
}

static void free_name(struct name *link)
{
	free(link->name);
	link->name = NULL;
}

static void free_node(struct nodes *nodes, struct node *node)
{
	for (struct name *more = node->link.next, *next; more; more = next) {
		next = more->next;
		free_name(more);
		free(more);
	}
	free_name(&node->link);
	if (node->fd >= 0 && node->is_charged)
		nodes->options.close_removed(nodes->options.data, node->fd, node->keeper);
	else if (node->fd >= 0)
		close(node->fd);
	if (node->is_charged)
		shares_give(nodes->options.descriptors, node->keeper, 1);
	content_destroy(node->content);
	free(node);
}

void nodes_finish(struct nodes *nodes)
{
	struct node *node;

	while ((node = node_table_steal(&nodes->table)))
		free_node(nodes, node);
	node_table_finish(&nodes->table);
	if (nodes->root.fd >= 0)
		close(nodes->root.fd);
}

struct node *node_of(struct nodes *nodes, uint64_t nodeid)
{
	return nodeid == ROOT_ID ? &nodes->root : (struct node *)(uintptr_t)nodeid;
}

uint64_t node_id(const struct nodes *nodes, const struct node *node)
{
	return node == &nodes->root ? ROOT_ID : (uint64_t)(uintptr_t)node;
}

struct node *node_find(struct nodes *nodes, uint64_t ino)
{
	return ino == nodes->root.ino ? &nodes->root : node_table_find(&nodes->table, ino);
}

/* ---- names ---- */

static struct name *find_name(struct node *node, const struct node *parent, const char *name)
{
	for (struct name *link = &node->link; link; link = link->next)
		if (link->parent == parent && link->name && !strcmp(link->name, name))
			return link;
	return NULL;
}

static int add_name(struct node *node, struct node *parent, const char *name)
{
	struct name *link = &node->link;
	char *copy = strdup(name);

	if (!copy)
		return -ENOMEM;
	if (link->parent) {
		struct name *more = calloc(1, sizeof(*more));

		if (!more) {
			free(copy);
			return -ENOMEM;
		}
		more->next = link->next;
		link->next = more;
		link = more;
	}
	link->parent = parent;
	link->name = copy;
	node_hold(parent);
	return 0;
}

/* Puts a node out of reach, because it has no name, no descriptor and no handle: gives it a number
 * that no file of the spool has. */
static void lose_node(struct nodes *nodes, struct node *node)
{
	node_table_remove(&nodes->table, node);
	node->ino = nodes->next_lost++;
	node_table_add(&nodes->table, node);
}

/* Clears the only name of a node, because the spool's file lost it. A directory leaves the cache of
 * open directories. A node that the kernel or we still use, but that has no descriptor and no
 * handle, gets a number that no file has (lose_node()). */
static void leave_names(struct nodes *nodes, struct node *node)
{
	node->link = (struct name){0};
	if (node->kind == NODE_DIR && node->fd >= 0) {
		/* the directory leaves the cache; it keeps its descriptor only after node_keep() */
		TAILQ_REMOVE(&nodes->recent, node, recent);
		nodes->n_recent--;
		if (!node->is_charged)
			close(steal_fd(&node->fd));
	}
	if (node->fd < 0 && content_any_fd(node) < 0 && (node->lookups || node->holds))
		lose_node(nodes, node);
}

static void remove_node_name(struct nodes *nodes, struct node *node, struct name *link)
{
	struct node *parent = link->parent;
	struct name *second = node->link.next;

	free_name(link);
	if (link != &node->link) {
		struct name **at = &node->link.next;

		while (*at != link)
			at = &(*at)->next;
		*at = link->next;
		free(link);
	} else if (second) {
		node->link = *second;
		free(second);
	} else {
		leave_names(nodes, node);
	}
	node_release(nodes, parent);
}

struct node *node_known(struct nodes *nodes, struct node *parent, const char *name)
{
	struct location location = {.dirfd = node_dirfd(nodes, parent), .name = name, .fd = -1};
	struct node *node;
	struct stat st;

	if (location.dirfd < 0 || location_stat(&location, &st) < 0)
		return NULL;
	node = node_find(nodes, st.st_ino);
	return node && find_name(node, parent, name) ? node : NULL;
}

/* ---- how long a node lives ---- */

static void free_if_unused(struct nodes *nodes, struct node *node)
{
	if (node->lookups || node->holds || node == &nodes->root)
		return;
	while (node->link.parent)
		remove_node_name(nodes, node, &node->link);
	node_table_remove(&nodes->table, node);
	node_unkeep_attributes(nodes, node);
	free_node(nodes, node);
}

void node_unkeep_attributes(struct nodes *nodes, struct node *node)
{
	if (node->is_kept)
		TAILQ_REMOVE(&nodes->kept, node, recent);
	if (node->is_stale)
		TAILQ_REMOVE(&nodes->stale, node, recent);
	node->is_kept = node->is_stale = false;
}

void node_hold(struct node *node)
{
	node->holds++;
}

void node_release(struct nodes *nodes, struct node *node)
{
	node->holds--;
	free_if_unused(nodes, node);
}

void node_forget(struct nodes *nodes, struct node *node, uint64_t count)
{
	node->lookups = count < node->lookups ? node->lookups - count : 0;
	free_if_unused(nodes, node);
}

static struct node *make_node(struct nodes *nodes, struct node *parent, const char *name,
			      uint64_t ino)
{
	struct node *node = calloc(1, sizeof(*node));

	if (!node)
		return NULL;
	node->ino = ino;
	node->fd = -1;
	if (add_name(node, parent, name) < 0) {
		free(node);
		return NULL;
	}
	node_table_add(&nodes->table, node);
	return node;
}

int node_enter(struct nodes *nodes, struct node *parent, const char *name, const struct stat *st,
	       struct node **ret_node)
{
	struct node *node = node_find(nodes, st->st_ino);

	if (!node) {
		node = make_node(nodes, parent, name, st->st_ino);
		if (!node)
			return -ENOMEM;
		node->kind = S_ISDIR(st->st_mode) ? NODE_DIR : NODE_OTHER;
		node->is_regular = S_ISREG(st->st_mode);
	} else if (node != &nodes->root && !find_name(node, parent, name) &&
		   add_name(node, parent, name) < 0) {
		return -ENOMEM;
	}
	node->lookups++;
	*ret_node = node;
	return 0;
}

uint64_t sibling_ino(const struct node *parent, const char *name)
{
	return hash_text(HASH_BEGIN ^ parent->ino, name, strlen(name)) | NODE_SIBLING_INO;
}

/* Returns the derived node of this name that the kernel knows; NULL: none. *ret_ino gets the inode
 * number of the node; if there is none, a number that is free for it. */
static struct node *find_derived(struct nodes *nodes, struct node *parent, const char *name,
				 uint64_t *ret_ino)
{
	struct node *node;

	/* if another name has the same hash, take the next number */
	*ret_ino = sibling_ino(parent, name);
	while ((node = node_find(nodes, *ret_ino)) && !find_name(node, parent, name))
		++*ret_ino;
	return node;
}

struct node *node_known_derived(struct nodes *nodes, struct node *parent, const char *name)
{
	uint64_t ino;

	return find_derived(nodes, parent, name, &ino);
}

int node_enter_derived(struct nodes *nodes, struct node *parent, const char *name,
		       enum node_kind kind, uint8_t part, struct node **ret_node)
{
	uint64_t ino;
	struct node *node = find_derived(nodes, parent, name, &ino);

	if (!node) {
		node = make_node(nodes, parent, name, ino);
		if (!node)
			return -ENOMEM;
		node->kind = kind;
		node->sibling = part;
	}
	node->lookups++;
	*ret_node = node;
	return 0;
}

int node_enter_sibling(struct nodes *nodes, struct node *parent, const char *name,
		       enum sibling sibling, struct node **ret_node)
{
	return node_enter_derived(nodes, parent, name, NODE_SIBLING, (uint8_t)sibling, ret_node);
}

/* ---- names that go and move ---- */

void node_unlinked(struct nodes *nodes, struct node *node, struct node *parent, const char *name)
{
	struct name *link = find_name(node, parent, name);

	if (link)
		remove_node_name(nodes, node, link);
}

void node_replaced(struct nodes *nodes, struct node *node, uint64_t ino)
{
	node_table_remove(&nodes->table, node);
	node->ino = ino;
	node_table_add(&nodes->table, node);
	node->has_old_pages = true;
}

void node_moved(struct nodes *nodes, struct node *node, struct node *parent, const char *name,
		struct node *to_parent, char *take_name)
{
	struct name *link = find_name(node, parent, name);

	if (!link) {
		free(take_name);
		return;
	}
	node_hold(to_parent);
	free_name(link);
	link->name = take_name;
	link->parent = to_parent;
	node_release(nodes, parent);
}
