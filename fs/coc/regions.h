/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_REGIONS_H
#define COCFS_COC_REGIONS_H

#include <stddef.h>

/*
 * Looks a region up in the text of the SDKs' regions.yaml: service names (in any case) over lists
 * of {id, endpoint, endpoints}. Endpoint comes before endpoints, and the first is taken. Returns 0
 * and an allocated URL as it stands there; -ENOENT when the file says nothing of the region;
 * -EINVAL when it is not YAML of that shape; -ENOMEM.
 */
int regions_find(const char *text, size_t size, const char *service, const char *region,
		 char **ret_url);

#endif
