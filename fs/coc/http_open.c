/* SPDX-License-Identifier: MIT */
/* How an http begins and ends. */
#define _GNU_SOURCE
#include "coc/http_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "coc/curl_memory.h"

static int check_options(const struct http_options *options, struct err *err)
{
	struct sockaddr_un address;
	struct stat st;

	if (options->unix_socket && strlen(options->unix_socket) >= sizeof(address.sun_path))
		return err_set(err, EINVAL, "the path of the socket %s is too long",
			       options->unix_socket);
	if (!options->cacert)
		return 0;
	if (access(options->cacert, R_OK) < 0 || stat(options->cacert, &st) < 0)
		err_set(err, EINVAL, "cannot read the CA file %s: %s", options->cacert,
			strerror(errno));
	else if (S_ISDIR(st.st_mode))
		err_set(err, EINVAL, "the CA file %s is a directory", options->cacert);
	else
		return 0;
	err_detail(err, "what_to_do", "give a file of certificates (PEM) that this user may read");
	return -EINVAL;
}

static int copy_options(const struct http_options *options, struct http *http)
{
	http->options = (struct http_options){.proxy = options->proxy,
					      .running_max = options->running_max,
					      .connections_max = options->connections_max};
	if (options->unix_socket) {
		http->options.unix_socket = strdup(options->unix_socket);
		if (!http->options.unix_socket)
			return -ENOMEM;
	}
	if (options->cacert) {
		http->options.cacert = strdup(options->cacert);
		if (!http->options.cacert)
			return -ENOMEM;
	}
	return 0;
}

void http_free(struct http *http)
{
	free((char *)http->options.unix_socket);
	free((char *)http->options.cacert);
	free(http);
	curl_global_cleanup();
}

int http_create(struct loop *loop, const struct http_options *options, struct http **ret_http,
		struct err *err)
{
	struct http *http;
	int r;

	r = check_options(options, err);
	if (r < 0)
		return r;
	http = calloc(1, sizeof(*http));
	/* curl does not check whether OpenSSL could be initialised; without its context any digest
	 * crashes */
	if (!http || !OSSL_LIB_CTX_get0_global_default() || curl_memory_init() < 0) {
		free(http);
		return err_set(err, ENOMEM, "out of memory");
	}
	http->loop = loop;
	http->want_names = true;
	for (int i = 0; i < PLACES; i++)
		TAILQ_INIT(&http->lists[i]);
	r = copy_options(options, http);
	if (r == 0)
		r = multi_init(&http->multi, loop, options->connections_max,
			       &(struct multi_calls){http_acted, http_flooded}, http);
	if (r < 0) {
		http_free(http);
		return err_set(err, -r, "out of memory");
	}
	*ret_http = http;
	return 0;
}

void http_destroy(struct http *http)
{
	struct http_request *request;

	if (!http)
		return;
	/* first the waiting requests: otherwise a cancelled request would let them begin */
	for (int i = 0; i < PLACES; i++)
		while ((request = TAILQ_FIRST(&http->lists[i])))
			http_cancel(request);
	while (http->n_spare)
		curl_easy_cleanup(http->spare[--http->n_spare]);
	multi_finish(&http->multi);
	loop_timer_cancel(&http->delivery);
	loop_timer_cancel(&http->again);
	loop_timer_cancel(&http->next);
	http->dead = true;
	if (!http->delivering)
		http_free(http);
}
