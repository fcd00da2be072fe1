/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "fake_memory.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t n, size_t size);
int __real_vasprintf(char **ret_text, const char *fmt, va_list args);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t n, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t size);
int __wrap_asprintf(char **ret_text, const char *fmt, ...);
int __wrap_vasprintf(char **ret_text, const char *fmt, va_list args);

static bool is_short, has_failed;
static uint64_t counted, failing;

void fake_memory_short(uint64_t nth)
{
	is_short = true;
	has_failed = false;
	counted = 0;
	failing = nth;
}

uint64_t fake_memory_enough(void)
{
	is_short = false;
	return counted;
}

bool fake_memory_pause(void)
{
	bool was_short = is_short;

	is_short = false;
	return was_short;
}

void fake_memory_resume(bool was_short)
{
	is_short = was_short;
}

bool fake_memory_is_short(void)
{
	return is_short;
}

bool fake_memory_has_failed(void)
{
	return has_failed;
}

static bool fails(void)
{
	if (!is_short || ++counted != failing)
		return false;
	has_failed = true;
	errno = ENOMEM;
	return true;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return fails() ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t n, size_t size)
{
	return fails() ? NULL : __real_reallocarray(old, n, size);
}

static char *copy_bytes(const char *text, size_t length)
{
	char *copy = __real_malloc(length + 1);

	if (!copy)
		return NULL;
	copy[length] = '\0';
	return memcpy(copy, text, length);
}

char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : copy_bytes(text, strlen(text));
}

char *__wrap_strndup(const char *text, size_t size)
{
	return fails() ? NULL : copy_bytes(text, strnlen(text, size));
}

int __wrap_vasprintf(char **ret_text, const char *fmt, va_list args)
{
	return fails() ? -1 : __real_vasprintf(ret_text, fmt, args);
}

int __wrap_asprintf(char **ret_text, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = __wrap_vasprintf(ret_text, fmt, args);
	va_end(args);
	return n;
}

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

void *fake_memory_zeroed(size_t size)
{
	return must(__real_calloc(1, size));
}

void *fake_memory_copy(const char *text, size_t size)
{
	return must(copy_bytes(text, size));
}

void *fake_memory_grown(void *old, size_t old_size, size_t size)
{
	char *grown = must(__real_realloc(old, size));

	memset(grown + old_size, 0, size - old_size);
	return grown;
}
