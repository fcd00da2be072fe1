/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "coc/request.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/utf8.h"
#include "bounds/api.h"
#include "coc/body.h"
#include "coc/id.h"
#include "sign/sign.h"

#define DOCUMENTS "/v1/documents"
#define PARAMS_MAX 3

/* The digits of a number that is a macro, as a string. */
#define TEXT_OF(number) TEXT_OF_LITERAL(number)
#define TEXT_OF_LITERAL(number) #number

static const char *const methods[] = {
	[COC_OP_CREATE] = "POST", [COC_OP_LIST] = "GET",      [COC_OP_SHOW] = "GET",
	[COC_OP_UPDATE] = "PUT",  [COC_OP_DELETE] = "DELETE",
};

static int refuse_without_memory(struct err *err)
{
	return err_set(err, ENOMEM, "out of memory");
}

/* Fills err: this text cannot be a job ID. It comes from the ledger of an older cocfs, which did
 * not check the IDs of a service. Returns -EINVAL. */
static int refuse_id(const char *id, struct err *err)
{
	err_set(err, EINVAL, "\"%s\" cannot be a job ID", id);
	err_detail(err, "what_to_do",
		   "to make a new job, forget this ID with `setfattr -x coc.job_id FILE` and write "
		   "FILE again");
	return -EINVAL;
}

static int build_path(const struct request_spec *spec, char **ret_path, struct err *err)
{
	const char *id = spec->document_id;
	char *path;

	if (spec->operation == COC_OP_CREATE || spec->operation == COC_OP_LIST) {
		path = strdup(DOCUMENTS);
	} else {
		/* an ID that changes the path must not become another call of the API */
		if (!id || !id_is_document(id))
			return refuse_id(id ? id : "", err);
		if (asprintf(&path, DOCUMENTS "/%s", id) < 0)
			path = NULL;
	}
	if (!path)
		return refuse_without_memory(err);
	*ret_path = path;
	return 0;
}

/* Makes the query of a list or of a version. offset_text is the room for the offset's digits.
 * Returns 0, or -errno with err filled. */
static int build_params(const struct request_spec *spec, char offset_text[24],
			struct sign_param params[PARAMS_MAX], size_t *ret_n, struct err *err)
{
	size_t n = 0;

	if (spec->operation == COC_OP_SHOW && spec->version)
		params[n++] = (struct sign_param){"version", spec->version};
	if (spec->operation != COC_OP_LIST) {
		*ret_n = n;
		return 0;
	}
	if (spec->name_like &&
	    utf8_valid_prefix(spec->name_like, strlen(spec->name_like)) != strlen(spec->name_like))
		return err_set(err, EINVAL, "the name to look for is not UTF-8");
	snprintf(offset_text, 24, "%" PRId64, spec->offset);
	params[n++] = (struct sign_param){"limit", TEXT_OF(COC_LIST_PAGE)};
	params[n++] = (struct sign_param){"offset", offset_text};
	if (spec->name_like)
		params[n++] = (struct sign_param){"name_like", spec->name_like};
	*ret_n = n;
	return 0;
}

/* Makes the URL: encoded as it is signed, with the parameters in the order of params. */
static int build_url(const char *endpoint, const struct sign_request *signing, char **ret_url)
{
	_cleanup_buf_ struct buf url = {0};

	buf_puts(&url, endpoint);
	sign_encode(&url, signing->path, 1);
	for (size_t i = 0; i < signing->n_params; i++) {
		buf_puts(&url, i ? "&" : "?");
		sign_encode(&url, signing->params[i].key, 0);
		buf_puts(&url, "=");
		sign_encode(&url, signing->params[i].value, 0);
	}
	if (url.error)
		return url.error;
	*ret_url = buf_steal(&url);
	return 0;
}

/* Makes the value of the Host header as curl would send it: without the port if that is the default
 * of the scheme. Returns 0 and a text that the caller frees, or -ENOMEM. */
static int build_host(const char *endpoint, char **ret_host)
{
	bool https = !strncmp(endpoint, "https://", 8);
	const char *port = https ? ":443" : ":80";
	char *host = strdup(endpoint + (https ? 8 : 7));
	size_t length;

	if (!host)
		return -ENOMEM;
	length = strlen(host);
	if (length > strlen(port) && !strcmp(host + length - strlen(port), port))
		host[length - strlen(port)] = '\0';
	*ret_host = host;
	return 0;
}

static int add_request_header(struct coc_request *request, const char *name, const char *value)
{
	char *line;

	if (asprintf(&line, "%s: %s", name, value) < 0)
		return -ENOMEM;
	request->headers[request->n_headers++] = line;
	return 0;
}

/* Signs the request, and adds the Authorization header. Returns 0 or -errno. */
static int add_signature(const struct request_spec *spec, struct sign_request *signing,
			 struct coc_request *request)
{
	const struct coc_creds *creds = spec->creds;
	_cleanup_buf_ struct buf names = {0}, value = {0};
	char signature[SIGN_HEX_SIZE];
	size_t sk_size;
	const char *sk = secret_bytes(creds->sk, &sk_size);
	int r;

	r = sign_request(signing, sk, sk_size, signature);
	if (r == 0)
		r = sign_signed_headers(signing, &names);
	if (r == 0)
		r = buf_printf(&value, "%s Access=%s, SignedHeaders=%s, Signature=%s",
			       SIGN_ALGORITHM, creds->ak, names.data, signature);
	return r < 0 ? r : add_request_header(request, "Authorization", value.data);
}

/* Adds the headers that say who calls. That is a token, or a signature over host, date and the
 * other values of the credentials. */
static int add_identity(const struct request_spec *spec, const char *host,
			struct sign_request *signing, struct coc_request *request)
{
	const struct coc_creds *creds = spec->creds;
	char date[SIGN_DATE_SIZE];
	struct sign_header headers[4];
	size_t n = 0;
	int r = 0;

	headers[n++] = (struct sign_header){"Host", host};
	if (creds->domain_id)
		headers[n++] = (struct sign_header){"X-Domain-Id", creds->domain_id};
	if (!creds->token) {
		sign_date(spec->now_s, date);
		headers[n++] = (struct sign_header){"X-Sdk-Date", date};
		if (creds->security_token)
			headers[n++] = (struct sign_header){
				"X-Security-Token", secret_bytes(creds->security_token, NULL)};
	}
	for (size_t i = 0; r == 0 && i < n; i++)
		r = add_request_header(request, headers[i].name, headers[i].value);
	if (r < 0)
		return r;
	if (creds->token)
		return add_request_header(request, "X-Auth-Token",
					  secret_bytes(creds->token, NULL));
	signing->headers = headers;
	signing->n_headers = n;
	r = add_signature(spec, signing, request);
	signing->headers = NULL;
	return r;
}

static int add_headers(const struct request_spec *spec, struct sign_request *signing,
		       struct coc_request *request)
{
	_cleanup_free_ char *host = NULL;
	int r;

	r = build_host(spec->endpoint, &host);
	if (r == 0)
		r = add_request_header(request, "Accept", "application/json");
	/* an answer from a cache would say nothing about now */
	if (r == 0 && !strcmp(request->method, "GET"))
		r = add_request_header(request, "Cache-Control", "no-cache");
	if (r == 0 && request->body)
		r = add_request_header(request, "Content-Type", "application/json;charset=UTF-8");
	return r < 0 ? r : add_identity(spec, host, signing, request);
}

int request_build(const struct request_spec *spec, struct coc_request *ret_request, struct err *err)
{
	struct coc_request request = {.method = methods[spec->operation]};
	struct sign_param params[PARAMS_MAX];
	struct sign_request signing = {.method = request.method, .params = params};
	_cleanup_free_ char *path = NULL;
	char offset_text[24];
	int r;

	r = build_path(spec, &path, err);
	if (r == 0)
		r = build_params(spec, offset_text, params, &signing.n_params, err);
	if (r == 0 && spec->document)
		r = body_build(spec->document, spec->operation == COC_OP_CREATE, &request.body,
			       err);
	if (r < 0)
		return r;
	request.body_size = request.body ? strlen(request.body) : 0;
	signing.path = path;
	signing.body = request.body;
	signing.body_size = request.body_size;
	r = build_url(spec->endpoint, &signing, &request.url);
	if (r == 0)
		r = add_headers(spec, &signing, &request);
	if (r < 0) {
		request_finish(&request);
		return r == -ENOMEM ? refuse_without_memory(err)
				    : err_set(err, -r,
					      "the request cannot be signed: the crypto library "
					      "failed, as without memory");
	}
	*ret_request = request;
	return 0;
}

void request_hide_secrets(const struct coc_request *request, char *const *texts, size_t n)
{
	static const char *const before_secrets[] = {
		"X-Auth-Token: ", "X-Security-Token: ", "Signature="};

	for (size_t i = 0; i < request->n_headers; i++)
		for (size_t k = 0; k < sizeof(before_secrets) / sizeof(before_secrets[0]); k++) {
			const char *found = strstr(request->headers[i], before_secrets[k]);

			for (size_t t = 0; found && t < n; t++)
				secret_hide(found + strlen(before_secrets[k]), texts[t]);
		}
}

void request_finish(struct coc_request *request)
{
	for (size_t i = 0; i < request->n_headers; i++) {
		secret_wipe(request->headers[i], strlen(request->headers[i]));
		free(request->headers[i]);
	}
	free(request->url);
	free(request->body);
	*request = (struct coc_request){0};
}
