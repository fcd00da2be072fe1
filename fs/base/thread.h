/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_THREAD_H
#define COCFS_BASE_THREAD_H

#include <pthread.h>
#include <stddef.h>

/*
 * Starts a thread that calls run(data), with a stack of stack_size bytes. The default stack is that
 * of a program: 8 MB for each thread. If the system does not take this size, the thread has a
 * default stack. Returns 0 and a thread for pthread_join(), or -errno.
 */
int thread_start(size_t stack_size, void *(*run)(void *data), void *data, pthread_t *ret_thread);

#endif
