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
 * PostgreSQL database (store_postgresql.h). When a function returns 0, its change is on the disk.
 * After store_gather(), the change is on the disk when store_settle() has returned 0. One thread at
 * a time.
 *
 * All functions fail with -ENOMEM, -ENOSPC, -EBUSY (another process has locked the file), -EROFS,
 * -EACCES or -EIO. Errors that only one function has stand at that function. After a failure err is
 * filled, and nothing has changed.
 */
struct store;

/* Room for the ID of a document: "DM", the time in 14 digits, 8 random characters, a NUL. */
#define STORE_ID_SIZE 25

/*
 * Opens a data file. If there is none, makes one with mode 0600. Returns 0 and a store that
 * store_close() closes. Returns -EINVAL if the file is no data file of the local service, or of a
 * later version; or -errno.
 */
int store_open(const char *path, struct store **ret_store, struct err *err);

/* Closes and frees a store. NULL is accepted. */
void store_close(struct store *store);

/* From here on changes are gathered: store_settle() makes all changes since the last call durable
 * together. This store reads them before that as if they were durable. */
void store_gather(struct store *store);

/* Returns true if a gathered change has begun since the last store_settle(): then there may be
 * changes that are not durable yet. Also true if each of them failed. */
bool store_has_changes(const struct store *store);

/*
 * Makes the gathered changes durable, all or none. Returns 0 also if there are none. After an error
 * none of the changes since the last store_settle() is made, although their functions returned 0.
 */
int store_settle(struct store *store, struct err *err);

/* The values of a new document, for store_create(). The strings are borrowed. */
struct store_new {
	const char *name, *content, *enterprise_project_id, *risk_level, *description;
	const char *tags; /* a JSON array */
	const char *creator;
};

/* Stores a new document as version 1. Returns 0 and its ID, or -errno with err filled. Each call
 * makes a document, also with a name that exists. */
int store_create(struct store *store, const struct store_new *new, int64_t now_ms,
		 char ret_id[STORE_ID_SIZE], struct err *err);

/* The values of a new version, for store_update(). The strings are borrowed. NULL in description or
 * risk_level keeps the old value. */
struct store_edit {
	const char *name, *content, *risk_level, *description;
	const char *modifier;
};

/* Stores a new version of a document. Returns 0; -ENOENT: there is no such document; -EDQUOT: the
 * document has COC_VERSIONS_MAX versions; or another -errno. err is filled. */
int store_update(struct store *store, const char *id, const struct store_edit *edit, int64_t now_ms,
		 struct err *err);

/* Deletes a document with its versions. Returns 0; -ENOENT: no such document; or another -errno.
 * err is filled. */
int store_delete(struct store *store, const char *id, struct err *err);

/* A document from the store. The strings are valid while the callback runs. A string that is not
 * set is NULL. */
struct store_document {
	int64_t number; /* the number of the document's row in the data file */
	const char *document_id, *name, *enterprise_project_id, *creator, *modifier;
	const char *risk_level, *description; /* not in a list */
	const char *content;		      /* of version; not in a list */
	int64_t version;
	int64_t create_time_ms, update_time_ms;
};

struct store_version {
	int64_t number;
	const char *uuid;
	int64_t create_time_ms;
};

/*
 * Calls document() with a document, then each() with each of its versions, newest first. version:
 * whose content document() gets; 0 means the latest. Returns 0; -ENOENT: there is no such document;
 * -ENODATA: it has no such version; or the negative number of a callback. Returns -ENOENT also if
 * another process deletes the document after the call of document().
 */
int store_show(struct store *store, const char *id, int64_t version,
	       int (*document)(void *data, const struct store_document *document),
	       int (*each)(void *data, const struct store_version *version), void *data,
	       struct err *err);

/* Which documents store_list() lists, and the page: limit documents from offset on. A string that
 * is NULL does not filter. */
struct store_filter {
	const char *name_like; /* a part of the document's name; ASCII case is ignored */
	const char *creator, *enterprise_project_id;
	int64_t limit, offset;
};

/* Calls each() with the documents of a page, newest first. Returns 0, and in *ret_total how many
 * documents match, on all pages; or the negative number of each(). */
int store_list(struct store *store, const struct store_filter *filter,
	       int (*each)(void *data, const struct store_document *document), void *data,
	       int64_t *ret_total, struct err *err);

#endif
