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

#endif
