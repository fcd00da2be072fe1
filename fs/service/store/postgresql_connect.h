/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_STORE_POSTGRESQL_CONNECT_H
#define COCFS_SERVICE_STORE_POSTGRESQL_CONNECT_H

#include "service/store/postgresql.h"

/*
 * Makes sure of a connection to a database whose tables are ours, and begins a turn on it. Returns
 * 0; or -errno, at once when the last attempt was a moment ago.
 */
int postgresql_connect(struct db_postgresql *postgresql, struct err *err);

/* Gives the connection up, and what the database has not committed on it. */
void postgresql_disconnect(struct db_postgresql *postgresql);

#endif
