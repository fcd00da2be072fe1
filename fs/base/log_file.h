/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_LOG_FILE_H
#define COCFS_BASE_LOG_FILE_H

#include <stdbool.h>

#include "base/err.h"

/*
 * The file that a log is written to: opened once, written at its end, a line by one call of
 * write(2). A process has one. A disk that is full, or a file that cannot be written, does not end
 * the program: a line that cannot be written is counted. The next line that can be written says how
 * many are missing.
 */

/*
 * Opens a regular file, or makes it with mode 0600; a symbolic link in its place is not followed.
 * path is absolute. The directory stays open: log_file_reopen() opens the same name in that
 * directory, wherever the path leads by then. Returns 0 or -errno with err.
 */
int log_file_open(const char *path, struct err *err);

/* Opens it again, for logrotate(8), which has given the old file another name. Returns 0, or
 * -errno: the old file stays in use. */
int log_file_reopen(void);

/* Is there one? */
bool log_file_is_open(void);

/* Writes a line, with the time (UTC) before it. Returns false if the line is not in the file. */
bool log_file_write(const char *program, const char *level, const char *line);

void log_file_close(void);

#endif
