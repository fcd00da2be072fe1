/* SPDX-License-Identifier: MIT */
#include "base/crash.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void crash_point(const char *name)
{
	static unsigned long reached;
	const char *wanted = getenv("COCFS_CRASH_AT");
	size_t length = strlen(name);
	unsigned long nth;

	if (!wanted || strncmp(wanted, name, length) || (wanted[length] && wanted[length] != ':'))
		return;
	nth = wanted[length] ? strtoul(wanted + length + 1, NULL, 10) : 1;
	if (++reached == nth)
		kill(getpid(), SIGKILL);
}
