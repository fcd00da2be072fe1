/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_API_FIELDS_H
#define COCFS_SERVICE_API_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "service/http/reply.h"
#include "service/http/request.h"

/*
 * Reads the fields of a request, and checks them. Each function returns true; or false, and then
 * reply has an answer that names the field and says what is wrong. If there was no memory, the
 * function returns false too, and reply has no body.
 */

/* Reads the body as a JSON object, which the caller deletes. Unknown members are ignored. Returns
 * true, or false with an answer in reply. */
bool fields_body(const struct request *request, cJSON **ret_body, struct reply *reply);

/* Reads the body of an operation that needs no body, as fields_body() does. An empty body gives an
 * empty object. Returns true, or false with an answer in reply. */
bool fields_body_if_any(const struct request *request, cJSON **ret_body, struct reply *reply);

struct field {
	const char *name;
	bool required;
	bool in_bytes;	 /* min and max count bytes of UTF-8, not characters */
	size_t min, max; /* the least and the greatest length of a value */
};

/* Reads a text of the body. *ret_text lives as long as body. *ret_text is NULL if the field is
 * absent or null. Returns true, or false with an answer in reply. */
bool fields_text(const cJSON *body, const struct field *field, const char **ret_text,
		 struct reply *reply);

/* Reads one of the words LOW, MEDIUM and HIGH. If the field is not required, *ret_level is NULL for
 * an absent, null or empty field. Returns true, or false with an answer in reply. */
bool fields_risk_level(const cJSON *body, bool required, const char **ret_level,
		       struct reply *reply);

/* Reads the tags. *ret_tags is the text of a JSON array of {"key": …, "value": …}, which the caller
 * frees. Returns true, or false with an answer in reply. */
bool fields_tags(const cJSON *body, char **ret_tags, struct reply *reply);

/* A field that is an array of {"key", "value"}. Both are texts; an absent key or value is "". An
 * absent or null array is empty. key_max and value_max: the most characters. */
struct pairs_field {
	const char *name;
	size_t max; /* the most pairs */
	size_t key_max, value_max;
};

/* Reads an array of {"key", "value"} of the body. *ret_pairs is a copy, which the caller deletes.
 * Returns true, or false with an answer in reply. */
bool fields_pairs(const cJSON *body, const struct pairs_field *field, cJSON **ret_pairs,
		  struct reply *reply);

/* Reads the targets of an execution, [{"key", "values"}, …]. The caller deletes *ret_targets.
 * Returns true, or false with an answer in reply. */
bool fields_targets(const cJSON *body, cJSON **ret_targets, struct reply *reply);

/* Reads a text of the query with at most max characters. *ret_text is NULL if the text is absent or
 * empty. Returns true, or false with an answer in reply. */
bool fields_query_text(const struct request *request, const char *name, size_t max,
		       const char **ret_text, struct reply *reply);

/* Reads a number in the query, from min to max. *ret_number is fallback for an absent or empty
 * number. Returns true, or false with an answer in reply. */
bool fields_query_number(const struct request *request, const char *name, int64_t min, int64_t max,
			 int64_t fallback, int64_t *ret_number, struct reply *reply);

/* Reads the limit and the offset of a list in the query. If they are absent, they are
 * SERVICE_LIST_DEFAULT and 0. Returns true, or false with an answer in reply. */
bool fields_query_page(const struct request *request, int64_t *ret_limit, int64_t *ret_offset,
		       struct reply *reply);

/* Reads true or false in the query. An absent or empty flag is false. Returns true, or false with
 * an answer in reply. */
bool fields_query_flag(const struct request *request, const char *name, bool *ret_flag,
		       struct reply *reply);

/* Reads "key=value,key=value" in the query. *ret_pairs is a JSON text that the caller frees; NULL
 * if the field is absent or empty. Returns true, or false with an answer in reply. */
bool fields_query_pairs(const struct request *request, const char *name, char **ret_pairs,
			struct reply *reply);

/* Reads document_type. *ret_public: true if the request asks for PUBLIC documents, which the
 * service itself publishes. type: NULL or empty if it was not given. Returns true, or false with an
 * answer in reply. */
bool fields_type(const char *type, bool *ret_public, struct reply *reply);

/* Reads the number of a version: 7 for "v7". *ret_version is 0 if text is NULL or empty. If text
 * has another form, returns false with an answer in reply, else true. */
bool fields_version(const char *text, int64_t *ret_version, struct reply *reply);

#endif
