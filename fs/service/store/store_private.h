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
	bool gathers;	  /* since store_gather() */
	bool has_changes; /* begun since the last store_settle() */
	struct err lost;  /* why all that was gathered is undone already; errnum 0: it is not */
};

/* Makes a store over a database, which it owns from here on, also when it fails. Returns 0 and an
 * owned store, or -ENOMEM. */
int store_make(struct db *db, struct store **ret_store, struct err *err);

#define STORE_ID_RANDOM_CHARS 8
/* an ID that is taken is one in 10^12 a second; four in a row are a fault */
#define STORE_ID_ATTEMPTS 4

/* Begins a change. Returns 0 or -errno. */
int store_begin(struct store *store, struct err *err);

/* Ends what store_begin() began: commits if the work went well (r is 0), else undoes it. Returns r,
 * or what the commit failed with. */
int store_finish(struct store *store, int r, struct err *err);

/*
 * Makes an ID: the prefix, the UTC time in so many digits (14: to the second, 17: to the ms), and
 * STORE_ID_RANDOM_CHARS random characters. Returns 0 or -EIO.
 */
int store_make_id(const char *prefix, int64_t now_ms, int digits, char *ret_id);

/* The LIKE pattern of a text that may be anywhere in a name. Returns 0 or -ENOMEM. */
int store_make_pattern(const char *text, struct buf *out);

/* Reads the columns that the statements begin with that list and show documents. */
struct store_document store_read_row(const struct db_row *row);

/* Finds a document's row and latest version; to_change: nobody else changes it before the change
 * that was begun is over. Returns 0 or -ENOENT. */
int store_find(struct store *store, const char *id, bool to_change, int64_t *ret_number,
	       int64_t *ret_version, struct err *err);

#endif
