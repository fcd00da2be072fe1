/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_STORE_PRIVATE_H
#define COCFS_SERVICE_STORE_PRIVATE_H

#include <sqlite3.h>

#include "service/store.h"

enum statement {
	ST_BEGIN,
	ST_COMMIT,
	ST_ROLLBACK,
	ST_INSERT,
	ST_INSERT_VERSION,
	ST_FIND,
	ST_UPDATE,
	ST_DELETE,
	ST_SHOW,
	ST_VERSIONS,
	ST_LIST,
	ST_COUNT,
	STATEMENTS,
};

struct store {
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENTS]; /* prepared once, when the store is opened */
};

/* Fills err from the database's last error. Returns its negative errno. */
int store_error(sqlite3 *db, struct err *err);

#endif
