/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "cocfs-check/checker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cocfs-check/spell.h"

DEFINE_CLEANUP(struct cocfs_dsl_report *, cocfs_dsl_report_free)

void checker_remark(const char *path, const char *text)
{
	fputs("cocfs-check: ", stderr);
	spell_path(stderr, path);
	fprintf(stderr, ": %s\n", text);
}

void checker_fail(struct checker *checker, const char *path, const char *why)
{
	checker_remark(path, why);
	checker->output.n_unread++;
}

void checker_warn_name(struct checker *checker, const char *path, const char *text)
{
	const struct cocfs_dsl_finding finding = {
		.severity = COCFS_DSL_WARNING, .rule = "name", .text = text};

	output_finding(&checker->output, path, &finding);
}

/* Reads fd to its end, or until content is full. Returns 0 with *ret_size, or -errno. */
static int read_content(int fd, char content[CONTENT_ROOM], size_t *ret_size)
{
	size_t size = 0;

	while (size < CONTENT_ROOM) {
		ssize_t n = read(fd, content + size, CONTENT_ROOM - size);

		if (n == 0)
			break;
		if (n > 0) {
			size += (size_t)n;
		} else if (errno == EAGAIN) {
			/* standard input may be non-blocking (O_NONBLOCK): wait for data here */
			struct pollfd ready = {.fd = fd, .events = POLLIN};

			if (poll(&ready, 1, -1) < 0 && errno != EINTR)
				return -errno;
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	*ret_size = size;
	return 0;
}

void checker_check_descriptor(struct checker *checker, int fd, const char *path, const char *name)
{
	_cleanup_(cocfs_dsl_report_free) struct cocfs_dsl_report *report = NULL;
	const struct cocfs_dsl_finding *finding;
	size_t size = 0;
	int r = read_content(fd, checker->content, &size);

	checker->options.file_name = name;
	if (r == 0)
		r = cocfs_dsl_check(checker->content, size, &checker->options, &report);
	if (r < 0) {
		checker_fail(checker, path, strerror(-r));
		return;
	}
	checker->output.n_files++;
	for (size_t i = 0; (finding = cocfs_dsl_report_finding(report, i)); i++)
		output_finding(&checker->output, path, finding);
}

void checker_check_file(struct checker *checker, const char *path, bool may_follow)
{
	/* check the type after the open: since the search saw the name it may have got another
	 * file */
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY |
						    (may_follow ? 0 : O_NOFOLLOW));
	const char *slash = strrchr(path, '/');
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		checker_fail(checker, path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		checker_fail(checker, path, "not a regular file");
	else
		checker_check_descriptor(checker, fd, path, slash ? slash + 1 : path);
}
