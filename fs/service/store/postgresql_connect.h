/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_STORE_POSTGRESQL_CONNECT_H
#define COCFS_SERVICE_STORE_POSTGRESQL_CONNECT_H

#include "service/store/postgresql.h"

/*
 * Begins a unit of work. Without a connection, connects first and checks that the tables are ours.
 * For POSTGRESQL_RETRY_MS after a failed attempt or a silent server, fails without an attempt, with
 * the error of that time. Returns 0 or -errno.
 */
int postgresql_connect(struct db_postgresql *postgresql, struct err *err);

/* Closes the connection, if there is one. The server undoes changes that are not committed. The
 * next postgresql_connect() connects anew. */
void postgresql_disconnect(struct db_postgresql *postgresql);

#endif
