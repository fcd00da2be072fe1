/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_STORE_STORE_H
#define COCFS_SERVICE_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "service/store/random.h"

/*
 * The data of the local service: documents and their versions, in one SQLite file, or in a
 * PostgreSQL database (store_postgresql.h). What a function reports as done is on the disk when it
 * returns; or, after store_gather(), when store_settle() has returned 0. One thread at a time.
 *
 * All functions fail with -ENOMEM, -ENOSPC, -EBUSY (another process holds the file), -EROFS or -EIO
 * and err filled, besides the errors that they name; then nothing has changed.
 */
struct store;

/* "DM", the time in 14 digits, 8 random characters, NUL. */
#define STORE_ID_SIZE 25

/*
 * Opens a data file; makes it, with mode 0600, when it is not there. Returns 0 and an owned store;
 * -EINVAL: the file is not a data file of the local service, or one of a later version; -errno.
 */
int store_open(const char *path, struct store **ret_store, struct err *err);

/* Closes and frees; NULL is accepted. */
void store_close(struct store *store);

/* From here on changes are gathered, and made durable together by store_settle(). They are read by
 * this store as if they were. */
void store_gather(struct store *store);

/* True if changes are gathered that are not durable. */
bool store_has_changes(const struct store *store);

/*
 * Makes what is gathered durable, all of it or nothing. Returns 0 also if there was nothing to do;
 * an error, then none of the changes since the last one has been made, whatever was reported.
 */
int store_settle(struct store *store, struct err *err);

/* A new document; strings are borrowed. */
struct store_new {
	const char *name, *content, *enterprise_project_id, *risk_level, *description;
	const char *tags; /* a JSON array */
	const char *creator;
};

/* Stores a document as its version 1. Returns 0 and its ID. */
int store_create(struct store *store, const struct store_new *new, int64_t now_ms,
		 char ret_id[STORE_ID_SIZE], struct err *err);

/* An edit; strings are borrowed; NULL in description and risk_level keeps what is there. */
struct store_edit {
	const char *name, *content, *risk_level, *description;
	const char *modifier;
};

/* Stores a new version. Returns 0; -ENOENT: no such document; -EDQUOT: it has as many as may be. */
int store_update(struct store *store, const char *id, const struct store_edit *edit, int64_t now_ms,
		 struct err *err);

/* Deletes a document with its versions. Returns 0 or -ENOENT. */
int store_delete(struct store *store, const char *id, struct err *err);

/* A document as it is read; valid while the callback that gets it runs. Strings that are not set
 * are NULL. */
struct store_document {
	int64_t number; /* the row in the data file */
	const char *document_id, *name, *enterprise_project_id, *creator, *modifier;
	const char *risk_level, *description; /* not in a list */
	const char *content;		      /* not in a list; of the version below */
	int64_t version;
	int64_t create_time_ms, update_time_ms;
};

struct store_version {
	int64_t number;
	const char *uuid;
	int64_t create_time_ms;
};

/*
 * Reads a document, then all its versions, newest first. version 0 is the latest. Returns 0;
 * -ENOENT: no such document; -ENODATA: no such version; or the negative value of a callback.
 */
int store_show(struct store *store, const char *id, int64_t version,
	       int (*document)(void *data, const struct store_document *document),
	       int (*each)(void *data, const struct store_version *version), void *data,
	       struct err *err);

/* What to list; NULL strings filter nothing. */
struct store_filter {
	const char *name_like; /* part of the name; ASCII letters match in either case */
	const char *creator, *enterprise_project_id;
	int64_t limit, offset;
};

/* Lists documents, newest first. Returns 0 and how many match, over all pages; or the negative
 * value of the callback. */
int store_list(struct store *store, const struct store_filter *filter,
	       int (*each)(void *data, const struct store_document *document), void *data,
	       int64_t *ret_total, struct err *err);

#endif
