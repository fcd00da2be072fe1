/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_INSPECTORS_H
#define COCFS_SPACE_INSPECTORS_H

#include "loop/loop.h"
#include "space/writers.h"

/*
 * Threads that judge closes for the loop: can another process still write to the file? To look at
 * other processes may take long. Call all functions from the loop's thread.
 */
struct inspectors;
struct inspection;

/* Makes the inspectors. The first thread starts with the first inspection. sight is copied; its
 * descriptors must stay open until inspectors_destroy(). Returns 0 and owned inspectors, or
 * -errno. */
int inspectors_create(struct loop *loop, const struct sight *sight,
		      struct inspectors **ret_inspectors);

/* Ends the threads and frees the inspectors. Drop all inspections first. NULL is accepted. */
void inspectors_destroy(struct inspectors *inspectors);

/*
 * Lets a thread judge a close for a user. The loop calls done once, after INSPECTION_MS at the
 * latest. The argument verdict of done is NULL if the thread has not judged the close in that time.
 * Returns an inspection, which is valid until done is called. Returns NULL if it cannot begin (no
 * memory, no thread): done is not called.
 */
struct inspection *inspection_begin(struct inspectors *inspectors,
				    const struct writers_close *close, uid_t user,
				    void (*done)(void *data, const struct writers_verdict *verdict),
				    void *data);

/* Gives up an inspection, before its done was called: done will not be called then. Do not use the
 * inspection after that. */
void inspection_drop(struct inspection *inspection);

#endif
