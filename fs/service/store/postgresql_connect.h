/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_STORE_POSTGRESQL_CONNECT_H
#define COCFS_SERVICE_STORE_POSTGRESQL_CONNECT_H

#include "service/store/postgresql.h"

/*
 * Connects if there is no connection, checks that the tables are ours, and begins a unit of work.
 * Returns 0 or -errno. If the last attempt was a moment ago, fails at once.
 */
int postgresql_connect(struct db_postgresql *postgresql, struct err *err);

/* Closes the connection, if there is one. The server undoes changes that are not committed. The
 * next postgresql_connect() connects anew. */
void postgresql_disconnect(struct db_postgresql *postgresql);

#endif
