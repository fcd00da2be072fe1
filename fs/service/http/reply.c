/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/http/reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void reply_finish(struct reply *reply)
{
	free(reply->body);
	*reply = (struct reply){0};
}

static void put_json(struct reply *reply, unsigned status, const cJSON *value)
{
	reply_finish(reply);
	reply->status = status;
	reply->body = value ? cJSON_PrintUnformatted(value) : NULL;
	reply->size = reply->body ? strlen(reply->body) : 0;
}

void reply_value(struct reply *reply, cJSON *value)
{
	put_json(reply, 200, value);
	cJSON_Delete(value);
}

void reply_data(struct reply *reply, const char *text)
{
	_cleanup_json_ cJSON *value = cJSON_CreateObject();

	if (!cJSON_AddStringToObject(value, "data", text))
		return reply_finish(reply);
	put_json(reply, 200, value);
}

/* Makes an answer that is an error. The API's schema allows 512 characters in error_msg. A longer
 * message would be cut here, but the messages of this service are much shorter. request_id NULL:
 * the body has no request_id. */
static void put_error(struct reply *reply, unsigned status, const char *code,
		      const char *request_id, const char *fmt, va_list args)
{
	_cleanup_json_ cJSON *value = cJSON_CreateObject();
	char text[512];

	vsnprintf(text, sizeof(text), fmt, args);
	if (!cJSON_AddStringToObject(value, "error_code", code) ||
	    !cJSON_AddStringToObject(value, "error_msg", text) ||
	    (request_id && !cJSON_AddStringToObject(value, "request_id", request_id)))
		return reply_finish(reply);
	put_json(reply, status, value);
}

void reply_gateway(struct reply *reply, unsigned status, const char *code, const char *request_id,
		   const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put_error(reply, status, code, request_id, fmt, args);
	va_end(args);
}

void reply_refusal(struct reply *reply, const char *code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put_error(reply, 400, code, NULL, fmt, args);
	va_end(args);
}
