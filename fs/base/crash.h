/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_CRASH_H
#define COCFS_BASE_CRASH_H

/*
 * Crash points: named places where a test has the process die, to show what the next mount makes of
 * it (tests/fault/test_crash_points.py). They exist only in a build with -Dcrash_points=true; in
 * any other they are nothing at all.
 */
#ifdef COCFS_CRASH_POINTS

/* Dies by SIGKILL if the environment variable COCFS_CRASH_AT names this point: "name", or "name:N"
 * for the Nth time that it is reached. */
void crash_point(const char *name);

#define CRASH_POINT(name) crash_point(name)
#else
#define CRASH_POINT(name) ((void)0)
#endif

#endif
