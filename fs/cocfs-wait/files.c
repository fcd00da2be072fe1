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

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
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

/* Reads the first line of the .error of a name, without asking its file. Returns 0, -ENOENT (there
 * is no .error) or another -errno. */
static int read_error(const char *path, char reason[STORY_MAX])
{
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *error = NULL;
	ssize_t n;

	if (asprintf(&error, "%s%s", path, sibling_suffix(SIBLING_ERROR)) < 0) {
		error = NULL;
		return -ENOMEM;
	}
	fd = open(error, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, reason, STORY_MAX - 1);
	if (n < 0)
		return -errno;
	reason[n] = '\0';
	reason[strcspn(reason, "\n")] = '\0';
	return 0;
}

/* Appends a line about a name whose .error was read: r and reason are read_error()'s. Returns 1; 0,
 * without a line, if there is no .error; or -errno. */
static int tell_error(struct buf *story, const char *shown, const char *state, int r,
		      char reason[STORY_MAX])
{
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		snprintf(reason, STORY_MAX, "its .error cannot be read: %s", strerror(-r));
	r = look_tell(story, shown, state, reason);
	return r < 0 ? r : 1;
}

/* Looks at the .error of a name that has no file. Returns 1, with a line for the name in story, if
 * the name was refused; 0 if it has no .error any more; or -errno. */
static int look_at_refused(const char *path, const char *shown, struct buf *story)
{
	char reason[STORY_MAX];
	int r = read_error(path, reason);

	return tell_error(story, shown, job_state_word(JOB_FAILED), r, reason);
}

static int look_at_refused_in(const char *directory, const char *name, struct buf *story)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", directory, name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	return look_at_refused(path, path, story);
}

/* Asks a directory for the names in it that were refused and have no file, and for refused
 * attributes of its own. Returns how many lines it has appended to story, or -errno. */
static int look_at_directory(const char *path, struct buf *story)
{
	_cleanup_free_ char *names = malloc(NAMES_MAX);
	char error[STORY_MAX], *rest = names, *name;
	int failed = 0;
	int r = names ? get_fact(path, "coc.refused", names, NAMES_MAX) : -ENOMEM;

	while (r >= 0 && (name = strsep(&rest, "\n"))) {
		escape_undo(name);
		if (*name)
			r = look_at_refused_in(path, name, story);
		failed += r > 0;
	}
	if (r >= 0)
		r = get_fact(path, "coc.error", error, sizeof(error));
	if (r >= 0 && *error) {
		error[strcspn(error, "\n")] = '\0';
		r = look_tell(story, path, "an attribute was refused", error);
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

/* One look at all targets. */
struct survey {
	const struct target *target; /* that is looked at now */
	dev_t device;		     /* that the target is on */
	struct imports imports;
	struct buf *story; /* gets a line for each failure */
	struct err *err;   /* is filled for an error that has a cause of its own */
};

/* Looks at a file of the target, or at the target itself, if it is an import. An import counts only
 * if an edit of it was refused, and this user may know: not if the service could not be asked for
 * its text. Returns 1 if so, 0 if not, -ENODATA if the file is no import, or another -errno. */
static int look_at_import(struct survey *survey, const char *path, const char *shown)
{
	char reason[STORY_MAX];
	int r = imports_have(&survey->imports, survey->target, path, survey->err);

	if (r <= 0)
		return r < 0 ? r : -ENODATA;
	r = read_error(path, reason);
	if (r == -EACCES || (r == 0 && !strcmp(reason, IMPORT_IS_UNFETCHED)))
		return 0;
	return tell_error(survey->story, shown, IMPORT_STATE_WORD, r, reason);
}

static int look_into(struct survey *survey, const char *path);

/* Looks at one entry of a directory. type: of the entry, as in struct dirent. Returns as
 * look_into(). */
static int look_at_entry(struct survey *survey, const char *path, unsigned char type)
{
	const char *name = strrchr(path, '/') + 1;
	struct stat st;
	int r;

	if (type == DT_UNKNOWN && lstat(path, &st) < 0)
		return -errno;
	if (type == DT_DIR || (type == DT_UNKNOWN && S_ISDIR(st.st_mode)))
		return *name == '.' ? 0 : look_into(survey, path);
	if (!name_is_job(name))
		return 0;
	r = look_at_import(survey, path, path);
	if (r == -ENODATA)
		r = look_at_job(path, path, survey->story);
	return r == -ENODATA ? 0 : r;
}

/* Looks at the entries of a directory. Returns as look_into(). */
static int look_at_entries(struct survey *survey, const char *directory)
{
	struct dirent **entries;
	int failed = 0, r = 0, n = scandir(directory, &entries, NULL, NULL);

	if (n < 0)
		return -errno;
	for (int i = 0; i < n; i++) {
		_cleanup_free_ struct dirent *entry = entries[i];
		_cleanup_free_ char *path = NULL;

		if (r < 0 || !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (asprintf(&path, "%s/%s", directory, entry->d_name) < 0) {
			path = NULL;
			r = -ENOMEM;
			continue;
		}
		r = look_at_entry(survey, path, entry->d_type);
		failed += r > 0 ? r : 0;
		if (r == -ENOENT)
			r = 0; /* the file was removed in the meantime */
		if (r < 0 && r != -EBUSY && !survey->err->errnum)
			err_set(survey->err, -r, "%s: %s", path, strerror(-r));
	}
	free(entries);
	return r < 0 ? r : failed;
}

/* Looks at a directory, and at all below it. Another file system is passed over. (fts(3) cannot be
 * used: it stats each file, or believes the number of links of a directory that is being filled.)
 * Returns how many failures the story has got a line for. -EBUSY: a submission is under way.
 * Another -errno: err is filled if one entry is the cause. */
static int look_into(struct survey *survey, const char *path)
{
	dev_t device;
	int more, r = look_find_device(path, &device);

	if (r < 0 || device != survey->device)
		return r;
	r = look_at_directory(path, survey->story);
	if (r < 0)
		return r;
	more = look_at_entries(survey, path);
	return more < 0 ? more : r + more;
}

/* Looks at a target that is a directory, and at all entries below. Returns as look_into(). ENODEV:
 * the mount went away meanwhile, and then missing files prove nothing. */
static int look_below(struct survey *survey)
{
	const char *path = survey->target->path;
	dev_t device;
	int r = look_find_device(path, &survey->device);

	if (r == 0)
		r = look_into(survey, path);
	if (r >= 0 && (look_find_device(path, &device) < 0 || device != survey->device))
		return err_set(survey->err, ENODEV, "%s: the mount is gone", survey->target->given);
	return r;
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

static int look_at_target(struct survey *survey)
{
	const struct target *target = survey->target;
	const char *name = strrchr(target->path, '/') + 1;
	char hidden[HIDDEN_MAX];
	int r = look_at_import(survey, target->path, target->given);
	struct stat st;

	if (r != -ENODATA)
		return r;
	if (lstat(target->path, &st) < 0) {
		r = errno == ENOENT && target->is_missing
			    ? look_at_refused(target->path, target->given, survey->story)
			    : -errno;
		return r == 0 ? -ENOENT : r;
	}
	if (S_ISDIR(st.st_mode) && is_target_hidden(target))
		return 0;
	if (S_ISDIR(st.st_mode)) {
		r = count_hidden(target, hidden);
		return r > 0 ? -EBUSY : r < 0 ? r : look_below(survey);
	}
	if (S_ISREG(st.st_mode) && name_is_job(name) && !is_target_hidden(target))
		r = look_at_job(target->path, target->given, survey->story);
	if (r != -ENODATA)
		return r;
	r = look_tell(survey->story, target->given, "not a job file: it is never submitted", "");
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
	struct survey survey = {.story = story, .err = err};
	int failed = 0;

	for (size_t i = 0; failed >= 0 && i < targets->n; i++) {
		int r;

		survey.target = &targets->targets[i];
		r = look_at_target(&survey);
		if (r < 0 && r != -EBUSY && !err->errnum)
			err_set(err, -r, "%s: %s", survey.target->given, strerror(-r));
		failed = r < 0 ? r : failed + r;
	}
	imports_finish(&survey.imports);
	return failed;
}
