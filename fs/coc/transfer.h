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

/* One exchange on a curl easy handle: its options, and what curl's callbacks learn. */
struct transfer {
	bool once;
	struct multi *multi;
	size_t request_size; /* of its body */
	bool is_tls;
	CURL *easy;		 /* while attached */
	curl_socket_t opened_fd; /* the last socket that was opened for it */
	bool begun;		 /* it was attached: it had its turn */
	unsigned attempts;	 /* how often curl began to send the request */
	int shortage;  /* errno: there was no descriptor for it when it was tried last, or 0 */
	bool untaken;  /* once ended: no byte of any attempt was taken by the kernel */
	bool repeated; /* curl wanted to send it again and was stopped */
	bool stale;    /* nothing was sent: the connection that was kept had bytes to be read */
	bool untimely; /* nothing was sent: the same on a new connection */
	bool early;    /* the answer began before the kernel had taken the whole request */
	bool too_large, no_memory;
	bool long_header;	/* once ended: a header, of the service or a proxy, was too long for
				 * curl */
	unsigned long failures; /* curl_memory_failures() when it began */
	size_t body_received, header_bytes, header_lines; /* of an answer */
	size_t kept_max;				  /* bytes of its body */
	bool cut;					  /* it has more */
	bool secret;					  /* body is wiped */
	const char *wanted;	 /* the name of a header to keep, or NULL */
	struct buf body, header; /* header: what was wanted */
	char request_id[COC_REQUEST_ID_MAX * UTF8_CHAR_MAX + 1];
	char retry_after[HTTP_RETRY_AFTER_MAX];
	/* "Expect:" and the request's; a list of curl's whose texts are borrowed */
	CURLU *url; /* the request's, read */
	struct curl_slist headers[1 + HTTP_HEADERS_SENT_MAX];
	char message[CURL_ERROR_SIZE]; /* curl's own words */
	long verify_result;	       /* OpenSSL's of the certificate, once ended */
	long connect_status;	       /* what a proxy said to CONNECT, or 0 */
	char names[HTTP_NAMES_MAX];    /* that the certificate is for, if they were asked for */
};

/* Prepares a request, which multi will run; its headers and body are borrowed. Returns 0; -EINVAL:
 * too many headers, or no URL; -ENOMEM. Give it back with transfer_finish(). */
int transfer_init(struct transfer *transfer, const struct http_spec *spec, struct multi *multi);

/* Frees what the transfer owns; its easy handle must be detached. */
void transfer_finish(struct transfer *transfer);

/* Sets on a new easy handle what all exchanges have in common. multi must outlive the handle.
 * Returns 0; -ENOMEM, or -EIO when libcurl lacks what is needed. */
int transfer_prepare(CURL *easy, const struct http_options *options, struct multi *multi);

/* Sets on such a handle what this exchange has for itself. What spec has, and the transfer, must
 * outlive the exchange. want_names: keep the names of the service's certificate. Returns as
 * transfer_prepare(). */
int transfer_attach(struct transfer *transfer, CURL *easy, const struct http_spec *spec,
		    bool want_names);

/* Takes an exchange that has ended off its easy handle. Returns whether the handle is as good as
 * one that was prepared just now. */
bool transfer_detach(const struct transfer *transfer, CURL *easy);

/* Did the exchange fail with curl's code because a header is longer than what curl keeps of one? */
bool transfer_has_long_header(const struct transfer *transfer, CURLcode code);

/* The exchange is over, in whatever way: notes what its easy handle, which is detached next,
 * knows. */
void transfer_end(struct transfer *transfer);

/* True if a byte of the request may have left; once the transfer has ended. */
bool transfer_sent(const struct transfer *transfer);

/* If the exchange failed with curl's code before a byte left because there was no descriptor: the
 * errno of that, else 0. It may be tried again when one is free. */
int transfer_shortage(const struct transfer *transfer, CURLcode code);

#endif
