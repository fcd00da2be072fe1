/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_CRASH_H
#define COCFS_BASE_CRASH_H

/*
 * Crash points: named places in the code where a test kills the process. The next mount then shows
 * whether anything was lost (tests/fault/test_crash_points.py). Crash points exist only in a build
 * with -Dcrash_points=true. In other builds CRASH_POINT() does nothing.
 */
#ifdef COCFS_CRASH_POINTS

/* Kills the process with SIGKILL if the environment variable COCFS_CRASH_AT names this point:
 * "name", or "name:N" for the Nth time that the process reaches the point. */
void crash_point(const char *name);

#define CRASH_POINT(name) crash_point(name)
#else
#define CRASH_POINT(name) ((void)0)
#endif

#endif
