/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/process.h"
#include "daemon.h"
#include "mount.h"

/* Tells a person at the terminal what is wrong, and the one thing that mends it. */
static int complain(const struct err *err)
{
	fprintf(stderr, "cocfs: %s\n%s", err->text, err->details);
	return 1;
}

/* Signals come through the loop; threads that are started inherit this. */
static void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int run(struct opts *opts)
{
	struct mount *mount;
	struct err err = {0};
	int ready_fd = -1, r;

	if (!opts->foreground) {
		ready_fd = daemon_start();
		if (ready_fd < 0) {
			err_set(&err, -ready_fd, "cannot start a daemon: %s", strerror(-ready_fd));
			return complain(&err);
		}
	}
	if (mount_open(opts, &mount, &err) < 0)
		return complain(&err);
	if (chdir("/") < 0)
		log_warning("the directory that cocfs was started in stays in use");
	if (ready_fd >= 0)
		daemon_ready(ready_fd);
	r = mount_serve(mount);
	if (r < 0)
		log_error("the event loop ended: %s", strerror(-r));
	mount_close(mount);
	return r < 0;
}

int main(int argc, char **argv)
{
	struct opts opts;
	struct err err = {0};
	int status = 0;

	process_keep_secrets();
	process_raise_limits();
	block_signals();
	umask(0);
	switch (opts_parse(argc, argv, &opts, &err)) {
	case OPTS_MOUNT:
		log_open("cocfs", opts.log_level);
		status = run(&opts);
		break;
	case OPTS_SHOWN:
		break;
	case OPTS_WRONG:
		status = complain(&err);
		fputs("try: cocfs --help\n", stderr);
		break;
	}
	opts_finish(&opts);
	return status;
}
