/* SPDX-License-Identifier: MIT */
/* Which mount IDs are ours: fdinfo shows one beside each inode number. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "space/writers.h"

struct mount_ids {
	int mount_id;	       /* in our namespace */
	unsigned major, minor; /* of the mounted file system: the same for every mount of it */
};

/* One line of /proc/self/mountinfo (proc(5)); strings point into the line. */
struct mount_line {
	int mount_id;
	unsigned major, minor;
	char *mountpoint;
};

/* Undoes mountinfo's octal escapes ("\040"), in place. */
static void unescape(char *text)
{
	char *out = text;

	for (; *text; out++) {
		if (text[0] == '\\' && text[1] && text[2] && text[3]) {
			*out = (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 |
				      (text[3] - '0'));
			text += 4;
		} else {
			*out = *text++;
		}
	}
	*out = '\0';
}

static bool parse(char *text, struct mount_line *line)
{
	int at = 0;

	if (sscanf(text, "%d %*d %u:%u %*s %n", &line->mount_id, &line->major, &line->minor, &at) !=
		    3 ||
	    !at)
		return false;
	line->mountpoint = text + at;
	line->mountpoint[strcspn(line->mountpoint, " \n")] = '\0';
	unescape(line->mountpoint);
	return true;
}

/* Calls fn for every mount of our namespace until it returns true. */
static void each_mount(bool (*fn)(const struct mount_line *line, void *data), void *data)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/self/mountinfo", "re");
	_cleanup_free_ char *text = NULL;
	struct mount_line line;
	size_t room = 0;

	while (file && getline(&text, &room, file) > 0)
		if (parse(text, &line) && fn(&line, data))
			return;
}

struct search {
	const char *mountpoint;
	struct mount_ids found;
};

/* The last mount on a path is the one on top. */
static bool note_mountpoint(const struct mount_line *line, void *data)
{
	struct search *search = data;

	if (!strcmp(line->mountpoint, search->mountpoint))
		search->found = (struct mount_ids){line->mount_id, line->major, line->minor};
	return false;
}

struct mount_ids *mount_ids_find(const char *mountpoint)
{
	struct search search = {.mountpoint = mountpoint};
	struct mount_ids *ids;

	each_mount(note_mountpoint, &search);
	if (!search.found.mount_id)
		return NULL;
	ids = malloc(sizeof(*ids));
	if (ids)
		*ids = search.found;
	return ids;
}

struct question {
	const struct mount_ids *ids;
	int mount_id;
	bool is_other;
};

static bool note_other(const struct mount_line *line, void *data)
{
	struct question *question = data;

	if (line->mount_id != question->mount_id)
		return false;
	question->is_other =
		line->major != question->ids->major || line->minor != question->ids->minor;
	return true;
}

bool mount_ids_match(const struct mount_ids *ids, int mount_id)
{
	struct question question = {.ids = ids, .mount_id = mount_id};

	if (!ids || mount_id == ids->mount_id)
		return true;
	/* a bind mount of ours has another ID and the same device; one that is not listed is of
	 * another namespace, where ours may be seen too */
	each_mount(note_other, &question);
	return !question.is_other;
}
