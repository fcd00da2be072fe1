/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_PROCESS_H
#define COCFS_BASE_PROCESS_H

/* What a program settles about its process before anything else. */

/* No core files, and no other process of the user may look into this process: keys are in its
 * memory. Under a sanitizer nothing is done, since that must look at its own process to find leaks.
 */
void process_keep_secrets(void);

/* Gives random(3) a beginning of its own: unseeded, all processes draw the same numbers, and the
 * mounts of a fleet would come back to a service in step. */
void process_seed_random(void);

/* As many descriptors as the limits allow: one for each open file and each connection. */
void process_raise_limits(void);

/* How many descriptors this process may have open. */
unsigned process_descriptors_max(void);

/* Could n more descriptors be opened now, at most PROCESS_PROBE_MAX? 0, or why not: -EMFILE,
 * -ENFILE, another -errno of socket(2). */
#define PROCESS_PROBE_MAX 16
int process_probe_descriptors(unsigned n);

/*
 * Lets go of the pages of the program and its libraries that were read so far. Most of them only
 * the start had use for: dynamic linking, the libraries' own beginnings. They are the files' and
 * unchanged; one that is needed again is read again.
 */
void process_release_start(void);

#endif
