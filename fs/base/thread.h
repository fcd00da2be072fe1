/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_THREAD_H
#define COCFS_BASE_THREAD_H

#include <pthread.h>
#include <stddef.h>

/*
 * Starts a thread that calls run(data), with a stack of stack_size bytes. Without a size each
 * thread would have the stack of a program: 8 MB. If the system does not accept stack_size, the
 * thread has that default stack. Returns 0 and a thread for pthread_join(), or -errno.
 */
int thread_start(size_t stack_size, void *(*run)(void *data), void *data, pthread_t *ret_thread);

#endif
