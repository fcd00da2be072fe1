/* SPDX-License-Identifier: MIT */
/*
 * A crash can only have torn what was being written. SQLite takes the pages of the log over into
 * the ledger when the log has a thousand, makes them durable, and begins the log again from its
 * start. So the last pages that went to the ledger are still named in the log, behind the pages
 * that were written to the log since. Each newer page has a checksum in the log: SQLite uses none
 * that is torn. Every page is taken over before the look, so that there is one place to read from.
 *
 * The rows of submissions that may have been sent, and of renames that were begun, are not looked
 * at here. The mount reads these rows whole, and ends if they are damaged (submit/recovery.c).
 */
#include "ledger/written.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "ledger/page_check.h"
#include "ledger/vfs.h"
#include "ledger/wal.h"

#define LOG_HEAD 32   /* bytes of the head of the log (SQLite's file format, 4.1) */
#define FRAME_HEAD 24 /* bytes of the head of a page in the log; begins with the page's number */

/* The most pages in a log that named_pages() accepts: 64 MB. To look at so many takes as long as
 * the check of a whole ledger of a quarter million jobs. */
#define FRAMES_MAX 16384

#define PAGE_SIZE_MAX 65536 /* SQLite's greatest page size */

/* offset in the ledger's head: how many bytes are reserved at the end of each page */
#define FILE_RESERVED_AT 20
/* offset in the ledger's head of a number that is not 0 if the file has a map */
#define FILE_LARGEST_ROOT_AT 52

static uint32_t read_32(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static sqlite3_file *ledger_file(sqlite3 *db)
{
	sqlite3_file *file = NULL;

	if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK)
		return NULL;
	return file && file->pMethods ? file : NULL;
}

/* Returns the number that a pragma tells; 0: it cannot be read. */
static int64_t ask_pragma(sqlite3 *db, const char *pragma)
{
	sqlite3_stmt *stmt;
	int64_t number = 0;

	if (sqlite3_prepare_v2(db, pragma, -1, &stmt, NULL) != SQLITE_OK)
		return 0;
	if (sqlite3_step(stmt) == SQLITE_ROW)
		number = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return number;
}

/* Returns which pages of the ledger have a copy in the log: one bit for each page. The caller frees
 * the bits. NULL: there is no memory, or the log cannot be read or is too long. */
static unsigned char *named_pages(sqlite3_file *log, const struct page_file *file)
{
	_cleanup_free_ unsigned char *named = calloc(1, file->n_pages / 8 + 1);
	const sqlite3_int64 step = (sqlite3_int64)(FRAME_HEAD + file->size);
	sqlite3_int64 size;

	if (!named || log->pMethods->xFileSize(log, &size) != SQLITE_OK ||
	    size > LOG_HEAD + FRAMES_MAX * step)
		return NULL;
	for (sqlite3_int64 at = LOG_HEAD; at + step <= size; at += step) {
		unsigned char bytes[4];
		uint32_t number;

		if (log->pMethods->xRead(log, bytes, sizeof(bytes), at) != SQLITE_OK)
			return NULL;
		number = read_32(bytes);
		if (number >= 1 && number <= file->n_pages)
			named[number / 8] |= (unsigned char)(1 << number % 8);
	}
	return steal_ptr(named);
}

struct look {
	struct page_file file;
	sqlite3_file *ledger;
	unsigned char *page, *map; /* room for one page each */
	uint32_t map_number;	   /* the number of the page that is in `map`; 0: none yet */
};

static bool read_page(const struct look *look, uint32_t number, unsigned char *page)
{
	return look->ledger->pMethods->xRead(look->ledger, page, (int)look->file.size,
					     (sqlite3_int64)(number - 1) *
						     (sqlite3_int64)look->file.size) == SQLITE_OK;
}

static bool looks_sound(struct look *look, uint32_t number)
{
	uint32_t map_number = page_map_of(&look->file, number);

	if (map_number && map_number != number && map_number != look->map_number) {
		look->map_number = 0;
		if (!read_page(look, map_number, look->map))
			return false;
		look->map_number = map_number;
	}
	return read_page(look, number, look->page) &&
	       !page_is_suspect(&look->file, number, look->page, look->map);
}

static bool all_look_sound(struct look *look, const unsigned char *named)
{
	for (uint32_t number = 1; number <= look->file.n_pages; number++)
		if (named[number / 8] & 1 << number % 8 && !looks_sound(look, number))
			return false;
	return true;
}

/* Reads usable and has_map of look->file from the head of the ledger's file. Returns false if the
 * head cannot be read. */
static bool read_file_head(struct look *look)
{
	unsigned char head[100];

	if (look->ledger->pMethods->xRead(look->ledger, head, sizeof(head), 0) != SQLITE_OK)
		return false;
	look->file.usable = look->file.size - head[FILE_RESERVED_AT];
	look->file.has_map = read_32(head + FILE_LARGEST_ROOT_AT) != 0;
	return true;
}

int ledger_look_at_written(sqlite3 *db)
{
	_cleanup_free_ unsigned char *named = NULL, *pages = NULL;
	struct look look = {.ledger = ledger_file(db)};
	sqlite3_file *log = ledger_log_file(db);

	look.file.size = (size_t)ask_pragma(db, "PRAGMA page_size");
	look.file.n_pages = (uint32_t)ask_pragma(db, "PRAGMA page_count");
	if (!look.ledger || !log || !look.file.n_pages || !look.file.size ||
	    look.file.size > PAGE_SIZE_MAX)
		return 0;
	named = named_pages(log, &look.file);
	pages = malloc(2 * look.file.size);
	/* first write again what a failed sync of an earlier mount may have lost */
	ledger_vfs_sync_failed(log);
	if (!named || !pages || ledger_log_take_over(db) < 0 || !read_file_head(&look))
		return 0;
	look.page = pages;
	look.map = pages + look.file.size;
	return all_look_sound(&look, named);
}
