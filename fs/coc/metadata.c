/* SPDX-License-Identifier: MIT */
/*
 * The conversation with the metadata service. Two requests, as the SDKs send them:
 *
 *   PUT /meta-data/latest/api/token      asks for a token of this conversation
 *
 *   GET /openstack/latest/securitykey    asks for the keys, with the token
 *
 * If the service answers the PUT with 404, 405 or 503, it knows no tokens: then none is sent.
 *
 * A token lives for hours, so it is kept for the next fetch. If the service does not accept the
 * token any more (401), another one is asked for, once. A 401 can also mean that no agency is bound
 * to the server; the text of the answer tells the two apart.
 */
#define _GNU_SOURCE
#include "coc/metadata.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/secret.h"
#include "coc/bounds.h"
#include "coc/http.h"
#include "coc/keys_answer.h"
#include "coc/value.h"

#define TOKEN_PATH "/meta-data/latest/api/token"
#define KEYS_PATH "/openstack/latest/securitykey"
#define NO_AGENCY "Please configure Cloud Service Agency first"

struct metadata {
	struct http *http;
	char *token_url, *keys_url;
	struct secret *token; /* NULL: there is none */
	struct buf header;    /* header of the last request, with the token */
	struct http_request *running;
	bool token_is_new; /* the token was asked for in this fetch */
	keys_fn *done;
	void *data;
};

/* Ends the fetch: calls its callback with keys, or with err. The callback may destroy metadata. */
static void end_fetch(struct metadata *metadata, struct coc_creds *creds, const struct err *err)
{
	metadata->done(metadata->data, creds, err);
}

static void end_with_error(struct metadata *metadata, struct err *err)
{
	if (!strstr(err->details, "what_to_do: "))
		err_detail(err, "what_to_do",
			   "see whether `curl " METADATA_ENDPOINT KEYS_PATH
			   "` gives keys on this server; cocfs tries again");
	end_fetch(metadata, NULL, err);
}

static void end_unreached(struct metadata *metadata, const struct err *why)
{
	struct err err = *why;

	err_drop(&err, "what_to_do");
	err_context(&err, METADATA_SOURCE);
	end_with_error(metadata, &err);
}

static void end_refused(struct metadata *metadata, unsigned status)
{
	struct err err = {0};

	err_set(&err, EIO, "%s answers with %u", METADATA_SOURCE, status);
	end_with_error(metadata, &err);
}

static void end_without_agency(struct metadata *metadata)
{
	struct err err = {0};

	err_set(&err, EACCES, "no agency is bound to this server, so it has no keys");
	err_detail(&err, "what_to_do",
		   "bind an agency that may use COC to the server (ECS console, \"Agency\"), or "
		   "write a credentials file");
	end_fetch(metadata, NULL, &err);
}

static void end_without_memory(struct metadata *metadata)
{
	struct err err = {0};

	err_set(&err, ENOMEM, "out of memory");
	end_fetch(metadata, NULL, &err);
}

static int ask_for_keys(struct metadata *metadata);
static int ask_for_token(struct metadata *metadata);

static bool has_text(const struct http_answer *answer, const char *text)
{
	return answer->body_size && memmem(answer->body, answer->body_size, text, strlen(text));
}

static void on_keys(void *data, const struct http_answer *answer)
{
	struct metadata *metadata = data;
	struct coc_creds *creds = NULL;
	struct err err = {0};

	metadata->running = NULL;
	if (answer->err) {
		end_unreached(metadata, answer->err);
	} else if (answer->status == 401 && has_text(answer, NO_AGENCY)) {
		end_without_agency(metadata);
	} else if (answer->status == 401 && !metadata->token_is_new) {
		if (ask_for_token(metadata) < 0)
			end_without_memory(metadata);
	} else if (answer->status != 200) {
		end_refused(metadata, answer->status);
	} else if (answer->cut ||
		   keys_answer_of_metadata(answer->body, answer->body_size, &creds, &err) < 0) {
		if (answer->cut)
			err_set(&err, EIO, "the answer of %s is longer than %u bytes",
				METADATA_SOURCE, KEYS_ANSWER_MAX);
		end_with_error(metadata, &err);
	} else {
		end_fetch(metadata, creds, NULL);
	}
}

/* Keeps the token of the metadata service. Keeps none if no header can carry the text, or if it is
 * too long. Returns 0 or -ENOMEM. */
static int keep_token(struct metadata *metadata, const struct http_answer *answer)
{
	const char *text = answer->body;
	size_t size = value_trim(text, answer->body_size);
	int r = 0;

	if (size && value_is_plain_text(text, size))
		r = secret_open(text, size, METADATA_SOURCE, &metadata->token);
	return r == -ENOMEM ? r : 0;
}

static void on_token(void *data, const struct http_answer *answer)
{
	struct metadata *metadata = data;
	int r = 0;

	metadata->running = NULL;
	if (answer->err) {
		end_unreached(metadata, answer->err);
		return;
	}
	if (answer->status == 401 && has_text(answer, NO_AGENCY)) {
		end_without_agency(metadata);
		return;
	}
	if (answer->status == 200 && !answer->cut)
		r = keep_token(metadata, answer);
	else if (answer->status != 404 && answer->status != 405 && answer->status != 503) {
		end_refused(metadata, answer->status);
		return;
	}
	if (r == 0)
		r = ask_for_keys(metadata);
	if (r < 0)
		end_without_memory(metadata);
}

static int ask_for_token(struct metadata *metadata)
{
	/* "Content-Type:" removes the type that curl would send although there is no body */
	char *headers[] = {(char *)"X-Metadata-Token-Ttl-Seconds: " METADATA_TOKEN_TTL,
			   (char *)"Content-Type:"};
	const struct http_spec spec = {.method = "PUT",
				       .url = metadata->token_url,
				       .headers = headers,
				       .n_headers = 2,
				       .body = "",
				       .answer_max = SECRET_MAX,
				       .secret = true};

	secret_close(metadata->token);
	metadata->token = NULL;
	metadata->token_is_new = true;
	return http_start(metadata->http, &spec, METADATA_TIMEOUT_MS, on_token, metadata,
			  &metadata->running);
}

static int ask_for_keys(struct metadata *metadata)
{
	struct buf *header = &metadata->header;
	struct http_spec spec = {.method = "GET",
				 .url = metadata->keys_url,
				 .headers = &header->data,
				 .answer_max = KEYS_ANSWER_MAX,
				 .secret = true};

	secret_buf_finish(header);
	if (metadata->token) {
		buf_reserve(header, sizeof("X-Metadata-Token: ") + SECRET_MAX);
		if (buf_printf(header, "X-Metadata-Token: %s",
			       secret_bytes(metadata->token, NULL)) < 0)
			return header->error;
		spec.n_headers = 1;
	}
	return http_start(metadata->http, &spec, METADATA_TIMEOUT_MS, on_keys, metadata,
			  &metadata->running);
}

int metadata_fetch(struct metadata *metadata, keys_fn *done, void *data)
{
	metadata->done = done;
	metadata->data = data;
	metadata->token_is_new = false;
	return metadata->token ? ask_for_keys(metadata) : ask_for_token(metadata);
}

int metadata_create(struct loop *loop, const char *endpoint, struct metadata **ret_metadata,
		    struct err *err)
{
	const struct http_options options = {.connections_max = 1, .running_max = 1};
	struct metadata *metadata = calloc(1, sizeof(*metadata));
	int r;

	if (!metadata)
		return err_set(err, ENOMEM, "out of memory");
	if (asprintf(&metadata->token_url, "%s" TOKEN_PATH, endpoint) < 0)
		metadata->token_url = NULL;
	if (asprintf(&metadata->keys_url, "%s" KEYS_PATH, endpoint) < 0)
		metadata->keys_url = NULL;
	r = metadata->token_url && metadata->keys_url
		    ? http_create(loop, &options, &metadata->http, err)
		    : err_set(err, ENOMEM, "out of memory");
	if (r < 0) {
		metadata_destroy(metadata);
		return r;
	}
	*ret_metadata = metadata;
	return 0;
}

void metadata_destroy(struct metadata *metadata)
{
	if (!metadata)
		return;
	http_destroy(metadata->http);
	secret_buf_finish(&metadata->header);
	secret_close(metadata->token);
	free(metadata->token_url);
	free(metadata->keys_url);
	free(metadata);
}
