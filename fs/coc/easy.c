/* SPDX-License-Identifier: MIT */
#include "coc/easy.h"

#include <errno.h>

#include "coc/bounds.h"

int easy_errno(CURLcode code)
{
	if (code == CURLE_OK)
		return 0;
	return code == CURLE_OUT_OF_MEMORY ? -ENOMEM : -EIO;
}

/*
 * Sets which CAs are trusted: those of cacert, or else the system's. curl would also look in the
 * system's directory of CAs. For a cacert that directory must not count. For the system's CAs the
 * file is enough, if there is one: it has them all. And only if no directory is set, curl keeps the
 * CAs that it has read. To read them anew for a connection takes 35 ms, during which the loop
 * waits.
 */
static CURLcode set_trust(CURL *easy, const char *cacert)
{
	CURLcode code = CURLE_OK;
	char *file = NULL;

	EASY_SET(CURLOPT_SSL_VERIFYPEER, 1L);
	EASY_SET(CURLOPT_SSL_VERIFYHOST, 2L);
	EASY_SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	EASY_SET(CURLOPT_CA_CACHE_TIMEOUT, (long)HTTP_CA_KEPT_S);
	if (cacert)
		EASY_SET(CURLOPT_CAINFO, cacert);
	else if (code == CURLE_OK)
		code = curl_easy_getinfo(easy, CURLINFO_CAINFO, &file);
	if (cacert || file)
		EASY_SET(CURLOPT_CAPATH, (char *)NULL);
	return code;
}

static CURLcode set_connection(CURL *easy, const struct http_options *options)
{
	CURLcode code = CURLE_OK;

	EASY_SET(CURLOPT_PROTOCOLS_STR, "http,https");
	EASY_SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	EASY_SET(CURLOPT_FOLLOWLOCATION, 0L);
	EASY_SET(CURLOPT_NOSIGNAL, 1L);
	/* curl must not wait at the end for a thread that still looks up a name: the loop would
	 * wait, too */
	EASY_SET(CURLOPT_QUICK_EXIT, 1L);
	EASY_SET(CURLOPT_TCP_NODELAY, 1L);
	EASY_SET(CURLOPT_UPLOAD_BUFFERSIZE, (long)HTTP_SEND_BUFFER);
	EASY_SET(CURLOPT_BUFFERSIZE, (long)HTTP_RECEIVE_BUFFER);
	EASY_SET(CURLOPT_MAXAGE_CONN, (long)HTTP_IDLE_MAX_S);
	/* a proxy must not get the Authorization header */
	EASY_SET(CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
	EASY_SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	if (options->unix_socket)
		EASY_SET(CURLOPT_UNIX_SOCKET_PATH, options->unix_socket);
	if (!options->proxy)
		EASY_SET(CURLOPT_PROXY, "");
	return code;
}

CURLcode easy_set_common(CURL *easy, const struct http_options *options)
{
	CURLcode code = set_connection(easy, options);

	return code == CURLE_OK ? set_trust(easy, options->cacert) : code;
}
