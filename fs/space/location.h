/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_LOCATION_H
#define COCFS_SPACE_LOCATION_H

#include "space/node.h"

/* Where the spool has a node: name in the directory dirfd, or (name NULL) the descriptor fd. */
struct location {
	int dirfd;
	const char *name;
	int fd;
};

#define LOCATION_PATH_MAX (NAME_MAX + 32)

/* Where the spool has it. Returns 0; -ESTALE when it has no name and no descriptor any more; -errno
 * when a directory on the way cannot be opened. The location is good until the next call on nodes.
 */
int node_location(struct nodes *nodes, struct node *node, struct location *ret_location);

/* An O_PATH descriptor of a directory; it stays the cache's and is good until the next call. */
int node_dirfd(struct nodes *nodes, struct node *dir);

/* A descriptor of a directory that stays good when the cache closes its own. The caller closes it.
 * Or -errno. */
int node_hold_dirfd(struct nodes *nodes, struct node *dir);

/* Opens a directory of the spool to list or sync it. Returns a descriptor, the caller's, or
 * -errno. */
int node_open_dir(struct nodes *nodes, struct node *dir);

/* The location as a path for calls that take no descriptor; *ret_follow: its last part is a link of
 * /proc that must be followed. */
void location_path(const struct location *location, char ret_path[LOCATION_PATH_MAX],
		   bool *ret_follow);

/* The same for a node. Returns 0 or -errno. */
int node_spool_path(struct nodes *nodes, struct node *node, char ret_path[LOCATION_PATH_MAX],
		    bool *ret_follow);

/* stat of a location, not following a symbolic link. Returns 0 or -errno. */
int location_stat(const struct location *location, struct stat *ret_st);

/* The same for a node. */
int node_stat(struct nodes *nodes, struct node *node, struct stat *ret_st);

/*
 * A user removes a name of the node (unlink, rmdir, a rename over it). If it is the last one, the
 * node gets a descriptor, so that it stays reachable. The descriptor counts as the user's. When the
 * user has none left, the node will be out of reach (-ESTALE). When the name stays after all, call
 * node_unkeep(). A node that is open needs no descriptor: it has its handles', and node_inherit()
 * gives it the last of these.
 */
void node_keep(struct nodes *nodes, struct node *node, uid_t user);
void node_unkeep(struct nodes *nodes, struct node *node);

/* The last handle of a node is closed. Returns whether the node, which has neither a name nor a
 * descriptor, took that of the handle, which is charged to the user. */
bool node_inherit(struct node *node, int fd, uid_t user);

#endif
