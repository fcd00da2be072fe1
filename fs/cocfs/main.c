/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/process.h"
#include "base/shown.h"
#include "base/stdout.h"
#include "cocfs/daemon.h"
#include "cocfs/mount.h"
#include "cocfs/supervised.h"

/* Exit statuses, with the meanings of mount(8): mount(8) runs cocfs as its helper, and exits with
 * the helper's status. */
#define EXIT_USAGE 1  /* the command line is wrong */
#define EXIT_SYSTEM 2 /* no memory, no process, no standard output */
#define EXIT_MOUNT 32 /* nothing is mounted */

#define LIBFUSE_TEXT_MAX 512 /* bytes of a message of libfuse; the longest have a path */

/* Prints an error on standard error: what is wrong, and how to mend it. */
static void complain_of_error(const struct err *err)
{
	fprintf(stderr, "cocfs: %s\n%s", err->text, err->details);
}

/*
 * Blocks SIGTERM, SIGINT and SIGHUP, also in threads that start later: the loop reads them from a
 * signalfd. A signal that was ignored when cocfs was started would never come, so SIGHUP and
 * SIGTERM get their default action again. For example, nohup ignores SIGHUP, and users send SIGHUP
 * to reload keys and log files. An ignored SIGINT stays ignored: a shell ignores SIGINT for the
 * background programs of a script, so that Ctrl-C at the terminal does not end them.
 */
static void block_signals(void)
{
	sigset_t set;

	signal(SIGHUP, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGCHLD, SIG_DFL); /* an ignored SIGCHLD would lose the exit status of fusermount3 */
	/* write(2) fails with EFBIG instead, if a file gets too large for a limit */
	signal(SIGXFSZ, SIG_IGN);

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* Called by libfuse with each of its messages. Writes the message to the log, at the level that
 * fits. Debug messages, which -d asks for, go to standard error instead. */
static void log_libfuse(enum fuse_log_level level, const char *fmt, va_list args)
{
	char text[LIBFUSE_TEXT_MAX];

	vsnprintf(text, sizeof(text), fmt, args);
	if (level == FUSE_LOG_DEBUG) { /* the text may name files: clean it for a terminal */
		shown_clean_lines(text);
		fputs(text, stderr);
		return;
	}
	text[strcspn(text, "\n")] = '\0';
	log_message(level <= FUSE_LOG_ERR	? LOG_LEVEL_ERROR
		    : level <= FUSE_LOG_WARNING ? LOG_LEVEL_WARNING
						: LOG_LEVEL_INFO,
		    "libfuse: %s", text);
}

static int run_mount(struct opts *opts)
{
	struct mount *mount;
	struct err err = {0};
	int ready_fd = -1, r;

	if (!opts->foreground) {
		ready_fd = daemon_start(EXIT_MOUNT);
		if (ready_fd < 0) {
			err_set(&err, -ready_fd, "cannot start a daemon: %s", strerror(-ready_fd));
			complain_of_error(&err);
			return EXIT_SYSTEM;
		}
	}
	r = mount_open(opts, &mount, &err);
	if (r < 0) {
		complain_of_error(&err);
		return r == -ENOMEM ? EXIT_SYSTEM : EXIT_MOUNT;
	}
	if (chdir("/") < 0)
		log_warning("the directory that cocfs was started in stays in use");
	if (ready_fd >= 0)
		daemon_ready(ready_fd);
	else
		log_settle(false);
	supervised_tell_ready(opts);
	r = mount_serve(mount);
	if (r < 0)
		log_error("the event loop ended: %s", strerror(-r));
	mount_close(mount);
	return r < 0 ? EXIT_SYSTEM : 0;
}

int main(int argc, char **argv)
{
	struct opts opts;
	struct err err = {0};
	int status = 0;

	process_keep_secrets();
	process_raise_limits();
	process_seed_random();
	block_signals();
	umask(0);
	switch (opts_parse(argc, argv, &opts, &err)) {
	case OPTS_MOUNT:
		log_open("cocfs", opts.log_level);
		fuse_set_log_func(log_libfuse);
		status = run_mount(&opts);
		break;
	case OPTS_SHOWN:
		status = stdout_finish("cocfs") < 0 ? EXIT_SYSTEM : 0;
		break;
	case OPTS_WRONG:
		complain_of_error(&err);
		if (err.errnum == ENOMEM) { /* the command line is not wrong: memory is short */
			status = EXIT_SYSTEM;
			break;
		}
		fputs("try: cocfs --help\n", stderr);
		status = EXIT_USAGE;
		break;
	}
	opts_finish(&opts);
	return status;
}
