/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "coc/origin.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coc/endpoint.h"
#include "coc/value.h"

#define IAM_ENDPOINT "https://iam.myhuaweicloud.com"

/* Checks the URL of IAM. Adds https:// if there is no scheme, as the SDKs do. Returns 0, or -errno
 * with err filled. */
static int check_endpoint(const char *text, char **ret_url, struct err *err)
{
	_cleanup_free_ char *url = NULL;
	int r;

	if (asprintf(&url, "%s%s", strstr(text, "://") ? "" : "https://", text) < 0) {
		url = NULL;
		return err_set(err, ENOMEM, "out of memory");
	}
	r = coc_endpoint_check(url, false, ret_url, err);
	if (r < 0)
		err_context(err, "the endpoint of IAM");
	return r;
}

static int check_id_token(const struct coc_offer *offer, const char *source, struct err *err)
{
	if (!value_is_given(offer->idp_id) || !value_is_given(offer->id_token_file))
		return err_set(err, EINVAL,
			       "half an identity provider in %s: idp_id and id_token_file are both "
			       "needed",
			       source);
	/* the daemon does not run in the directory in which cocfs was started */
	if (offer->id_token_file[0] != '/')
		return err_set(err, EINVAL, "id_token_file in %s must be a path that begins with /",
			       source);
	if (!value_is_given(offer->domain_id) && !value_is_given(offer->project_id))
		return err_set(err, EINVAL,
			       "the identity provider in %s needs domain_id: the ID of your "
			       "account; or project_id",
			       source);
	if (!value_is_plain(offer->idp_id) || !value_is_plain(offer->domain_id))
		return err_set(err, EINVAL,
			       "idp_id or domain_id in %s holds a space or a character that no ID "
			       "has: copy it again",
			       source);
	return 0;
}

static char *copy_given(const char *value, bool *no_memory)
{
	char *copy = value_is_given(value) ? strdup(value) : NULL;

	*no_memory |= value_is_given(value) && !copy;
	return copy;
}

int coc_origin_of_id_token(const struct coc_offer *offer, const char *iam_endpoint,
			   const char *source, struct coc_origin *ret_origin, struct err *err)
{
	struct coc_origin origin = {.kind = ORIGIN_ID_TOKEN};
	const char *endpoint = value_is_given(offer->iam_endpoint) ? offer->iam_endpoint
			       : value_is_given(iam_endpoint)	   ? iam_endpoint
								   : IAM_ENDPOINT;
	bool no_memory = false;
	int r = check_id_token(offer, source, err);

	if (r == 0)
		r = check_endpoint(endpoint, &origin.iam_endpoint, err);
	if (r < 0)
		return r;
	origin.source = copy_given(source, &no_memory);
	origin.idp_id = copy_given(offer->idp_id, &no_memory);
	origin.id_token_file = copy_given(offer->id_token_file, &no_memory);
	origin.domain_id = copy_given(offer->domain_id, &no_memory);
	origin.project_id = copy_given(offer->project_id, &no_memory);
	if (no_memory) {
		coc_origin_finish(&origin);
		return err_set(err, ENOMEM, "out of memory");
	}
	*ret_origin = origin;
	return 0;
}

void coc_origin_finish(struct coc_origin *origin)
{
	coc_creds_free(origin->creds);
	free(origin->source);
	free(origin->idp_id);
	free(origin->id_token_file);
	free(origin->domain_id);
	free(origin->project_id);
	free(origin->iam_endpoint);
	*origin = (struct coc_origin){0};
}
