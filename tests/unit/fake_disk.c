/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "fake_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "fake_memory.h"
#include "loop/loop.h"
#include "submit/check_thread.h"
#include "submit/sync_thread.h"

#define BLOCK 4096
#define IMAGES 4

struct block {
	/* what a loss of power would leave; NULL: the same as the file, so the block is durable */
	char *durable;
	char *begun;  /* what the present sync writes, if the block has changed meanwhile */
	bool dirty;   /* the next sync writes this block; false after a sync that failed */
	bool syncing; /* the present sync writes this block */
};

/* A file on the fake disk, open or closed: which of its blocks are durable, and which would be lost
 * if the power failed. */
struct image {
	char path[256];
	struct block *blocks;
	size_t n_blocks;
	size_t *touched; /* indexes of the blocks that are not durable */
	size_t n_touched;
	bool has_failed; /* disk_sync() has failed since the thread's sync began */
};

struct disk_file {
	sqlite3_file file;
	sqlite3_file *below;
	struct image *image;
};

static sqlite3_vfs disk_vfs, *system_vfs;
static struct image images[IMAGES];
static int write_errnum;
static bool syncs_fail, frozen;
static uint64_t n_syncs;

static struct image *image_of(const char *path)
{
	for (int i = 0; i < IMAGES; i++) {
		if (!images[i].path[0])
			snprintf(images[i].path, sizeof(images[i].path), "%s", path);
		if (!strcmp(images[i].path, path))
			return &images[i];
	}
	abort();
}

static void forget_image(struct image *image)
{
	for (size_t i = 0; i < image->n_blocks; i++) {
		free(image->blocks[i].durable);
		free(image->blocks[i].begun);
	}
	free(image->blocks);
	free(image->touched);
	*image = (struct image){.path = ""};
}

void fake_disk_forget(void)
{
	for (int i = 0; i < IMAGES; i++)
		forget_image(&images[i]);
	n_syncs = 0;
	write_errnum = 0;
	syncs_fail = frozen = false;
}

static void grow_image(struct image *image, size_t n)
{
	if (n <= image->n_blocks)
		return;
	if (n < 2 * image->n_blocks)
		n = 2 * image->n_blocks;
	image->blocks = fake_memory_grown(image->blocks, image->n_blocks * sizeof(*image->blocks),
					  n * sizeof(*image->blocks));
	image->touched =
		fake_memory_grown(image->touched, image->n_blocks * sizeof(*image->touched),
				  n * sizeof(*image->touched));
	image->n_blocks = n;
}

static char *read_block(sqlite3_file *below, size_t i)
{
	char *bytes = fake_memory_zeroed(BLOCK);
	int code = below->pMethods->xRead(below, bytes, BLOCK, (sqlite3_int64)i * BLOCK);

	if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ)
		abort();
	return bytes;
}

/* Keeps the durable content of block i of a file. Call this before the block is changed:
 * fake_disk_lose_power() restores that content. If a sync is writing the block, keeps what the sync
 * writes as well. below is the real file. */
static void touch_block(struct image *image, sqlite3_file *below, size_t i)
{
	struct block *block;

	grow_image(image, i + 1);
	block = &image->blocks[i];
	if (!block->durable) {
		block->durable = read_block(below, i);
		image->touched[image->n_touched++] = i;
	} else if (block->syncing && !block->begun) {
		block->begun = read_block(below, i);
	}
	block->dirty = true;
}

static void begin_image_sync(struct image *image)
{
	image->has_failed = false;
	for (size_t i = 0; i < image->n_touched; i++) {
		struct block *block = &image->blocks[image->touched[i]];

		block->syncing = block->dirty;
		block->dirty = false;
	}
}

static void end_image_sync(struct image *image, bool well)
{
	size_t kept = 0;

	for (size_t i = 0; i < image->n_touched; i++) {
		struct block *block = &image->blocks[image->touched[i]];

		if (block->syncing && well) {
			free(block->durable);
			block->durable = block->begun;
		} else {
			free(block->begun);
		}
		block->begun = NULL;
		block->syncing = false;
		if (block->durable)
			image->touched[kept++] = image->touched[i];
	}
	image->n_touched = kept;
	n_syncs += well;
}

/* Drops a sync whose process has died. The blocks of that sync wait for a sync again: the kernel
 * may write them at some time. */
static void abandon_image_sync(struct image *image)
{
	for (size_t i = 0; i < image->n_touched; i++) {
		struct block *block = &image->blocks[image->touched[i]];

		block->dirty |= block->syncing;
		block->syncing = false;
		free(block->begun);
		block->begun = NULL;
	}
}

void fake_disk_lose_power(bool (*chance)(void *data), void *data)
{
	for (int i = 0; i < IMAGES; i++) {
		struct image *image = &images[i];
		int fd = image->n_touched ? open(image->path, O_WRONLY | O_CLOEXEC) : -1;

		for (size_t t = 0; t < image->n_touched; t++) {
			struct block *block = &image->blocks[image->touched[t]];
			off_t at = (off_t)image->touched[t] * BLOCK;
			bool survives = block->dirty && chance && chance(data);

			if (!survives && fd >= 0 && pwrite(fd, block->durable, BLOCK, at) != BLOCK)
				abort();
			free(block->durable);
			free(block->begun);
			*block = (struct block){0};
		}
		image->n_touched = 0;
		if (fd >= 0)
			close(fd);
	}
}

void fake_disk_fail_writes(int errnum)
{
	write_errnum = errnum;
}

void fake_disk_fail_syncs(bool failing)
{
	syncs_fail = failing;
}

void fake_disk_freeze(void)
{
	frozen = true;
}

void fake_disk_revive(void)
{
	frozen = false;
}

uint64_t fake_disk_syncs(void)
{
	return n_syncs;
}

/* ---- the functions of the VFS ---- */

#define BELOW(file) (((struct disk_file *)(file))->below)
#define IMAGE(file) (((struct disk_file *)(file))->image)

static int disk_close(sqlite3_file *file)
{
	return BELOW(file)->pMethods->xClose(BELOW(file));
}

static int disk_read(sqlite3_file *file, void *bytes, int n, sqlite3_int64 offset)
{
	return BELOW(file)->pMethods->xRead(BELOW(file), bytes, n, offset);
}

static int disk_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 offset)
{
	if (frozen)
		return SQLITE_IOERR_WRITE;
	if (write_errnum)
		return write_errnum == ENOSPC ? SQLITE_FULL : SQLITE_IOERR_WRITE;
	for (sqlite3_int64 i = offset / BLOCK; i <= (offset + n - 1) / BLOCK; i++)
		touch_block(IMAGE(file), BELOW(file), (size_t)i);
	return BELOW(file)->pMethods->xWrite(BELOW(file), bytes, n, offset);
}

static int disk_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	if (frozen)
		return SQLITE_IOERR_TRUNCATE;
	return BELOW(file)->pMethods->xTruncate(BELOW(file), size);
}

/* SQLite's sync of a file, in the loop. It also waits for the writes of a sync in the thread. If
 * these fail, this sync fails as well: the kernel tells an error to each descriptor. Fails without
 * a change while the process counts as dead. */
static int disk_sync(sqlite3_file *file, int flags)
{
	struct image *image = IMAGE(file);

	(void)flags;
	if (frozen)
		return SQLITE_IOERR_FSYNC;
	for (size_t i = 0; i < image->n_touched; i++) {
		struct block *block = &image->blocks[image->touched[i]];

		block->syncing |= block->dirty;
		block->dirty = false;
		free(block->begun);
		block->begun = NULL;
	}
	end_image_sync(image, !syncs_fail);
	image->has_failed |= syncs_fail;
	return syncs_fail ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

static int disk_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
	return BELOW(file)->pMethods->xFileSize(BELOW(file), ret_size);
}

static int disk_lock(sqlite3_file *file, int level)
{
	return BELOW(file)->pMethods->xLock(BELOW(file), level);
}

static int disk_unlock(sqlite3_file *file, int level)
{
	return BELOW(file)->pMethods->xUnlock(BELOW(file), level);
}

static int disk_is_reserved(sqlite3_file *file, int *ret)
{
	return BELOW(file)->pMethods->xCheckReservedLock(BELOW(file), ret);
}

static int disk_control(sqlite3_file *file, int op, void *arg)
{
	return BELOW(file)->pMethods->xFileControl(BELOW(file), op, arg);
}

static int disk_sector_size(sqlite3_file *file)
{
	return BELOW(file)->pMethods->xSectorSize(BELOW(file));
}

static int disk_characteristics(sqlite3_file *file)
{
	return BELOW(file)->pMethods->xDeviceCharacteristics(BELOW(file));
}

static const sqlite3_io_methods disk_methods = {
	.iVersion = 1,
	.xClose = disk_close,
	.xRead = disk_read,
	.xWrite = disk_write,
	.xTruncate = disk_truncate,
	.xSync = disk_sync,
	.xFileSize = disk_size,
	.xLock = disk_lock,
	.xUnlock = disk_unlock,
	.xCheckReservedLock = disk_is_reserved,
	.xFileControl = disk_control,
	.xSectorSize = disk_sector_size,
	.xDeviceCharacteristics = disk_characteristics,
};

static int disk_open(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags,
		     int *ret_flags)
{
	struct disk_file *disk_file = (struct disk_file *)file;
	int code;

	(void)self;
	disk_file->below = (sqlite3_file *)(disk_file + 1);
	if (!name || !(flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)))
		return system_vfs->xOpen(system_vfs, name, file, flags, ret_flags);
	code = system_vfs->xOpen(system_vfs, name, disk_file->below, flags, ret_flags);
	if (code != SQLITE_OK)
		return code;
	disk_file->image = image_of(name);
	disk_file->file.pMethods = &disk_methods;
	return SQLITE_OK;
}

static int disk_delete(sqlite3_vfs *self, const char *name, int sync)
{
	(void)self;
	if (frozen)
		return SQLITE_IOERR_DELETE;
	for (int i = 0; i < IMAGES; i++)
		if (!strcmp(images[i].path, name))
			forget_image(&images[i]);
	return system_vfs->xDelete(system_vfs, name, sync);
}

void fake_disk_begin(void)
{
	if (system_vfs)
		return;
	system_vfs = sqlite3_vfs_find(NULL);
	disk_vfs = *system_vfs;
	disk_vfs.zName = "fake-disk";
	disk_vfs.pNext = NULL;
	disk_vfs.szOsFile = (int)sizeof(struct disk_file) + system_vfs->szOsFile;
	disk_vfs.xOpen = disk_open;
	disk_vfs.xDelete = disk_delete;
	if (sqlite3_vfs_register(&disk_vfs, 1) != SQLITE_OK)
		abort();
}

/* statvfs(3), under its name for files of any size. Reports a disk without free room. So the
 * ledger does not fill its log with 4 MB of zeros at each mount, which would take most of a
 * test's time. */
int __wrap_statvfs64(const char *path, struct statvfs *ret_st);

int __wrap_statvfs64(const char *path, struct statvfs *ret_st)
{
	(void)path;
	*ret_st = (struct statvfs){.f_frsize = BLOCK};
	return 0;
}

/* ---- the functions of submit/sync_thread.h, without a thread ---- */

struct sync_thread {
	struct loop *loop;
	struct loop_timer end;
	struct image *image;
	bool syncing;
	int result;
	void (*done)(void *data, int r);
	void *data;
};

static struct sync_thread *the_thread;

int sync_thread_create(struct loop *loop, int take_fd, void (*done)(void *data, int r), void *data,
		       struct sync_thread **ret_syncer)
{
	struct sync_thread *sync_thread = fake_memory_zeroed(sizeof(*sync_thread));
	char link[64], path[256];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", take_fd);
	n = readlink(link, path, sizeof(path) - 1);
	close(take_fd);
	if (n < 0)
		abort();
	path[n] = '\0';
	*sync_thread = (struct sync_thread){
		.loop = loop, .image = image_of(path), .done = done, .data = data};
	the_thread = *ret_syncer = sync_thread;
	return 0;
}

int sync_thread_begin(struct sync_thread *sync_thread)
{
	if (sync_thread->syncing)
		abort(); /* the engine must end the first sync before it begins a second */
	begin_image_sync(sync_thread->image);
	sync_thread->syncing = true;
	return 0;
}

void sync_thread_destroy(struct sync_thread *sync_thread)
{
	if (!sync_thread)
		return;
	if (sync_thread->syncing && frozen)
		abandon_image_sync(sync_thread->image);
	else if (sync_thread->syncing) /* the engine waits for this sync, so it ends now */
		end_image_sync(sync_thread->image, !syncs_fail);
	loop_timer_cancel(&sync_thread->end);
	the_thread = NULL;
	free(sync_thread);
}

static void tell_end(void *data)
{
	struct sync_thread *sync_thread = data;

	sync_thread->done(sync_thread->data, sync_thread->result);
}

bool fake_disk_is_syncing(void)
{
	return the_thread && the_thread->syncing;
}

void fake_disk_end_sync(void)
{
	struct sync_thread *sync_thread = the_thread;

	sync_thread->syncing = false;
	sync_thread->result = syncs_fail || sync_thread->image->has_failed ? -EIO : 0;
	end_image_sync(sync_thread->image, sync_thread->result == 0);
	loop_timer_set(sync_thread->loop, &sync_thread->end, 0, tell_end, sync_thread);
}

/* ---- the functions of submit/check_thread.h, without a thread ---- */

struct check_thread {
	struct loop *loop;
	struct loop_timer end;
	struct ledger_check *check;
	bool has_run;
	int result;
	struct err err;
	check_thread_done_fn *done;
	void *data;
};

static struct check_thread *the_check;

int check_thread_create(struct loop *loop, struct ledger_check *check, check_thread_done_fn *done,
			void *data, struct check_thread **ret_check_thread)
{
	struct check_thread *check_thread = fake_memory_zeroed(sizeof(*check_thread));

	*check_thread =
		(struct check_thread){.loop = loop, .check = check, .done = done, .data = data};
	the_check = *ret_check_thread = check_thread;
	return 0;
}

void check_thread_destroy(struct check_thread *check_thread)
{
	if (!check_thread)
		return;
	ledger_check_stop(check_thread->check);
	loop_timer_cancel(&check_thread->end);
	the_check = NULL;
	free(check_thread);
}

static void tell_check_end(void *data)
{
	struct check_thread *check_thread = data;

	check_thread->done(check_thread->data, check_thread->result, &check_thread->err);
}

bool fake_disk_is_checking(void)
{
	return the_check && !the_check->has_run;
}

void fake_disk_run_check(void)
{
	the_check->has_run = true;
	the_check->result = ledger_check_run(the_check->check, &the_check->err);
	loop_timer_set(the_check->loop, &the_check->end, 0, tell_check_end, the_check);
}
