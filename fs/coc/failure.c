/* SPDX-License-Identifier: MIT */
/*
 * Makes sentences of curl's codes. Each sentence says what is wrong and the one thing that mends
 * it. curl's own words are no help: "SSL peer certificate or SSH remote key was not OK" tells
 * nobody what to mend.
 */
#define _GNU_SOURCE
#include "bounds/api.h"
#include "coc/bounds.h"
#include "coc/failure.h"

#include <errno.h>
#include <string.h>

#include <openssl/x509_vfy.h>

#define LOOKED_FOR                                                                                 \
	"it is not known whether the service did it: the job is looked for on the service before " \
	"anything is sent again"
#define CHECK_NETWORK "check the network, the SOURCE of the mount and https_proxy; nothing was sent"

static bool is_https(const struct failure *failure)
{
	return !strncmp(failure->url, "https://", 8);
}

/* Returns where "HOST" or "HOST:PORT" begins in the URL, with its length in *ret_size. */
static const char *find_host(const struct failure *failure, int *ret_size)
{
	const char *host = failure->url + (is_https(failure) ? 8 : 7);

	*ret_size = (int)strcspn(host, "/");
	return host;
}

/* Returns the errno for a failed connection, from the errno of the kernel. */
static int connect_errno(long os_errno)
{
	switch (os_errno) {
	case ECONNREFUSED:
	case ENOENT: /* there is no such Unix socket: nobody listens there */
		return ECONNREFUSED;
	case ETIMEDOUT:
		return ETIMEDOUT;
	case ENOMEM:
	case ENOBUFS:
		return ENOMEM;
	default: /* no route, or a firewall forbids it */
		return EHOSTUNREACH;
	}
}

/* ---- TLS ---- */

/* Fills err: the service's certificate is for another name. Returns -EPROTO. */
static int tell_name(const struct failure *failure, struct err *err)
{
	const char *names = failure->transfer->names;
	int size;
	const char *host = find_host(failure, &size);

	err_set(err, EPROTO,
		"no secure connection to the service: its certificate is for %s, and not for %.*s",
		*names ? names : "another name", size, host);
	err_detail(err, "certificate", "%s", names);
	err_detail(err, "what_to_do",
		   "use a name that is in the certificate as SOURCE, or have the certificate "
		   "issued for %.*s; nothing was sent",
		   size, host);
	return -EPROTO;
}

/* Fills err: no CA that this machine trusts has signed the certificate. Returns -EPROTO. */
static int tell_untrusted(const struct failure *failure, const char *why, struct err *err)
{
	err_set(err, EPROTO,
		"no secure connection to the service: nobody whom this machine trusts has signed "
		"its certificate (%s)",
		why);
	if (failure->cacert)
		err_detail(err, "what_to_do",
			   "put the certificate of the authority that has signed it into %s, "
			   "which -o cacert= names; nothing was sent",
			   failure->cacert);
	else
		err_detail(err, "what_to_do",
			   "mount with -o cacert=FILE, where FILE (PEM) has the certificate of "
			   "the authority that has signed it; nothing was sent");
	return -EPROTO;
}

static int tell_date(const char *why, struct err *err)
{
	err_set(err, EPROTO, "no secure connection to the service: %s", why);
	err_detail(err, "what_to_do",
		   "renew the certificate of the service; if its dates are good, put the clock of "
		   "this machine right; nothing was sent");
	return -EPROTO;
}

/* Fills err: the certificate was checked and refused. Returns -EPROTO. */
static int tell_certificate(const struct failure *failure, struct err *err)
{
	const char *why = X509_verify_cert_error_string(failure->transfer->verify_result);

	switch (failure->transfer->verify_result) {
	/* curl leaves verify_result at "unspecified" if only the name in the certificate is
	 * wrong */
	case X509_V_ERR_UNSPECIFIED:
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return tell_name(failure, err);
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return tell_date(why, err);
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_CERT_UNTRUSTED:
		return tell_untrusted(failure, why, err);
	}
	err_set(err, EPROTO, "no secure connection to the service: its certificate is not good: %s",
		why);
	err_detail(err, "what_to_do",
		   "have the certificate of the service replaced; nothing was sent");
	return -EPROTO;
}

static int tell_handshake(const char *why, struct err *err)
{
	/* OpenSSL says "wrong version number" when "HTTP" comes where a TLS record should begin. If
	 * OpenSSL reports no error of its own ("error:0A…"), the server has closed the connection.
	 * A server of http may do that when it cannot read a request. */
	const bool plain = strstr(why, "wrong version number") != NULL;
	const bool closed = !strstr(why, "error:") || strstr(why, "unexpected eof");

	if (plain)
		err_set(err, EPROTO,
			"no secure connection to the service: the port does not speak https, it "
			"may be one of http");
	else
		err_set(err, EPROTO, "no secure connection to the service: %s%s", why,
			closed ? "; the port may be one of http" : "");
	err_detail(err, "what_to_do",
		   plain || closed
			   ? "give SOURCE the port of https; http:// is for a service on this "
			     "machine only; nothing was sent"
			   : "check that the port in SOURCE speaks https, with TLS 1.2 or newer; "
			     "nothing was sent");
	return -EPROTO;
}

static int tell_tls(const struct failure *failure, const char *why, struct err *err)
{
	switch (failure->code) {
	case CURLE_PEER_FAILED_VERIFICATION:
		return tell_certificate(failure, err);
	case CURLE_SSL_CACERT_BADFILE:
		err_set(err, EPROTO,
			"no secure connection to the service: the CA certificates in %s cannot be "
			"read",
			failure->cacert ? failure->cacert : "this machine's file");
		err_detail(err, "what_to_do",
			   "mount with -o cacert=FILE, where FILE holds certificates in PEM form; "
			   "nothing was sent");
		return -EPROTO;
	default:
		return tell_handshake(why, err);
	}
}

/* ---- before a byte of the request left ---- */

static int tell_shortage(int errnum, struct err *err)
{
	err_set(err, errnum, "no descriptor was free in time for a connection to the service: %s",
		strerror(errnum));
	err_detail(
		err, "what_to_do",
		"close files that are open on the mount, or give cocfs a higher limit (ulimit -n, "
		"LimitNOFILE=); nothing was sent");
	return -errnum;
}

/* Fills err: a proxy has refused to connect to the service. Returns -EACCES or -EHOSTUNREACH. */
static int tell_proxy(long status, struct err *err)
{
	if (status == 407) {
		err_set(err, EACCES,
			"the proxy that https_proxy names wants a user and a password");
		err_detail(err, "what_to_do",
			   "put them into https_proxy: http://USER:PASSWORD@HOST:PORT; nothing was "
			   "sent");
		return -EACCES;
	}
	err_set(err, EHOSTUNREACH,
		"the proxy that https_proxy names does not connect to the service (%ld)", status);
	err_detail(err, "what_to_do",
		   "have the proxy let the service through, or name its host in no_proxy; nothing "
		   "was sent");
	return -EHOSTUNREACH;
}

/* Fills err: the libcurl of this machine lacks what the request needs; cocfs was built with another
 * libcurl. Returns -EIO. */
static int tell_unable(const char *why, struct err *err)
{
	err_set(err, EIO, "libcurl cannot send the request: %s", why);
	err_detail(err, "what_to_do",
		   "install a libcurl of version 7.87 or newer that knows http, https and Unix "
		   "sockets; nothing was sent");
	return -EIO;
}

/* Fills err: the server sends bytes before it is asked. Returns -EPROTO. */
static int tell_untimely(struct err *err)
{
	err_set(err, EPROTO,
		"the service sends something before it is asked: it does not speak HTTP as a "
		"service of COC does");
	err_detail(err, "what_to_do", "%s", CHECK_NETWORK);
	return -EPROTO;
}

static int tell_no_connection(const struct failure *failure, const char *why, struct err *err)
{
	const long os_errno = failure->os_errno;
	int r;

	if (failure->code == CURLE_COULDNT_RESOLVE_HOST ||
	    failure->code == CURLE_COULDNT_RESOLVE_PROXY)
		r = err_set(err, EHOSTUNREACH, "the service's name cannot be found: %s", why);
	else if (failure->code == CURLE_OPERATION_TIMEDOUT)
		r = err_set(err, ETIMEDOUT,
			    failure->transfer->begun
				    ? "no connection to the service in time"
				    : "no connection to the service was free in time: too many "
				      "requests are under way");
	else
		r = err_set(err,
			    failure->code == CURLE_COULDNT_CONNECT ? connect_errno(os_errno)
								   : EHOSTUNREACH,
			    "no connection to the service: %s%s%s", why, os_errno ? ": " : "",
			    os_errno ? strerror((int)os_errno) : "");
	err_detail(err, "what_to_do", "%s",
		   failure->transfer->begun ? CHECK_NETWORK
					    : "write the file again later; nothing was sent");
	return r;
}

static int tell_before(const struct failure *failure, const char *why, struct err *err)
{
	if (failure->transfer->shortage)
		return tell_shortage(failure->transfer->shortage, err);
	if (failure->transfer->connect_status >= 300)
		return tell_proxy(failure->transfer->connect_status, err);
	if (failure->transfer->untimely)
		return tell_untimely(err);
	switch (failure->code) {
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return tell_tls(failure, why, err);
	case CURLE_FAILED_INIT:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_NOT_BUILT_IN:
	case CURLE_UNKNOWN_OPTION:
	case CURLE_BAD_FUNCTION_ARGUMENT:
		return tell_unable(why, err);
	default:
		return tell_no_connection(failure, why, err);
	}
}

/* ---- after bytes of the request may have left ---- */

/* Does the answer, or its absence, look like an https port that got an http request? */
static bool may_want_tls(const struct failure *failure)
{
	return !is_https(failure) && !failure->answered && !failure->transfer->header_bytes &&
	       (failure->code == CURLE_GOT_NOTHING || failure->code == CURLE_RECV_ERROR ||
		failure->code == CURLE_UNSUPPORTED_PROTOCOL ||
		failure->code == CURLE_WEIRD_SERVER_REPLY);
}

static int tell_after(const struct failure *failure, const char *why, struct err *err)
{
	const struct transfer *transfer = failure->transfer;
	const bool tls = may_want_tls(failure) && !transfer->repeated;
	int r, size;
	const char *host = find_host(failure, &size);

	if (transfer->long_header)
		r = err_set(err, EIO,
			    "the answer is too long: a line of its head has over %u bytes",
			    HTTP_HEADER_BYTES_MAX);
	else if (transfer->too_large)
		r = err_set(err, EIO,
			    "the answer is too long: %u bytes are read, and %u bytes of headers",
			    COC_ANSWER_MAX, HTTP_HEADER_BYTES_MAX);
	else if (failure->code == CURLE_OK)
		r = err_set(err, EIO, "the service answered before it had the whole request");
	else if (transfer->repeated)
		r = err_set(err, EIO, "the connection was cut before the answer came");
	else if (failure->code == CURLE_OPERATION_TIMEDOUT)
		r = err_set(err, ETIMEDOUT, "no answer from the service in time");
	else
		r = err_set(err, EIO, "the answer of the service was lost: %s%s", why,
			    tls ? " (a port of https does that to http)" : "");
	if (tls)
		err_detail(err, "hint",
			   "if the service speaks https on this port, mount https://%.*s", size,
			   host);
	err_detail(err, "what_to_do", "%s", LOOKED_FOR);
	return r;
}

int failure_tell(const struct failure *failure, struct err *err)
{
	const struct transfer *transfer = failure->transfer;
	const char *why =
		transfer->message[0] ? transfer->message : curl_easy_strerror(failure->code);
	int r;

	if (transfer->no_memory ||
	    (failure->code == CURLE_OUT_OF_MEMORY && !transfer->long_header)) {
		r = err_set(err, ENOMEM, "out of memory while talking to the service");
		err_detail(err, "what_to_do", "%s",
			   transfer_sent(transfer) ? LOOKED_FOR : CHECK_NETWORK);
		return r;
	}
	return transfer_sent(transfer) ? tell_after(failure, why, err)
				       : tell_before(failure, why, err);
}
