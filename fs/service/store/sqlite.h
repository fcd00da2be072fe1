/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_STORE_SQLITE_H
#define COCFS_SERVICE_STORE_SQLITE_H

#include <sqlite3.h>

#include "service/store/db.h"

/* The driver of SQLite. Only the driver's own files use this header. */
struct db_sqlite {
	struct db db;
	sqlite3 *handle;
	/* prepared once, by db_sqlite_open() */
	sqlite3_stmt *begin, *commit, *statements[STATEMENTS];
};

extern const struct db_ops db_sqlite_ops;

/*
 * Opens a data file. If there is none, makes one with mode 0600. Returns 0 and a database that
 * db_close() closes. Returns -EINVAL if the file is no data file of the local service, or of a
 * later version; or another -errno.
 */
int db_sqlite_open(const char *path, struct db **ret_db, struct err *err);

/* Fills err from SQLite's last error; handle NULL: out of memory. Returns the -errno. */
int db_sqlite_error(sqlite3 *handle, struct err *err);

#endif
