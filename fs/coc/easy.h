/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_EASY_H
#define COCFS_COC_EASY_H

#include <curl/curl.h>

#include "coc/http.h"

/* The options of curl's easy handles. */

/* Sets an option of a handle, and puts curl's result into code. Does nothing if code has the
 * failure of an earlier option. The caller has the variables CURL *easy and CURLcode code. */
#define EASY_SET(option, value)                                                                    \
	do {                                                                                       \
		if (code == CURLE_OK)                                                              \
			code = curl_easy_setopt(easy, option, value);                              \
	} while (0)

/* Returns the errno for curl's code: 0, -ENOMEM, or -EIO if libcurl lacks an option that is
 * needed. */
int easy_errno(CURLcode code);

/* Sets the options that all exchanges of an http share: how to connect, and which CAs to trust. The
 * options are copied. Returns curl's code. */
CURLcode easy_set_common(CURL *easy, const struct http_options *options);

#endif
