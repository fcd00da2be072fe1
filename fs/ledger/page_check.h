/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_PAGE_CHECK_H
#define COCFS_LEDGER_PAGE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Looks at one page of an SQLite file. page_check.c has the essay. */

/* The layout of an SQLite file. */
struct page_file {
	uint32_t n_pages;
	size_t size;   /* bytes of a page */
	size_t usable; /* size without the reserved bytes at the end of a page */
	/* the file has pointer-map pages, which say what the other pages are (auto_vacuum) */
	bool has_map;
};

/* Returns the number of the pointer-map page that describes page `number`. For a pointer-map page
 * returns `number`; for page 1, and if the file has no map, returns 0. */
uint32_t page_map_of(const struct page_file *file, uint32_t number);

/*
 * Returns true if the page does not look as SQLite leaves a page. map: the content of the page that
 * page_map_of() returns; not read if that is 0 or `number`. A suspect page may still be sound.
 */
bool page_is_suspect(const struct page_file *file, uint32_t number, const unsigned char *page,
		     const unsigned char *map);

#endif
