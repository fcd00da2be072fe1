/* SPDX-License-Identifier: MIT */
#include "coc/origin.h"

void coc_origin_finish(struct coc_origin *origin)
{
	coc_creds_free(origin->creds);
	*origin = (struct coc_origin){0};
}
