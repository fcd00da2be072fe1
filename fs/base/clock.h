/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_CLOCK_H
#define COCFS_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds of a clock that is never put back: for what is waited for or measured. */
int64_t clock_monotonic_ms(void);

/* Microseconds of the same clock. */
int64_t clock_monotonic_us(void);

/* Microseconds of processor time that the calling thread has used. A system call. */
int64_t clock_thread_us(void);

/* Milliseconds since the epoch. */
int64_t clock_realtime_ms(void);

/* Writes a time since the epoch as "2025-07-01T18:02:39Z", and "-" for 0 and for what is no time.
 */
#define CLOCK_WORD_ROOM 32
void clock_write_utc(int64_t realtime_ms, char ret_word[CLOCK_WORD_ROOM]);

#endif
