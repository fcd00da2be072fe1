/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_STORE_POSTGRESQL_TABLES_H
#define COCFS_SERVICE_STORE_POSTGRESQL_TABLES_H

#include "service/store/postgresql.h"

/* Makes the missing tables, unless another process has made them in the meantime. Returns 0;
 * -EINVAL: the database belongs to another program, or to a later version; or -errno. */
int postgresql_make_tables(struct db_postgresql *postgresql, struct err *err);

/* Checks that the tables of a database are ours. Returns the version of their layout; 0: there are
 * no tables; -EINVAL: they are not ours; or another -errno. */
int postgresql_recognise(struct db_postgresql *postgresql, struct err *err);

#endif
