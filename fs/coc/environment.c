/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "coc/environment.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "HUAWEICLOUD_SDK_"

static const struct {
	const char *name;
	size_t offset;
} secrets[] =
	{
		{PREFIX "SK", offsetof(struct coc_environment, sk)},
		{PREFIX "SECURITY_TOKEN", offsetof(struct coc_environment, security_token)},
		{PREFIX "X_AUTH_TOKEN", offsetof(struct coc_environment, token)},
},
  texts[] = {
	  {PREFIX "AK", offsetof(struct coc_environment, ak)},
	  {PREFIX "DOMAIN_ID", offsetof(struct coc_environment, domain_id)},
	  {PREFIX "PROJECT_ID", offsetof(struct coc_environment, project_id)},
	  {PREFIX "IDP_ID", offsetof(struct coc_environment, idp_id)},
	  {PREFIX "ID_TOKEN_FILE", offsetof(struct coc_environment, id_token_file)},
	  {PREFIX "IAM_ENDPOINT", offsetof(struct coc_environment, iam_endpoint)},
};

/* Returns a variable that is set and not empty, else NULL. Also NULL if this program runs with more
 * rights than its caller: then the caller must not choose keys. */
static char *given_value(const char *name)
{
	char *value = secure_getenv(name);

	return value && *value ? value : NULL;
}

static int take_secret(const char *name, struct secret **ret_secret, struct err *err)
{
	char *value = given_value(name);
	int r;

	if (!value)
		return 0;
	r = secret_open(value, strlen(value), name, ret_secret);
	secret_wipe(value, strlen(value));
	unsetenv(name);
	if (r == -E2BIG)
		return err_set(err, EINVAL, "the value of %s is longer than %d bytes", name,
			       SECRET_MAX);
	return r < 0 ? err_set(err, -r, "out of memory") : 0;
}

int coc_environment_take(struct coc_environment *ret_environment, struct err *err)
{
	char *base = (char *)ret_environment;
	int r = 0;

	*ret_environment = (struct coc_environment){0};
	/* wipe every secret, even after an earlier one was refused */
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		int taken = take_secret(secrets[i].name,
					(struct secret **)(base + secrets[i].offset), err);

		r = r < 0 ? r : taken;
	}
	for (size_t i = 0; r == 0 && i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *value = given_value(texts[i].name);
		char *copy = value ? strdup(value) : NULL;

		if (value && !copy)
			r = err_set(err, ENOMEM, "out of memory");
		*(char **)(base + texts[i].offset) = copy;
	}
	return r;
}

static const char *secret_text(const struct secret *secret)
{
	return secret ? secret_bytes(secret, NULL) : NULL;
}

struct coc_offer coc_environment_offer(const struct coc_environment *environment)
{
	return (struct coc_offer){
		.ak = environment->ak,
		.sk = secret_text(environment->sk),
		.security_token = secret_text(environment->security_token),
		.token = secret_text(environment->token),
		.domain_id = environment->domain_id,
		.project_id = environment->project_id,
		.idp_id = environment->idp_id,
		.id_token_file = environment->id_token_file,
		.iam_endpoint = environment->iam_endpoint,
	};
}

void coc_environment_finish(struct coc_environment *environment)
{
	char *base = (char *)environment;

	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		secret_close(*(struct secret **)(base + secrets[i].offset));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		free(*(char **)(base + texts[i].offset));
	*environment = (struct coc_environment){0};
}
