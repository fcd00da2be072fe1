/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_CLOCK_H
#define COCFS_BASE_CLOCK_H

#include <stdint.h>

/* Returns milliseconds of a clock that nobody sets back (CLOCK_MONOTONIC). Measure and wait with
 * this clock. */
int64_t clock_monotonic_ms(void);

/* Returns microseconds of CLOCK_MONOTONIC. */
int64_t clock_monotonic_us(void);

/* Returns the processor time of the calling thread in microseconds. Each call costs a system call,
 * which the other clocks mostly do not. */
int64_t clock_thread_us(void);

/* Returns milliseconds since the epoch (CLOCK_REALTIME). */
int64_t clock_realtime_ms(void);

/* Writes a time (milliseconds since the epoch) as "2025-07-01T18:02:39Z". Writes "-" for 0, and for
 * a number that gmtime_r(3) cannot convert. */
#define CLOCK_WORD_ROOM 32
void clock_write_utc(int64_t realtime_ms, char ret_word[CLOCK_WORD_ROOM]);

#endif
