/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_ENDPOINT_H
#define COCFS_COC_ENDPOINT_H

#include <stdbool.h>

#include "base/err.h"

/*
 * From SOURCE to the URL that is called: a region of the built-in table (with the SDKs' overrides,
 * the variable HUAWEICLOUD_SDK_REGION_COC_<REGION>, then the file ~/.huaweicloud/regions.yaml or
 * HUAWEICLOUD_SDK_REGIONS_FILE), or a URL: https://, or http:// to a loopback address. Of several
 * overrides the first is taken. The URL has no path, query or credentials; a '/' at its end is cut.
 * Returns 0 and an allocated URL; -EINVAL with err that says what SOURCE may be; -ENOMEM, -EIO.
 */
int coc_endpoint_find(const char *source, char **ret_url, struct err *err);

/*
 * Checks a URL by the rule above and brings it into one form (scheme in lower case, no '/' at its
 * end). With any_host, http:// may go to any host: for a Unix socket, where the name is only a
 * name. Returns 0 and an allocated URL; -EINVAL, -ENOMEM.
 */
int coc_endpoint_check(const char *text, bool any_host, char **ret_url, struct err *err);

/*
 * The one spelling of a URL of that form: scheme and host in lower case, an IPv6 address in its
 * shortest form. It has no dot after the host, no default port and no '/' at its end. It is for
 * comparing: a call uses the URL as it was given. Returns 0 and an allocated URL; -EINVAL, -ENOMEM.
 */
int coc_endpoint_canonical(const char *text, char **ret_url);

/* The built-in region whose endpoint, with its overrides, is this URL in its one spelling; NULL if
 * there is none. */
const char *coc_endpoint_region(const char *canonical);

/* True if the host of a URL that was checked is 127.0.0.0/8, [::1] or localhost. */
bool coc_endpoint_is_loopback(const char *url);

#endif
