/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_JSON_H
#define COCFS_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "base/cleanup.h"

/*
 * cJSON, with the stricter rules that the client and the local service need. Names are compared
 * with their case: cJSON's own cJSON_GetObjectItem() ignores the case. The whole text must be one
 * JSON value. A string that holds a NUL ("\u0000") is refused, because cJSON would cut the string
 * there.
 */

DEFINE_CLEANUP(cJSON *, cJSON_Delete)
#define _cleanup_json_ _cleanup_(cJSON_Delete)

/*
 * Has a text at most values_max JSON values, nested at most depth_max deep? A value takes two bytes
 * of text, but 60 bytes of memory and more in cJSON. So call this function before json_parse() for
 * each text that comes from elsewhere. For a text that is no JSON the answer means nothing, and
 * does no harm: json_parse() refuses the text.
 */
bool json_is_within(const char *text, size_t size, size_t values_max, size_t depth_max);

/*
 * Parses size bytes of text. The text needs no NUL at its end. White space may follow the value.
 * Returns 0 and a value that the caller deletes; -EILSEQ: the text has "\u0000"; -EINVAL: the text
 * is not JSON, or there is no memory.
 */
int json_parse(const char *text, size_t size, cJSON **ret_value);

/* Replaces each "\u0000" in a text by "\u0001", so that json_parse() takes the text. */
void json_replace_nul(char *text, size_t size);

/*
 * Returns 1 if no object in a value has two members of one name, 0 if an object has, or -ENOMEM. Of
 * two such members, one program may take the first and another program the last. Names are compared
 * without their escapes, so "\u0061" is "a". The caller bounds the depth of the value
 * (json_is_within()).
 */
int json_is_clear(const cJSON *value);

/* Overwrites all strings in a value, but not the names of its members. Call this function before
 * you delete a value that holds secrets. NULL is accepted. The caller bounds the depth of the value
 * (json_is_within()). */
void json_wipe(cJSON *value);

/* Returns the member of an object by its exact name. Returns NULL if there is none, or if value is
 * no object. */
const cJSON *json_get(const cJSON *value, const char *name);

/* Returns a member that is a string; the text lives as long as value. Returns NULL if there is no
 * member of that name and type. */
const char *json_get_string(const cJSON *value, const char *name);

/*
 * Reads a member that is an integer, as a JSON number or as a string. (The COC API documents one of
 * the two forms, and sends the other.) In a string the integer must have the form of JSON: " 0",
 * "+0" and "00" are no integers. Returns false if there is no such member, if a string does not fit
 * into int64_t, or if a number is beyond 2^53.
 */
bool json_get_int(const cJSON *value, const char *name, int64_t *ret_number);

#endif
