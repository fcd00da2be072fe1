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

/* All that the ledger records of a path: the row of the path. The record owns the strings.
 * Zero-initialise the struct; job_record_finish() frees. */
struct job_record {
	int64_t row; /* the number of the row: a rename of the path does not change the number;
			never 0 */
	enum job_state state;
	/* The file may not be what its writer meant: the writer was killed or not seen, or a write
	 * or an attribute was refused. */
	bool incomplete;
	/* the newest content was refused, and error is about it; an older content may be queued or
	 * sent all the same */
	bool refused;
	bool backup;  /* the file is a backup; digest is of the backup's own content */
	char *job_id; /* the job of the path (the binding), or NULL */
	/* the job was made or bound here on purpose: with delete=service, removing the file deletes
	 * the job on the service */
	bool on_purpose;
	int64_t version; /* the newest on the service, as last seen, from 1; 0: not known */
	/* the version that the user's work is based on: its content was read or written here, or a
	 * user named it (coc.base) */
	int64_t base;
	/* a newer version, whose content the file has and nobody has read yet; 0: none */
	int64_t unread;
	bool has_digest; /* false: digest is not known, and its bytes mean nothing */
	/* the SHA-256 of a content: of version unread if it is not 0, else of version base. For a
	 * backup: of the file's own content */
	unsigned char digest[CONTENT_DIGEST_SIZE];
	/* what was found on the file and in its directories when the job was last sent. For a job
	 * that was not made here: what the service had when the job was bound */
	struct attr_set sent;
	struct attr_set held; /* what the service holds, as last seen; NULL: not known */
	char *request_id;     /* the ID of the request that was answered last, or NULL */
	int errnum;	      /* the errno of the last refusal; 0: no refusal stands */
	char *error;	      /* the story of the refusal: the .error sibling, or NULL */
	/* a user removed the .error sibling: only coc.error and cocfs-wait still tell the story */
	bool dismissed;
	bool unmade;	    /* no file of this name was ever made */
	char *warnings;	    /* of the DSL check and of the submission, a line each; NULL: none */
	int64_t changed_ms; /* since the epoch: when the siblings last changed */
	struct holding holding; /* the users who have what the path keeps */
};

/* Frees the strings of a record. Afterwards the record is empty. */
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
	int64_t changed_ms; /* since the epoch: when the siblings last changed */
	struct holding holding;
};

/* One of the rows of a path. A path has one row that a search finds. Further rows are set aside:
 * another user has made the name again without inheriting them. */
struct job_claim {
	int64_t row;
	bool is_aside; /* false: this is the one row that a search finds */
	struct holding holding;
};

/* The most rows of a path that are set aside. Only a person who acts as many users can bring a path
 * to more than a few. Each such row is read when a file of the path is made, so the bound limits
 * the work. */
#define CLAIMS_ASIDE_MAX 32

/* A name that has a row although no file of the name was ever made. */
struct job_unmade {
	int64_t row;
	char name[NAME_MAX + 1]; /* in the directory that the caller asked for */
	struct job_glance seen;	 /* of the siblings of the name */
};

/* An unfinished submission for .coc/queue. The strings are borrowed. */
struct job_pending {
	int64_t id; /* rises in the order of the commits */
	enum job_state state;
	int64_t attempts;
	int64_t next_try_ms; /* since the epoch: when to send, if the state is JOB_QUEUED; 0: now */
	const char *path;
	bool is_aside; /* the row of path is set aside: see struct job_claim */
	struct holding holding;
	/* the story of the last failed try, whose first line is a sentence; or NULL */
	const char *last_error;
};

/* How many submissions are queued. ledger_count_queued() counts them in several calls.
 * Zero-initialise the struct before the first call. */
struct queued_count {
	int64_t n;     /* submissions that were counted so far */
	int64_t after; /* the row of the last job whose submission was counted */
};

/* A rename of a job file or a directory. The ledger records the rename before the rename is done.
 * The paths are borrowed. */
struct job_rename {
	int64_t id;
	const char *from, *to;
	/* the inode number of the renamed file: shows after a crash whether the rename was done;
	 * 0: not known */
	uint64_t ino;
	bool exchange;		      /* RENAME_EXCHANGE: the two names change places */
	bool directory, to_directory; /* from was a directory; with exchange, to was a directory;
					 not in the ledger */
};

/* A backup: a job file that a tool moved aside before it wrote the name again. The strings are
 * borrowed. */
struct job_backup {
	const char *path;
	const unsigned char *digest; /* the SHA-256 of the content; NULL: the file cannot be read */
};

#endif
