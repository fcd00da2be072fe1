/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_CLEANUP_H
#define COCFS_BASE_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * Cleanup attributes for variables. When a variable with such an attribute goes out of scope, its
 * value is freed or closed. So an early return needs no goto. If the value is to outlive the scope,
 * take it out of the variable with steal_ptr() or steal_fd().
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

/* Defines what _cleanup_(destructor) needs: a function that calls the destructor with the value of
 * a variable of this pointer type. The function does not call the destructor for NULL. */
#define DEFINE_CLEANUP(type, destructor)                                                           \
	static inline void destructor##p(type *p)                                                  \
	{                                                                                          \
		if (*p)                                                                            \
			destructor(*p);                                                            \
	}
#define _cleanup_(destructor) __attribute__((cleanup(destructor##p)))

/* Returns the value of a pointer variable, and leaves NULL in the variable. */
#define steal_ptr(ptr)                                                                             \
	({                                                                                         \
		__typeof__(ptr) stolen_ = (ptr);                                                   \
		(ptr) = NULL;                                                                      \
		stolen_;                                                                           \
	})

/* Returns the descriptor of a variable, and leaves -1 in the variable. */
static inline int steal_fd(int *fd)
{
	int stolen = *fd;

	*fd = -1;
	return stolen;
}

#endif
