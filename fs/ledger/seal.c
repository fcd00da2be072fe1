/* SPDX-License-Identifier: MIT */
/*
 * SQLite's check reads the whole ledger, which takes seconds for a million jobs. So a ledger that
 * is closed in good order is sealed. The seal is an extended attribute of the file, with the file's
 * size and the time of its last change. As long as size and time are the same, nobody has written
 * to the ledger since. If a ledger was closed before its check came to the end, its seal says so.
 */
#define _GNU_SOURCE
#include "ledger/seal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "base/cleanup.h"
#include "base/log.h"

#define SEAL_XATTR "user.coc.sealed"
/* a seal that begins so is of a ledger that is yet to be checked */
#define UNCHECKED "unchecked "

struct seal {
	char text[80];
};

/* Does the ledger still have a log beside it that is not empty? Returns 1, 0 (also if stat() fails)
 * or -ENOMEM. */
static int has_log(const char *path)
{
	_cleanup_free_ char *log = NULL;
	struct stat st;

	if (asprintf(&log, "%s-wal", path) < 0) {
		log = NULL;
		return -ENOMEM;
	}
	return stat(log, &st) == 0 && st.st_size > 0;
}

/* Returns the seal that a ledger with the file's present size and time would have, with UNCHECKED
 * at its beginning. An empty text: stat() fails. */
static struct seal seal_of(const char *path)
{
	struct seal seal = {""};
	struct stat st;

	if (stat(path, &st) == 0)
		snprintf(seal.text, sizeof(seal.text), UNCHECKED "%lld %lld.%09ld",
			 (long long)st.st_size, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	return seal;
}

enum ledger_past ledger_past(const char *path)
{
	struct seal seal = seal_of(path), kept = {""};
	int r = has_log(path);

	if (r != 0)
		return r < 0 ? PAST_UNKNOWN : PAST_CRASHED;
	if (!seal.text[0] || getxattr(path, SEAL_XATTR, kept.text, sizeof(kept.text) - 1) <= 0)
		return PAST_UNKNOWN;
	if (!strcmp(kept.text, seal.text))
		return PAST_UNCHECKED;
	return strcmp(kept.text, seal.text + strlen(UNCHECKED)) ? PAST_UNKNOWN : PAST_SEALED;
}

/* Writes no seal while the ledger has a log. Without a seal the next mount checks the ledger;
 * nothing else depends on the seal. */
void ledger_put_seal(const char *path, bool unchecked)
{
	struct seal seal = has_log(path) ? (struct seal){""} : seal_of(path);
	const char *text = seal.text + (unchecked || !seal.text[0] ? 0 : strlen(UNCHECKED));

	if (text[0] && setxattr(path, SEAL_XATTR, text, strlen(text), 0) < 0)
		log_debug("%s is checked at the next mount: %s", path, strerror(errno));
}

void ledger_break_seal(const char *path)
{
	if (removexattr(path, SEAL_XATTR) < 0 && errno != ENODATA)
		log_debug("%s keeps its seal: %s", path, strerror(errno));
}
