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
	bool has_map;  /* the file has pages of a map that say what each page is (auto_vacuum) */
};

/* Returns the page of the map that describes a page. For a page of the map returns that page
 * itself. 0 if there is none. */
uint32_t page_map_of(const struct page_file *file, uint32_t number);

/*
 * Returns true if the page does not look as SQLite leaves a page. map: the page of the map that
 * describes it, if there is one. A suspect page may still be sound.
 */
bool page_is_suspect(const struct page_file *file, uint32_t number, const unsigned char *page,
		     const unsigned char *map);

#endif
