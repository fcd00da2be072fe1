/* SPDX-License-Identifier: MIT */
/*
 * Asks the files themselves, and their directories, how their submissions ended.
 *
 * A refusal is reported as long as the file has its story (coc.error). An empty or missing file may
 * have a refusal, too: a copy that was too large leaves an empty file, and a refused rename makes
 * no file. A directory knows the names that were refused and have no file (coc.refused), even if
 * siblings are not listed.
 */
#define _GNU_SOURCE
#include "cocfs-wait/imports.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/escape.h"
#include "job/import.h"
#include "job/name.h"
#include "job/state.h"

#define STORY_MAX (ERR_TEXT_MAX + ERR_DETAILS_MAX + 256)
#define HIDDEN_MAX 32	/* bytes of the text of coc.hidden, which is a number */
#define NAMES_MAX 65536 /* the kernel's limit of an attribute's value, in bytes */

/* Reads a virtual attribute of path into value, as a text; "" if path has none. Returns 0 or
 * -errno. */
static int get_fact(const char *path, const char *fact, char *value, size_t room)
{
	ssize_t n = lgetxattr(path, fact, value, room - 1);

	/* EOPNOTSUPP: path is a mount point within the mount, and the file system there has no such
	 * attributes */
	if (n < 0 && errno != ENODATA && errno != EOPNOTSUPP)
		return -errno;
	value[n < 0 ? 0 : n] = '\0';
	return 0;
}

/* Does the service hold the content of a job file whose coc.state is this word? Yes for a submitted
 * file, and for an import. */
static bool is_held(const char *state)
{
	return !strcmp(state, job_state_word(JOB_SUBMITTED)) || !strcmp(state, IMPORT_STATE_WORD);
}

/* Is this draft meant to be one: an empty file, or a backup of a tool? Returns 1, 0 or -errno. */
static int is_meant_as_draft(const char *path)
{
	char backup[64] = "";
	struct stat st;
	int r = get_fact(path, "coc.backup", backup, sizeof(backup));

	if (r < 0 || *backup)
		return r < 0 ? r : 1;
	return lstat(path, &st) < 0 ? -errno : !st.st_size;
}

/* Asks the job file at path for its state. Returns 0 if the file has no story, and either the
 * service holds its content or the file is meant as a draft. Returns 1, with a line for the file
 * (shown) in story, if its content was not submitted, or if it has a story. Returns -EBUSY if a
 * submission is under way; -ENODATA if the file is no job file, because the mount ignores its name;
 * or another -errno. */
static int look_at_job(const char *path, const char *shown, struct buf *story)
{
	char state[64] = "", error[STORY_MAX] = "";
	int r = get_fact(path, "coc.state", state, sizeof(state));

	if (r == 0)
		r = get_fact(path, "coc.error", error, sizeof(error));
	if (r < 0)
		return r;
	if (!*state)
		return -ENODATA;
	if (!strcmp(state, job_state_word(JOB_QUEUED)) ||
	    !strcmp(state, job_state_word(JOB_SUBMITTING)) ||
	    !strcmp(state, job_state_word(JOB_IN_DOUBT)))
		return -EBUSY;
	if (!*error && is_held(state))
		return 0;
	r = *error ? 0 : is_meant_as_draft(path);
	if (r != 0)
		return r < 0 ? r : 0;
	error[strcspn(error, "\n")] = '\0';
	r = look_tell(story, shown, state, error);
	return r < 0 ? r : 1;
}

/* Reads the first line of an .error file into reason; or the reason why the file cannot be read.
 * Returns 0; or -ENOENT: there is no such file. */
static int read_reason(const char *path, char *reason, size_t room)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, reason, room - 1);

	if (n < 0 && errno == ENOENT)
		return -ENOENT;
	if (n < 0) {
		snprintf(reason, room, "its .error cannot be read: %s", strerror(errno));
		return 0;
	}
	reason[n] = '\0';
	reason[strcspn(reason, "\n")] = '\0';
	return 0;
}

/* Looks at the .error of a name without asking the file: the name has no file, or the file is an
 * import. Returns 1, with a line for the name and its state in story, if there is an .error; 0 if
 * there is none; or -errno. */
static int look_at_error(const char *path, const char *shown, const char *state, struct buf *story)
{
	_cleanup_free_ char *error = NULL;
	char reason[STORY_MAX];
	int r;

	if (asprintf(&error, "%s%s", path, sibling_suffix(SIBLING_ERROR)) < 0) {
		error = NULL;
		return -ENOMEM;
	}
	r = read_reason(error, reason, sizeof(reason));
	if (r < 0)
		return 0;
	r = look_tell(story, shown, state, reason);
	return r < 0 ? r : 1;
}

/* Looks at the .error of a name that has no file. Returns 1, with a line for the name in story, if
 * the name was refused; 0 if it has no .error any more; or -errno. */
static int look_at_refused(const char *path, const char *shown, struct buf *story)
{
	return look_at_error(path, shown, job_state_word(JOB_FAILED), story);
}

static int look_at_refused_in(const char *directory, const char *shown, const char *name,
			      struct buf *story)
{
	char path[PATH_MAX], path_shown[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", directory, name) >= (int)sizeof(path) ||
	    snprintf(path_shown, sizeof(path_shown), "%s/%s", shown, name) >=
		    (int)sizeof(path_shown))
		return -ENAMETOOLONG;
	return look_at_refused(path, path_shown, story);
}

/* Asks a directory for the names in it that were refused and have no file, and for refused
 * attributes of its own. Returns how many lines it has appended to story, or -errno. */
static int look_at_directory(const char *path, const char *shown, struct buf *story)
{
	_cleanup_free_ char *names = malloc(NAMES_MAX);
	char error[STORY_MAX], *rest = names, *name;
	int failed = 0;
	int r = names ? get_fact(path, "coc.refused", names, NAMES_MAX) : -ENOMEM;

	while (r >= 0 && (name = strsep(&rest, "\n"))) {
		escape_undo(name);
		if (*name)
			r = look_at_refused_in(path, shown, name, story);
		failed += r > 0;
	}
	if (r >= 0)
		r = get_fact(path, "coc.error", error, sizeof(error));
	if (r >= 0 && *error) {
		error[strcspn(error, "\n")] = '\0';
		r = look_tell(story, shown, "an attribute was refused", error);
		failed++;
	}
	return r < 0 ? r : failed;
}

/* Does a name in the target's path below the mountpoint begin with a dot? Then the target is a
 * scratch file, or has only scratch files. */
static bool is_target_hidden(const struct target *target)
{
	return strstr(target->path + target->root, "/.") != NULL;
}

/* Looks at a file of a target, or at the target itself, if it is an import. An import counts only
 * if it has a story, such as that of a refused edit. Returns 1 if so, 0 if not, -ENODATA if the
 * file is no import, or another -errno. */
static int look_at_import(const struct target *target, const char *path, const char *shown,
			  struct imports *imports, struct buf *story)
{
	int r = imports_have(imports, target, path);

	if (r <= 0)
		return r < 0 ? r : -ENODATA;
	return look_at_error(path, shown, IMPORT_STATE_WORD, story);
}

/* Looks at one entry of the walk through a directory: at a job file or a directory. The walk knows
 * the attributes of directories only. Returns how many failures story has got a line for; -EBUSY: a
 * submission is under way; or another -errno. */
static int look_at_entry(FTS *walk, FTSENT *entry, const struct target *target,
			 struct imports *imports, struct buf *story)
{
	int r;

	if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR)
		return -entry->fts_errno;
	if (entry->fts_info == FTS_D) {
		if (entry->fts_level == FTS_ROOTLEVEL || entry->fts_name[0] != '.')
			return look_at_directory(entry->fts_accpath, entry->fts_path, story);
		fts_set(walk, entry, FTS_SKIP);
	}
	if (entry->fts_info == FTS_NS)
		return -entry->fts_errno;
	if (entry->fts_info == FTS_DP || entry->fts_info == FTS_D || !name_is_job(entry->fts_name))
		return 0;
	r = look_at_import(target, entry->fts_path, entry->fts_path, imports, story);
	if (r == -ENODATA)
		r = look_at_job(entry->fts_accpath, entry->fts_path, story);
	return r == -ENODATA ? 0 : r;
}

/* Looks at a target that is a directory, and at all entries below. Returns how many failures story
 * has got a line for; -EBUSY: a submission is under way; or another -errno, with err filled if one
 * entry is the cause. */
static int look_below(const struct target *target, struct imports *imports, struct buf *story,
		      struct err *err)
{
	char *paths[] = {target->path, NULL};
	FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOSTAT | FTS_XDEV | FTS_NOCHDIR, NULL);
	int failed = 0, r = walk ? 0 : -errno;
	FTSENT *entry;

	while (r >= 0 && (errno = 0, entry = fts_read(walk))) {
		r = look_at_entry(walk, entry, target, imports, story);
		if (r > 0)
			failed += r;
		else if (r == -ENOENT)
			r = 0; /* the file was removed in the meantime */
		else if (r < 0 && r != -EBUSY)
			err_set(err, -r, "%s: %s", entry->fts_path, strerror(-r));
	}
	if (r >= 0 && errno)
		r = -errno;
	if (walk)
		fts_close(walk);
	return r < 0 ? r : failed;
}

/* Asks a directory how many unfinished submissions below it the queue does not show to this user
 * (coc.hidden). look_below() cannot find them all: such a file may be removed, or in a directory
 * that the user may not read. So if there are any, the target is not finished (-EBUSY).
 * Returns 1 and the count as a text; 0 if there are none; or -errno. */
static int count_hidden(const struct target *target, char ret_n[HIDDEN_MAX])
{
	int r = get_fact(target->path, "coc.hidden", ret_n, HIDDEN_MAX);

	return r < 0 ? r : *ret_n != '\0';
}

static int look_at_target(const struct target *target, struct imports *imports, struct buf *story,
			  struct err *err)
{
	const char *name = strrchr(target->path, '/') + 1;
	char hidden[HIDDEN_MAX];
	int r = look_at_import(target, target->path, target->given, imports, story);
	struct stat st;

	if (r != -ENODATA)
		return r;
	if (lstat(target->path, &st) < 0) {
		r = errno == ENOENT && target->is_missing
			    ? look_at_refused(target->path, target->given, story)
			    : -errno;
		return r == 0 ? -ENOENT : r;
	}
	if (S_ISDIR(st.st_mode) && is_target_hidden(target))
		return 0;
	if (S_ISDIR(st.st_mode)) {
		r = count_hidden(target, hidden);
		return r > 0 ? -EBUSY : r < 0 ? r : look_below(target, imports, story, err);
	}
	if (S_ISREG(st.st_mode) && name_is_job(name) && !is_target_hidden(target))
		r = look_at_job(target->path, target->given, story);
	if (r != -ENODATA)
		return r;
	r = look_tell(story, target->given, "not a job file: it is never submitted", "");
	return r < 0 ? r : 1;
}

int look_at_hidden(const struct targets *targets, struct buf *story)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < targets->n; i++) {
		const struct target *target = &targets->targets[i];
		char hidden[HIDDEN_MAX], state[HIDDEN_MAX + 64];
		struct stat st;

		if (lstat(target->path, &st) < 0 || !S_ISDIR(st.st_mode) ||
		    count_hidden(target, hidden) <= 0)
			continue;
		snprintf(state, sizeof(state), "%s of files that you may not read are unfinished",
			 hidden);
		r = look_tell(story, target->given, state, "");
	}
	return r;
}

int look_at_files(const struct targets *targets, struct buf *story, struct err *err)
{
	struct imports imports = {0};
	int failed = 0;

	for (size_t i = 0; failed >= 0 && i < targets->n; i++) {
		const struct target *target = &targets->targets[i];
		int r = look_at_target(target, &imports, story, err);

		if (r < 0 && r != -EBUSY && !err->errnum)
			err_set(err, -r, "%s: %s", target->given, strerror(-r));
		failed = r < 0 ? r : failed + r;
	}
	imports_finish(&imports);
	return failed;
}
