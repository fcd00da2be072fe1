/* SPDX-License-Identifier: MIT */
/*
 * A disk that loses power, or refuses writes.
 *
 * It is a FUSE file system with three files: "disk", "cut" and "fail". A loop device is put on
 * "disk". Data written to "disk" is in its cache until it is flushed; the loop device passes a
 * flush on as an fsync. A number written to "cut" takes the power away. The number is the seed: by
 * it all blocks of the cache survive, or none, or each by chance. The image file gets what is left,
 * and later writes have no effect. After a 1 is written to "fail", each write to the disk is an I/O
 * error, until a 0 is written.
 *
 * usage: disk IMAGE MOUNTPOINT
 *
 * It runs in one thread in the foreground, and ends when it is unmounted.
 */
#define _GNU_SOURCE
#define FUSE_USE_VERSION 314
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 4096 /* bytes that the disk writes whole or not at all */

static struct disk {
	const char *image;
	size_t size;
	char *seen;	 /* what a reader sees: everything that was written */
	char *flushed;	 /* what survives a loss of power in any case */
	bool *is_cached; /* of each block: was it written since the last flush? */
	bool is_cut, fails;
} disk;

static int disk_getattr(const char *path, struct stat *st, struct fuse_file_info *fi)
{
	(void)fi;
	*st = (struct stat){.st_mode = S_IFREG | 0600, .st_nlink = 1};
	if (!strcmp(path, "/"))
		st->st_mode = S_IFDIR | 0700;
	else if (!strcmp(path, "/disk"))
		st->st_size = (off_t)disk.size;
	else if (strcmp(path, "/cut") && strcmp(path, "/fail"))
		return -ENOENT;
	return 0;
}

static int disk_open(const char *path, struct fuse_file_info *fi)
{
	(void)path;
	fi->direct_io = 1;
	return 0;
}

static int disk_truncate(const char *path, off_t size, struct fuse_file_info *fi)
{
	(void)size;
	(void)fi;
	return strcmp(path, "/disk") ? 0 : -EPERM;
}

static int disk_read(const char *path, char *buf, size_t size, off_t offset,
		     struct fuse_file_info *fi)
{
	size_t left = (size_t)offset < disk.size ? disk.size - (size_t)offset : 0;

	(void)fi;
	if (strcmp(path, "/disk"))
		return 0;
	if (size > left)
		size = left;
	memcpy(buf, disk.seen + offset, size);
	return (int)size;
}

static int disk_fsync(const char *path, int datasync, struct fuse_file_info *fi)
{
	(void)path;
	(void)datasync;
	(void)fi;
	if (disk.is_cut)
		return 0;
	for (size_t i = 0; i < disk.size / BLOCK; i++) {
		if (disk.is_cached[i])
			memcpy(disk.flushed + i * BLOCK, disk.seen + i * BLOCK, BLOCK);
		disk.is_cached[i] = false;
	}
	return 0;
}

/* Takes the power away. The seed chooses how many of the cached blocks keep their last content:
 * none, by chance half, or all. The others lose it. Returns 0 or -errno. */
static int cut(unsigned seed)
{
	unsigned percent = seed % 3 * 50; /* the chance of each cached block to survive */
	int fd;

	srandom(seed);
	for (size_t i = 0; i < disk.size / BLOCK; i++)
		if (disk.is_cached[i] && (unsigned)random() % 100 < percent)
			memcpy(disk.flushed + i * BLOCK, disk.seen + i * BLOCK, BLOCK);
	disk.is_cut = true;
	fd = open(disk.image, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (pwrite(fd, disk.flushed, disk.size, 0) != (ssize_t)disk.size) {
		close(fd);
		return -EIO;
	}
	return close(fd) < 0 ? -errno : 0;
}

/* Returns the number that these bytes, written to the file "cut" or "fail", begin with; 0: none. */
static unsigned number_of(const char *buf, size_t size)
{
	char text[16] = "";

	memcpy(text, buf, size < sizeof(text) ? size : sizeof(text) - 1);
	return (unsigned)strtoul(text, NULL, 10);
}

static int disk_write(const char *path, const char *buf, size_t size, off_t offset,
		      struct fuse_file_info *fi)
{
	(void)fi;
	if (!strcmp(path, "/cut")) {
		int r = cut(number_of(buf, size));

		return r < 0 ? r : (int)size;
	}
	if (!strcmp(path, "/fail")) {
		disk.fails = number_of(buf, size);
		return (int)size;
	}
	if (disk.fails)
		return -EIO;
	if ((size_t)offset > disk.size || size > disk.size - (size_t)offset)
		return -ENOSPC;
	memcpy(disk.seen + offset, buf, size);
	for (size_t i = (size_t)offset / BLOCK; size && i <= ((size_t)offset + size - 1) / BLOCK;
	     i++)
		disk.is_cached[i] = true;
	return (int)size;
}

static const struct fuse_operations operations = {
	.getattr = disk_getattr,
	.open = disk_open,
	.truncate = disk_truncate,
	.read = disk_read,
	.write = disk_write,
	.fsync = disk_fsync,
};

/* Reads the image into memory. Returns false if that fails, or if the image has no whole number of
 * blocks. */
static bool load(const char *image)
{
	struct stat st;
	int fd = open(image, O_RDONLY | O_CLOEXEC);
	bool well = fd >= 0 && fstat(fd, &st) == 0 && st.st_size && st.st_size % BLOCK == 0;

	if (well) {
		disk.image = image;
		disk.size = (size_t)st.st_size;
		disk.seen = malloc(disk.size);
		disk.flushed = malloc(disk.size);
		disk.is_cached = calloc(disk.size / BLOCK, sizeof(*disk.is_cached));
		well = disk.seen && disk.flushed && disk.is_cached &&
		       pread(fd, disk.seen, disk.size, 0) == (ssize_t)disk.size;
	}
	if (well)
		memcpy(disk.flushed, disk.seen, disk.size);
	if (fd >= 0)
		close(fd);
	return well;
}

int main(int argc, char **argv)
{
	char *args[] = {argv[0], argc == 3 ? argv[2] : "", "-f", "-s", NULL};

	if (argc != 3) {
		fprintf(stderr, "usage: %s IMAGE MOUNTPOINT\n", argv[0]);
		return 2;
	}
	if (!load(argv[1])) {
		fprintf(stderr, "%s: cannot read the image %s\n", argv[0], argv[1]);
		return 1;
	}
	return fuse_main(4, args, &operations, NULL);
}
