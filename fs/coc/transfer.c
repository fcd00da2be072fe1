/* SPDX-License-Identifier: MIT */
/*
 * Never sending twice. A server may close a kept connection just as a request goes out on it. If no
 * byte of an answer has come, curl then sends the request again by itself, on a fresh connection
 * (Curl_retry_request in lib/transfer.c). For a GET that is welcome. For a create it must never
 * happen: the server may have processed the request and died before it answered. The API has no key
 * by which it could recognise the second request as a copy.
 *
 * No option of curl turns that off. Refusing to rewind the body (CURLOPT_SEEKFUNCTION) does not
 * help for a DELETE, which has none. But curl calls CURLOPT_PREREQFUNCTION once for each attempt,
 * after the connection (and TLS) stands and before the first byte of the request. For a request
 * that may be sent once, the second call aborts, unless no byte of the first attempt left. The same
 * callback shows what was surely never sent: if it was not called, no byte of the request left.
 * Connections that were idle for long are not used again, so that the race is rare.
 */
#define _GNU_SOURCE
#include "coc/transfer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/ssl.h>

#include "base/process.h"
#include "base/secret.h"
#include "coc/curl_memory.h"
#include "coc/easy.h"
#include "coc/header.h"
#include "bounds/api.h"
#include "coc/bounds.h"

#if LIBCURL_VERSION_NUM < 0x075700
#error "libcurl 7.87 or newer is needed (CURLOPT_PREREQFUNCTION, CURLOPT_QUICK_EXIT)"
#endif

/* CURLE_TOO_LARGE. The headers of libcurl before 8.6 lack it, and a newer libcurl may be loaded. */
#define TOO_LARGE 100

/* Did the kernel take any byte of the earlier attempts? Yes also if curl cannot tell. On a
 * connection that was reset while it was idle the kernel takes none, and then the request surely
 * did not leave. */
static bool left_anything(const struct transfer *transfer)
{
	long sent = -1;

	return curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &sent) != CURLE_OK ||
	       sent != 0;
}

/* Are there bytes that TLS has decrypted, and curl has not read? */
static bool has_unread_tls(const struct transfer *transfer)
{
	const struct curl_tlssessioninfo *tls = NULL;

	return curl_easy_getinfo(transfer->easy, CURLINFO_TLS_SSL_PTR, &tls) == CURLE_OK && tls &&
	       tls->backend == CURLSSLBACKEND_OPENSSL && tls->internals &&
	       SSL_has_pending(tls->internals);
}

/*
 * Has something come on the connection before the request goes out? It cannot be the answer. If the
 * connection was kept, the request is sent anew on another connection. If the connection is new,
 * the server speaks first, which no server of HTTP does. With TLS, messages of the protocol (new
 * session keys) may wait there, so only decrypted bytes count.
 */
static bool has_unasked(struct transfer *transfer)
{
	long n_opened = 0;
	bool is_new =
		curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &n_opened) == CURLE_OK &&
		n_opened > 0;
	bool unread = has_unread_tls(transfer);

	if (is_new && !unread)
		unread = !transfer->is_tls && multi_has_unread(transfer->opened_fd);
	else if (!is_new)
		unread |= multi_drop_unasked(transfer->multi);
	transfer->stale |= unread && !is_new;
	transfer->untimely |= unread && is_new;
	return unread;
}

static int on_attempt(void *data, char *peer, char *local, int peer_port, int local_port)
{
	struct transfer *transfer = data;

	(void)peer;
	(void)local;
	(void)peer_port;
	(void)local_port;
	if (transfer->attempts && transfer->once && left_anything(transfer)) {
		transfer->repeated = true;
		return CURL_PREREQFUNC_ABORT;
	}
	if (has_unasked(transfer))
		return CURL_PREREQFUNC_ABORT;
	transfer->attempts++;
	return CURL_PREREQFUNC_OK;
}

static bool is_shortage(int errnum)
{
	return errnum == EMFILE || errnum == ENFILE;
}

/* curl calls this to open a socket. Opens it as curl would, and keeps the reason of a failure,
 * which curl forgets. */
static curl_socket_t on_open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *transfer = data;
	int fd = multi_open_socket(transfer->multi, address);

	(void)purpose;
	if (is_shortage(-fd))
		transfer->shortage = -fd;
	transfer->no_memory |= fd == -ENOMEM;
	transfer->opened_fd = fd;
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

int transfer_shortage(const struct transfer *transfer, CURLcode code)
{
	int r;

	if (code == CURLE_OK || transfer->attempts)
		return 0;
	if (transfer->shortage)
		return transfer->shortage;
	/* a look-up of a name, or reading the CAs, needs descriptors too, and curl does not say why
	 * it failed */
	if (code != CURLE_COULDNT_RESOLVE_HOST && code != CURLE_COULDNT_RESOLVE_PROXY &&
	    code != CURLE_SSL_CACERT_BADFILE)
		return 0;
	r = process_probe_descriptors(HTTP_DESCRIPTORS_NEEDED);
	return is_shortage(-r) ? -r : 0;
}

static size_t on_body(char *data, size_t unit, size_t n, void *to)
{
	struct transfer *transfer = to;
	size_t size = unit * n, room = transfer->kept_max - transfer->body.size;

	transfer->body_received += size;
	transfer->too_large |= transfer->body_received > COC_ANSWER_MAX;
	if (transfer->too_large)
		return 0;
	transfer->cut |= size > room;
	if (buf_append(&transfer->body, data, size < room ? size : room) < 0) {
		transfer->no_memory = true;
		return 0;
	}
	return size;
}

/* If this line is the header transfer->wanted, keeps its value. Only the first such line counts.
 * Returns 0 or -ENOMEM. */
static int keep_wanted_header(struct transfer *transfer, const char *line, size_t size)
{
	const char *value = transfer->wanted && !transfer->header.data
				    ? header_value(line, size, transfer->wanted, &size)
				    : NULL;

	return value ? buf_append(&transfer->header, value, size) : 0;
}

/* Is the line the status line of the answer, and not of an earlier 1xx ("100 Continue")? */
static bool begins_answer(const char *line, size_t size)
{
	const char *status = size > 5 && !memcmp(line, "HTTP/", 5) ? memchr(line, ' ', size) : NULL;

	return status && size - (size_t)(status - line) > 1 && status[1] != '1';
}

/* Has the kernel taken less than the whole body of the request? If curl cannot tell, the answer is
 * yes. */
static bool is_half_sent(const struct transfer *transfer)
{
	curl_off_t sent = 0;

	return curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_UPLOAD_T, &sent) != CURLE_OK ||
	       (size_t)sent < transfer->request_size;
}

static size_t on_header(char *line, size_t unit, size_t n, void *to)
{
	struct transfer *transfer = to;
	size_t size = unit * n;

	transfer->header_bytes += size;
	transfer->header_lines++;
	transfer->too_large |= transfer->header_bytes > HTTP_HEADER_BYTES_MAX ||
			       transfer->header_lines > HTTP_HEADER_LINES_MAX;
	if (transfer->too_large)
		return 0;
	if (begins_answer(line, size))
		transfer->early = is_half_sent(transfer);
	/* a status line begins a new set of headers: those of a "100 Continue" do not count */
	if (size > 5 && !memcmp(line, "HTTP/", 5)) {
		transfer->request_id[0] = transfer->retry_after[0] = '\0';
		secret_buf_finish(&transfer->header);
	}
	header_take(line, size, "X-Request-Id", transfer->request_id, sizeof(transfer->request_id));
	header_take(line, size, "Retry-After", transfer->retry_after,
		    sizeof(transfer->retry_after));
	if (keep_wanted_header(transfer, line, size) < 0) {
		transfer->no_memory = true;
		return 0;
	}
	return size;
}

/* curl calls this all the time during an exchange. Returns 1, which ends the exchange, if the
 * answer is too long. If an answer comes as fast as curl reads, curl calls no other callback. */
static int on_progress(void *data, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
		       curl_off_t up)
{
	struct transfer *transfer = data;

	(void)down_total;
	(void)down;
	(void)up_total;
	(void)up;
	transfer->too_large |= multi_is_flooded(transfer->multi, transfer->easy);
	return transfer->too_large;
}

/*
 * Parses the URL for curl. curl itself would also write the parsed URL down again, which takes
 * longer than parsing.
 */
static int read_url(const char *text, CURLU **ret_url)
{
	CURLU *url = curl_url();
	CURLUcode code = url ? curl_url_set(url, CURLUPART_URL, text, CURLU_PATH_AS_IS)
			     : CURLUE_OUT_OF_MEMORY;

	if (code == CURLUE_OK) {
		*ret_url = url;
		return 0;
	}
	curl_url_cleanup(url);
	return code == CURLUE_OUT_OF_MEMORY ? -ENOMEM : -EINVAL;
}

int transfer_init(struct transfer *transfer, const struct http_spec *spec, struct multi *multi)
{
	struct curl_slist *last;
	int r;

	if (spec->n_headers > HTTP_HEADERS_SENT_MAX)
		return -EINVAL;
	*transfer = (struct transfer){.once = spec->once,
				      .kept_max = spec->answer_max,
				      .multi = multi,
				      .secret = spec->secret,
				      .wanted = spec->header,
				      .request_size = spec->body ? spec->body_size : 0,
				      .is_tls = !strncmp(spec->url, "https:", 6)};
	/* "Expect:" removes that header: waiting for "100 Continue" would cost a round trip */
	last = transfer->headers;
	last->data = (char *)"Expect:";
	for (size_t i = 0; i < spec->n_headers; i++) {
		last->next = last + 1;
		last = last->next;
		last->data = spec->headers[i];
	}
	r = read_url(spec->url, &transfer->url);
	/* reserve the full length now: growing would leave copies of keys in freed memory */
	if (r == 0 && spec->secret)
		r = buf_reserve(&transfer->body, spec->answer_max);
	if (r < 0)
		transfer_finish(transfer);
	return r;
}

void transfer_finish(struct transfer *transfer)
{
	curl_url_cleanup(transfer->url);
	transfer->url = NULL;
	secret_buf_finish(&transfer->header);
	if (transfer->secret)
		secret_buf_finish(&transfer->body);
	else
		buf_finish(&transfer->body);
}

static CURLcode set_request(CURL *easy, const struct http_spec *spec)
{
	CURLcode code = CURLE_OK;

	EASY_SET(CURLOPT_URL,
		 /* the same URL as CURLOPT_CURLU; without this, curl would build the text */
		 spec->url);
	if (spec->body) {
		EASY_SET(CURLOPT_POST, 1L);
		EASY_SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)spec->body_size);
		EASY_SET(CURLOPT_POSTFIELDS, spec->body);
	} else {
		EASY_SET(CURLOPT_POSTFIELDS, (char *)NULL);
		EASY_SET(CURLOPT_HTTPGET, 1L); /* set after the body, which would make it a POST */
	}
	EASY_SET(CURLOPT_CUSTOMREQUEST, spec->method);
	return code;
}

int transfer_prepare(CURL *easy, const struct http_options *options, struct multi *multi)
{
	CURLcode code = easy_set_common(easy, options);

	EASY_SET(CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	EASY_SET(CURLOPT_CLOSESOCKETFUNCTION, multi_close_socket);
	EASY_SET(CURLOPT_CLOSESOCKETDATA, multi);
	EASY_SET(CURLOPT_PREREQFUNCTION, on_attempt);
	EASY_SET(CURLOPT_HEADERFUNCTION, on_header);
	EASY_SET(CURLOPT_WRITEFUNCTION, on_body);
	EASY_SET(CURLOPT_NOPROGRESS, 0L);
	EASY_SET(CURLOPT_XFERINFOFUNCTION, on_progress);
	return easy_errno(code);
}

int transfer_attach(struct transfer *transfer, CURL *easy, const struct http_spec *spec,
		    bool want_names)
{
	CURLcode code = set_request(easy, spec);

	EASY_SET(CURLOPT_CERTINFO, want_names ? 1L : 0L);
	EASY_SET(CURLOPT_CURLU, transfer->url);
	EASY_SET(CURLOPT_HTTPHEADER, transfer->headers);
	transfer->easy = easy;
	transfer->begun = true;
	transfer->shortage = 0;
	transfer->no_memory = false;
	transfer->failures = curl_memory_failures();
	transfer->opened_fd = CURL_SOCKET_BAD;
	transfer->message[0] = '\0';
	EASY_SET(CURLOPT_OPENSOCKETDATA, transfer);
	EASY_SET(CURLOPT_FRESH_CONNECT, transfer->stale ? 1L : 0L);
	transfer->stale = false;
	EASY_SET(CURLOPT_PREREQDATA, transfer);
	EASY_SET(CURLOPT_HEADERDATA, transfer);
	EASY_SET(CURLOPT_WRITEDATA, transfer);
	EASY_SET(CURLOPT_XFERINFODATA, transfer);
	EASY_SET(CURLOPT_ERRORBUFFER, transfer->message);
	return easy_errno(code);
}

bool transfer_detach(const struct transfer *transfer, CURL *easy)
{
	CURLcode code = CURLE_OK;

	EASY_SET(CURLOPT_HTTPHEADER, (struct curl_slist *)NULL);
	EASY_SET(CURLOPT_CURLU, (CURLU *)NULL);
	EASY_SET(CURLOPT_POSTFIELDS, (char *)NULL);
	EASY_SET(CURLOPT_ERRORBUFFER, (char *)NULL);
	/* after one attempt only: curl counts the attempts of a handle over all its exchanges, and
	 * gives up at five */
	return code == CURLE_OK && transfer->attempts == 1;
}

/* Keeps the names in the service's certificate: all alternative names, else the subject. */
static void keep_names(struct transfer *transfer)
{
	static const char *const labels[] = {"X509v3 Subject Alternative Name:", "Subject:"};
	const struct curl_certinfo *certificates = NULL;

	if (curl_easy_getinfo(transfer->easy, CURLINFO_CERTINFO, &certificates) != CURLE_OK ||
	    !certificates || !certificates->num_of_certs)
		return;
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]) && !transfer->names[0]; i++)
		for (const struct curl_slist *line = certificates->certinfo[0]; line;
		     line = line->next)
			if (!strncmp(line->data, labels[i], strlen(labels[i])))
				snprintf(transfer->names, sizeof(transfer->names), "%s",
					 line->data + strlen(labels[i]));
}

bool transfer_has_long_header(const struct transfer *transfer, CURLcode code)
{
	if ((int)code == TOO_LARGE)
		return transfer->attempts > 0;
	return code == CURLE_OUT_OF_MEMORY && transfer->attempts && !transfer->no_memory &&
	       transfer->failures == curl_memory_failures();
}

void transfer_end(struct transfer *transfer)
{
	transfer->untaken = !left_anything(transfer);
	curl_easy_getinfo(transfer->easy, CURLINFO_SSL_VERIFYRESULT, &transfer->verify_result);
	curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &transfer->connect_status);
	keep_names(transfer);
	transfer->easy = NULL;
}

bool transfer_sent(const struct transfer *transfer)
{
	return transfer->attempts > 0 && !transfer->untaken;
}
