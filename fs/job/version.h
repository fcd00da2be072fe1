/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_VERSION_H
#define COCFS_JOB_VERSION_H

#include <stddef.h>
#include <stdint.h>

/* Returns the number of a version: 12 for "v12". Returns 0 for NULL, and for a text of another
 * form. */
int64_t version_number(const char *text);

/* Does the same as version_number() for a text of size bytes, which needs no NUL at its end. */
int64_t version_number_of(const char *text, size_t size);

/* Room for the text of a version in bytes, with a NUL. */
#define VERSION_ROOM 24

/* Writes the text of a version: "v12" for 12. */
void version_write(int64_t number, char ret_text[VERSION_ROOM]);

#endif
