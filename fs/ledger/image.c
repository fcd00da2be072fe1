/* SPDX-License-Identifier: MIT */
/*
 * A VFS for a file that does not change. SQLite takes no lock on such a file and looks for no log
 * beside it. A read fails after the image was stopped, so that the check of a large file ends
 * soon.
 *
 * SQLite's own VFS opens and closes the file. A process loses its locks on a file when it closes
 * any descriptor of the file, and only SQLite's VFS knows which locks are still needed.
 */
#include "ledger/image.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "ledger/db.h"
#include "ledger/vfs.h"

/* An image. The file of SQLite's own VFS follows it in the same piece of memory. */
struct image {
	sqlite3_file file;
	sqlite3_file *below;
	/* set by ledger_image_open(); NULL before that: no read is stopped */
	const atomic_bool *stopped;
};

static struct vfs_layer layer;

static struct image *image_of(sqlite3_file *file)
{
	return (struct image *)file;
}

static int image_close(sqlite3_file *file)
{
	return image_of(file)->below->pMethods->xClose(image_of(file)->below);
}

static int image_read(sqlite3_file *file, void *bytes, int n, sqlite3_int64 offset)
{
	struct image *image = image_of(file);

	if (image->stopped && atomic_load(image->stopped))
		return SQLITE_IOERR_READ;
	return image->below->pMethods->xRead(image->below, bytes, n, offset);
}

static int image_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 offset)
{
	(void)file;
	(void)bytes;
	(void)n;
	(void)offset;
	return SQLITE_READONLY;
}

static int image_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	(void)file;
	(void)size;
	return SQLITE_READONLY;
}

static int image_sync(sqlite3_file *file, int flags)
{
	(void)file;
	(void)flags;
	return SQLITE_OK;
}

static int image_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
	return image_of(file)->below->pMethods->xFileSize(image_of(file)->below, ret_size);
}

static int image_lock(sqlite3_file *file, int level)
{
	(void)file;
	(void)level;
	return SQLITE_OK;
}

static int image_is_reserved(sqlite3_file *file, int *ret)
{
	(void)file;
	*ret = 0;
	return SQLITE_OK;
}

static int image_control(sqlite3_file *file, int op, void *arg)
{
	(void)file;
	(void)op;
	(void)arg;
	return SQLITE_NOTFOUND;
}

static int image_sector_size(sqlite3_file *file)
{
	return image_of(file)->below->pMethods->xSectorSize(image_of(file)->below);
}

static int image_characteristics(sqlite3_file *file)
{
	(void)file;
	return SQLITE_IOCAP_IMMUTABLE;
}

static const sqlite3_io_methods image_methods = {
	.iVersion = 1,
	.xClose = image_close,
	.xRead = image_read,
	.xWrite = image_write,
	.xTruncate = image_truncate,
	.xSync = image_sync,
	.xFileSize = image_size,
	.xLock = image_lock,
	.xUnlock = image_lock,
	.xCheckReservedLock = image_is_reserved,
	.xFileControl = image_control,
	.xSectorSize = image_sector_size,
	.xDeviceCharacteristics = image_characteristics,
};

static int open_image_file(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags,
			   int *ret_flags)
{
	struct image *image = image_of(file);
	int code;

	(void)self;
	/* SQLite opens other files only to write or to sort, which ledger_check_run() does not
	 * do */
	if (!(flags & SQLITE_OPEN_MAIN_DB))
		return SQLITE_CANTOPEN;
	*image = (struct image){.below = (sqlite3_file *)(image + 1)};
	code = layer.below->xOpen(layer.below, name, image->below, flags, ret_flags);
	if (code == SQLITE_OK)
		image->file.pMethods = &image_methods;
	return code;
}

int ledger_image_begin(void)
{
	return vfs_layer_begin(&layer, LEDGER_IMAGE_VFS, sizeof(struct image), open_image_file);
}

int ledger_image_open(const char *path, const atomic_bool *stopped, sqlite3 **ret_image)
{
	sqlite3_file *file = NULL;
	sqlite3 *db;
	int code = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
				   LEDGER_IMAGE_VFS);

	if (code == SQLITE_OK)
		code = sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	if (code != SQLITE_OK) {
		sqlite3_close(db);
		return ledger_errno(code);
	}
	image_of(file)->stopped = stopped;
	*ret_image = db;
	return 0;
}
