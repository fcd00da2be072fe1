/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_IMPORT_H
#define COCFS_JOB_IMPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "job/attributes.h"
#include "job/digest.h"

/*
 * What is recorded of an import: of a job of the service that no path of this space is bound to. A
 * placed import has a file in the root of the spool, its placeholder. Nobody but cocfs has written
 * to this file.
 */

/* What coc.state says of an import. */
#define IMPORT_STATE_WORD "imported"

/* What a mount shows of imports: the option jobs=. */
enum jobs_shown {
	JOBS_AS_BEFORE, /* nobody says: JOBS_READ, or JOBS_OWN if an older cocfs made the ledger */
	JOBS_READ,	/* files that nobody may change */
	JOBS_ALL,	/* files that may be changed; the first edit binds */
	JOBS_OWN,	/* none */
};

/* How the story of an edit begins that was refused with JOBS_READ. */
#define IMPORT_IS_READ_ONLY                                                                        \
	"this job of the service was not written in this space, and is read-only here"

enum import_state {
	IMPORT_UNPLACED, /* it has no name yet */
	IMPORT_PLACED,	 /* it has a name, and a file of this name */
	IMPORT_REMOVED,	 /* a tombstone: a user has removed its file. It is never placed again. The
			    name, if it is kept, is the one that the file had */
	IMPORT_LEAVING,	 /* its job is gone, or another path has it: its file is to be removed */
	IMPORT_TAKEN,	 /* a tombstone whose name a user has given to another file since. The name
			    remembers the job */
};

/* All that is recorded of an import. Owned strings. Zero-initialise it; import_record_finish()
 * frees. */
struct import_record {
	char *job_id;
	char *name; /* of the file in the root; NULL: it has none */
	enum import_state state;
	int64_t create_ms; /* of the job, by the service's clock */
	int64_t version;   /* that the file has the content of; 0: it was not fetched */
	unsigned char digest[CONTENT_DIGEST_SIZE]; /* of this content */
	struct attr_set attrs;			   /* that the service told with it */
	int64_t read_version;	/* that a process here has read last; 0: none has read any */
	int64_t listed_version; /* that a scan has told last; 0: none */
	int64_t checked_ms;	/* since the epoch: when the service was asked for it last */
	char *error;		/* what the last edit was refused with: its .error, or NULL */
};

void import_record_finish(struct import_record *record);
#define _cleanup_import_record_ __attribute__((cleanup(import_record_finish)))

/* The newest version that is known of the job, 0: none. */
static inline int64_t import_newest(const struct import_record *import)
{
	return import->listed_version > import->version ? import->listed_version : import->version;
}

/* What the siblings of an import look like, cheaper than its row. Sizes in bytes, 0: not
 * there. */
struct import_glance {
	uint64_t id_size, error_size;
	bool is_fetched;
	int64_t changed_ms; /* since the epoch: when the siblings last changed */
};

#endif
