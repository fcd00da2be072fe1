/* SPDX-License-Identifier: MIT */
/*
 * Two spellings of one SOURCE are one SOURCE. Otherwise there would be two state directories, or a
 * ledger would refuse its own source, and each file would make a second job.
 */
#include "coc/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "coc/endpoint.h"

int coc_source_canonical(const char *source, char **ret_canonical, struct err *err)
{
	_cleanup_free_ char *url = NULL, *canonical = NULL;
	const char *region;
	int r = strcmp(source, "local") ? coc_endpoint_find(source, &url, err) : 0;

	if (r == 0 && strstr(source, "://"))
		r = coc_endpoint_canonical(url, &canonical);
	else if (r < 0)
		return r;
	region = canonical ? coc_endpoint_region(canonical) : NULL;
	if (r == 0 && (region || !canonical)) {
		free(canonical);
		canonical = strdup(region ? region : source);
	}
	if (r < 0 || !canonical)
		return err_set(err, ENOMEM, "out of memory");
	*ret_canonical = steal_ptr(canonical);
	return 0;
}

/* Returns the URL of a SOURCE in its one spelling, or NULL if there is none. */
static char *canonical_endpoint(const char *source)
{
	_cleanup_free_ char *url = NULL;
	char *canonical;

	if (coc_endpoint_find(source, &url, NULL) < 0)
		return NULL;
	return coc_endpoint_canonical(url, &canonical) < 0 ? NULL : canonical;
}

bool coc_source_is_same(const char *a, const char *b)
{
	_cleanup_free_ char *at_a = NULL, *at_b = NULL;

	if (!strcmp(a, b))
		return true;
	at_a = canonical_endpoint(a);
	at_b = at_a ? canonical_endpoint(b) : NULL;
	return at_b && !strcmp(at_a, at_b);
}
