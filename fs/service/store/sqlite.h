/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_STORE_SQLITE_H
#define COCFS_SERVICE_STORE_SQLITE_H

#include <sqlite3.h>

#include "service/store/db.h"

/* The driver of SQLite; its parts only. */
struct db_sqlite {
	struct db db;
	sqlite3 *handle;
	/* prepared once, when it is opened */
	sqlite3_stmt *begin, *commit, *statements[STATEMENTS];
};

extern const struct db_ops db_sqlite_ops;

/*
 * Opens a data file; makes it, with mode 0600, when it is not there. Returns 0 and an owned
 * database; -EINVAL: the file is not a data file of the local service, or one of a later version;
 * or another -errno.
 */
int db_sqlite_open(const char *path, struct db **ret_db, struct err *err);

/* Fills err from SQLite's last error; NULL: out of memory. Returns its negative errno. */
int db_sqlite_error(sqlite3 *handle, struct err *err);

#endif
