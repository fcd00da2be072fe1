/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_LOCATION_H
#define COCFS_SPACE_LOCATION_H

#include "space/node.h"

/* Where a node is in the spool. If name is not NULL, it is that file in the directory dirfd, and fd
 * is -1. If name is NULL, it is the file that the descriptor fd has open, and dirfd is -1. The
 * location owns neither the descriptors nor the name. */
struct location {
	int dirfd;
	const char *name;
	int fd;
};

#define LOCATION_PATH_MAX (NAME_MAX + 32) /* room for "/proc/self/fd/N/NAME" with its NUL */

/* Finds where a node is in the spool. Returns 0; -ESTALE: the node has neither a name nor a
 * descriptor any more; -errno: a directory on the way cannot be opened. The location is valid until
 * the next call of a function that gets nodes. */
int node_location(struct nodes *nodes, struct node *node, struct location *ret_location);

/* Returns an O_PATH descriptor of the directory dir, or -errno. nodes owns the descriptor, and may
 * close it at the next call of a function that gets nodes. To keep a descriptor, call
 * node_hold_dirfd(). */
int node_dirfd(struct nodes *nodes, struct node *dir);

/* Returns an O_PATH descriptor of the directory dir that belongs to the caller, or -errno. The
 * descriptor stays valid during other calls. The caller closes it. */
int node_hold_dirfd(struct nodes *nodes, struct node *dir);

/* Opens the directory dir of the spool for reading, to list or sync it. Returns a descriptor, which
 * the caller closes, or -errno. */
int node_open_dir(struct nodes *nodes, struct node *dir);

/* Writes a location as a path, for system calls that take no descriptor. *ret_follow: true if the
 * path ends in a link of /proc, which the system call must follow; false if it must not follow a
 * link. */
void location_path(const struct location *location, char ret_path[LOCATION_PATH_MAX],
		   bool *ret_follow);

/* Finds a node in the spool and writes its path, as location_path() does. Returns 0, or -errno as
 * node_location() does. */
int node_spool_path(struct nodes *nodes, struct node *node, char ret_path[LOCATION_PATH_MAX],
		    bool *ret_follow);

/* stat(2) of a location; does not follow a symbolic link. Returns 0 or -errno. */
int location_stat(const struct location *location, struct stat *ret_st);

/* stat(2) of a node's file in the spool; does not follow a symbolic link. Returns 0 or -errno. */
int node_stat(struct nodes *nodes, struct node *node, struct stat *ret_st);

/*
 * Call node_keep() before a user removes a name of a node (unlink, rmdir, a rename over it). If the
 * node has no other name, node_keep() opens an O_PATH descriptor of its file, so that the node
 * stays reachable. The descriptor counts as the user's. If the user has too many descriptors open,
 * node_keep() opens none, and the node will be out of reach (-ESTALE). If a handle has the node
 * open, node_keep() opens none either: the node is reached through the handle. When the last handle
 * closes, node_inherit() keeps its descriptor. Call node_unkeep() if the name was not removed after
 * all.
 */
void node_keep(struct nodes *nodes, struct node *node, uid_t user);
void node_unkeep(struct nodes *nodes, struct node *node);

/* Call this function when the last handle of a node closes. fd: the handle's descriptor. If the
 * node has neither a name nor a descriptor, the node takes fd, which counts as the user's, and the
 * function returns true. Otherwise the function returns false, and the caller closes fd. */
bool node_inherit(struct node *node, int fd, uid_t user);

#endif
