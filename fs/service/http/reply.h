/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_HTTP_REPLY_H
#define COCFS_SERVICE_HTTP_REPLY_H

#include <stddef.h>

#include "base/err.h"
#include "base/json.h"

/* Error codes of the API gateway. Its errors have the request ID in the body. */
#define APIGW_NO_API "APIGW.0101"
#define APIGW_BAD_REQUEST "APIGW.0201" /* also for status 413: a body over 12 MB */
#define APIGW_AUTH "APIGW.0301"
#define APIGW_FORBIDDEN "APIGW.0302"
#define APIGW_THROTTLED "APIGW.0308"
#define APIGW_INTERNAL "APIGW.0601"

/* Error codes of COC. The last three are invented, because COC's own codes for these errors are not
 * public. */
#define COC_INVALID "COC.00010002"
#define COC_NO_DOCUMENT "COC.00042101"
#define COC_TOO_MANY_VERSIONS "COC.00042199"
#define COC_NO_EXECUTION "COC.00042197"
#define COC_BAD_STATE "COC.00042198"

/* An answer. body is NULL if there was no memory: then the connection is closed. */
struct reply {
	unsigned status;
	char *body; /* allocated */
	size_t size;
};

/* Frees the body of an answer. A zeroed answer is accepted. */
void reply_finish(struct reply *reply);

/* Makes an answer with status 200 and value as the body. Always frees value. If value is NULL,
 * there was no memory for it: the answer gets no body. */
void reply_value(struct reply *reply, cJSON *value);

/* Makes an answer with status 200 and the body {"data": text}. Without memory the answer gets no
 * body. */
void reply_data(struct reply *reply, const char *text);

/* Makes an answer that is an error of the gateway: a body with error_code, error_msg and
 * request_id. Without memory the answer gets no body. */
void reply_gateway(struct reply *reply, unsigned status, const char *code, const char *request_id,
		   const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* Makes an answer that is an error of COC: status 400, and a body with error_code and error_msg.
 * Without memory the answer gets no body. */
void reply_refusal(struct reply *reply, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
