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
 * What the ledger records of a path, and what readers of the ledger get. Paths are relative to the
 * root of the spool ("sub/a.yaml", no "/" at the start).
 */

/* All that is recorded of a path: its row. The record owns the strings. Zero-initialise the struct;
 * job_record_finish() frees. */
struct job_record {
	int64_t row; /* the number of the row: a rename of the path does not change the number;
			never 0 */
	enum job_state state;
	/* The file may not be what its writer meant: the writer was killed or not seen, or a write
	 * or an attribute was refused. */
	bool incomplete;
	bool refused; /* error is about the newest content, even if older content is sent or queued
		       */
	bool backup;  /* the file is a backup; digest is of the backup's own content */
	char *job_id; /* the binding, or NULL */
	bool on_purpose; /* the job was made or bound here on purpose: with delete=service, rm
			    deletes it */
	int64_t version; /* the newest on the service, as last seen: 1, 2, … */
	/* the version whose content was read or written here, or that a user named (coc.base) */
	int64_t base;
	int64_t unread; /* a newer version that the file has the content of, and that nobody has
			   read; or 0 */
	bool has_digest;
	/* of the content of unread if there is one, else of base; of a backup: its own content */
	unsigned char digest[CONTENT_DIGEST_SIZE];
	struct attr_set sent; /* what was found here when the job was last sent. For a job that was
				 not made here: what the service had when the job was bound */
	struct attr_set held; /* what the service holds, as last seen; NULL: not known */
	char *request_id;     /* of the last answer, or NULL */
	int errnum;	      /* of the last refusal; 0: none stands */
	char *error;	      /* the story of the refusal: the .error sibling, or NULL */
	bool dismissed; /* a user removed the .error: only coc.error and cocfs-wait still tell the
			   story */
	bool unmade;	/* no file of this name was ever made */
	char *warnings; /* of the DSL check, and of the submission; a line each; or NULL */
	int64_t changed_ms; /* since the epoch: when the siblings last changed */
	struct holding holding;
};

void job_record_finish(struct job_record *record);
#define _cleanup_job_record_ __attribute__((cleanup(job_record_finish)))

/* Two versions of a job. */
struct job_versions {
	int64_t base;	/* as base in struct job_record, or the version that this submission made */
	int64_t newest; /* the newest on the service, as last seen */
};

/* The sizes and times of a path's siblings. Reading them costs less than reading the whole row.
 * Sizes are in bytes; 0: the sibling does not exist. */
struct job_glance {
	uint64_t id_size, error_size;
	int64_t changed_ms;
	struct holding holding;
};

/* One of the rows of a path: the row that the path finds, or a row that is set aside. */
struct job_claim {
	int64_t row;
	bool is_aside;
	struct holding holding;
};

/* The most rows of a name that are set aside. Only a person who acts as many users can bring a name
 * to more than a few. Each row is looked at when the name is made. */
#define CLAIMS_ASIDE_MAX 32

/* A name in a directory that has a row, and whose file was never made. */
struct job_unmade {
	int64_t row;
	char name[NAME_MAX + 1];
	struct job_glance seen;
};

/* An unfinished submission for .coc/queue. The strings are borrowed. */
struct job_pending {
	int64_t id; /* rises in the order of the commits */
	enum job_state state;
	int64_t attempts;
	int64_t next_try_ms; /* since the epoch, if queued; 0: at once */
	const char *path;
	bool is_aside;
	struct holding holding;
	const char *last_error; /* a story, whose first line is its sentence; or NULL */
};

/* How many submissions are queued. They are counted in parts. Zero-initialise the struct. */
struct queued_count {
	int64_t n;
	int64_t after; /* the last job that was counted */
};

/* A rename of a job file or a directory. It is recorded before it is done. The paths are
 * borrowed. */
struct job_rename {
	int64_t id;
	const char *from, *to;
	uint64_t ino; /* of the renamed file: shows the next mount whether the rename was done; 0:
			 not known */
	bool exchange;
	bool directory, to_directory; /* from was a directory; with exchange, to was a directory;
					 not in the ledger */
};

/* A file that was moved away from a job file name and is a backup. The strings are borrowed. */
struct job_backup {
	const char *path;
	const unsigned char *digest; /* of the content; NULL: the file cannot be read */
};

#endif
