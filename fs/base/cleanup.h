/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_CLEANUP_H
#define COCFS_BASE_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * Cleanup attributes: a variable that owns something gives it back when it goes out of scope, so
 * that an early return needs no goto. A value that is handed on is taken out with steal_ptr() or
 * steal_fd().
 */

static inline void cleanup_freep(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_fclosep(FILE **file)
{
	if (*file)
		fclose(*file);
}

#define _cleanup_free_ __attribute__((cleanup(cleanup_freep)))
#define _cleanup_close_ __attribute__((cleanup(cleanup_closep)))
#define _cleanup_fclose_ __attribute__((cleanup(cleanup_fclosep)))

/* Defines the cleanup function NAMEp for a destructor that takes a pointer (also NULL). */
#define DEFINE_CLEANUP(type, destructor)                                                           \
	static inline void destructor##p(type *p)                                                  \
	{                                                                                          \
		if (*p)                                                                            \
			destructor(*p);                                                            \
	}
#define _cleanup_(destructor) __attribute__((cleanup(destructor##p)))

/* Hands a pointer on: its value, and NULL left behind. */
#define steal_ptr(ptr)                                                                             \
	({                                                                                         \
		__typeof__(ptr) stolen_ = (ptr);                                                   \
		(ptr) = NULL;                                                                      \
		stolen_;                                                                           \
	})

/* Hands a descriptor on: its number, and -1 left behind. */
static inline int steal_fd(int *fd)
{
	int stolen = *fd;

	*fd = -1;
	return stolen;
}

#endif
