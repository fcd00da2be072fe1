/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_STORE_POSTGRESQL_TABLES_H
#define COCFS_SERVICE_STORE_POSTGRESQL_TABLES_H

#include "service/store/postgresql.h"

/* Makes the tables that are missing, unless another process has in the meantime. Returns 0;
 * -EINVAL: the database is another program's, or of a later version; or -errno. */
int postgresql_make_tables(struct db_postgresql *postgresql, struct err *err);

/* Refuses a database whose tables are not ours. Returns the version of their layout, 0 when there
 * is no table at all, -EINVAL or another -errno. */
int postgresql_recognise(struct db_postgresql *postgresql, struct err *err);

#endif
