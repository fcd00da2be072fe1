/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "cocfs-check/search.h"

#include <errno.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>

#include "job/name.h"

#define NEARLY "not submitted: a job file's name ends in .yaml or .yml, in small letters"

static int compare_names(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Checks one entry of the search that is no directory. Writes a warning if only its type, or the
 * case of its ending, keeps the entry from being a job file. Returns true if it is a job file,
 * which was checked. */
static bool check_entry(struct checker *checker, const struct ignore *ignore, const FTSENT *entry)
{
	const char *path = entry->fts_path;

	if (name_is_nearly_job(entry->fts_name) && entry->fts_info == FTS_F)
		checker_warn_name(checker, path, NEARLY);
	if (!name_is_job(entry->fts_name) || ignore_matches(ignore, entry->fts_name))
		return false;
	switch (entry->fts_info) {
	case FTS_F:
		checker_check_file(checker, path, false);
		return true;
	case FTS_SL:
	case FTS_SLNONE:
		checker_warn_name(checker, path,
				  "not submitted: a symbolic link is no job file, write a regular "
				  "file");
		return false;
	case FTS_DEFAULT:
		checker_warn_name(checker, path,
				  "not submitted: a device, a pipe or a socket is no job file, "
				  "write a regular file");
		return false;
	default:
		return false;
	}
}

/* Handles one entry that fts_read() returned. Returns true if it is a job file, which was
 * checked. */
static bool look_at_entry(struct checker *checker, const struct ignore *ignore, FTS *walk,
			  FTSENT *entry)
{
	switch (entry->fts_info) {
	case FTS_D:
		if (entry->fts_level > FTS_ROOTLEVEL && entry->fts_name[0] == '.')
			fts_set(walk, entry, FTS_SKIP);
		return false;
	case FTS_DP:
		return false;
	case FTS_DC:
		checker_fail(checker, entry->fts_path, "the directory is mounted within itself");
		return false;
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		checker_fail(checker, entry->fts_path, strerror(entry->fts_errno));
		return false;
	default:
		return check_entry(checker, ignore, entry);
	}
}

static void search_directory(struct checker *checker, const struct ignore *ignore, const char *path)
{
	char *paths[] = {(char *)path, NULL};
	FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, compare_names);
	const size_t n_unread = checker->output.n_unread;
	size_t n_jobs = 0;
	FTSENT *entry;

	if (!walk) {
		checker_fail(checker, path, strerror(errno));
		return;
	}
	while (!checker->output.write_errnum && (errno = 0, entry = fts_read(walk)))
		n_jobs += look_at_entry(checker, ignore, walk, entry);
	if (errno && !checker->output.write_errnum)
		checker_fail(checker, path, strerror(errno));
	fts_close(walk);
	if (!n_jobs && checker->output.n_unread == n_unread && !checker->output.write_errnum)
		checker_remark(path, "there is no job file in it: nothing was checked");
}

void search_argument(struct checker *checker, const struct ignore *ignore, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct stat st;

	if (stat(path, &st) < 0) {
		checker_fail(checker, path, strerror(errno));
	} else if (S_ISDIR(st.st_mode)) {
		search_directory(checker, ignore, path);
	} else if (!S_ISREG(st.st_mode)) {
		checker_fail(checker, path,
			     "neither a regular file nor a directory; give what a pipe has on "
			     "standard input, and write - for it");
	} else {
		if (name_is_nearly_job(slash ? slash + 1 : path))
			checker_warn_name(checker, path, NEARLY);
		checker_check_file(checker, path, true);
	}
}
