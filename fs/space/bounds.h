/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_BOUNDS_H
#define COCFS_SPACE_BOUNDS_H

/* The bounds of what users and their programs can ask of a mount. In bytes unless the name says
 * otherwise. */

/* Renames of job files to other jobs' names that are remembered, for so long: a tool that keeps a
 * backup makes the name again at once. Each rename waits for the disk, so that nobody makes more in
 * the time that a tool needs between its two steps; and who makes many loses his own. 140 KB. */
#define RECENT_MOVE_KEPT_MS 5000
#define RECENT_MOVES_MAX 512

/* What a job file may have allocated, beyond its end too: what the service takes, and a block more,
 * as some tools allocate in whole blocks. */
#define JOB_ALLOCATED_MAX (65536 + 4096)

/* Job files that were moved away, and may come back when what their process writes in their place
 * is refused (fs/space/moved_away.c). That can take as long as the service may take to answer. As
 * many, and as much memory, as above. */
#define MOVED_AWAY_KEPT_MS (10 * 60 * 1000)

/* Siblings of deleted jobs that can still be named: more than one rm -r has, 100 MB at the
 * worst. */
#define DELETED_SIBLINGS_MAX 1000000

/* Removals of siblings that are remembered for their remover, for so long: an archiver that
 * replaces a file removes the file and makes it again at once. In sets of a few, so that to look
 * for one takes no time; the oldest of its set is dropped, whose remover removes it once more then.
 */
#define REMOVALS_KEPT_MS 1000
#define REMOVALS_SETS 128
#define REMOVALS_IN_SET 4

/* Memory for the requests of all users together: data on its way to the disk, open listings, open
 * texts. */
#define USERS_MEMORY_MAX (256u << 20)

/* Imports that are fetched before anybody asks (fs/space/import_ahead.c): from so many in a row on,
 * with no longer pauses between, so many at once. So many rows are looked at in one iteration. */
#define IMPORT_AHEAD_AFTER 3
#define IMPORT_AHEAD_PAUSE_MS 1000
#define IMPORT_AHEAD_MAX 64
#define IMPORT_AHEAD_LOOKED_AT 200

/* The search for processes that can still write to a file (fs/space/holders.c). */
#define HOLDERS_NUMBERS_MAX                                                                        \
	4096 /* descriptors of a process that its threads are not read anew for */
#define HOLDERS_FAMILY_MAX                                                                         \
	512 /* descendants that are looked at first; the rest come with all others */

/* Living processes that have written to a file since its last commit, or have started one that has,
 * and how many generations above a writer are looked at (fs/space/contributors.c). A script with
 * more is taken for one of whose processes each has written. */
#define CONTRIBUTORS_MAX 32
#define CONTRIBUTORS_ABOVE_MAX 16

/* Threads that look at other processes (fs/space/inspectors.c), how many of them one user may keep
 * busy, and for how long a close waits for one. More threads would take the processors from the
 * writers. */
#define INSPECTORS_MAX 4
#define INSPECTORS_SHARE 2
#define INSPECTION_MS 2000

/* How long a stat or an open waits for a check of its file (fs/space/refresh.c). After such a wait
 * was in vain, nobody waits for a while: what is there can be read. */
#define REFRESH_WAIT_MS 10000
#define REFRESH_SLOW_MS 30000

/* So many files are checked one by one in a second (fs/space/checks.c). For more, all jobs are
 * listed: 100 of them cost as much as one check. */
#define CHECKS_PER_SECOND 100

/* Which process has read which job file (fs/space/readers.c): 80 bytes each. So many notes, of one
 * process so many, and so many processes that a descriptor pins; these come from the mount's own
 * (base/descriptors.h). So many processes are known to have lost a note: who reads more files than
 * a process has notes is a search, which ends, or one of few large programs. */
#define READERS_MAX 8192
#define READER_FILES_MAX 256
#define READERS_PINNED_MAX 16
#define READERS_MARKED_MAX 64

/* Texts of old versions that are kept (fs/space/version_text.c): 64 of the longest, and not more
 * than are looked through in no time. */
#define VERSION_TEXTS_BYTES (4u << 20)
#define VERSION_TEXTS_MAX 256

/* Versions that a directory of .coc/versions lists: more than the service keeps. */
#define VERSIONS_LISTED_MAX 1000

/* Names of .coc/versions that are looked at in one slice: 5 ms. */
#define VERSION_NAMES_AT_ONCE 100

/* An answer with a sibling that has changed is on its way: for so long the loop waits for its
 * reader (fs/space/sibling_cache.c). When that was in vain, the kernel is told again, this often. A
 * reader takes an answer within 1 ms of processor time. On a busy machine it may have to wait for
 * that. */
#define SIBLING_READER_MS 100
#define SIBLING_AGAIN_MS 10

/* For so long nothing is kept of a sibling that was gone. */
#define SIBLING_UNSETTLED_MS 1000

/* Names of the spool's root that are kept while imports get theirs (fs/space/root_names.c): 1 ms to
 * read and sort them. In a root with more the kernel is asked for each name. */
#define ROOT_NAMES_MAX 1000

#endif
