/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_RECORD_H
#define COCFS_JOB_RECORD_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "job/attributes.h"
#include "job/digest.h"
#include "job/owner.h"
#include "job/state.h"

/*
 * What is recorded of a path: what the ledger keeps, and what its readers see of it. Paths are
 * relative to the root of the spool ("sub/a.yaml", no "/" at the start).
 */

/* All that is recorded of a path: its row. Owned strings. Zero-initialise it; job_record_finish()
 * frees. */
struct job_record {
	int64_t row; /* stays the same when the path is renamed; never 0 */
	enum job_state state;
	bool incomplete; /* the file may be half of what was meant: its writer was killed, or not
			    seen */
	bool refused; /* the error is of the newest content, also if older content is sent or queued
		       */
	bool backup;  /* the file is a backup; digest is of the file's own content */
	char *job_id; /* the binding, or NULL */
	bool on_purpose; /* the job was made or bound here on purpose: delete=service deletes it */
	int64_t version; /* the newest on the service, as it was seen last: 1, 2, … */
	int64_t base;	 /* the version whose content was read or written here */
	int64_t unread;	 /* a newer version, whose content the file has and nobody has read; or 0 */
	bool has_digest;
	unsigned char
		digest[CONTENT_DIGEST_SIZE]; /* of the content of unread, or else of the base */
	struct attr_set sent; /* what was found here when it was sent last; of a job that was not
				 made here, what the service had when it was bound */
	struct attr_set held; /* what the service holds, as it was seen last; NULL: not known */
	char *request_id;     /* of the last answer, or NULL */
	int errnum;	      /* of the last refusal, 0 when none stands */
	char *error;	      /* its whole story: the .error sibling, or NULL */
	bool dismissed; /* the .error was removed: only coc.error and cocfs-wait tell the story */
	bool unmade;	/* no file of this name was ever made */
	char *warnings; /* what the DSL check found odd, a line each, or NULL */
	int64_t changed_ms; /* since the epoch: when the siblings last changed */
	struct holding holding;
};

void job_record_finish(struct job_record *record);
#define _cleanup_job_record_ __attribute__((cleanup(job_record_finish)))

/* Two versions of a job. */
struct job_versions {
	int64_t base;	/* the one that has what is committed here */
	int64_t newest; /* as it was seen last */
};

/* What the siblings of a path look like, cheaper than the whole row. Sizes in bytes, 0: not
 * there. */
struct job_glance {
	uint64_t id_size, error_size;
	int64_t changed_ms;
	struct holding holding;
};

/* One of the rows of a path: the one that is found by it, or one that is set aside. */
struct job_claim {
	int64_t row;
	bool is_aside;
	struct holding holding;
};

/* A name has at most so many rows that are set aside. Only somebody who acts as many users can
 * bring a name to more than a few; each is looked at when the name is made. */
#define CLAIMS_ASIDE_MAX 32

/* A name of a directory whose file was never made, and that has a row. */
struct job_unmade {
	int64_t row;
	char name[NAME_MAX + 1];
	struct job_glance seen;
};

/* An unfinished submission as .coc/queue tells it. Borrowed strings. */
struct job_pending {
	int64_t id; /* rising in the order of the commits */
	enum job_state state;
	int64_t attempts;
	int64_t next_try_ms; /* since the epoch; of what is queued, 0: at once */
	const char *path;
	bool is_aside;
	struct holding holding;
	const char *last_error; /* a story that starts with its sentence, or NULL */
};

/* How many submissions are queued, as far as they are counted. Zero-initialise it. */
struct queued_count {
	int64_t n;
	int64_t after; /* the job that was counted last */
};

/* A rename of a job file or a directory, as it is recorded before it is done. Borrowed paths. */
struct job_rename {
	int64_t id;
	const char *from, *to;
	uint64_t ino; /* of what is renamed: tells at the next mount whether it was done; 0: not
			 known */
	bool exchange;
	bool directory, to_directory; /* what was from, and (exchange) to, is one; not kept */
};

/* A file that was moved away from a job's name and is a backup. Borrowed. */
struct job_backup {
	const char *path;
	const unsigned char *digest; /* of its content; NULL: that cannot be read */
};

#endif
