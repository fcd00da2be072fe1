/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_API_FIELDS_H
#define COCFS_SERVICE_API_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "service/http/reply.h"
#include "service/http/request.h"

/*
 * What a request says, checked field by field. Each function returns true, or false with an answer
 * made that names the field and what is wrong with it.
 */

/* The body as a JSON object; unknown members in it are nobody's business. */
bool fields_body(const struct request *request, cJSON **ret_body, struct reply *reply);

/* The same for an operation that needs none: an empty body is an empty object. */
bool fields_body_if_any(const struct request *request, cJSON **ret_body, struct reply *reply);

struct field {
	const char *name;
	bool required;
	bool in_bytes;	 /* min and max count bytes of UTF-8 instead of characters */
	size_t min, max; /* a value that is there has a length from min to max */
};

/* A text of the body; *ret_text lives as long as body, NULL when absent or null. */
bool fields_text(const cJSON *body, const struct field *field, const char **ret_text,
		 struct reply *reply);

/* One of the words LOW, MEDIUM and HIGH; if not required, NULL when absent, null or empty. */
bool fields_risk_level(const cJSON *body, bool required, const char **ret_level,
		       struct reply *reply);

/* The tags as the text of a JSON array of {"key": …, "value": …}, which the caller frees. */
bool fields_tags(const cJSON *body, char **ret_tags, struct reply *reply);

/* An array of {"key", "value"}, both texts, "" when absent; absent or null it is empty. */
struct pairs_field {
	const char *name;
	size_t max; /* of them */
	size_t key_max, value_max;
};

/* Such an array of the body; the caller owns it. */
bool fields_pairs(const cJSON *body, const struct pairs_field *field, cJSON **ret_pairs,
		  struct reply *reply);

/* The targets of an execution, [{"key", "values"}, …]; the caller owns them. */
bool fields_targets(const cJSON *body, cJSON **ret_targets, struct reply *reply);

/* A text of the query with at most max characters; NULL when absent or empty. */
bool fields_query_text(const struct request *request, const char *name, size_t max,
		       const char **ret_text, struct reply *reply);

/* A number of the query, min to max; absent or empty it is fallback. */
bool fields_query_number(const struct request *request, const char *name, int64_t min, int64_t max,
			 int64_t fallback, int64_t *ret_number, struct reply *reply);

/* The limit and the offset of a list. */
bool fields_query_page(const struct request *request, int64_t *ret_limit, int64_t *ret_offset,
		       struct reply *reply);

/* True or false in the query; false when absent or empty. */
bool fields_query_flag(const struct request *request, const char *name, bool *ret_flag,
		       struct reply *reply);

/* "key=value,key=value" in the query, as a JSON text that the caller frees; NULL when absent or
 * empty. */
bool fields_query_pairs(const struct request *request, const char *name, char **ret_pairs,
			struct reply *reply);

/* True in *ret_public if document_type asks for the documents that the service itself publishes;
 * type is NULL or empty when it was not given. */
bool fields_type(const char *type, bool *ret_public, struct reply *reply);

/* The number in version "vN"; 0 when NULL or empty. */
bool fields_version(const char *text, int64_t *ret_version, struct reply *reply);

#endif
