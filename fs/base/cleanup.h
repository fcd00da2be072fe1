/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_CLEANUP_H
#define COCFS_BASE_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * Cleanup attributes. A variable that owns something frees it when the variable goes out of scope.
 * So an early return needs no goto. Take a value that is to outlive the scope out with steal_ptr()
 * or steal_fd().
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

/* Defines the cleanup function DESTRUCTORp for a variable of a pointer type. The destructor is not
 * called for NULL. */
#define DEFINE_CLEANUP(type, destructor)                                                           \
	static inline void destructor##p(type *p)                                                  \
	{                                                                                          \
		if (*p)                                                                            \
			destructor(*p);                                                            \
	}
#define _cleanup_(destructor) __attribute__((cleanup(destructor##p)))

/* Takes the value out of a pointer variable, and leaves NULL in the variable. */
#define steal_ptr(ptr)                                                                             \
	({                                                                                         \
		__typeof__(ptr) stolen_ = (ptr);                                                   \
		(ptr) = NULL;                                                                      \
		stolen_;                                                                           \
	})

/* Takes the descriptor out of a variable, and leaves -1 in the variable. Returns the descriptor. */
static inline int steal_fd(int *fd)
{
	int stolen = *fd;

	*fd = -1;
	return stolen;
}

#endif
