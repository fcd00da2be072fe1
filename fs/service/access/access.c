/* SPDX-License-Identifier: MIT */
#include "service/access/access.h"

#include <errno.h>
#include <string.h>

int access_init(const struct access_options *options, struct auth *ret_auth, struct err *err)
{
	struct auth auth = {.lock_ms = options->lock_ms};
	int r;

	r = keys_read(options->credentials, options->rate, &auth.keys, err);
	if (r == 0 && options->tokens)
		r = tokens_read(options->tokens, options->rate, &auth.tokens, err);
	if (r < 0) {
		access_finish(&auth);
		return r;
	}
	*ret_auth = auth;
	return 0;
}

void access_finish(struct auth *auth)
{
	keys_free(auth->keys);
	tokens_free(auth->tokens);
	*auth = (struct auth){0};
}

const struct user *access_pass(const struct auth *auth, const struct request *request,
			       struct reply *reply)
{
	struct user *user = NULL;
	struct err err = {0};
	int r;

	r = auth_check(request, auth, &user, &err);
	if (r == -EACCES)
		reply_gateway(reply, 401, APIGW_AUTH, request->id,
			      "Incorrect IAM authentication information: %s", err.text);
	else if (r < 0)
		reply_gateway(reply, 500, APIGW_INTERNAL, request->id, "Internal error: %s",
			      err.text);
	else if (!throttle_pass(&user->throttle, request->clock_ms))
		reply_gateway(reply, 429, APIGW_THROTTLED, request->id,
			      "The throttling threshold has been reached: policy user over "
			      "ratelimit,limit:%u,time:1 second",
			      user->throttle.rate);
	/* in this API each method but GET changes something */
	else if (user->read_only && strcmp(request->method, "GET"))
		reply_gateway(reply, 403, APIGW_FORBIDDEN, request->id,
			      "The IAM user is not authorized to access the API: its access is "
			      "read-only");
	else
		return user;
	return NULL;
}
