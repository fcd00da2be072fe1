/* SPDX-License-Identifier: MIT */
#ifndef COCFS_TESTS_MUST_H
#define COCFS_TESTS_MUST_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* What does not hold is a finding of the fuzzer. */
#define must(condition)                                                                            \
	do {                                                                                       \
		if (!(condition))                                                                  \
			abort();                                                                   \
	} while (0)

/* What libFuzzer calls: once at the beginning, and with each input. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
