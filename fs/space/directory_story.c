/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/directory_story.h"
#include "space/location.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/shown.h"

#define NAME_ROOM 64 /* room for the longest name of our attributes */
/* bytes of one story; some file systems have 4 KB for all attributes of a file */
#define DIR_STORY_MAX 1024

/* Writes the name of the extended attribute that holds the story of attr. attr -1: the story of all
 * refused names that are no attribute of jobs. */
static void story_place_of(int attr, char ret_name[NAME_ROOM])
{
	snprintf(ret_name, NAME_ROOM, DIR_STORY_PREFIX "refused%s%s", attr < 0 ? "" : ".",
		 attr < 0 ? "" : attr_field((enum attr)attr));
}

void dir_story_put(struct space *space, struct node *dir, const char *name, const struct err *err)
{
	_cleanup_free_ char *story = err_story(err);
	char path[LOCATION_PATH_MAX], place[NAME_ROOM];
	bool follow;
	int r = story ? node_spool_path(&space->nodes, dir, path, &follow) : -ENOMEM;

	if (story && strlen(story) > DIR_STORY_MAX) {
		story[DIR_STORY_MAX] = '\0';
		shown_drop_half(story);
	}
	story_place_of(attr_from_xattr(name), place);
	if (r == 0 && (follow ? setxattr(path, place, story, strlen(story), 0)
			      : lsetxattr(path, place, story, strlen(story), 0)) < 0)
		r = -errno;
	if (r < 0)
		log_warning("the spool cannot store why %s of a directory was refused: %s", name,
			    strerror(-r));
}

/* Removes the story of a refused attribute from the directory at path. attr -1: the story of all
 * refused names that are no attribute of jobs. Returns true if the story was removed; false if
 * there was none, or if it cannot be removed (the log has a warning then). */
static bool remove_story(const char *path, bool follow, int attr)
{
	char place[NAME_ROOM];

	story_place_of(attr, place);
	if ((follow ? removexattr(path, place) : lremovexattr(path, place)) == 0)
		return true;
	if (errno != ENODATA && errno != EOPNOTSUPP)
		log_warning("%s cannot be removed: %s", place, strerror(errno));
	return false;
}

bool dir_story_end(struct space *space, struct node *dir, const char *name)
{
	char path[LOCATION_PATH_MAX];
	int attr = attr_from_xattr(name);
	bool follow, was_there;

	if (node_spool_path(&space->nodes, dir, path, &follow) < 0)
		return false;
	was_there = remove_story(path, follow, -1);
	if (attr >= 0 && remove_story(path, follow, attr))
		was_there = true;
	return was_there;
}

int dir_story_write(struct space *space, struct node *dir, struct buf *text)
{
	char path[LOCATION_PATH_MAX], place[NAME_ROOM], story[DIR_STORY_MAX];
	bool follow;
	int r = node_spool_path(&space->nodes, dir, path, &follow);

	for (int attr = -1; r == 0 && attr < ATTR_COUNT; attr++) {
		ssize_t n;

		story_place_of(attr, place);
		n = follow ? getxattr(path, place, story, sizeof(story))
			   : lgetxattr(path, place, story, sizeof(story));
		if (n > 0)
			r = buf_append(text, story, (size_t)n);
		else if (n < 0 && errno != ENODATA && errno != EOPNOTSUPP)
			r = -errno;
	}
	return r;
}
