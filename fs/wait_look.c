/* SPDX-License-Identifier: MIT */
/*
 * A queue lists the oldest submissions and counts the rest, and it lists what is gone from the
 * space too. So the queue says first whether there is anything left to wait for; the files' own
 * states have the last word, on what became of them, and on those that a cut list may hide.
 */
#define _GNU_SOURCE
#include "wait_look.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "base/limits.h"
#include "base/shown.h"
#include "job/name.h"
#include "job/state.h"

#define QUEUE_FILE "/.coc/queue"
#define READ_STEP 65536
#define FUSE_MAGIC 0x65735546

enum { FIELD_STATE, FIELD_ATTEMPTS, FIELD_NEXT_TRY, FIELD_PATH, FIELD_ERROR, FIELD_COUNT };

/* ---- targets ---- */

/* The length of the path of the mount that a path is on: as far up as the device is the same. */
static int find_root(const char *path, size_t *ret_length)
{
	_cleanup_free_ char *up = strdup(path);
	struct stat st, above;
	char *slash;

	if (!up)
		return -ENOMEM;
	if (stat(up, &st) < 0)
		return -errno;
	*ret_length = strlen(up);
	while ((slash = strrchr(up, '/')) && slash > up) {
		*slash = '\0';
		if (stat(up, &above) < 0)
			return -errno;
		if (above.st_dev != st.st_dev)
			break;
		*ret_length = strlen(up);
	}
	return 0;
}

static int open_queue(const char *path, size_t root)
{
	_cleanup_free_ char *queue = NULL;
	int fd;

	if (asprintf(&queue, "%.*s%s", (int)root, path, QUEUE_FILE) < 0) {
		queue = NULL;
		return -ENOMEM;
	}
	fd = open(queue, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int find_target(const char *given, struct target *target, struct err *err)
{
	struct statfs fs;
	int fd;

	target->given = given;
	target->path = realpath(given, NULL);
	if (!target->path || statfs(target->path, &fs) < 0)
		return err_set(err, errno, "%s: %s", given, strerror(errno));
	fd = find_root(target->path, &target->root);
	if (fd == 0)
		fd = (unsigned long)fs.f_type == FUSE_MAGIC ? open_queue(target->path, target->root)
							    : -ENOENT;
	if (fd == -ENOENT || fd == -ENOTDIR)
		return err_set(err, ENODEV, "%s is not on a cocfs mount", given);
	if (fd < 0)
		return err_set(err, -fd, "%s: %s", given, strerror(-fd));
	close(fd);
	return 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void note_root(struct targets *targets, const struct target *target)
{
	for (size_t i = 0; i < targets->n_roots; i++)
		if (targets->roots_length[i] == target->root &&
		    !memcmp(targets->roots[i], target->path, target->root))
			return;
	targets->roots[targets->n_roots] = target->path;
	targets->roots_length[targets->n_roots++] = target->root;
}

int targets_find(char **paths, size_t n, struct targets *ret_targets, struct err *err)
{
	struct targets targets = {.n = n};
	int r = 0;

	targets.targets = calloc(n, sizeof(*targets.targets));
	targets.sorted = calloc(n, sizeof(*targets.sorted));
	targets.roots = calloc(n, sizeof(*targets.roots));
	targets.roots_length = calloc(n, sizeof(*targets.roots_length));
	if (!targets.targets || !targets.sorted || !targets.roots || !targets.roots_length)
		r = err_set(err, ENOMEM, "out of memory");
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct target *target = &targets.targets[i];

		r = find_target(paths[i], target, err);
		if (r < 0)
			break;
		targets.sorted[i] = target->path;
		note_root(&targets, target);
	}
	if (r < 0) {
		targets_finish(&targets);
		return r;
	}
	qsort(targets.sorted, n, sizeof(*targets.sorted), compare);
	*ret_targets = targets;
	return 0;
}

void targets_finish(struct targets *targets)
{
	for (size_t i = 0; targets->targets && i < targets->n; i++)
		free(targets->targets[i].path);
	free(targets->targets);
	free(targets->sorted);
	free(targets->roots);
	free(targets->roots_length);
	*targets = (struct targets){0};
}

/* Is it a target, or in one? path is cut up meanwhile. */
static bool is_in_target(const struct targets *targets, char *path)
{
	for (;;) {
		const char *key = path;
		char *slash;

		if (bsearch(&key, targets->sorted, targets->n, sizeof(*targets->sorted), compare))
			return true;
		slash = strrchr(path, '/');
		if (!slash || slash == path)
			return false;
		*slash = '\0';
	}
}

/* ---- the queue ---- */

static int read_all(int fd, struct buf *text)
{
	for (;;) {
		ssize_t n;

		if (buf_reserve(text, READ_STEP + 1) < 0)
			return -ENOMEM;
		n = read(fd, text->data + text->size, READ_STEP);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			text->data[text->size] = '\0';
			return n < 0 ? -errno : 0;
		}
		text->size += (size_t)n;
	}
}

/* Splits a line at its tabs. Returns the number of fields. */
static int split(char *line, char *fields[FIELD_COUNT])
{
	int n = 0;

	while (line && n < FIELD_COUNT)
		fields[n++] = strsep(&line, "\t");
	return n;
}

/* Adds a line about a file: its name, its state, and the reason unless it is empty. All of it is
 * foreign: it may come from a file's name, or from the service. */
static int tell(struct buf *story, const char *name, const char *state, const char *reason)
{
	int r = shown_append(story, name);

	if (r == 0)
		r = buf_append(story, ": ", 2);
	if (r == 0)
		r = shown_append(story, state);
	if (r == 0 && *reason)
		r = buf_append(story, ": ", 2);
	if (r == 0)
		r = shown_append(story, reason);
	return r < 0 ? r : buf_append(story, "\n", 1);
}

static int look_at_line(const struct targets *targets, size_t root, char *line, struct look *look,
			struct buf *story, size_t max)
{
	_cleanup_free_ char *path = NULL;
	char *fields[FIELD_COUNT];

	if (split(line, fields) < FIELD_COUNT) {
		look->cut = true;
		return 0;
	}
	escape_undo(fields[FIELD_PATH]);
	if (asprintf(&path, "%.*s/%s", (int)targets->roots_length[root], targets->roots[root],
		     fields[FIELD_PATH]) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	if (!is_in_target(targets, path))
		return 0;
	if (look->pending++ >= max || !story)
		return 0;
	return tell(story, fields[FIELD_PATH], fields[FIELD_STATE],
		    strcmp(fields[FIELD_ERROR], "-") ? fields[FIELD_ERROR] : "");
}

static int look_at_queue(const struct targets *targets, size_t root, struct look *look,
			 struct buf *story, size_t max)
{
	_cleanup_close_ int fd = open_queue(targets->roots[root], targets->roots_length[root]);
	_cleanup_buf_ struct buf text = {0};
	char *rest, *line;
	int r = fd < 0 ? fd : read_all(fd, &text);

	rest = text.data;
	while (r == 0 && (line = strsep(&rest, "\n")))
		if (*line)
			r = look_at_line(targets, root, line, look, story, max);
	return r;
}

int look_at_queues(const struct targets *targets, struct look *ret_look, struct buf *story,
		   size_t max, struct err *err)
{
	struct look look = {0};

	for (size_t i = 0; i < targets->n_roots; i++) {
		int r = look_at_queue(targets, i, &look, story, max);

		if (r < 0)
			return err_set(err, -r, "the queue of %.*s cannot be read: %s",
				       (int)targets->roots_length[i], targets->roots[i],
				       strerror(-r));
	}
	*ret_look = look;
	return 0;
}

/* ---- the files ---- */

/* A virtual attribute as text, "" without one. Returns 0 or -errno. */
static int get_fact(const char *path, const char *fact, char *value, size_t room)
{
	ssize_t n = lgetxattr(path, fact, value, room - 1);

	if (n < 0 && errno != ENODATA)
		return -errno;
	value[n < 0 ? 0 : n] = '\0';
	return 0;
}

/* A job file that is not empty: 0 when it was submitted, 1 when it was not, -EBUSY; -ENODATA when it is
 * none after all, since the mount ignores its name; another -errno. */
static int look_at_job(const char *path, const char *shown, struct buf *story)
{
	char state[64], error[ERR_TEXT_MAX + ERR_DETAILS_MAX + 256];
	int r = get_fact(path, "coc.state", state, sizeof(state));

	if (r < 0)
		return r;
	if (!*state)
		return -ENODATA;
	if (!strcmp(state, job_state_word(JOB_SUBMITTED)))
		return 0;
	if (!strcmp(state, job_state_word(JOB_QUEUED)) ||
	    !strcmp(state, job_state_word(JOB_SUBMITTING)) ||
	    !strcmp(state, job_state_word(JOB_IN_DOUBT)))
		return -EBUSY;
	r = get_fact(path, "coc.error", error, sizeof(error));
	if (r < 0)
		return r;
	error[strcspn(error, "\n")] = '\0';
	r = tell(story, shown, state, error);
	return r < 0 ? r : 1;
}

/* Is it below a hidden directory of its mount, where everything is scratch? */
static bool is_hidden(const struct target *target)
{
	return strstr(target->path + target->root, "/.") != NULL;
}

/* Looks at one entry of the walk. As look_at_job(); what is no job file is 0. */
static int look_at_entry(FTS *walk, FTSENT *entry, struct buf *story)
{
	int r;

	if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR)
		return -entry->fts_errno;
	if (entry->fts_info == FTS_D && entry->fts_level > FTS_ROOTLEVEL &&
	    entry->fts_name[0] == '.')
		fts_set(walk, entry, FTS_SKIP);
	if (entry->fts_info != FTS_F || !entry->fts_statp->st_size || !name_is_job(entry->fts_name))
		return 0;
	r = look_at_job(entry->fts_accpath, entry->fts_path, story);
	return r == -ENODATA ? 0 : r;
}

/* Walks a target that is a directory. Returns the number of failures or -errno. */
static int look_below(const struct target *target, struct buf *story)
{
	char *paths[] = {target->path, NULL};
	FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, NULL);
	int failed = 0, r = walk ? 0 : -errno;
	FTSENT *entry;

	while (r >= 0 && (errno = 0, entry = fts_read(walk))) {
		r = look_at_entry(walk, entry, story);
		if (r > 0)
			failed++;
		else if (r == -ENOENT)
			r = 0; /* removed meanwhile */
	}
	if (r >= 0 && errno)
		r = -errno;
	if (walk)
		fts_close(walk);
	return r < 0 ? r : failed;
}

static int look_at_target(const struct target *target, struct buf *story)
{
	const char *name = strrchr(target->path, '/') + 1;
	int r = -ENODATA;
	struct stat st;

	if (lstat(target->path, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return is_hidden(target) ? 0 : look_below(target, story);
	if (S_ISREG(st.st_mode) && name_is_job(name) && !is_hidden(target))
		r = st.st_size ? look_at_job(target->path, target->given, story) : 0;
	if (r != -ENODATA)
		return r;
	r = tell(story, target->given, "not a job file: it is never submitted", "");
	return r < 0 ? r : 1;
}

int look_at_files(const struct targets *targets, struct buf *story, struct err *err)
{
	int failed = 0;

	for (size_t i = 0; i < targets->n; i++) {
		int r = look_at_target(&targets->targets[i], story);

		if (r == -EBUSY)
			return r;
		if (r < 0)
			return err_set(err, -r, "%s: %s", targets->targets[i].given, strerror(-r));
		failed += r;
	}
	return failed;
}
