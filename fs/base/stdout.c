/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "base/stdout.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int stdout_finish(const char *program)
{
	int r;

	errno = 0;
	r = fflush(stdout) < 0 || ferror(stdout) ? -(errno ? errno : EIO) : 0;
	if (fclose(stdout) < 0 && r == 0)
		r = -errno;
	if (r < 0)
		fprintf(stderr, "%s: standard output: %s\n", program, strerror(-r));
	return r;
}
