/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_VERSION_H
#define COCFS_JOB_VERSION_H

#include <stddef.h>
#include <stdint.h>

/* The number of a version, 12 for "v12". Returns 0 for a text that is no version, and for NULL. */
int64_t version_number(const char *text);

/* The same of size bytes, without a NUL behind them. */
int64_t version_number_of(const char *text, size_t size);

/* Bytes of the text of any version, with its NUL. */
#define VERSION_ROOM 24

/* The text of a version, "v12" for 12. */
void version_write(int64_t number, char ret_text[VERSION_ROOM]);

#endif
