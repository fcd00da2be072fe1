/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_ENDPOINT_H
#define COCFS_COC_ENDPOINT_H

#include <stdbool.h>

#include "base/err.h"

/*
 * Finds the URL that a SOURCE stands for. SOURCE is a region or a URL. A region is one of the
 * built-in table, or of the SDKs' overrides: the variable HUAWEICLOUD_SDK_REGION_COC_<REGION>, then
 * the file ~/.huaweicloud/regions.yaml or HUAWEICLOUD_SDK_REGIONS_FILE. The first override counts.
 * A URL begins with https://, or with http:// and has a loopback address. It has no path, query or
 * credentials; a '/' at its end is cut. Returns 0 and an allocated URL, or -errno with err filled.
 * -EINVAL: err says what SOURCE may be. -ENOMEM, -EIO.
 */
int coc_endpoint_find(const char *source, char **ret_url, struct err *err);

/*
 * Checks a URL by the rules of coc_endpoint_find(), and brings it into one form: scheme in lower
 * case, no '/' at its end. With any_host, http:// may name any host: for a Unix socket, where the
 * host is only a name. Returns 0 and an allocated URL, or with err filled -EINVAL or -ENOMEM.
 */
int coc_endpoint_check(const char *text, bool any_host, char **ret_url, struct err *err);

/*
 * Makes the one spelling of a URL from coc_endpoint_check(), so that two URLs can be compared.
 * Scheme and host are in lower case, and an IPv6 address has its shortest form. The dot after the
 * host, the default port and the '/' at the end are left out. A call uses the URL as it was given.
 * Returns 0 and an allocated URL, -EINVAL or -ENOMEM.
 */
int coc_endpoint_canonical(const char *text, char **ret_url);

/* Returns the built-in region whose endpoint, with its overrides, has this canonical URL. NULL if
 * there is none. */
const char *coc_endpoint_region(const char *canonical);

/* Is the host of a URL an address in 127.0.0.0/8, [::1] or localhost? False also if the text is no
 * URL. */
bool coc_endpoint_is_loopback(const char *url);

#endif
