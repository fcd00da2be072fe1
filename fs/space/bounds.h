/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_BOUNDS_H
#define COCFS_SPACE_BOUNDS_H

/* Bounds for what users and their programs can ask of a mount. Sizes are in bytes, and times in
 * milliseconds (_MS); the other values are counts. */

/* How long a rename of a job file onto another job file name is remembered (fs/space/backup.c), and
 * how many such renames. A tool that keeps a backup makes the old name again immediately, so a few
 * seconds suffice. Each rename waits for the disk, so no user can push a tool's rename out between
 * the tool's two steps. And a user with many renames pushes out only that user's own. The memory is
 * 140 KB. */
#define RECENT_MOVE_KEPT_MS 5000
#define RECENT_MOVES_MAX 512

/* The most bytes that fallocate(2) may allocate to a job file, beyond its end too. These are the
 * longest job that the service takes and one block, because some tools allocate whole blocks. */
#define JOB_ALLOCATED_MAX (65536 + 4096)

/* How long a job file that was moved away may come back (fs/space/moved_away.c). The file comes
 * back if the service refuses the text that its process writes in its place, and the service may
 * take that long to answer. At most RECENT_MOVES_MAX of these moves are remembered, in another 140
 * KB. */
#define MOVED_AWAY_KEPT_MS (10 * 60 * 1000)

/* How many siblings of deleted jobs can still be named (fs/space/deleted_siblings.h). One rm -r
 * removes fewer. They take 100 MB at the worst. */
#define DELETED_SIBLINGS_MAX 1000000

/* How long the removal of a sibling is remembered for the process that removed it
 * (fs/space/removals.h). An archiver that replaces a file removes the file and makes it again
 * immediately. REMOVALS_SETS sets have room for REMOVALS_IN_SET removals each, so a search takes no
 * time. A full set drops its oldest removal; the process of that removal has to remove the sibling
 * once more. */
#define REMOVALS_KEPT_MS 1000
#define REMOVALS_SETS 128
#define REMOVALS_IN_SET 4

/* The memory for all users together: data on the way to the disk, open listings, open texts.
 * fs/base/shares.h gives each user a share. */
#define USERS_MEMORY_MAX (256u << 20)

/* Imports that are fetched before a program asks for them (fs/space/import_ahead.c). Fetching ahead
 * begins when programs had to wait for AFTER imports in a row, with pauses of at most PAUSE_MS. At
 * most MAX fetches are under way, and LOOKED_AT rows are looked at in one iteration. */
#define IMPORT_AHEAD_AFTER 3
#define IMPORT_AHEAD_PAUSE_MS 1000
#define IMPORT_AHEAD_MAX 64
#define IMPORT_AHEAD_LOOKED_AT 200

/* The search for processes that can still write to a file (fs/space/holders.c). NUMBERS_MAX: the
 * search notes which descriptor numbers below this bound the first thread of a process has, and
 * skips the same numbers in the other threads. FAMILY_MAX: the search looks first at the
 * descendants of the opener and the closer, at most so many processes; further descendants come
 * later, with all other processes. */
#define HOLDERS_NUMBERS_MAX 4096
#define HOLDERS_FAMILY_MAX 512

/* The processes that are remembered of a file (fs/space/contributors.c): living processes that
 * wrote to the file since its last commit, and the processes that started them. ABOVE_MAX: how many
 * generations above a writer are looked at. If more than CONTRIBUTORS_MAX processes or more
 * generations would have to be remembered, every process counts as a writer of the file. */
#define CONTRIBUTORS_MAX 32
#define CONTRIBUTORS_ABOVE_MAX 16

/* The threads that look at other processes (fs/space/inspectors.c), how many of them one user may
 * keep busy, and how long a close waits for a thread. More threads would take the processors from
 * the writers. */
#define INSPECTORS_MAX 4
#define INSPECTORS_SHARE 2
#define INSPECTION_MS 2000

/* How long a stat or an open waits for a check of its file (fs/space/refresh.c). If the service did
 * not answer in that time, no request waits for the next REFRESH_SLOW_MS: the reader gets the text
 * that is there. */
#define REFRESH_WAIT_MS 10000
#define REFRESH_SLOW_MS 30000

/* How many files are checked one by one in a second (fs/space/checks.c). If more are asked for, all
 * jobs are listed: 100 jobs in a list cost as much as one check. */
#define CHECKS_PER_SECOND 100

/* Notes that say which process has read which job file (fs/space/readers.c), 80 bytes each:
 * READERS_MAX in all, READER_FILES_MAX of one process. READERS_PINNED_MAX processes are pinned by a
 * descriptor; these descriptors come from the mount's own (base/descriptors.h). A process whose
 * note was dropped for lack of room is marked, at most READERS_MARKED_MAX processes: it counts as a
 * reader of every file. A process that reads more than READER_FILES_MAX files is a search such as
 * grep, which ends soon, or one of a few large programs. */
#define READERS_MAX 8192
#define READER_FILES_MAX 256
#define READERS_PINNED_MAX 16
#define READERS_MARKED_MAX 64

/* How many texts of old versions are kept (fs/space/version_text.c), and how many bytes these have
 * together: 64 texts of the longest. A search looks through them in no time. */
#define VERSION_TEXTS_BYTES (4u << 20)
#define VERSION_TEXTS_MAX 256

/* How many versions a directory of .coc/versions lists: more than the service keeps of a job. */
#define VERSIONS_LISTED_MAX 1000

/* How many names of .coc/versions are looked at in one slice: 5 ms. */
#define VERSION_NAMES_AT_ONCE 100

/* How long the loop waits for a program to take an answer that shows a sibling's old state
 * (fs/space/sibling_cache.c). If the program does not, cocfs tells the kernel every
 * SIBLING_AGAIN_MS that the state is old, until the kernel knows. A reader takes an answer within 1
 * ms of processor time, but on a busy machine it may have to wait for a processor. */
#define SIBLING_READER_MS 100
#define SIBLING_AGAIN_MS 10

/* For so long after a sibling was gone, answers tell the kernel to keep neither its name nor its
 * attributes (fs/space/sibling_cache.c). */
#define SIBLING_UNSETTLED_MS 1000

/* While imports get their names, cocfs keeps the names of the spool's root in memory, up to this
 * number (fs/space/root_names.c). To read and sort them takes 1 ms. If there are more names, cocfs
 * makes a system call for each. */
#define ROOT_NAMES_MAX 1000

#endif
