/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SOURCES_H
#define COCFS_SUBMIT_SOURCES_H

#include <stdint.h>

/* Where the engine gets time and chance from, beside the loop's clock. A test owns them. */
struct engine_sources {
	int64_t (*realtime_ms)(void *data);  /* since the epoch */
	int64_t (*monotonic_ms)(void *data); /* the loop's clock, as it is now */
	long (*random)(void *data);	     /* as random(3) */
	void *data;
};

/* Puts the system's clocks and random(3) where a function is NULL. */
void sources_complete(struct engine_sources *sources);

#endif
