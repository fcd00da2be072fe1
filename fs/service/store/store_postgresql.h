/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_STORE_STORE_POSTGRESQL_H
#define COCFS_SERVICE_STORE_STORE_POSTGRESQL_H

#include <stdbool.h>

struct err;
struct store;

/*
 * A store in a PostgreSQL database. Several processes may use the store at the same time: each sees
 * the durable changes of the others, and no two give out the same ID. What store.h says about a
 * data file holds for the database, too. Besides:
 *
 * If the connection breaks, the gathered changes are lost, and store_settle() fails. If it breaks
 * while store_settle() commits, store_settle() fails too. Then nobody can know whether the changes
 * were made: the client has to look. Functions fail with -EIO until the database can be reached
 * again. Attempts to connect are at least POSTGRESQL_RETRY_MS apart. No transaction takes longer
 * than POSTGRESQL_WORK_MS, nor does a query without a transaction. An attempt to connect adds
 * POSTGRESQL_CONNECT_S for each address. -EBUSY: another process had locked a row.
 */

/* Does data (the option --data) name a PostgreSQL database, and not a file? Yes if it begins with
 * "postgresql://" or "postgres://". */
bool store_is_postgresql(const char *data);

/*
 * Opens the store in a database ("postgresql://…"), in the first schema of its search path. Makes
 * the tables if the schema is empty. Returns 0 and a store that store_close() closes. Returns
 * -EINVAL for a text that is no URI, or for a URI with a password. Returns -EINVAL, too, for a
 * database that is not in UTF-8, or belongs to another program or a later version. Returns another
 * -errno for other failures. No error text has a password.
 */
int store_open_postgresql(const char *uri, struct store **ret_store, struct err *err);

#endif
