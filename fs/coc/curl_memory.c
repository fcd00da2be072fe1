/* SPDX-License-Identifier: MIT */
#include "coc/curl_memory.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

/* atomic: curl looks up names in threads of its own */
static atomic_ulong failures;

static void *count_failure(void *memory)
{
	if (!memory)
		atomic_fetch_add(&failures, 1);
	return memory;
}

static void *curl_malloc(size_t size)
{
	return count_failure(malloc(size));
}

static void *curl_realloc(void *memory, size_t size)
{
	return count_failure(realloc(memory, size));
}

static char *curl_strdup(const char *text)
{
	return count_failure(strdup(text));
}

static void *curl_calloc(size_t n, size_t size)
{
	return count_failure(calloc(n, size));
}

int curl_memory_init(void)
{
	return curl_global_init_mem(CURL_GLOBAL_DEFAULT, curl_malloc, free, curl_realloc,
				    curl_strdup, curl_calloc) == CURLE_OK
		       ? 0
		       : -ENOMEM;
}

unsigned long curl_memory_failures(void)
{
	return atomic_load(&failures);
}
