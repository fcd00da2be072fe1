/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_STORE_STORE_POSTGRESQL_H
#define COCFS_SERVICE_STORE_STORE_POSTGRESQL_H

#include <stdbool.h>

struct err;
struct store;

/*
 * A store in a PostgreSQL database, which several processes may use at once: each sees what the
 * others have made durable, and no two give out the same ID. What store.h says of a data file holds
 * for the database, and besides:
 *
 * When the connection breaks, what was gathered is lost and settling fails. When it breaks while
 * store_settle() commits, that fails too, and nobody can know whether the changes were made:
 * whoever is told has to look. Functions fail with -EIO until the database can be reached again,
 * which is tried at most every POSTGRESQL_RETRY_MS. Whatever happens, none takes longer than
 * POSTGRESQL_CONNECT_S and POSTGRESQL_TURN_MS together; -EBUSY: others had locked what was wanted.
 */

/* Does a text name a PostgreSQL database, rather than a file? */
bool store_is_postgresql(const char *data);

/*
 * Opens the store in a database ("postgresql://…"), in the first schema of its search path; makes
 * its tables when the schema is empty. Returns 0 and an owned store; -EINVAL: not a URI, one with a
 * password in it, a database that is not in UTF-8, one of another program, or of a later version;
 * or another -errno. No error tells a password.
 */
int store_open_postgresql(const char *uri, struct store **ret_store, struct err *err);

#endif
