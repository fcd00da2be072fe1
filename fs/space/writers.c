/* SPDX-License-Identifier: MIT */
/*
 * When is a file complete? (Rule R8.)
 *
 * The kernel sends a FLUSH at every close of every copy of a descriptor. It does not say how many
 * copies are left. RELEASE comes after the last copy, and cannot carry an error back to the writer.
 * So at a FLUSH we look for processes that can still write, through:
 *
 *   1. Another open file description. We count our own handles; closing.c does that.
 *   2. A copy of the descriptor. Three kinds of processes can have a copy: the closing
 *      process, the opener, and processes that were born after the open. (A descriptor can also
 *      be passed over a socket; we do not see that.) /proc/PID/fdinfo lists the descriptors of a
 *      process, with flags, inode number and mount ID. The descriptor that is being closed is not
 *      in the list any more. Most threads share one table, but each thread can have its own. The
 *      first thread of a process can end before the others. Then the list of the process is
 *      empty, and the lists of its other threads are not.
 *
 * If no process can write, we look whether a signal kills the last writer. Then the file may be
 * half of what was meant, and must not become a job.
 *
 * If we cannot see a process, we do not take that for "no":
 *
 *   - The kernel reports PID 0 for a process of another PID namespace. /proc may hide a status
 *     (hidepid), or belong to another PID namespace. Then we know nothing: ENDING_UNSEEN. The
 *     mount option unseen= decides.
 *
 *   - We can read the status and not the descriptors: the program is not dumpable, it is
 *     another user's, or the look took too long. Then a close by the process that opened the
 *     file counts as the last close. FDSize > 0 says that this process lives, so it has closed
 *     the file by itself. If another process closes, this close decides nothing: the next close
 *     does, and RELEASE at the latest.
 *
 *   - FDSize 0 says that the process exits. If we may not know its exit status, a signal may
 *     have killed the process: ENDING_HIDDEN, a draft (not submitted). The kernel shows an exit
 * code of 0 to all who may not know the code. To find out whether we may, we read /proc/PID/ns/pid:
 * the kernel asks the same question there.
 *
 * What this costs, with 4 descriptors and 80 processes:
 *
 *   33 µs: list the fdinfo of a process and read it (7 µs for the list alone).
 *   40 µs: list /proc.
 *   11 µs: read a status.
 *   4 µs: read the children of a thread.
 *   1 µs: ask for the newest process.
 *   0.5 µs: ask whether a number is that of a process.
 *
 * So we look at as few processes as possible. /proc/loadavg has the newest process of the system.
 * If it was the newest at the open too, no process was born since. Then we look at the closer, and
 * at the opener if the opener is another process. For cp, tee and every simple writer the two are
 * the same process. Otherwise processes were born, and process numbers rise: the processes born
 * since the open have the numbers between the two. If the file was open for so long that the
 * numbers may have come around, we look at all processes.
 *
 * NEVER read anything else of another process here. In execve(2) a process closes its close-on-exec
 * files with its credentials locked, and waits for our answer to the FLUSH. If we read its stat,
 * exe, maps, environ, io or wchan, or a link in its fd or ns, we wait for that lock.
 *
 * The files status, task and children are safe at all times. Reading fdinfo does not wait for that
 * lock, but for other locks: see inspectors.c. The files stat and ns are read only of a process
 * without a descriptor table (FDSize 0): such a process exits. And never open a file through
 * /proc/PID/fd: the open would come back to this mount.
 *
 * Not seen: a thread from before the open takes its own table after the open (unshare(2)), while
 * the first thread closes and no process was born. Not seen either: a descriptor in a thread's own
 * table, if the table that is looked at first has another file under the same number. holders.c
 * skips the numbers that it has read there.
 */
#define _GNU_SOURCE
#include "space/writers.h"

#include <errno.h>
#include <stdlib.h>

#include "space/proc.h"

/* How many processes and threads a system starts in a millisecond, at most. One processor starts
 * about 20, and all processors share the locks of fork(2). */
#define BIRTHS_PER_MS 500
#define PID_MAX_DEFAULT 32768 /* pid_max, if it cannot be read */
/* the least pid_max that the kernel accepts */
#define PID_MAX_LEAST 301

static unsigned pid_max(void)
{
	char text[32];

	if (proc_read(-1, "sys/kernel/pid_max", text, sizeof(text)) <= 0)
		return PID_MAX_DEFAULT;
	return (unsigned)strtoul(text, NULL, 10);
}

/* Finds how a thread exits that has no descriptor table any more. Sets closer->ending:
 * ENDING_KILLED, with the signal in closer->signal; ENDING_ORDERLY; or ENDING_HIDDEN if we may not
 * know. */
static void look_at_exit(pid_t thread, struct closer *closer)
{
	int status;

	closer->ending = proc_exit_status(thread, &status) < 0 ? ENDING_HIDDEN
			 : status & 0x7f		       ? ENDING_KILLED
							       : ENDING_ORDERLY;
	if (closer->ending == ENDING_KILLED)
		closer->signal = status & 0x7f;
}

void closer_look(pid_t thread, struct closer *ret_closer)
{
	struct proc_status status;
	int r = thread > 0 ? proc_status(thread, &status) : -ESRCH;

	*ret_closer = (struct closer){.ending = ENDING_UNSEEN};
	if (r < 0)
		return;
	ret_closer->process = status.process;
	ret_closer->ending = ENDING_ORDERLY;
	if (!status.fd_size)
		look_at_exit(thread, ret_closer);
}

/* Returns the process numbers that were given out since the file was opened. The member all is set
 * if a number is unknown, or if the open is so long ago that the numbers may have come around. */
static struct births births_since(const struct sight *sight, const struct writers_close *close)
{
	struct births births = {.from = close->newest_pid, .to = sight_newest_pid(sight)};

	births.all = !births.from || !births.to ||
		     (close->open_ms > PID_MAX_LEAST / BIRTHS_PER_MS &&
		      close->open_ms > pid_max() / BIRTHS_PER_MS);
	return births;
}

/* Looks at all other processes that can have a copy of the descriptor. Call this function after the
 * search of the closer's own descriptors. */
static enum holders look_at_others(const struct holders_search *search,
				   const struct writers_close *close, pid_t closer)
{
	const struct births births = births_since(search->sight, close);
	const pid_t ancestors[] = {close->opener, closer};
	enum holders found = HOLDERS_NONE, born;
	bool any = false;

	if (!close->opener)
		found = HOLDERS_UNKNOWN;
	else if (close->opener != closer)
		found = holders_in_process(search, close->opener, 0, &any);
	if (found == HOLDERS_SOME || (!births.all && births.from == births.to))
		return found;
	/* a birth since the open may be a new thread of the closer */
	if (close->closer == close->opener)
		found = holders_in_other_threads(search, closer);
	born = found < HOLDERS_SOME ? holders_in_born(search, &births, ancestors) : HOLDERS_NONE;
	return born > found ? born : found;
}

void writers_judge(const struct sight *sight, const struct patience *patience,
		   const struct writers_close *close, struct writers_verdict *ret_verdict)
{
	const struct holders_search search = {sight, patience, close->ino};
	struct writers_verdict verdict = {
		.closer = {.process = close->closer, .ending = ENDING_ORDERLY}};
	enum holders found = HOLDERS_UNKNOWN;
	bool any = false;

	/* cp, tee and most other programs: the process that opened the file closes it, and has one
	 * thread. If its table has any other descriptor, the thread is not exiting, and
	 * closer_look() is not needed */
	if (close->closer == close->opener)
		found = holders_in_table(&search, close->closer, &any);
	if (!any) {
		closer_look(close->closer, &verdict.closer);
		if (verdict.closer.ending == ENDING_UNSEEN) {
			*ret_verdict = verdict;
			return;
		}
		found = holders_in_process(&search, verdict.closer.process, close->closer, &any);
	}
	if (found < HOLDERS_SOME) {
		enum holders others = look_at_others(&search, close, verdict.closer.process);

		found = others > found ? others : found;
	}
	verdict.is_last = found == HOLDERS_NONE ||
			  (found == HOLDERS_UNKNOWN && verdict.closer.process == close->opener);
	*ret_verdict = verdict;
}

void writers_judge_blindly(const struct writers_close *close, struct writers_verdict *ret_verdict)
{
	struct writers_verdict verdict = {0};

	closer_look(close->closer, &verdict.closer);
	verdict.is_last = verdict.closer.process && verdict.closer.process == close->opener;
	*ret_verdict = verdict;
}
