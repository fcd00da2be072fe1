/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_STORE_STORE_PRIVATE_H
#define COCFS_SERVICE_STORE_STORE_PRIVATE_H

#include "base/buf.h"
#include "service/store/db.h"
#include "service/store/list_places.h"
#include "service/store/store.h"

struct store {
	struct db *db;
	struct list_places places;
	bool gathers;	  /* changes are gathered: store_gather() was called */
	bool has_changes; /* a change has begun since the last store_settle() */
	struct err lost;  /* why the gathered changes are lost; errnum 0: they are not lost */
};

/* Makes a store over a database. The store owns the database from here on, also on failure. Returns
 * 0 and a store that store_close() closes, or -ENOMEM. */
int store_make(struct db *db, struct store **ret_store, struct err *err);

#define STORE_ID_RANDOM_CHARS 8
/* Attempts to make an ID that is not taken. A new ID is the same as a given other one of the same
 * second once in 10^12 times. So four taken IDs in a row are a fault. */
#define STORE_ID_ATTEMPTS 4

/* Begins a change of the store, in the transaction of the gathered changes if there is one. Returns
 * 0: end the change with store_finish(). Returns -errno with err filled: nothing has begun. */
int store_begin(struct store *store, struct err *err);

/* Ends a change that store_begin() began. If r is 0, keeps the change: durable now, or with the
 * gathered changes. If r is negative, undoes it. Returns r; or another -errno
 * with err filled if the change, or all gathered changes, are lost. */
int store_finish(struct store *store, int r, struct err *err);

/*
 * Makes an ID: the prefix, the time in UTC, and STORE_ID_RANDOM_CHARS random characters. digits:
 * how many digits the time has; 14: to the second, 17: to the millisecond. Returns 0 or -EIO.
 */
int store_make_id(const char *prefix, int64_t now_ms, int digits, char *ret_id);

/* Appends the LIKE pattern that finds a text anywhere in a name. Returns 0 or -ENOMEM. */
int store_make_pattern(const char *text, struct buf *out);

/* Reads the first columns of a row of ST_SHOW, or of a statement that lists documents. The strings
 * live as long as the row. */
struct store_document store_read_row(const struct db_row *row);

/* Finds the number of a document's row, and the document's latest version. to_change: from here on
 * nobody else can change the document until the present change is over. Returns 0, -ENOENT or
 * another -errno. */
int store_find(struct store *store, const char *id, bool to_change, int64_t *ret_number,
	       int64_t *ret_version, struct err *err);

#endif
