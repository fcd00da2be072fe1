/* SPDX-License-Identifier: MIT */
#ifndef COCFS_TESTS_MUST_H
#define COCFS_TESTS_MUST_H

#include <stdlib.h>

/* What does not hold is a finding of the fuzzer. */
#define must(condition)                                                                            \
	do {                                                                                       \
		if (!(condition))                                                                  \
			abort();                                                                   \
	} while (0)

#endif
