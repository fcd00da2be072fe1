/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_STATE_DIR_H
#define COCFS_COCFS_STATE_DIR_H

#include <stdbool.h>

#include "base/err.h"

/*
 * The state directory: where a job space is kept on this machine. Only its owner may look into it
 * (mode 0700), and only one mount uses it at a time.
 *
 *   lock           held while it is mounted
 *   ledger.db      bindings and submissions
 *   instance       tells whether the ledger is a copy
 *   spool/         the files as they were written
 *   incoming/      texts of the service on their way into the spool: empty between mounts
 *   service.db, service.keys, service.sock    of the embedded local service
 */
struct state_dir {
	char *path;  /* absolute */
	char *given; /* as it was said: its name before links were followed */
	char *made;  /* the uppermost directory that had to be made for it, or NULL */
	int fd;	     /* of the directory itself */
	int lock_fd;
	int spool_fd;	 /* O_PATH, or -1 when taken */
	int incoming_fd; /* the same */
	unsigned there;	 /* a bit for each file of a space that was there when the lock was taken */
	bool made_lock;	 /* the lock file, too, had to be made */
};

/*
 * Opens it, makes it when it is not there, and locks it. path NULL: the default for source.
 * -EBUSY: another mount has it; -EACCES: it is not ours, or others may look into it; -ENOTSUP: its
 * file system has no user attributes. Returns 0, or -errno with err filled.
 */
int state_dir_open(const char *path, const char *source, struct state_dir *ret_dir,
		   struct err *err);

/* Removes what was made in it since state_dir_open(), and the directory if that has made it: for a
 * mount that failed. What was there before stays. The files must be closed. */
void state_dir_discard(const struct state_dir *dir);

/* Unlocks and frees; a zero-initialised one with descriptors -1 is accepted. */
void state_dir_close(struct state_dir *dir);

/* The path of a file in it, allocated; NULL when out of memory. */
char *state_dir_file(const struct state_dir *dir, const char *name);

/* The same for a socket, whose path must be short (107 bytes) wherever the directory is: through
 * the descriptor, for use in this process while the directory is open. */
char *state_dir_socket(const struct state_dir *dir, const char *name);

#endif
