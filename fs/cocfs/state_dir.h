/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_STATE_DIR_H
#define COCFS_COCFS_STATE_DIR_H

#include <stdbool.h>

#include "base/err.h"

/*
 * The state directory of a mount on this machine: all that cocfs keeps. Only its owner may look
 * into it (mode 0700). Only one mount uses it at a time. Its files:
 *
 *   lock           locked (flock(2)) while the space is mounted
 *   ledger.db      bindings and submissions
 *   instance       an ID that ledger.db has too: another ID shows that the ledger is a copy
 *   spool/         the files that the mount shows, as users wrote them
 *   incoming/      texts of the service that are to go into the spool: empty between mounts
 *   service.db, service.keys, service.sock    of the embedded local service
 */
struct state_dir {
	char *path;  /* absolute */
	char *given; /* the path before symbolic links were followed */
	char *made;  /* the topmost directory that state_dir_open() has made, or NULL */
	int fd;	     /* the directory itself */
	int lock_fd;
	int spool_fd;	 /* O_PATH; -1: a caller has taken it */
	int incoming_fd; /* O_PATH; -1: a caller has taken it */
	/* a bit 1 << i if files[i] of state_dir.c existed when the lock was taken */
	unsigned there;
	bool made_lock; /* state_dir_open() has made the lock file */
};

/*
 * Opens and locks the state directory at path. Makes it if there is none. path NULL: the default
 * for source (state_place_find()). Returns 0, or -errno with err filled. Returns -EBUSY if another
 * mount uses the directory. Returns -EACCES if the directory is not ours, or if others may look
 * into it. Returns -ENOTSUP if its file system has no user.* extended attributes.
 */
int state_dir_open(const char *path, const char *source, struct state_dir *ret_dir,
		   struct err *err);

/* Call this for a mount that failed, after all files in the directory are closed. Removes the files
 * that were made since the lock was taken, and the directory if state_dir_open() has made it. Older
 * files stay, and with an older database its log and its instance file. */
void state_dir_discard(const struct state_dir *dir);

/* Unlocks and frees the state directory. Accepts a zeroed struct whose descriptors are all -1,
 * too. */
void state_dir_close(struct state_dir *dir);

/* Returns the path of a file in the state directory. The caller frees it. Returns NULL if
 * there is no memory. */
char *state_dir_file(const struct state_dir *dir, const char *name);

/* Returns a short path for a socket in the state directory: the kernel allows 107 bytes. The path
 * goes through dir->fd, so only this process can use it, until state_dir_close(). The caller frees
 * the path. Returns NULL if there is no memory. */
char *state_dir_socket(const struct state_dir *dir, const char *name);

#endif
