/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_API_ROWS_H
#define COCFS_SERVICE_API_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"

/* Functions that build the JSON of an answer. All return false, or NULL, without memory. All accept
 * NULL as the object or array: it stands for an earlier failure. */

/* Appends an empty object, a row, to an array. Returns the row, which the array owns. */
cJSON *rows_append(cJSON *array);

/* Adds a copy of a text to an object, as the member name; null if text is NULL. */
bool rows_text(cJSON *object, const char *name, const char *text);

/* Adds a number, which is at most 2^53. No count of this service is larger. */
bool rows_number(cJSON *object, const char *name, int64_t number);

/* Adds a number as a string of digits, for a field that the API declares as a string. */
bool rows_digits(cJSON *object, const char *name, int64_t number);

/* Adds a time to an object, as the number of milliseconds since the epoch; null if time_ms is 0. */
bool rows_time(cJSON *object, const char *name, int64_t time_ms);

/* Adds a version as a text: "v7" for 7. */
bool rows_version(cJSON *object, const char *name, int64_t number);

/* Appends the object {"key": key, "value": value} to an array. */
bool rows_pair(cJSON *pairs, const char *key, const char *value);

/* Parses a JSON text that the service itself has made, and adds the value. */
bool rows_json(cJSON *object, const char *name, const char *text);

#endif
