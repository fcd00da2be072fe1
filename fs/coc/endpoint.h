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

/* True if the host of a URL that was checked is 127.0.0.0/8, [::1] or localhost. */
bool coc_endpoint_is_loopback(const char *url);

#endif
