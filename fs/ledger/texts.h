/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_TEXTS_H
#define COCFS_LEDGER_TEXTS_H

#include "bounds/api.h"
#include "ledger/ledger.h"

/*
 * Which version of its job the file of a path has. A text of the service that was put into the file
 * is no base before somebody has read it. So the ledger knows the base and the version that is
 * unread. The digest is always of the text that the file has.
 */
struct ledger_text {
	int64_t row;
	char job_id[COC_DOCUMENT_ID_ROOM];
	int64_t version; /* the newest, as it was seen last */
	int64_t base, unread;
	bool has_digest;
	unsigned char digest[CONTENT_DIGEST_SIZE];
	bool is_settled; /* nothing is unfinished, refused, half or a backup */
	int64_t listed;	 /* the version that the catalogue has; 0: none */
	struct holding holding;
};

/* What is known of a path that is bound to a job. -ENOENT: it is not. */
int ledger_find_text(struct ledger *ledger, const char *path, struct ledger_text *ret_text);

/* Records the versions and the digest of text for its row. */
int ledger_put_text(struct ledger *ledger, const struct ledger_text *text);

#endif
