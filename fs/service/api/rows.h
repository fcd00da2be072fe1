/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_API_ROWS_H
#define COCFS_SERVICE_API_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"

/* What answers are put together with. All return false, or NULL, when memory runs out; they accept
 * NULL in the place of an object or array that memory had already run out for. */

/* Appends an empty object to an array. */
cJSON *rows_append(cJSON *array);

/* Adds a text, or null for NULL. */
bool rows_text(cJSON *object, const char *name, const char *text);

/* Adds a number; its size is at most 2^53, as of everything that is counted here. */
bool rows_number(cJSON *object, const char *name, int64_t number);

/* Adds a number as a string of digits, where the API declares a string. */
bool rows_digits(cJSON *object, const char *name, int64_t number);

/* Adds a time in ms since the epoch, or null for 0. */
bool rows_time(cJSON *object, const char *name, int64_t time_ms);

/* Adds the number of a version as text: "v7". */
bool rows_version(cJSON *object, const char *name, int64_t number);

/* Appends {"key", "value"} to an array. */
bool rows_pair(cJSON *pairs, const char *key, const char *value);

/* Adds what a JSON text of the service's own making says. */
bool rows_json(cJSON *object, const char *name, const char *text);

#endif
