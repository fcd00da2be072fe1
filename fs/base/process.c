/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "base/process.h"

#include <errno.h>
#include <limits.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

void process_keep_secrets(void)
{
	if (!SANITIZED)
		prctl(PR_SET_DUMPABLE, 0);
	unsetenv("SSLKEYLOGFILE");
}

void process_seed_random(void)
{
	unsigned seed = (unsigned)getpid();

	/* without random bytes the process ID is the seed: a weak seed is no reason to stop */
	(void)!getrandom(&seed, sizeof(seed), GRND_NONBLOCK);
	srandom(seed);
}

void process_raise_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

unsigned process_descriptors_max(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 0;
	return limit.rlim_cur < UINT_MAX ? (unsigned)limit.rlim_cur : UINT_MAX;
}

int process_probe_descriptors(unsigned n)
{
	int fds[PROCESS_PROBE_MAX], r = 0;
	unsigned opened = 0;

	while (r == 0 && opened < n && opened < PROCESS_PROBE_MAX) {
		fds[opened] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fds[opened] < 0)
			r = -errno;
		else
			opened++;
	}
	while (opened)
		close(fds[--opened]);
	return r;
}

static int release_file(struct dl_phdr_info *info, size_t size, void *data)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	(void)size;
	(void)data;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		uintptr_t begin = info->dlpi_addr + part->p_vaddr;
		uintptr_t end = (begin + part->p_memsz + page - 1) & ~(page - 1);

		/* keep writable parts: the dynamic linker has written into them */
		if (part->p_type != PT_LOAD || part->p_flags & PF_W)
			continue;
		begin &= ~(page - 1);
		madvise((void *)begin, end - begin,
			MADV_DONTNEED); /* a failure does no harm: the pages stay */
	}
	return 0;
}

void process_release_start(void)
{
	dl_iterate_phdr(release_file, NULL);
}
