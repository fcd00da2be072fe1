/* SPDX-License-Identifier: MIT */
#include "ledger/soundness.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The most bytes of a ledger that is checked whole when it is opened: that takes 70 ms. */
#define CHECK_AT_ONCE_MAX (8 << 20)

bool ledger_check_may_wait(int64_t size)
{
	return size > CHECK_AT_ONCE_MAX;
}

int ledger_explain_damage(const char *path, enum damage_found found, const char *said,
			  struct err *err)
{
	bool at_mount = found == DAMAGE_AT_MOUNT;

	err_set(err, EUCLEAN, "the ledger %s is damaged: %s", path,
		at_mount ? "it is left as it is, nothing is mounted"
			 : "nothing is sent to the service any more");
	err_detail(err, "sqlite", "%s", said);
	err_detail(err, "what_to_do", "%srestore it from a backup, or mount with another state_dir",
		   at_mount ? "" : "unmount, then ");
	return -EUCLEAN;
}

int ledger_check_all(sqlite3 *db, const char *path, enum damage_found found, struct err *err)
{
	char said[256] = "";
	sqlite3_stmt *stmt;
	int code = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &stmt, NULL);

	if (code == SQLITE_OK) {
		const char *verdict;

		code = sqlite3_step(stmt);
		verdict = code == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
		if (code == SQLITE_ROW && !verdict)
			code = SQLITE_NOMEM;
		snprintf(said, sizeof(said), "%s", verdict ? verdict : sqlite3_errmsg(db));
		sqlite3_finalize(stmt);
	} else {
		snprintf(said, sizeof(said), "%s", sqlite3_errmsg(db));
	}
	if (code == SQLITE_ROW && !strcmp(said, "ok"))
		return 0;
	if (code == SQLITE_NOMEM)
		return err_set(err, ENOMEM, "out of memory when the ledger %s was checked", path);
	return ledger_explain_damage(path, found, said, err);
}
