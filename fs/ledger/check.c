/* SPDX-License-Identifier: MIT */
/*
 * After a crash the ledger is checked. SQLite's check reads the whole file: two seconds for a
 * million jobs, and longer from a slow disk. So before it uses a large ledger, a mount checks only
 * the pages that were being written (written.c). A thread checks the whole file later, and until it
 * ends nothing is sent (submit/soundness.c).
 *
 * The ledger has one connection, whose index of the log is in its memory. So no other connection
 * can read what is in the log. But the file that the log belongs to changes only when the log is
 * taken over into it. So the log is taken over once when the check begins, and then not until the
 * check has ended. The file is the ledger as it was at one moment, and the check reads it through a
 * connection of its own, with no lock (image.c). Commits go to the log, which grows meanwhile. When
 * the log has HELD_LOG_PAGES, the file is needed: the check is stopped, the log is taken over, and
 * the check begins again. During the next check the log may have twice as many pages. So in the end
 * a check is not stopped, and the log has at most what is written while one check runs.
 *
 * The order in on_log() makes the result of a check true. The check is stopped before the file
 * changes, so a check that has read a changed file also sees that it was stopped.
 */
#define _GNU_SOURCE
#include "ledger/check.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/db.h"
#include "ledger/image.h"
#include "ledger/seal.h"
#include "ledger/soundness.h"
#include "ledger/wal.h"

/* The most pages that the log may have during the first check: 16 MB. A `cp -r` writes so much to
 * the queue in half a second. The loop waits while SQLite takes these pages over. */
#define HELD_LOG_PAGES 4096

struct ledger_check {
	char *path;
	atomic_bool stopped;
	int log_pages_max;
};

bool ledger_is_unchecked(const struct ledger *ledger)
{
	return ledger->soundness == LEDGER_UNCHECKED;
}

int ledger_explain_reading(const struct ledger *ledger, int r, struct err *err)
{
	return r == -EUCLEAN ? ledger_explain_damage(ledger->path, DAMAGE_AT_MOUNT, "", err) : r;
}

/* SQLite calls this after each commit, with the pages that the log has now. At log_pages_max pages
 * it stops the check and takes the log over into the ledger's file. */
static int on_log(void *data, sqlite3 *db, const char *name, int n_pages)
{
	struct ledger_check *check = data;

	(void)name;
	if (n_pages < check->log_pages_max)
		return SQLITE_OK;
	ledger_check_stop(check);
	ledger_log_take_over(db); /* on failure the next commit tries again */
	return SQLITE_OK;
}

int ledger_check_begin(struct ledger *ledger, struct ledger_check **ret_check)
{
	struct ledger_check *check = calloc(1, sizeof(*check));
	int r = check && (check->path = strdup(ledger->path)) ? 0 : -ENOMEM;

	if (r == 0)
		r = ledger_log_take_over(ledger->db);
	if (r < 0) {
		if (check)
			free(check->path);
		free(check);
		return r;
	}
	atomic_init(&check->stopped, false);
	if (!ledger->held_log_pages)
		ledger->held_log_pages = HELD_LOG_PAGES;
	check->log_pages_max = ledger->held_log_pages;
	ledger->check = check;
	sqlite3_wal_hook(ledger->db, on_log, check);
	*ret_check = check;
	return 0;
}

void ledger_check_stop(struct ledger_check *check)
{
	atomic_store(&check->stopped, true);
}

int ledger_check_run(struct ledger_check *check, struct err *err)
{
	sqlite3 *image;
	int r = ledger_image_open(check->path, &check->stopped, &image);

	if (r == 0) {
		r = ledger_check_all(image, check->path, DAMAGE_IN_MOUNT, err);
		sqlite3_close(image);
	}
	/* the result of a stopped check is void: it may have read a file that was being changed */
	return atomic_load(&check->stopped) ? -ECANCELED : r;
}

void ledger_check_end(struct ledger *ledger, struct ledger_check *check, int result)
{
	if (!check)
		return;
	ledger->check = NULL;
	sqlite3_wal_autocheckpoint(ledger->db, LOG_PAGES);
	if (result == -ECANCELED && ledger->held_log_pages < INT32_MAX / 2)
		ledger->held_log_pages *= 2;
	if (result == 0)
		ledger->soundness = LEDGER_SOUND;
	if (result == -EUCLEAN) {
		ledger->soundness = LEDGER_DAMAGED;
		ledger_break_seal(ledger->path);
	}
	free(check->path);
	free(check);
}
