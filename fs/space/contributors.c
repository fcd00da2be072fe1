/* SPDX-License-Identifier: MIT */
#include "space/contributors.h"

#include "space/proc.h"

void contributors_clear(struct contributors *contributors)
{
	*contributors = (struct contributors){0};
}

bool contributors_have(const struct contributors *contributors, pid_t process)
{
	if (contributors->anybody)
		return true;
	for (unsigned i = 0; i < contributors->n; i++)
		if (contributors->processes[i] == process)
			return true;
	return false;
}

/* Drops the processes that have ended: no signal can kill them any more. This may make room for one
 * more. */
static void drop_gone(struct contributors *contributors)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < contributors->n; i++)
		if (!proc_is_gone(contributors->processes[i]))
			contributors->processes[kept++] = contributors->processes[i];
	contributors->n = kept;
}

static void add_process(struct contributors *contributors, pid_t process)
{
	if (contributors->n == CONTRIBUTORS_MAX)
		drop_gone(contributors);
	if (contributors->n < CONTRIBUTORS_MAX)
		contributors->processes[contributors->n++] = process;
	else
		contributors->anybody = true;
}

void contributors_note(struct contributors *contributors, pid_t thread, pid_t opener)
{
	struct proc_status status;
	pid_t process = proc_process(thread);

	if (thread == contributors->last_thread)
		return;
	contributors->last_thread = thread;
	/* stop at a process that is noted already, because the processes above it are noted, too */
	for (int i = 0; process > 0 && !contributors_have(contributors, process); i++) {
		if (i == CONTRIBUTORS_ABOVE_MAX) {
			contributors->anybody = true;
			return;
		}
		add_process(contributors, process);
		if (process == opener || proc_status(process, &status) < 0 || status.parent <= 1)
			return;
		process = status.parent;
	}
}

void contributors_note_mapping(struct contributors *contributors)
{
	contributors->anybody = true;
}
