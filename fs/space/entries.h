/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_ENTRIES_H
#define COCFS_SPACE_ENTRIES_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The entries of a directory, as readdir(3) has them, but with the system call apart: to read the
 * next lot takes long in a big directory, above all in one that was big once and has few entries
 * left.
 */
#define ENTRIES_BUFFER 32768

struct entries {
	int fd;
	size_t used, at; /* of the buffer: what was read, and what was taken of it */
	long first;	 /* the place of the first entry in the buffer */
	long place;	 /* of the entry that comes next */
	bool ended;
	_Alignas(struct dirent) char buffer[ENTRIES_BUFFER];
};

/* Begins at the first entry of the directory fd, which is taken. */
void entries_init(struct entries *entries, int take_fd);

/* Takes the entry that comes next; it is good until the next call but entries_place(). 1, 0 at the
 * end, or -EAGAIN: entries_read() has to be called before. */
int entries_take(struct entries *entries, const struct dirent **ret_entry);

/* Reads the next lot. May be called in a thread. Returns 0 or -errno. */
int entries_read(struct entries *entries);

/* Is the directory so big that this should be done in a thread? */
bool entries_is_big(const struct entries *entries);

/* The place of the entry that comes next, and a way back to it. */
long entries_place(const struct entries *entries);
void entries_seek(struct entries *entries, long place);

#endif
