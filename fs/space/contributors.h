/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CONTRIBUTORS_H
#define COCFS_SPACE_CONTRIBUTORS_H

#include <stdbool.h>
#include <sys/types.h>

#include "space/bounds.h"

/*
 * The processes that have written to a file, and the processes that started those writers.
 *
 * If a signal kills one of them, the file is half of what was meant. This holds also if another
 * process wrote later or still has the file open. Each process above a writer counts, up to the
 * process that opened the file: the shell of "sh -c 'cat a; cat b' > job.yaml" writes nothing
 * itself. A process that held a descriptor of the file but never wrote does not count: an idle
 * worker of a pool, "yes" of "yes | head".
 *
 * A writer that cannot be seen is not noted. Every process counts as a writer in three cases:
 *  - A page of a shared mapping was written: the kernel does not say by which process.
 *  - More than CONTRIBUTORS_MAX living processes would have to be noted.
 *  - More than CONTRIBUTORS_ABOVE_MAX processes in one chain, from a writer upwards, would have to
 *    be noted.
 */
struct contributors {
	pid_t processes[CONTRIBUTORS_MAX];
	unsigned n;
	/* the thread that wrote last; 0: none */
	pid_t last_thread;
	/* every process counts as a writer */
	bool anybody;
};

/* Forgets all writers. Call this function when the file was committed or cut to nothing: what is
 * written later is new content. */
void contributors_clear(struct contributors *contributors);

/* Notes the process of a thread that writes, and the processes above it up to opener. opener is the
 * process that opened the descriptor; 0: unknown. */
void contributors_note(struct contributors *contributors, pid_t thread, pid_t opener);

/* Notes that a page of a mapping was written: from now on every process counts as a writer. */
void contributors_note_mapping(struct contributors *contributors);

/* Has this process, or one that it started, written to the file? If cocfs cannot know, the answer
 * is yes. */
bool contributors_have(const struct contributors *contributors, pid_t process);

#endif
