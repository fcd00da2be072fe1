/* SPDX-License-Identifier: MIT */
/*
 * A page that a crash or the disk has torn has the beginning of one page and the end of another. To
 * see that, a look at this page is enough. A page of a tree begins with a head and the places of
 * its cells. At its other end are the cells, the free blocks and some lost bytes, which fill this
 * part of the page exactly. The keys of the rows rise. The numbers of other pages are within the
 * file. A page of the map (SQLite's pointer map, five bytes a page) says what the other pages are.
 *
 * The look finds no damage that needs two pages to be seen, and none within a text. It is for the
 * pages that were being written; SQLite's check of the whole file comes after it. A suspect page is
 * not yet damage: SQLite's check decides that.
 *
 * The format is SQLite's: chapters 1.6 to 1.8 of its file format.
 */
#include "ledger/page_check.h"

#define FILE_HEAD 100 /* bytes before the head of the tree on the first page */
/* bytes for each page: its kind (1), and the number of the page above it (4) */
#define MAP_ENTRY 5
#define PENDING_BYTE 0x40000000u /* SQLite uses the page with this byte only for locks */
#define CELL_MIN 4		 /* bytes that a cell or a free block takes at least */

enum map_kind { MAP_ROOT = 1, MAP_FREE = 2, MAP_OVERFLOW_1 = 3, MAP_OVERFLOW = 4, MAP_TREE = 5 };

enum page_kind { INDEX_INNER = 2, TABLE_INNER = 5, INDEX_LEAF = 10, TABLE_LEAF = 13 };

static uint32_t read_16(const unsigned char *at)
{
	return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t read_32(const unsigned char *at)
{
	return read_16(at) << 16 | read_16(at + 2);
}

/* Reads an integer of variable length. Returns its length, or 0 if it runs over the end of the
 * page. */
static size_t read_number(const unsigned char *at, const unsigned char *end, uint64_t *ret_number)
{
	uint64_t number = 0;

	for (size_t i = 0; i < 9; i++) {
		if (at + i >= end)
			return 0;
		if (i == 8) {
			*ret_number = number << 8 | at[i];
			return 9;
		}
		number = number << 7 | (at[i] & 0x7f);
		if (!(at[i] & 0x80)) {
			*ret_number = number;
			return i + 1;
		}
	}
	return 0;
}

static uint32_t pending_page(const struct page_file *file)
{
	return (uint32_t)(PENDING_BYTE / file->size) + 1;
}

uint32_t page_map_of(const struct page_file *file, uint32_t number)
{
	uint32_t each = (uint32_t)(file->usable / MAP_ENTRY) + 1, map;

	if (!file->has_map || number < 2)
		return 0;
	map = (number - 2) / each * each + 2;
	return map == pending_page(file) ? map + 1 : map;
}

static unsigned kind_in_map(const unsigned char *map, uint32_t map_number, uint32_t number)
{
	return map[(size_t)MAP_ENTRY * (number - map_number - 1)];
}

static bool is_page(const struct page_file *file, uint32_t number)
{
	return number >= 1 && number <= file->n_pages;
}

/* Is a page of the map suspect? Yes, if its entry for a page of the file has no known kind, or
 * names a page that is not in the file. */
static bool is_map_suspect(const struct page_file *file, uint32_t number, const unsigned char *map)
{
	for (size_t i = 0; (i + 1) * MAP_ENTRY <= file->usable; i++) {
		uint32_t of = number + 1 + (uint32_t)i;
		unsigned kind = map[i * MAP_ENTRY];

		if (of > file->n_pages)
			return false;
		if (of == pending_page(file))
			continue;
		if (kind < MAP_ROOT || kind > MAP_TREE)
			return true;
		if (kind >= MAP_OVERFLOW_1 && !is_page(file, read_32(map + i * MAP_ENTRY + 1)))
			return true;
	}
	return false;
}

/* A page of a b-tree that is being checked. Its pointers point into the page. */
struct tree_page {
	const struct page_file *file;
	const unsigned char *page, *head, *places, *end;
	unsigned kind;
	size_t cells, content; /* how many cells the page has, and where their contents begin */
	bool is_inner, is_table;
};

/* Reads the head of a page into *ret_tree. Returns false if no page of a b-tree can have such a
 * head. */
static bool read_head(const struct page_file *file, uint32_t number, const unsigned char *page,
		      struct tree_page *ret_tree)
{
	struct tree_page tree = {.file = file, .page = page, .end = page + file->usable};

	tree.head = page + (number == 1 ? FILE_HEAD : 0);
	tree.kind = tree.head[0];
	tree.is_inner = tree.kind == INDEX_INNER || tree.kind == TABLE_INNER;
	tree.is_table = tree.kind == TABLE_INNER || tree.kind == TABLE_LEAF;
	if (!tree.is_inner && tree.kind != INDEX_LEAF && tree.kind != TABLE_LEAF)
		return false;
	tree.cells = read_16(tree.head + 3);
	tree.content = read_16(tree.head + 5);
	tree.places = tree.head + (tree.is_inner ? 12 : 8);
	if (tree.content > file->usable || tree.places + 2 * tree.cells > page + tree.content)
		return false;
	*ret_tree = tree;
	return !tree.is_inner || is_page(file, read_32(tree.head + 8));
}

/* Returns the bytes of the free blocks and of what was lost between cells. Returns -1 if a free
 * block is too small, overlaps another one, or is not in the part for cells. */
static long free_bytes(const struct tree_page *tree)
{
	long bytes = tree->head[7];
	size_t at = read_16(tree->head + 1);

	while (at) {
		size_t next, size;

		if (at < tree->content || at + CELL_MIN > tree->file->usable)
			return -1;
		next = read_16(tree->page + at);
		size = read_16(tree->page + at + 2);
		if (size < CELL_MIN || at + size > tree->file->usable || (next && next < at + size))
			return -1;
		bytes += (long)size;
		at = next;
	}
	return bytes;
}

/* Returns how many bytes of a payload are on this page. If the rest is on overflow pages, counts
 * also the four bytes with the number of the first one. */
static uint64_t bytes_here(const struct tree_page *tree, uint64_t payload)
{
	uint64_t usable = tree->file->usable;
	uint64_t most = tree->kind == TABLE_LEAF ? usable - 35 : (usable - 12) * 64 / 255 - 23;
	uint64_t least = (usable - 12) * 32 / 255 - 23, here;

	if (payload <= most)
		return payload;
	here = least + (payload - least) % (usable - 4);
	return (here <= most ? here : least) + 4;
}

/* Returns the size of a cell in bytes, or 0 if SQLite writes no such cell. Sets *ret_key to the key
 * of the row if the cell is of a table; otherwise *ret_key stays. */
static size_t cell_size(const struct tree_page *tree, const unsigned char *cell, int64_t *ret_key)
{
	const unsigned char *at = cell;
	uint64_t payload = 0, key = 0;
	size_t n;

	if (tree->is_inner) {
		if (cell + 4 > tree->end || !is_page(tree->file, read_32(cell)))
			return 0;
		at += 4;
	}
	if (tree->kind != TABLE_INNER) {
		n = read_number(at, tree->end, &payload);
		if (!n)
			return 0;
		at += n;
	}
	if (tree->is_table) {
		n = read_number(at, tree->end, &key);
		if (!n)
			return 0;
		at += n;
		*ret_key = (int64_t)key;
	}
	payload = tree->kind == TABLE_INNER ? 0 : bytes_here(tree, payload);
	if (payload > (uint64_t)(tree->end - at))
		return 0;
	n = (size_t)(at - cell) + (size_t)payload;
	return n < CELL_MIN ? CELL_MIN : n;
}

static bool is_tree_suspect(const struct page_file *file, uint32_t number,
			    const unsigned char *page)
{
	struct tree_page tree;
	int64_t last = INT64_MIN;
	size_t used = 0;
	long unused;

	if (!read_head(file, number, page, &tree))
		return true;
	unused = free_bytes(&tree);
	if (unused < 0)
		return true;
	for (size_t i = 0; i < tree.cells; i++) {
		size_t at = read_16(tree.places + 2 * i), size;
		int64_t key = last;

		if (at < tree.content || at + CELL_MIN > file->usable)
			return true;
		size = cell_size(&tree, page + at, &key);
		if (!size || at + size > file->usable)
			return true;
		if (tree.is_table && i > 0 && key <= last)
			return true;
		last = key;
		used += size;
	}
	return used + (size_t)unused != file->usable - tree.content;
}

bool page_is_suspect(const struct page_file *file, uint32_t number, const unsigned char *page,
		     const unsigned char *map)
{
	uint32_t map_number = page_map_of(file, number);

	if (number == pending_page(file))
		return false;
	if (number == 1)
		return is_tree_suspect(file, number, page);
	/* Without a map (no auto_vacuum) it is not known what the page is. If its first byte is 0,
	 * it may be an overflow page, which begins with a page number: not suspect. */
	if (!map_number)
		return page[0] && is_tree_suspect(file, number, page);
	if (map_number == number)
		return is_map_suspect(file, number, page);
	switch (kind_in_map(map, map_number, number)) {
	case MAP_ROOT:
	case MAP_TREE:
		return is_tree_suspect(file, number, page);
	case MAP_OVERFLOW_1:
	case MAP_OVERFLOW:
		return read_32(page) > file->n_pages;
	default:
		return kind_in_map(map, map_number, number) != MAP_FREE;
	}
}
