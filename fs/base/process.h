/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_PROCESS_H
#define COCFS_BASE_PROCESS_H

/* What a program sets for its own process when it starts. */

/*
 * Forbids core files, and forbids other processes of the user to look into this process: keys are
 * in its memory. Under a sanitizer both stay allowed, because a sanitizer looks into the process to
 * find leaks. Takes SSLKEYLOGFILE out of the environment: libraries would write the keys of TLS
 * connections into that file, and cocfs sends tokens over these connections. Call this before
 * libcurl and other libraries are initialised.
 */
void process_keep_secrets(void);

/* Seeds random(3). Without a seed all processes draw the same numbers, and all mounts of a fleet
 * would repeat failed requests at the same moments. */
void process_seed_random(void);

/* Raises the soft limit of open descriptors to the hard limit. Each open file and each connection
 * takes a descriptor. A failure is ignored. */
void process_raise_limits(void);

/* Returns how many descriptors this process may have open; 0: the limit cannot be read. */
unsigned process_descriptors_max(void);

/* Tries whether n more descriptors can be opened now, and closes them again. n: at most
 * PROCESS_PROBE_MAX. Returns 0, or why not: -EMFILE, -ENFILE, or another -errno of socket(2). */
#define PROCESS_PROBE_MAX 16
int process_probe_descriptors(unsigned n);

/*
 * Call this when the start of the program is over. Takes the pages of the program and of its
 * libraries out of memory, apart from writable pages. Only the start needed most of them: dynamic
 * linking, and the first calls of the libraries. The pages are unchanged parts of files, so the
 * kernel reads a page again when it is needed.
 */
void process_release_start(void);

#endif
