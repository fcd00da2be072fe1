/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_PAGE_CHECK_H
#define COCFS_LEDGER_PAGE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A look at one page of an SQLite file: page_check.c has the essay. */

/* What is known of the file. */
struct page_file {
	uint32_t n_pages;
	size_t size;   /* of a page, in bytes */
	size_t usable; /* the same without what SQLite leaves to others at the end of a page */
	bool has_map;  /* it has pages that say what each page is (auto_vacuum) */
};

/* The page of the map that says what a page is: the page itself if that is one of the map; 0 if
 * there is none. */
uint32_t page_map_of(const struct page_file *file, uint32_t number);

/*
 * Does a page look as SQLite does not leave it? map: the page's page of the map, if there is one.
 * A page that is suspect may still be sound.
 */
bool page_is_suspect(const struct page_file *file, uint32_t number, const unsigned char *page,
		     const unsigned char *map);

#endif
