/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/mount_ids.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "space/proc.h"

/* One mount, from a line of /proc/self/mountinfo (proc(5)). The strings point into the line. */
struct mount_line {
	int mount_id;
	unsigned major, minor;
	char *mountpoint;
	bool is_shared;
};

static bool parse_mount_line(char *text, struct mount_line *line)
{
	char *options, *end;
	int at = 0;

	if (sscanf(text, "%d %*d %u:%u %*s %n", &line->mount_id, &line->major, &line->minor, &at) !=
		    3 ||
	    !at)
		return false;
	line->mountpoint = text + at;
	/* the mount's options, then optional fields, then "-": "rw,nosuid shared:5 - fuse" */
	options = line->mountpoint + strcspn(line->mountpoint, " \n");
	end = strstr(options, " - ");
	if (end)
		*end = '\0';
	line->is_shared = strstr(options, " shared:");
	*options = '\0';
	escape_undo(line->mountpoint);
	return true;
}

/* Calls fn for every mount in list, the path of a mountinfo file below /proc, until fn returns
 * true. A file that cannot be opened has no mounts. */
static void each_mount(const char *list, bool (*fn)(const struct mount_line *line, void *data),
		       void *data)
{
	_cleanup_close_ int fd = proc_open_file(list);
	_cleanup_fclose_ FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	_cleanup_free_ char *text = NULL;
	struct mount_line line;
	size_t room = 0;

	if (file)
		steal_fd(&fd);
	while (file && getline(&text, &room, file) > 0)
		if (parse_mount_line(text, &line) && fn(&line, data))
			return;
}

struct mount_search {
	const char *mountpoint;
	struct mount_ids found;
};

/* Called for each mount of mountinfo, in its order. Keeps the IDs of the last mount on the
 * mountpoint of the search: it is the topmost there. Returns false, so that each_mount() goes
 * on. */
static bool note_mountpoint(const struct mount_line *line, void *data)
{
	struct mount_search *search = data;

	if (!strcmp(line->mountpoint, search->mountpoint))
		search->found = (struct mount_ids){line->mount_id, line->major, line->minor,
						   line->is_shared};
	return false;
}

void mount_ids_find(const char *mountpoint, struct mount_ids *ret_ids)
{
	struct mount_search search = {.mountpoint = mountpoint};

	each_mount("self/mountinfo", note_mountpoint, &search);
	*ret_ids = search.found;
}

struct mount_question {
	const struct mount_ids *ids;
	int mount_id;
	bool is_listed, is_ours; /* a mountinfo has mount_id; that mount is of our file system */
};

/* Called for each mount of mountinfo. If the mount has the ID in question, notes whether it is ours
 * and returns true, which ends each_mount(). */
static bool note_mount(const struct mount_line *line, void *data)
{
	struct mount_question *question = data;

	if (line->mount_id != question->mount_id)
		return false;
	question->is_listed = true;
	question->is_ours =
		line->major == question->ids->major && line->minor == question->ids->minor;
	return true;
}

bool mount_ids_match(const struct mount_ids *ids, pid_t pid, int mount_id)
{
	struct mount_question question = {.ids = ids, .mount_id = mount_id};
	char list[64];

	if (!ids->mount_id || mount_id == ids->mount_id)
		return true;
	/* A bind mount of our file system, or our mount in another mount namespace, has another
	 * mount ID, but our device numbers. */
	snprintf(list, sizeof(list), "%d/mountinfo", pid);
	each_mount(list, note_mount, &question);
	if (!question.is_listed)
		each_mount("self/mountinfo", note_mount, &question);
	return !question.is_listed || question.is_ours;
}
