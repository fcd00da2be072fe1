/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_ENTRIES_H
#define COCFS_SPACE_ENTRIES_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * This header: reads a directory as readdir(3) does, but leaves the system call to the caller. In a
 * big directory that call takes long, above all in one that was big once and has few entries left.
 */

#define ENTRIES_BUFFER 32768

struct entries {
	int fd;
	/* how many bytes of the buffer are filled, and how many of these are taken */
	size_t used, at;
	long first; /* the position in the directory of the first entry in the buffer */
	long place; /* the position of the next entry */
	bool ended;
	_Alignas(struct dirent) char buffer[ENTRIES_BUFFER];
};

/* Prepares to read the directory fd, which is taken, from its first entry. */
void entries_init(struct entries *entries, int take_fd);

/* Takes the next entry from the buffer. *ret_entry is valid until the next call of any function
 * here except entries_place(). Returns 1; 0 at the end of the directory; -EAGAIN: the buffer is
 * empty, so call entries_read() first. */
int entries_take(struct entries *entries, const struct dirent **ret_entry);

/* Reads the next entries into the buffer. Call this only after entries_take() has returned -EAGAIN:
 * entries that were not taken are lost. May be called in a thread. Returns 0 or -errno. */
int entries_read(struct entries *entries);

/* Is the directory so big that a read may hold the loop up? Then call entries_read() in a
 * thread. */
bool entries_is_big(const struct entries *entries);

/* entries_place() returns the position of the next entry. entries_seek() goes back to such a
 * position. */
long entries_place(const struct entries *entries);
void entries_seek(struct entries *entries, long place);

#endif
