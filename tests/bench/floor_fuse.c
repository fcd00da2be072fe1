/* SPDX-License-Identifier: MIT */
/*
 * The least that a FUSE mount can take: answers create, write and close in several threads, with
 * nothing behind them.
 * It remembers no name: the kernel does, for FOREVER_S. The answer to each LOOKUP is that the name
 * does not exist. A node is a directory if its number has DIRECTORY_BIT, else a file.
 */
#define FUSE_USE_VERSION 314
#define _GNU_SOURCE
#include <fuse_lowlevel.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

#include "timing.h"

#define FOREVER_S 3600
#define DIRECTORY_BIT (1ULL << 62)

static atomic_ullong last;

static struct stat attributes(fuse_ino_t ino)
{
	bool is_directory = ino == FUSE_ROOT_ID || (ino & DIRECTORY_BIT);

	return (struct stat){
		.st_ino = ino,
		.st_mode = is_directory ? S_IFDIR | 0755 : S_IFREG | 0644,
		.st_nlink = is_directory ? 2 : 1,
		.st_uid = getuid(),
		.st_gid = getgid(),
	};
}

static struct fuse_entry_param new_entry(fuse_ino_t kind)
{
	fuse_ino_t ino = (atomic_fetch_add(&last, 1) + 1) | kind;

	return (struct fuse_entry_param){
		.ino = ino,
		.attr = attributes(ino),
		.attr_timeout = FOREVER_S,
		.entry_timeout = FOREVER_S,
	};
}

static void floor_init(void *data, struct fuse_conn_info *conn)
{
	(void)data;
	conn->want &= ~(unsigned)FUSE_CAP_WRITEBACK_CACHE;
	conn->want |= conn->capable & FUSE_CAP_PARALLEL_DIROPS;
}

static void floor_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	(void)parent;
	(void)name;
	fuse_reply_err(req, ENOENT);
}

static void floor_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct stat st = attributes(ino);

	(void)fi;
	fuse_reply_attr(req, &st, FOREVER_S);
}

static void floor_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *st, int to_set,
			  struct fuse_file_info *fi)
{
	(void)st;
	(void)to_set;
	floor_getattr(req, ino, fi);
}

static void floor_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
	struct fuse_entry_param entry = new_entry(DIRECTORY_BIT);

	(void)parent;
	(void)name;
	(void)mode;
	fuse_reply_entry(req, &entry);
}

static void floor_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
			 struct fuse_file_info *fi)
{
	struct fuse_entry_param entry = new_entry(0);

	(void)parent;
	(void)name;
	(void)mode;
	fuse_reply_create(req, &entry, fi);
}

static void floor_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	(void)ino;
	fuse_reply_open(req, fi);
}

static void floor_write(fuse_req_t req, fuse_ino_t ino, const char *bytes, size_t size, off_t off,
			struct fuse_file_info *fi)
{
	(void)ino;
	(void)bytes;
	(void)off;
	(void)fi;
	fuse_reply_write(req, size);
}

static void floor_close(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	(void)ino;
	(void)fi;
	fuse_reply_err(req, 0);
}

static void floor_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
			  struct fuse_file_info *fi)
{
	(void)ino;
	(void)size;
	(void)off;
	(void)fi;
	fuse_reply_buf(req, NULL, 0);
}

static const struct fuse_lowlevel_ops operations = {
	.init = floor_init,
	.lookup = floor_lookup,
	.getattr = floor_getattr,
	.setattr = floor_setattr,
	.mkdir = floor_mkdir,
	.create = floor_create,
	.open = floor_open,
	.write = floor_write,
	.flush = floor_close,
	.release = floor_close,
	.opendir = floor_open,
	.readdir = floor_readdir,
	.releasedir = floor_close,
};

int main(int argc, char **argv)
{
	char *words[] = {argv[0], "-ofsname=floor,subtype=floor", NULL};
	struct fuse_args args = FUSE_ARGS_INIT(2, words);
	struct fuse_loop_config *config;
	struct fuse_session *session;
	int r;

	if (argc != 2) {
		fprintf(stderr, "usage: %s MOUNTPOINT\n", argv[0]);
		return 2;
	}
	atomic_store(&last, FUSE_ROOT_ID);
	session = fuse_session_new(&args, &operations, sizeof(operations), NULL);
	config = fuse_loop_cfg_create();
	if (!session || !config || fuse_set_signal_handlers(session) != 0)
		give_up("libfuse", 0);
	if (fuse_session_mount(session, argv[1]) != 0)
		give_up("cannot mount", 0);
	r = fuse_session_loop_mt(session, config);
	fuse_session_unmount(session);
	fuse_remove_signal_handlers(session);
	fuse_session_destroy(session);
	fuse_loop_cfg_destroy(config);
	fuse_opt_free_args(&args);
	return r < 0;
}
