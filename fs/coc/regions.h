/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_REGIONS_H
#define COCFS_COC_REGIONS_H

#include <stddef.h>

/*
 * Looks up a region in the text of the SDKs' regions.yaml. The file has names of services (upper
 * and lower case are the same), and below each a list of {id, endpoint, endpoints}. The URL of a
 * region is its `endpoint`, or without one the first of its `endpoints`.
 *
 * Returns 0 and an allocated URL as the file has it. Returns -ENOENT if the file does not name the
 * region, -EINVAL if it is not YAML of that shape, or -ENOMEM.
 */
int regions_find(const char *text, size_t size, const char *service, const char *region,
		 char **ret_url);

#endif
