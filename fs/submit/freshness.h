/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_FRESHNESS_H
#define COCFS_SUBMIT_FRESHNESS_H

#include <limits.h>

#include "job/attributes.h"
#include "job/digest.h"
#include "submit/submit.h"
#include "bounds/api.h"

/*
 * Which version of its job a file has, how sure that is, and what a check has shown: for space,
 * which refreshes files (space/refresh.c). freshness.c has the essay.
 */
struct freshness {
	int64_t row;
	char job_id[COC_DOCUMENT_ID_ROOM];
	int64_t newest; /* on the service, as it was seen last */
	int64_t base;	/* the version that was read or written here */
	int64_t unread; /* the file has the text of this version, and nobody has read it; or 0 */
	bool has_digest;
	unsigned char digest[CONTENT_DIGEST_SIZE]; /* of the text that the file has by that */
	bool is_settled; /* nothing of it is unfinished, half or a backup */
	bool is_refused; /* its last commit was: only its content tells which text it has */
	bool is_behind;	 /* that was so, and a newer version is known: no check need be due */
	bool is_gone;	 /* the service has said last that there is no such job */
	int64_t due_ms;	 /* so long from now no check is due; 0: one is due */
	struct holding holding;
	int64_t hidden; /* versions 1 to hidden are another user's: ledger/texts.h */
	bool has_hidden_uid;
	uid_t hidden_uid;
};

/* The version whose text the file has. */
static inline int64_t freshness_version(const struct freshness *fresh)
{
	return fresh->unread ? fresh->unread : fresh->base;
}

/* What is known of a path. -ENOENT: it is bound to no job. */
int freshness_find(struct engine *engine, const char *path, struct freshness *ret_fresh);

/* The file has the text of a newer version now, with this digest. Nobody has read it yet. */
int freshness_take(struct engine *engine, const struct freshness *fresh, int64_t version,
		   const unsigned char *digest);

/* A check has shown a newer version with the text that the file has. */
int freshness_same(struct engine *engine, const struct freshness *fresh, int64_t version);

/* A check has shown a newer version, and the file keeps its text for now. */
int freshness_see(struct engine *engine, const struct freshness *fresh, int64_t version);

/* A check has shown the attributes of the newest version; NULL: not told. They are what the service
 * holds. */
int freshness_hold(struct engine *engine, const struct freshness *fresh, int64_t version,
		   const char *const attrs[ATTR_COUNT]);

/* Somebody reads the text that the file has: its version is the base. */
int freshness_read(struct engine *engine, const struct freshness *fresh);

/* Somebody has written the text that the file of job has: so, if nobody had read it, its version is
 * the base. Changes job with the ledger. */
int freshness_write(struct engine *engine, struct job_record *job, const unsigned char *digest);

/* What is committed now was made of an older version, which is the base from now on. */
int freshness_go_back(struct engine *engine, const struct freshness *fresh, int64_t base);

/* A check could not be made, or what it has shown could not be used: soon, but not at once, the
 * next one is due. */
void freshness_again(struct engine *engine, const struct freshness *fresh);

/* The same as freshness_find() for a row. */
int freshness_of_row(struct engine *engine, int64_t row, struct freshness *ret_fresh);

/* The next name of a directory, after one ("": the first), that is bound to a job. -ENOENT: there
 * is none. */
int freshness_next_name(struct engine *engine, const char *dir, const char *after,
			char ret_name[NAME_MAX + 1]);

/* The same for a directory in it that has such a name below. */
int freshness_next_directory(struct engine *engine, const char *dir, const char *after,
			     char ret_name[NAME_MAX + 1]);

#endif
