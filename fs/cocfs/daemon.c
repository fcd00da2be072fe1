/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "cocfs/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/log_file.h"

static pid_t starting_child;

static void pass_signal_on(int signum)
{
	kill(starting_child, signum);
}

/* Lets the parent pass SIGTERM and SIGINT on to the child, because the program that started cocfs
 * knows only the parent. Ctrl-C reaches both processes, and a second SIGINT does the child no harm.
 * A signal that the parent ignores stays ignored. */
static void end_child_on_signals(pid_t child)
{
	const int signals[] = {SIGTERM, SIGINT};
	const struct sigaction pass_on = {.sa_handler = pass_signal_on, .sa_flags = SA_RESTART};
	struct sigaction given;
	sigset_t set;

	starting_child = child;
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		sigaction(signals[i], NULL, &given);
		if (given.sa_handler == SIG_IGN)
			continue;
		sigaction(signals[i], &pass_on, NULL);
		sigaddset(&set, signals[i]);
	}
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* Waits until the child is ready or ends. Exits with 0 if it is ready. If it ends first, exits with
 * its exit status. If that is 0, or a signal has ended the child, exits with status_if_killed. */
static _Noreturn void wait_for_child(int ready_fd, pid_t child, int status_if_killed)
{
	int status = 0;
	char word;
	ssize_t n;

	end_child_on_signals(child);
	do
		n = read(ready_fd, &word, 1);
	while (n < 0 && errno == EINTR);
	if (n == 1)
		_exit(0);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status))
		_exit(WEXITSTATUS(status));
	fprintf(stderr, "cocfs: the daemon ended before anything was mounted (signal %d)\n",
		WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	_exit(status_if_killed);
}

int daemon_start(int status_if_killed)
{
	int fds[2];
	pid_t child;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	child = fork();
	if (child < 0) {
		int errnum = errno;

		close(fds[0]);
		close(fds[1]);
		return -errnum;
	}
	if (child > 0) {
		close(fds[1]);
		wait_for_child(fds[0], child, status_if_killed);
	}
	close(fds[0]);
	return fds[1];
}

void daemon_ready(int ready_fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* Leave the process group only now. While an automount waits for this mount, the kernel
	 * holds each process that comes to the directory. It lets only the process group of systemd
	 * and its mount(8) pass. */
	setsid();

	/* print this with fputs() and not with log_warning(): -o loglevel=error would hide a
	 * warning */
	if (!log_file_is_open() && !log_has_syslog())
		fputs("cocfs: warning: there is no syslog on this machine (/dev/log), so the log "
		      "of "
		      "this mount is lost; give -o logfile=FILE, or run cocfs with -f\n",
		      stderr);

	/* if /dev/null cannot be opened, standard input, output and error stay open, which does no
	 * harm */
	if (null >= 0)
		for (int fd = 0; fd <= 2; fd++)
			dup2(null, fd);
	if (null > 2)
		close(null);
	log_settle(true);
	if (write(ready_fd, "1", 1) != 1)
		log_warning("the starting process is gone");
	close(ready_fd);
}
