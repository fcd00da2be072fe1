/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SYNC_THREAD_H
#define COCFS_SUBMIT_SYNC_THREAD_H

#include "loop/loop.h"

/*
 * A thread that waits for the disk in place of the loop. The thread uses only its own descriptors,
 * so nothing needs a lock.
 */
struct sync_thread;

/*
 * Starts the thread. Takes take_fd, a descriptor of the file to be synced, also on failure. The
 * loop calls done when a sync has ended, with 0 or -errno. Returns 0 and an owned sync_thread, or
 * -errno.
 */
int sync_thread_create(struct loop *loop, int take_fd, void (*done)(void *data, int r), void *data,
		       struct sync_thread **ret_syncer);

/* Begins a sync of what was written to the file so far. No earlier sync may be under way. Returns
 * 0, or -errno if no sync has begun: then done is not called. */
int sync_thread_begin(struct sync_thread *sync_thread);

/* Waits for a sync that is under way without calling done, and frees. NULL is accepted. */
void sync_thread_destroy(struct sync_thread *sync_thread);

#endif
