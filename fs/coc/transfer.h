/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_TRANSFER_H
#define COCFS_COC_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/utf8.h"
#include "bounds/api.h"
#include "coc/bounds.h"
#include "coc/http.h"
#include "coc/multi.h"

/* One exchange on a curl easy handle: its options, and what curl's callbacks have seen. */
struct transfer {
	bool once;
	struct multi *multi;
	size_t request_size; /* bytes of the request's body */
	bool is_tls;
	CURL *easy;		 /* the easy handle, while attached */
	curl_socket_t opened_fd; /* the last socket that curl has opened for the exchange */
	bool begun;		 /* the exchange was attached to the multi handle */
	unsigned attempts;	 /* how often curl began to send the request */
	int shortage;		 /* EMFILE or ENFILE: no descriptor at the last attempt; else 0 */
	bool untaken;		 /* set by transfer_end(): the kernel took no byte of any attempt */
	bool repeated;		 /* on_attempt() has stopped curl from sending the request twice */
	/* the request was stopped before it was sent: a kept connection had bytes to read */
	bool stale;
	/* the request was stopped before it was sent: a new connection had bytes to read */
	bool untimely;
	bool early; /* the answer began before the kernel had taken the whole request */
	bool too_large, no_memory;
	/* set when the exchange has ended: a header of the answer was longer than curl can keep.
	 * The service or a proxy has sent the header */
	bool long_header;
	unsigned long failures; /* curl_memory_failures() when the exchange began */
	/* what has come of the answer: bytes of its body, bytes and lines of its headers */
	size_t body_received, header_bytes, header_lines;
	size_t kept_max;	 /* bytes of the answer's body to keep */
	bool cut;		 /* the answer's body is longer than kept_max */
	bool secret;		 /* body has to be wiped */
	const char *wanted;	 /* the name of a header to keep, or NULL */
	struct buf body, header; /* header: the value of `wanted` */
	char request_id[COC_REQUEST_ID_MAX * UTF8_CHAR_MAX + 1];
	char retry_after[HTTP_RETRY_AFTER_MAX];
	CURLU *url; /* the request's URL, parsed */
	/* "Expect:" and the request's headers: a list of curl whose texts are borrowed */
	struct curl_slist headers[1 + HTTP_HEADERS_SENT_MAX];
	char message[CURL_ERROR_SIZE]; /* curl's own words for its result */
	/* OpenSSL's result for the certificate; set by transfer_end() */
	long verify_result;
	/* the proxy's status for CONNECT, or 0; set by transfer_end() */
	long connect_status;
	char names[HTTP_NAMES_MAX]; /* the names in the certificate, if they were asked for */
};

/* Prepares a request, which multi will run. Its headers and body are borrowed. Returns 0, -EINVAL
 * if there are too many headers or the URL is none, or -ENOMEM. Give it back with
 * transfer_finish(). */
int transfer_init(struct transfer *transfer, const struct http_spec *spec, struct multi *multi);

/* Frees what the transfer owns. Its easy handle must be detached. */
void transfer_finish(struct transfer *transfer);

/* Sets on a new easy handle the options that all exchanges share. multi must outlive the handle.
 * Returns 0, -ENOMEM, or -EIO if libcurl lacks an option that is needed. */
int transfer_prepare(CURL *easy, const struct http_options *options, struct multi *multi);

/* Sets on a prepared handle the options of this exchange. spec's texts and the transfer must
 * outlive the exchange. want_names: keep the names of the service's certificate. Returns 0,
 * -ENOMEM, or -EIO if libcurl lacks an option that is needed. */
int transfer_attach(struct transfer *transfer, CURL *easy, const struct http_spec *spec,
		    bool want_names);

/* Takes an exchange that has ended off its easy handle. Returns whether the handle may be used for
 * another exchange, as one that was just prepared. */
bool transfer_detach(const struct transfer *transfer, CURL *easy);

/* Did the exchange fail with this code because a header is longer than curl can keep? */
bool transfer_has_long_header(const struct transfer *transfer, CURLcode code);

/* Call this at the end of an exchange, before its easy handle is detached: records what the handle
 * knows. */
void transfer_end(struct transfer *transfer);

/* May a byte of the request have left? Call this after transfer_end(). */
bool transfer_sent(const struct transfer *transfer);

/* Returns EMFILE or ENFILE if the exchange failed with this code because there was no descriptor,
 * before a byte left; else 0. Such a request may be tried again when a descriptor is free. */
int transfer_shortage(const struct transfer *transfer, CURLcode code);

#endif
