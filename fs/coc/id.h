/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_ID_H
#define COCFS_COC_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Checks the texts by which the service identifies something, with one rule for all answers. Such a
 * text is taken whole or not at all: a text that was cut, or cleaned for people (base/shown.h),
 * names something else. Pure.
 */

/*
 * Can this be a job ID? The API documents only its greatest length. cocfs takes UTF-8 of 1 to
 * COC_DOCUMENT_ID_MAX characters, all visible and none a blank of any kind: so people and files
 * keep it unchanged. And it is one segment of a URL's path: it has no "/", and is not "." or "..".
 */
bool id_is_document(const char *text);

/* Has this text the form of an error code or a request ID? Yes, if it is UTF-8 of 1 to max
 * characters, all visible and none a blank of any kind. */
bool id_is_word(const char *text, size_t max);

/* Is this a UUID: 8-4-4-4-12 hexadecimal digits, or all 32 of them without dashes? */
bool id_is_uuid(const char *text);

#endif
