/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_ID_H
#define COCFS_COC_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the service says to identify something, read by one rule in every answer. Such a text is
 * taken whole or not at all: one that was cut, or cleaned for people (base/shown.h), names
 * something else. Pure.
 */

/*
 * Is this a job ID? IDs are opaque. But each is UTF-8 of 1 to COC_DOCUMENT_ID_MAX characters, each
 * of them visible and none a blank of any kind, so that people and files hold it as it is; and it
 * is one segment of a URL's path: no "/" in it, not "." or "..".
 */
bool id_is_document(const char *text);

/* Is this an error code or a request ID: as a job ID, but any visible characters, at most max? */
bool id_is_word(const char *text, size_t max);

/* Is this a UUID: 8-4-4-4-12 hexadecimal digits, or all 32 of them without dashes? */
bool id_is_uuid(const char *text);

#endif
