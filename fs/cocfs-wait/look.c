/* SPDX-License-Identifier: MIT */
/*
 * .coc/queue lists the oldest unfinished submissions, and only counts the others. It also lists
 * submissions whose files are gone. So cocfs-wait first reads the queue: while it lists a
 * submission of a target, there is something to wait for. Then it asks each file for its state
 * (files.c). The state says how the submission ended, and shows submissions that the queue does not
 * list.
 */
#define _GNU_SOURCE
#include "cocfs-wait/look.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "base/shown.h"
#include "cocfs-wait/control_file.h"
#include "job/name.h"

#define QUEUE_FILE "queue"
#define FUSE_MAGIC 0x65735546

enum { FIELD_STATE, FIELD_ATTEMPTS, FIELD_NEXT_TRY, FIELD_PATH, FIELD_ERROR, FIELD_COUNT };

/* ---- targets ---- */

int look_find_device(const char *path, dev_t *ret_device)
{
	struct statx st;

	if (statx(AT_FDCWD, path, AT_STATX_DONT_SYNC, 0, &st) < 0)
		return -errno;
	*ret_device = makedev(st.stx_dev_major, st.stx_dev_minor);
	return 0;
}

/* Finds the mountpoint that path is on: path itself, or the topmost directory above it on the same
 * device. *ret_length is the length of the mountpoint's path within path. Returns 0 or -errno. */
static int find_root(const char *path, size_t *ret_length)
{
	_cleanup_free_ char *up = strdup(path);
	dev_t device, above;
	char *slash;
	int r = up ? look_find_device(up, &device) : -ENOMEM;

	if (r < 0)
		return r;
	*ret_length = strlen(up);
	while ((slash = strrchr(up, '/')) && slash > up) {
		*slash = '\0';
		r = look_find_device(up, &above);
		if (r < 0)
			return r;
		if (above != device)
			break;
		*ret_length = strlen(up);
	}
	return 0;
}

/* For a path (given) without a file: returns the real path of its .error, which exists if the name
 * was refused. The caller frees it. Returns NULL with errno set: ENOENT if there is no .error, or
 * given is no job file name. */
static char *find_refused(const char *given)
{
	_cleanup_free_ char *error = NULL;
	const char *slash = strrchr(given, '/');

	if (!name_is_job(slash ? slash + 1 : given)) {
		errno = ENOENT;
		return NULL;
	}
	if (asprintf(&error, "%s%s", given, sibling_suffix(SIBLING_ERROR)) < 0) {
		error = NULL;
		errno = ENOMEM;
		return NULL;
	}
	return realpath(error, NULL);
}

static int find_target(const char *given, struct target *target, struct err *err)
{
	struct statfs fs;
	int fd;

	target->given = given;
	target->path = realpath(given, NULL);
	if (!target->path && errno == ENOENT) {
		target->path = find_refused(given);
		target->is_missing = target->path != NULL;
	}
	if (!target->path || statfs(target->path, &fs) < 0)
		return err_set(err, errno, "%s: %s", given, strerror(errno));
	fd = find_root(target->path, &target->root);
	if (fd == 0)
		fd = (unsigned long)fs.f_type == FUSE_MAGIC ? control_file_open(target, QUEUE_FILE)
							    : -ENOENT;
	if (fd == -ENOENT || fd == -ENOTDIR)
		return err_set(err, ENODEV, "%s is not on a cocfs mount", given);
	if (fd < 0)
		return err_set(err, -fd, "%s: %s", given, strerror(-fd));
	close(fd);
	if (target->is_missing) /* cut off ".error": this leaves the path of the name itself */
		target->path[strlen(target->path) - strlen(sibling_suffix(SIBLING_ERROR))] = '\0';
	return 0;
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool targets_share_mount(const struct target *one, const struct target *other)
{
	return one->root == other->root && !memcmp(one->path, other->path, one->root);
}

static void note_mount(struct targets *targets, const struct target *target)
{
	for (size_t i = 0; i < targets->n_mounts; i++)
		if (targets_share_mount(targets->on_mounts[i], target))
			return;
	targets->on_mounts[targets->n_mounts++] = target;
}

int targets_find(char **paths, size_t n, struct targets *ret_targets, struct err *err)
{
	struct targets targets = {.n = n};
	int r = 0;

	targets.targets = calloc(n, sizeof(*targets.targets));
	targets.sorted = calloc(n, sizeof(*targets.sorted));
	targets.on_mounts = calloc(n, sizeof(*targets.on_mounts));
	if (!targets.targets || !targets.sorted || !targets.on_mounts)
		r = err_set(err, ENOMEM, "out of memory");
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct target *target = &targets.targets[i];

		r = find_target(paths[i], target, err);
		if (r < 0)
			break;
		targets.sorted[i] = target->path;
		note_mount(&targets, target);
	}
	if (r < 0) {
		targets_finish(&targets);
		return r;
	}
	qsort(targets.sorted, n, sizeof(*targets.sorted), compare_paths);
	*ret_targets = targets;
	return 0;
}

void targets_finish(struct targets *targets)
{
	for (size_t i = 0; targets->targets && i < targets->n; i++)
		free(targets->targets[i].path);
	free(targets->targets);
	free(targets->sorted);
	free(targets->on_mounts);
	*targets = (struct targets){0};
}

/* Is path a target, or below a target that is a directory? The search cuts the text path off at its
 * slashes. */
static bool is_in_target(const struct targets *targets, char *path)
{
	for (;;) {
		const char *key = path;
		char *slash;

		if (bsearch(&key, targets->sorted, targets->n, sizeof(*targets->sorted),
			    compare_paths))
			return true;
		slash = strrchr(path, '/');
		if (!slash || slash == path)
			return false;
		*slash = '\0';
	}
}

/* ---- the queue ---- */

/* Splits a line of .coc/queue at its tabs, in place, into at most FIELD_COUNT fields. Returns how
 * many fields there are. */
static int split_fields(char *line, char *fields[FIELD_COUNT])
{
	int n = 0;

	while (line && n < FIELD_COUNT)
		fields[n++] = strsep(&line, "\t");
	return n;
}

int look_tell(struct buf *story, const char *name, const char *state, const char *reason)
{
	shown_append(story, name);
	buf_puts(story, ": ");
	shown_append(story, state);
	if (*reason)
		buf_puts(story, ": ");
	shown_append(story, reason);
	return buf_puts(story, "\n");
}

static int look_at_line(const struct targets *targets, const struct target *on_mount, char *line,
			struct look *look, struct buf *story, size_t max)
{
	_cleanup_free_ char *path = NULL;
	char *fields[FIELD_COUNT];

	/* a line without tabs only counts submissions: "N more" that the queue does not list, or
	 * those of other users, which this user may not see */
	if (split_fields(line, fields) < FIELD_COUNT) {
		const char *last = strrchr(line, ' ');

		look->cut |= last && !strcmp(last, " more");
		return 0;
	}
	escape_undo(fields[FIELD_PATH]);
	if (asprintf(&path, "%.*s/%s", (int)on_mount->root, on_mount->path, fields[FIELD_PATH]) <
	    0) {
		path = NULL;
		return -ENOMEM;
	}
	if (!is_in_target(targets, path))
		return 0;
	if (look->pending++ >= max || !story)
		return 0;
	return look_tell(story, fields[FIELD_PATH], fields[FIELD_STATE],
			 strcmp(fields[FIELD_ERROR], "-") ? fields[FIELD_ERROR] : "");
}

static int look_at_queue(const struct targets *targets, const struct target *on_mount,
			 struct look *look, struct buf *story, size_t max)
{
	_cleanup_buf_ struct buf text = {0};
	char *rest, *line;
	int r = control_file_read(on_mount, QUEUE_FILE, &text);

	rest = text.data;
	while (r == 0 && (line = strsep(&rest, "\n")))
		if (*line)
			r = look_at_line(targets, on_mount, line, look, story, max);
	return r;
}

int look_at_queues(const struct targets *targets, struct look *ret_look, struct buf *story,
		   size_t max, struct err *err)
{
	struct look look = {0};

	for (size_t i = 0; i < targets->n_mounts; i++) {
		const struct target *on_mount = targets->on_mounts[i];
		int r = look_at_queue(targets, on_mount, &look, story, max);

		if (r < 0)
			return err_set(err, -r, "the queue of %.*s cannot be read: %s",
				       (int)on_mount->root, on_mount->path, strerror(-r));
	}
	*ret_look = look;
	return 0;
}
