/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CONTRIBUTORS_H
#define COCFS_SPACE_CONTRIBUTORS_H

#include <stdbool.h>
#include <sys/types.h>

#include "space/bounds.h"

/*
 * The processes that have written to a file, and the processes that have started them.
 *
 * When a signal kills one of these, the file is half of what was meant, whoever wrote after it, and
 * whoever still has the file open. Each process above a writer counts, up to the one that has
 * opened the file: the shell of "sh -c 'cat a; cat b' > job.yaml" writes nothing itself. A process
 * that only held a descriptor does not count: the worker of a pool, "yes" of "yes | head".
 *
 * What cannot be seen is not taken for no. The kernel does not say who wrote a page of a shared
 * mapping, and more living writers than CONTRIBUTORS_MAX are not remembered. Then every process
 * counts.
 */
struct contributors {
	pid_t processes[CONTRIBUTORS_MAX];
	unsigned n;
	pid_t last_thread; /* that wrote, 0: none */
	bool anybody;	   /* every process counts */
};

/* Nobody has written: the file was committed, or cut to nothing. */
void contributors_clear(struct contributors *contributors);

/* A thread writes through a descriptor that the opener (0: it cannot be told) has opened. */
void contributors_note(struct contributors *contributors, pid_t thread, pid_t opener);

/* A page of a mapping was written. */
void contributors_note_mapping(struct contributors *contributors);

/* Has this process, or one that it has started, written to the file, as far as can be seen? */
bool contributors_have(const struct contributors *contributors, pid_t process);

#endif
