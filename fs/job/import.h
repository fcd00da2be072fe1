/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_IMPORT_H
#define COCFS_JOB_IMPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "job/attributes.h"
#include "job/digest.h"

/*
 * What the ledger records of an import: a job of the service that no path of this space is bound
 * to. A placed import has a file in the root of the spool. This file is the placeholder of the
 * import, and only cocfs writes to it.
 */

/* The value of coc.state for an import. */
#define IMPORT_STATE_WORD "imported"

/* Which imports a mount shows: the option jobs=. */
enum jobs_shown {
	JOBS_AS_BEFORE, /* no option: JOBS_READ, or JOBS_OWN if an older cocfs made the ledger */
	JOBS_READ,	/* imports are files that nobody may change */
	JOBS_ALL, /* imports are files that users may change; an edit binds the path to the job */
	JOBS_OWN, /* no import is shown */
};

/* The first words of the .error of an import, after an edit that JOBS_READ has refused. */
#define IMPORT_IS_READ_ONLY                                                                        \
	"this job of the service was not written in this space, and is read-only here"

/* The .error of an import that was never fetched, while the service cannot be asked for it. */
#define IMPORT_IS_UNFETCHED "the text of this job cannot be fetched from the service"

enum import_state {
	IMPORT_UNPLACED, /* the import has no name yet */
	IMPORT_PLACED,	 /* the import has a name, and a file of this name */
	IMPORT_REMOVED,	 /* a tombstone: a user has removed the file, and the import is never placed
			    again. Its name is that of the removed file, or NULL */
	IMPORT_LEAVING,	 /* the job is gone or another path has it: the file is to be removed */
	IMPORT_TAKEN,	 /* a tombstone: later another file has got the name. The record is still
			    found by the name */
};

/* All that the ledger records of an import. The record owns the strings. Zero-initialise the
 * struct; import_record_finish() frees. */
struct import_record {
	char *job_id; /* of the job on the service */
	char *name;   /* of the file in the root; of a tombstone: of the removed file; NULL: none */
	enum import_state state;
	int64_t create_ms; /* since the epoch: when the service made the job */
	int64_t version;   /* the version whose content the file has; 0: not fetched */
	unsigned char digest[CONTENT_DIGEST_SIZE]; /* the SHA-256 of the content of version */
	struct attr_set attrs; /* the attributes that the service told with version */
	int64_t read_version;  /* the last version that a process has read from the file; 0: none */
	int64_t listed_version; /* the version that the last scan has found; 0: none */
	int64_t checked_ms;	/* since the epoch: when the service was last asked for the job */
	char *error;		/* why the last edit was refused: the .error; NULL: none was */
};

/* Frees the strings of a record. Afterwards the record is empty. */
void import_record_finish(struct import_record *record);
#define _cleanup_import_record_ __attribute__((cleanup(import_record_finish)))

/* Returns the newest known version of the job; 0: none is known. */
static inline int64_t import_newest(const struct import_record *import)
{
	return import->listed_version > import->version ? import->listed_version : import->version;
}

/* The sizes and times of an import's siblings. Reading them costs less than reading the whole row.
 * Sizes are in bytes; 0: the sibling does not exist. */
struct import_glance {
	uint64_t id_size, error_size;
	bool is_fetched;    /* the file has the content of a version */
	int64_t changed_ms; /* since the epoch: when the siblings last changed */
};

#endif
