/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/entries.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "space/disk.h"

void entries_init(struct entries *entries, int take_fd)
{
	entries->fd = take_fd;
	entries->used = entries->at = 0;
	entries->first = entries->place = 0;
	entries->ended = false;
}

int entries_take(struct entries *entries, const struct dirent **ret_entry)
{
	const struct dirent *entry;

	if (entries->at == entries->used)
		return entries->ended ? 0 : -EAGAIN;
	entry = (const struct dirent *)(entries->buffer + entries->at);
	entries->at += entry->d_reclen;
	entries->place = entry->d_off;
	*ret_entry = entry;
	return 1;
}

int entries_read(struct entries *entries)
{
	ssize_t n = getdents64(entries->fd, entries->buffer, sizeof(entries->buffer));

	if (n < 0)
		return -errno;
	entries->used = (size_t)n;
	entries->at = 0;
	entries->first = entries->place;
	entries->ended = n == 0;
	return 0;
}

bool entries_is_big(const struct entries *entries)
{
	struct stat st;

	return fstat(entries->fd, &st) == 0 && disk_is_long(&st);
}

long entries_place(const struct entries *entries)
{
	return entries->place;
}

/* Makes the entry at position place the next one, if the buffer has it. Returns false if not. */
static bool seek_in_buffer(struct entries *entries, long place)
{
	long here = entries->first;

	for (size_t at = 0; at < entries->used;) {
		const struct dirent *entry = (const struct dirent *)(entries->buffer + at);

		if (here == place) {
			entries->at = at;
			return true;
		}
		here = entry->d_off;
		at += entry->d_reclen;
	}
	return false;
}

void entries_seek(struct entries *entries, long place)
{
	if (place == entries->place && !entries->ended)
		return;
	if (!seek_in_buffer(entries, place)) {
		lseek(entries->fd, place, SEEK_SET);
		entries->used = entries->at = 0;
		entries->ended = false;
	}
	entries->place = place;
}
