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
	bool is_settled; /* nothing is unfinished, half or a backup */
	bool is_refused; /* the last commit was: the file may have another text */
	int64_t listed;	 /* the version that the catalogue has; 0: none */
	/* versions 1 to hidden are of files that the present file's user could not read: of
	 * hidden_uid's, or of several users' */
	int64_t hidden;
	bool has_hidden_uid;
	uid_t hidden_uid;
	struct holding holding;
};

/* What is known of a path that is bound to a job. -ENOENT: it is not. */
int ledger_find_text(struct ledger *ledger, const char *path, struct ledger_text *ret_text);

/* The same for a row. */
int ledger_find_text_of(struct ledger *ledger, int64_t row, struct ledger_text *ret_text);

/* Records the versions and the digest of text for its row. */
int ledger_put_text(struct ledger *ledger, const struct ledger_text *text);

/* The next name of a directory that is bound to a job, after one ("": the first). -ENOENT: there is
 * none. */
int ledger_next_bound_name(struct ledger *ledger, const char *dir, const char *after,
			   char ret_name[NAME_MAX + 1]);

/* The next directory of a directory that has a bound path below: its last part, after one ("": the
 * first). -ENOENT: there is none. */
int ledger_next_bound_dir(struct ledger *ledger, const char *dir, const char *after,
			  char ret_name[NAME_MAX + 1]);

#endif
