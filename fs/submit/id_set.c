/* SPDX-License-Identifier: MIT */
/*
 * The service chooses the IDs. If the service could compute the hashes, it could choose thousands
 * of IDs for the same entry of the table, and each look-up would go through them all. So the hash
 * is SipHash-2-4 (Aumasson and Bernstein, 2012) with a random key of this process.
 */
#define _GNU_SOURCE
#include "submit/id_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"

/* entries of the first table: room for the rows of a page, before the table is half full */
#define ROOM_FIRST 256

struct sip {
	uint64_t v[4];
};

/* Returns the random key of this process. A kernel that has just started may have no random bytes
 * yet: then a time and the process ID make the key. */
static const uint64_t *process_key(void)
{
	static uint64_t key[2];
	struct timespec now;

	if (key[0] || key[1])
		return key;
	if (getrandom(key, sizeof(key), GRND_NONBLOCK) != (ssize_t)sizeof(key)) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		key[0] = (uint64_t)now.tv_nsec << 32 | (uint64_t)getpid();
	}
	key[1] |= 1; /* never all zeros, so the key is chosen once */
	return key;
}

static uint64_t rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static void sip_rounds(struct sip *sip, int rounds)
{
	uint64_t *v = sip->v;

	while (rounds--) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] = rotate(v[0], 32) + v[3];
		v[2] += v[1];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[2] = rotate(v[2], 32);
	}
}

static void sip_word(struct sip *sip, uint64_t word)
{
	sip->v[3] ^= word;
	sip_rounds(sip, 2);
	sip->v[0] ^= word;
}

/* Returns the hash of an ID, never 0. */
static uint64_t hash_id(const char *id)
{
	const uint64_t *key = process_key();
	struct sip sip = {{key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du,
			   key[0] ^ 0x6c7967656e657261u, key[1] ^ 0x7465646279746573u}};
	size_t size = strlen(id), at = 0;
	uint64_t word, hash;

	for (; at + sizeof(word) <= size; at += sizeof(word)) {
		memcpy(&word, id + at, sizeof(word));
		sip_word(&sip, word);
	}
	word = 0;
	memcpy(&word, id + at, size - at);
	sip_word(&sip, word | (uint64_t)size << 56);
	sip.v[2] ^= 0xff;
	sip_rounds(&sip, 4);
	hash = sip.v[0] ^ sip.v[1] ^ sip.v[2] ^ sip.v[3];
	return hash ? hash : 1;
}

/* Returns the entry of a hash: where the hash is, or the free entry that it would get. The table
 * must have a free entry. */
static uint64_t *find_hash(uint64_t *hashes, size_t room, uint64_t hash)
{
	size_t place = hash % room;

	while (hashes[place] && hashes[place] != hash)
		place = (place + 1) % room;
	return &hashes[place];
}

/* Makes room for one more hash. Returns 0 or -ENOMEM. */
static int grow_id_set(struct id_set *set)
{
	size_t room = set->room ? 2 * set->room : ROOM_FIRST;
	uint64_t *hashes;

	if (2 * (set->n + 1) <= set->room)
		return 0;
	hashes = calloc(room, sizeof(*hashes));
	if (!hashes)
		return -ENOMEM;
	for (size_t i = 0; i < set->room; i++)
		if (set->hashes[i])
			*find_hash(hashes, room, set->hashes[i]) = set->hashes[i];
	free(set->hashes);
	set->hashes = hashes;
	set->room = room;
	return 0;
}

int id_set_add(struct id_set *set, const char *id)
{
	uint64_t hash = hash_id(id), *place;

	if (grow_id_set(set) < 0)
		return -ENOMEM;
	place = find_hash(set->hashes, set->room, hash);
	if (*place)
		return 0;
	*place = hash;
	set->n++;
	return 1;
}

bool id_set_has(const struct id_set *set, const char *id)
{
	return set->n && *find_hash(set->hashes, set->room, hash_id(id));
}

void id_set_finish(struct id_set *set)
{
	free(steal_ptr(set->hashes));
	*set = (struct id_set){0};
}
