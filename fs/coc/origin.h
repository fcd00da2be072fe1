/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_ORIGIN_H
#define COCFS_COC_ORIGIN_H

#include "coc/creds.h"

/* Where credentials come from: the place of the chain that was found. */
enum coc_origin_kind {
	ORIGIN_KEYS,	 /* keys that are there */
	ORIGIN_METADATA, /* temporary keys of the metadata service, if there is one */
};

struct coc_origin {
	enum coc_origin_kind kind;
	struct coc_creds *creds; /* ORIGIN_KEYS */
};

/* Wipes and frees what the origin owns, not the origin. */
void coc_origin_finish(struct coc_origin *origin);

#endif
