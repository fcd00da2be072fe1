/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_FRESHNESS_H
#define COCFS_SUBMIT_FRESHNESS_H

#include <limits.h>

#include "job/attributes.h"
#include "job/digest.h"
#include "submit/submit.h"
#include "bounds/api.h"

/*
 * Which version of its job a file has, how recently that was checked, and what a check has shown.
 * For fs/space, which refreshes files (space/refresh.c). The comment at the top of freshness.c
 * explains base, newest and unread versions. A function whose comment names no result returns 0 or
 * -errno.
 */
struct freshness {
	int64_t row;
	char job_id[COC_DOCUMENT_ID_ROOM];
	int64_t newest; /* the newest version on the service, as it was seen last */
	int64_t base;	/* the version that somebody here has read, written or named last */
	int64_t unread; /* the file has the text of this version, which nobody has read; or 0 */
	bool has_digest;
	/* digest of the text that the file has according to the ledger */
	unsigned char digest[CONTENT_DIGEST_SIZE];
	/* the row has no unfinished submission, its last commit was not incomplete, and the file is
	 * no backup */
	bool is_settled;
	/* the last commit was refused: only the content tells which text the file has */
	bool is_refused;
	/* is_refused, a newer version is known, and the last check did not fail: refresh the file
	 * even if no check is due */
	bool is_behind;
	bool is_gone;	/* the service has said last that there is no such job */
	int64_t due_ms; /* for how many ms from now no check is due; 0: a check is due */
	struct holding holding;
	/* versions 1 to hidden belong to files that the user of the present file could not read.
	 * They were files of hidden_uid; without has_hidden_uid, of several users */
	int64_t hidden;
	bool has_hidden_uid;
	uid_t hidden_uid;
};

/* Returns the version whose text the file has: a newer one that nobody has read yet, else the
 * base. */
static inline int64_t freshness_version(const struct freshness *fresh)
{
	return fresh->unread ? fresh->unread : fresh->base;
}

/* Reads the freshness of a path. -ENOENT: the path is bound to no job. */
int freshness_find(struct engine *engine, const char *path, struct freshness *ret_fresh);

/* Records that the file has the text of a newer version now, with this digest, and that nobody has
 * read it yet. */
int freshness_take(struct engine *engine, const struct freshness *fresh, int64_t version,
		   const unsigned char *digest);

/* Records that a check has shown a newer version, and that it has the same text as the file. So the
 * file has this version from now on: as its base, or, if nobody has read the text, as its unread
 * version. */
int freshness_same(struct engine *engine, const struct freshness *fresh, int64_t version);

/* Records that a check has shown a newer version, and that the file keeps its older text for
 * now. */
int freshness_see(struct engine *engine, const struct freshness *fresh, int64_t version);

/* Records the attributes of the newest version, as a check has shown them, as what the service
 * holds. Does nothing if a submission of the row is under way, or if the row has another job by
 * now, or knows a newer version. NULL in attrs: the service did not tell this attribute. */
int freshness_hold(struct engine *engine, const struct freshness *fresh, int64_t version,
		   const char *const attrs[ATTR_COUNT]);

/* Records that somebody reads the text that the file has: the unread version is the base from now
 * on. Call this only if fresh->unread is set. */
int freshness_read(struct engine *engine, const struct freshness *fresh);

/* Call this when somebody has written content with this digest to the file of job. If the file had
 * an unread text, and the content equals that text, the unread version is the base from now on: in
 * the ledger and in *job. Otherwise nothing changes. */
int freshness_write(struct engine *engine, struct job_record *job, const unsigned char *digest);

/* Records that what is committed now was made from version `base`, which is older than the base of
 * the row. It is the row's base from now on, and the digest of its text is not known. */
int freshness_go_back(struct engine *engine, const struct freshness *fresh, int64_t base);

/* Call this when a check failed, or its result could not be used: the next check is due after
 * CHECK_AGAIN_MS. */
void freshness_again(struct engine *engine, const struct freshness *fresh);

/* Reads the freshness of a row, as freshness_find() does for a path. */
int freshness_of_row(struct engine *engine, int64_t row, struct freshness *ret_fresh);

/* Finds the next name that is bound to a job, among those directly in dir. after: the name that was
 * found last; "": find the first. -ENOENT: there is no further name. */
int freshness_next_name(struct engine *engine, const char *dir, const char *after,
			char ret_name[NAME_MAX + 1]);

/* Finds the next directory directly in dir that has a name below it that is bound to a job. after
 * and errors as in freshness_next_name(). */
int freshness_next_directory(struct engine *engine, const char *dir, const char *after,
			     char ret_name[NAME_MAX + 1]);

#endif
