/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_CHECK_THREAD_H
#define COCFS_SUBMIT_CHECK_THREAD_H

#include "ledger/check.h"
#include "loop/loop.h"

/* A thread that runs one check of the ledger beside the loop, and ends with the check. */
struct check_thread;

/* The loop calls this when the check has ended. r is what ledger_check_run() has returned, and err
 * what it has filled. */
typedef void check_thread_done_fn(void *data, int r, const struct err *err);

/* Starts the thread. The check is borrowed until check_thread_destroy(). Returns 0 and an owned
 * check_thread, or -errno. */
int check_thread_create(struct loop *loop, struct ledger_check *check, check_thread_done_fn *done,
			void *data, struct check_thread **ret_check_thread);

/* Stops the check, waits for its end without calling done, and frees. NULL is accepted. */
void check_thread_destroy(struct check_thread *check_thread);

#endif
