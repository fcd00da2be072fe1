/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_TEXTS_H
#define COCFS_LEDGER_TEXTS_H

#include "bounds/api.h"
#include "ledger/ledger.h"

/*
 * Which version of its job the file of a path has. cocfs may put a newer text of the service into
 * the file. The version of such a text is unread: it is no base before a program has read it. So
 * the ledger records the base and the unread version. The digest is always of the text that the
 * file has.
 */
struct ledger_text {
	int64_t row;
	char job_id[COC_DOCUMENT_ID_ROOM];
	int64_t version; /* the newest version, as it was seen last */
	int64_t base, unread;
	bool has_digest;
	unsigned char digest[CONTENT_DIGEST_SIZE];
	/* no submission is unfinished, the last commit was complete, and the file is no backup */
	bool is_settled;
	/* the last commit was refused or failed: the file may have another text than the service */
	bool is_refused;
	int64_t listed; /* the version that the catalogue has; 0: none */
	/* Versions 1 to hidden belong to files that the user of the present file could not read.
	 * They were files of hidden_uid, or of several users if has_hidden_uid is false. */
	int64_t hidden;
	bool has_hidden_uid;
	uid_t hidden_uid;
	struct holding holding;
};

/* Reads what is known of a path that is bound to a job. -ENOENT: the path is not bound. */
int ledger_find_text(struct ledger *ledger, const char *path, struct ledger_text *ret_text);

/* Reads what is known of a row that is bound to a job. -ENOENT: the row is not bound. */
int ledger_find_text_of(struct ledger *ledger, int64_t row, struct ledger_text *ret_text);

/* Records version, base, unread and digest for the row text->row. Returns 0 or -errno. */
int ledger_put_text(struct ledger *ledger, const struct ledger_text *text);

/* Finds the next name in a directory that is bound to a job. after: the name before it, "" for the
 * first. -ENOENT: there is none. */
int ledger_next_bound_name(struct ledger *ledger, const char *dir, const char *after,
			   char ret_name[NAME_MAX + 1]);

/* Finds the next directory directly in dir that has a bound path somewhere below it. ret_name is
 * its last part. after: the ret_name of the call before, "" for the first. -ENOENT: there is
 * none. */
int ledger_next_bound_dir(struct ledger *ledger, const char *dir, const char *after,
			  char ret_name[NAME_MAX + 1]);

#endif
