/* SPDX-License-Identifier: MIT */
#ifndef COCFS_TESTS_MUST_H
#define COCFS_TESTS_MUST_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Ends the fuzzer if a condition does not hold: the input has found a fault. */
#define must(condition)                                                                            \
	do {                                                                                       \
		if (!(condition))                                                                  \
			abort();                                                                   \
	} while (0)

/* libFuzzer calls these: the first once at the beginning, the second with each input. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
