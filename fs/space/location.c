/* SPDX-License-Identifier: MIT */
/* Where a node is in the spool. A node with a name is reached by its name and the descriptor of its
 * directory, which is in a small cache (nodes->recent). A node without a name is reached by a
 * descriptor of its own, or by that of a handle. */
#define _GNU_SOURCE
#include "space/location.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "space/content.h"

/* Closes the descriptor of the directory in the cache that was used least recently. */
static void close_oldest(struct nodes *nodes)
{
	struct node *oldest = TAILQ_LAST(&nodes->recent, nodes_recent);

	TAILQ_REMOVE(&nodes->recent, oldest, recent);
	nodes->n_recent--;
	close(oldest->fd);
	oldest->fd = -1;
}

int node_dirfd(struct nodes *nodes, struct node *dir)
{
	int parent_fd;

	if (dir == &nodes->root)
		return dir->fd;
	if (dir->fd >= 0) {
		if (dir->link.parent) { /* a directory without a name is not in nodes->recent */
			TAILQ_REMOVE(&nodes->recent, dir, recent);
			TAILQ_INSERT_HEAD(&nodes->recent, dir, recent);
		}
		return dir->fd;
	}
	if (!dir->link.parent)
		return -ESTALE;
	parent_fd = node_dirfd(nodes, dir->link.parent);
	if (parent_fd < 0)
		return parent_fd;
	dir->fd = openat(parent_fd, dir->link.name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir->fd < 0)
		return -errno;
	TAILQ_INSERT_HEAD(&nodes->recent, dir, recent);
	if (++nodes->n_recent > nodes->options.directories_max)
		close_oldest(nodes);
	return dir->fd;
}

int node_hold_dirfd(struct nodes *nodes, struct node *dir)
{
	int held, fd = node_dirfd(nodes, dir);

	if (fd < 0)
		return fd;
	held = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return held < 0 ? -errno : held;
}

int node_location(struct nodes *nodes, struct node *node, struct location *ret_location)
{
	int dirfd;

	/* by descriptor: the root, a node without a name, and a directory after node_keep() */
	if (node == &nodes->root || !node->link.parent ||
	    (node->kind == NODE_DIR && node->is_charged && node->fd >= 0)) {
		int fd = node->fd >= 0 ? node->fd : content_any_fd(node);

		if (fd < 0)
			return -ESTALE;
		*ret_location = (struct location){.dirfd = -1, .fd = fd};
		return 0;
	}
	dirfd = node_dirfd(nodes, node->link.parent);
	if (dirfd < 0)
		return dirfd;
	*ret_location = (struct location){.dirfd = dirfd, .name = node->link.name, .fd = -1};
	return 0;
}

void location_path(const struct location *location, char ret_path[LOCATION_PATH_MAX],
		   bool *ret_follow)
{
	if (location->name)
		snprintf(ret_path, LOCATION_PATH_MAX, "/proc/self/fd/%d/%s", location->dirfd,
			 location->name);
	else
		snprintf(ret_path, LOCATION_PATH_MAX, "/proc/self/fd/%d", location->fd);
	*ret_follow = !location->name;
}

int node_open_dir(struct nodes *nodes, struct node *dir)
{
	struct location location = {.dirfd = -1, .fd = node_dirfd(nodes, dir)};
	char path[LOCATION_PATH_MAX];
	bool follow;
	int fd;

	if (location.fd < 0)
		return location.fd;
	/* do not open ".": a lookup of "." needs the right to search the directory, and a listing
	 * does not need that right */
	location_path(&location, path, &follow);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int node_spool_path(struct nodes *nodes, struct node *node, char ret_path[LOCATION_PATH_MAX],
		    bool *ret_follow)
{
	struct location location;
	int r = node_location(nodes, node, &location);

	if (r == 0)
		location_path(&location, ret_path, ret_follow);
	return r;
}

int location_stat(const struct location *location, struct stat *ret_st)
{
	int r = location->name
			? fstatat(location->dirfd, location->name, ret_st, AT_SYMLINK_NOFOLLOW)
			: fstatat(location->fd, "", ret_st, AT_EMPTY_PATH);

	return r < 0 ? -errno : 0;
}

int node_stat(struct nodes *nodes, struct node *node, struct stat *ret_st)
{
	struct location location;
	int r = node_location(nodes, node, &location);

	return r < 0 ? r : location_stat(&location, ret_st);
}

static void uncharge_descriptor(struct nodes *nodes, struct node *node)
{
	shares_give(nodes->options.descriptors, node->keeper, 1);
	node->is_charged = false;
}

void node_keep(struct nodes *nodes, struct node *node, uid_t user)
{
	struct location location;

	if (node->link.next || node->is_charged || !node->link.parent ||
	    content_any_fd(node) >= 0 || !shares_take(nodes->options.descriptors, user, 1))
		return;
	node->is_charged = true;
	node->keeper = user;
	if (node->kind == NODE_DIR)
		node_dirfd(nodes, node);
	else if (node_location(nodes, node, &location) == 0)
		node->fd = openat(location.dirfd, location.name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (node->fd < 0)
		uncharge_descriptor(nodes, node);
}

void node_unkeep(struct nodes *nodes, struct node *node)
{
	if (!node->is_charged || !node->link.parent)
		return;
	uncharge_descriptor(nodes, node);
	if (node->kind != NODE_DIR)
		close(steal_fd(&node->fd));
}

bool node_inherit(struct node *node, int fd, uid_t user)
{
	if (node->link.parent || node->fd >= 0)
		return false;
	node->fd = fd;
	node->keeper = user;
	node->is_charged = true;
	return true;
}
