/* SPDX-License-Identifier: MIT */
/*
 * Memory that runs short. Preloaded into a program, this library makes allocations fail on demand:
 * the Nth from now on, or each by chance. The test gives its orders through a file that both map
 * (memory.py). COCFS_ALLOC_CONTROL has the path of the file.
 *
 * An allocation belongs to the caller of the C library, so an allocation of asprintf() belongs to
 * the caller of asprintf(). Allocations of libfuse never fail, because libfuse ends the process
 * when it has no memory. Those of the dynamic linker never fail either. Each failed allocation
 * prints its call stack on standard error, as module+offset for addr2line. This library stands
 * before the address sanitizer (verify_asan_link_order=0), which sees what an error path leaks or
 * breaks.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define FRAMES 24
#define MODULES 128

enum mode { MODE_OFF, MODE_NTH, MODE_CHANCE };

/* memory.py has the same layout. */
struct control {
	uint64_t mode;
	uint64_t others;    /* not 0: allocations of the program's libraries may fail, too */
	uint64_t nth;	    /* MODE_NTH: which allocation fails; 1: the next one */
	uint64_t per_mille; /* MODE_CHANCE: how many of a thousand fail */
	uint64_t random;    /* the state of the generator; the seed at first; never 0 */
	uint64_t counted;   /* allocations that could have failed since the test set this to 0 */
	uint64_t failed;
};

enum owner { OWNER_PROGRAM, OWNER_LIBRARY, OWNER_EXEMPT, OWNER_UNDERNEATH };

struct module {
	uintptr_t begin, end;
	enum owner owner;
};

static struct module modules[MODULES];
static size_t n_modules;
static struct control *control;

/* True while this library itself works: its own allocations do not fail. Another TLS model may
 * allocate when a thread first touches the variable. */
static __thread bool is_inside __attribute__((tls_model("initial-exec")));

static enum owner owner_of_module(const char *path)
{
	static const struct {
		const char *name;
		enum owner owner;
	} known[] = {
		{"/libc.so", OWNER_UNDERNEATH},	    {"/libasan.so", OWNER_UNDERNEATH},
		{"/libubsan.so", OWNER_UNDERNEATH}, {"/alloc.so", OWNER_UNDERNEATH},
		{"/libfuse3.so", OWNER_EXEMPT},	    {"/ld-linux", OWNER_EXEMPT},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strstr(path, known[i].name))
			return known[i].owner;
	return *path ? OWNER_LIBRARY : OWNER_PROGRAM; /* the program's own name is empty */
}

static int note_module(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	(void)data;
	for (int i = 0; i < info->dlpi_phnum && n_modules < MODULES; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		uintptr_t begin = info->dlpi_addr + segment->p_vaddr;

		if (segment->p_type == PT_LOAD && segment->p_flags & PF_X)
			modules[n_modules++] = (struct module){begin, begin + segment->p_memsz,
							       owner_of_module(info->dlpi_name)};
	}
	return 0;
}

static void map_control(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	void *at = fd < 0 ? MAP_FAILED
			  : mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (at == MAP_FAILED) {
		perror(path);
		_exit(99);
	}
	close(fd);
	control = at;
}

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("COCFS_ALLOC_CONTROL");
	void *frames[1];

	is_inside = true;
	unsetenv("LD_PRELOAD"); /* programs that this program starts do not get this library */
	backtrace(frames, 1);	/* now, because the first call of backtrace() loads a library, and
				   that allocates */
	dl_iterate_phdr(note_module, NULL);
	if (path)
		map_control(path);
	is_inside = false;
}

static enum owner owner_of(void *const *frames, int n)
{
	for (int i = 0; i < n; i++) {
		uintptr_t at = (uintptr_t)frames[i];
		enum owner owner = OWNER_LIBRARY; /* a module that was loaded later */

		for (size_t m = 0; m < n_modules; m++)
			if (at >= modules[m].begin && at < modules[m].end)
				owner = modules[m].owner;
		if (owner != OWNER_UNDERNEATH)
			return owner;
	}
	return OWNER_EXEMPT;
}

/* xorshift: the same seed gives the same choices. */
static bool by_chance(void)
{
	control->random ^= control->random << 13;
	control->random ^= control->random >> 7;
	control->random ^= control->random << 17;
	return control->random % 1000 < control->per_mille;
}

/* Must this allocation fail? Counts the allocation if it may fail at all: not with MODE_OFF, and
 * only of an owner that the test has chosen. If it must fail, also prints the call stack and sets
 * errno. */
static bool fails(void)
{
	void *frames[FRAMES];
	enum owner owner;
	bool failing;
	char line[64];
	int n, size;

	if (!control || control->mode == MODE_OFF || is_inside)
		return false;
	is_inside = true;
	n = backtrace(frames, FRAMES);
	owner = owner_of(frames, n);
	failing = owner == OWNER_PROGRAM || (owner == OWNER_LIBRARY && control->others);
	if (failing) {
		control->counted++;
		failing =
			control->mode == MODE_NTH ? control->counted == control->nth : by_chance();
	}
	if (failing) {
		control->failed++;
		/* no dprintf(3): in a thread that does not have this descriptor, it leaks its
		 * buffer */
		size = snprintf(line, sizeof(line), "alloc: number %llu fails\n",
				(unsigned long long)control->counted);
		(void)!write(STDERR_FILENO, line, (size_t)size);
		backtrace_symbols_fd(frames, n, STDERR_FILENO);
		errno = ENOMEM;
	}
	is_inside = false;
	return failing;
}

/* Sets next to the function of this name in the libraries that come after this library. A wrapper
 * calls that function as its last act, so that the sanitizer sees the wrapper's caller. */
#define BEHIND(next, name)                                                                         \
	do {                                                                                       \
		if (!(next))                                                                       \
			(next) = (__typeof__(next))dlsym(RTLD_NEXT, name);                         \
	} while (0)

void *malloc(size_t size)
{
	static void *(*next)(size_t size);

	if (fails())
		return NULL;
	BEHIND(next, "malloc");
	return next(size);
}

void *calloc(size_t n, size_t size)
{
	static void *(*next)(size_t n, size_t size);

	if (fails())
		return NULL;
	BEHIND(next, "calloc");
	return next(n, size);
}

void *realloc(void *old, size_t size)
{
	static void *(*next)(void *old, size_t size);

	if (fails())
		return NULL;
	BEHIND(next, "realloc");
	return next(old, size);
}

/* The sanitizer's own versions of the functions below would bypass this library. */

void *reallocarray(void *old, size_t n, size_t size)
{
	if (size && n > SIZE_MAX / size) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(old, n * size);
}

char *strndup(const char *text, size_t size)
{
	size_t length = strnlen(text, size);
	char *copy = malloc(length + 1);

	if (!copy)
		return NULL;
	copy[length] = '\0';
	return memcpy(copy, text, length);
}

char *strdup(const char *text)
{
	return strndup(text, strlen(text));
}
