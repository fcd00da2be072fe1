/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_LOCATION_H
#define COCFS_SPACE_LOCATION_H

#include "space/node.h"

/* Where a node is in the spool: name in the directory dirfd; or, if name is NULL, the descriptor
 * fd. */
struct location {
	int dirfd;
	const char *name;
	int fd;
};

#define LOCATION_PATH_MAX (NAME_MAX + 32)

/* Finds where a node is in the spool. Returns 0; -ESTALE: the node has neither a name nor a
 * descriptor any more; -errno: a directory on the way cannot be opened. The location is valid until
 * the next call on nodes. */
int node_location(struct nodes *nodes, struct node *node, struct location *ret_location);

/* Returns an O_PATH descriptor of a directory, or -errno. The cache owns the descriptor; it is
 * valid until the next call on nodes. */
int node_dirfd(struct nodes *nodes, struct node *dir);

/* Returns a descriptor of a directory that stays valid when the cache closes its own, or -errno.
 * The caller closes it. */
int node_hold_dirfd(struct nodes *nodes, struct node *dir);

/* Opens a directory of the spool, to list or sync it. Returns a descriptor, which the caller
 * closes, or -errno. */
int node_open_dir(struct nodes *nodes, struct node *dir);

/* Writes a location as a path, for calls that take no descriptor. If *ret_follow is true, the path
 * ends in a link of /proc that the call must follow. */
void location_path(const struct location *location, char ret_path[LOCATION_PATH_MAX],
		   bool *ret_follow);

/* Finds a node in the spool and writes its path. If *ret_follow is true, the path ends in a link of
 * /proc that the call must follow. Returns 0 or -errno. */
int node_spool_path(struct nodes *nodes, struct node *node, char ret_path[LOCATION_PATH_MAX],
		    bool *ret_follow);

/* stat(2) of a location; does not follow a symbolic link. Returns 0 or -errno. */
int location_stat(const struct location *location, struct stat *ret_st);

/* stat(2) of a node's file in the spool; does not follow a symbolic link. Returns 0 or -errno. */
int node_stat(struct nodes *nodes, struct node *node, struct stat *ret_st);

/*
 * Call node_keep() before a user removes a name of a node (unlink, rmdir, a rename over it). If the
 * name is the node's last, node_keep() opens a descriptor, so that the node stays reachable. The
 * descriptor counts as the user's. If the user has too many, none is opened, and the node will be
 * out of reach (-ESTALE). Call node_unkeep() if the name was not removed after all. An open node
 * gets no descriptor: its handles have one, and node_inherit() takes the last of these.
 */
void node_keep(struct nodes *nodes, struct node *node, uid_t user);
void node_unkeep(struct nodes *nodes, struct node *node);

/* Call this function when the last handle of a node closes. If the node has neither a name nor a
 * descriptor, it takes the handle's descriptor, which counts as the user's, and the function
 * returns true. Otherwise it returns false, and the caller closes the descriptor. */
bool node_inherit(struct node *node, int fd, uid_t user);

#endif
