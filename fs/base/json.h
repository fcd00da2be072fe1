/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_JSON_H
#define COCFS_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "base/cleanup.h"

/*
 * What the client and the local service both need of cJSON, put right: look-ups are case-sensitive
 * (cJSON's plain one is not), the whole text must be one JSON value, and a string that holds NUL
 * ("\u0000") is refused, since cJSON would cut it there.
 */

DEFINE_CLEANUP(cJSON *, cJSON_Delete)
#define _cleanup_json_ _cleanup_(cJSON_Delete)

/*
 * Has a text at most so many JSON values, nested at most so deep? A value takes two bytes of text,
 * and sixty and more of memory once it is built: so count what comes from elsewhere before
 * json_parse(). For a text that is not JSON the answer is of no use, and safe.
 */
bool json_is_within(const char *text, size_t size, size_t values_max, size_t depth_max);

/*
 * Parses text that need not be NUL-terminated; white space may follow the value. Returns 0 and an
 * owned value; -EINVAL: not JSON; -EILSEQ: "\u0000" in it; -ENOMEM.
 */
int json_parse(const char *text, size_t size, cJSON **ret_value);

/* Makes each NUL that a text spells ("\u0000") the control character U+0001, so that json_parse()
 * takes the text. */
void json_replace_nul(char *text, size_t size);

/*
 * Does no object in a value have two members of one name? With two of them each reader may take
 * another one. Names are compared as they are read, so "\\u0061" is "a". The depth of the value
 * is bounded by the caller (json_is_within()). Returns 1, 0 or -ENOMEM.
 */
int json_is_clear(const cJSON *value);

/* Overwrites all strings of a value that holds secrets, before it is deleted. Its depth is bounded
 * by the caller (json_is_within()). NULL is accepted. */
void json_wipe(cJSON *value);

/* The member of an object, by its exact name; NULL if there is none or value is not an object. */
const cJSON *json_get(const cJSON *value, const char *name);

/* The member as a string that lives as long as value; NULL if there is none of that type. */
const char *json_get_string(const cJSON *value, const char *name);

/*
 * The member as an integer, written as a number or as a string (the COC API declares one and sends
 * the other). A string has the form that JSON has for integers: " 0", "+0" and "00" are none.
 * Returns false if there is none that fits.
 */
bool json_get_int(const cJSON *value, const char *name, int64_t *ret_number);

#endif
