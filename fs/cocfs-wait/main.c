/* SPDX-License-Identifier: MIT */
/* cocfs-wait: waits until files of a job space have no unfinished submission. */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/stdout.h"
#include "version.h"
#include "cocfs-wait/look.h"

#define EXIT_NOT_SUBMITTED 1
#define EXIT_USAGE 2
#define EXIT_TIMEOUT 124 /* as timeout(1) exits */

#define SLEEP_FIRST_MS 100
#define SLEEP_MOST_MS 1000
#define SHOWN_MAX 20 /* at most so many unfinished submissions are named when the time is up */
#define BAR_WIDTH 30
#define TIMEOUT_MAX_S 1e9

static const char help[] =
	"Usage: cocfs-wait [--timeout SECONDS] PATH...\n"
	"Waits until the job files PATH, and those in the directories PATH, have no unfinished\n"
	"submission on the cocfs mount that they are on.\n"
	"\n"
	"  --timeout SECONDS   give up after this time (default: never; 0: look once)\n"
	"  --help, --version\n"
	"\n"
	"On a terminal a bar shows how far it is. What was not submitted is named on standard\n"
	"error, with the reason: a file that has content, a file that a refused copy has\n"
	"emptied, a name for which a refused rename has made no file. A job file that was left\n"
	"empty is a draft on purpose and is passed over, and so are a tool's backup and a job\n"
	"that others have made.\n"
	"\n"
	"Exit status: 0 when all were submitted, 1 when one was not (it failed, it is a draft, it\n"
	"is no job file, it is not on a cocfs mount), 2 for a wrong command line, 124 when the "
	"time\n"
	"is up.\n";

struct waiting {
	struct targets targets;
	int64_t deadline_ms; /* -1: there is no deadline */
	bool show_bar;
	/* the largest count of unfinished submissions seen so far: the full length of the bar */
	size_t most;
};

/* ---- the bar ---- */

static void show_progress(struct waiting *waiting, const struct look *look)
{
	char bar[BAR_WIDTH + 1];
	size_t done, filled;

	if (!waiting->show_bar)
		return;
	if (waiting->most < look->pending)
		waiting->most = look->pending;
	done = waiting->most - look->pending;
	filled = waiting->most ? done * BAR_WIDTH / waiting->most : 0;
	memset(bar, '-', BAR_WIDTH);
	memset(bar, '#', filled);
	bar[BAR_WIDTH] = '\0';
	if (look->cut)
		fprintf(stderr, "\r\033[Kmany are queued, these are %zu of the first",
			look->pending);
	else
		fprintf(stderr, "\r\033[K[%s] %zu of %zu submitted", bar, done, waiting->most);
	fflush(stderr);
}

static void hide_progress(const struct waiting *waiting)
{
	if (waiting->show_bar)
		fputs("\r\033[K", stderr);
}

/* ---- ends ---- */

/* Prints the lines of a text on standard error, each after "cocfs-wait: ". Leaves empty lines out.
 * Changes the text; NULL is accepted. */
static void complain_of_lines(char *lines)
{
	char *line;

	while ((line = strsep(&lines, "\n")))
		if (*line)
			fprintf(stderr, "cocfs-wait: %s\n", line);
}

static int give_up_wait(const struct waiting *waiting)
{
	_cleanup_buf_ struct buf story = {0};
	struct look look = {0};
	struct err err;

	hide_progress(waiting);
	fputs("cocfs-wait: the time is up\n", stderr);
	if (look_at_queues(&waiting->targets, &look, &story, SHOWN_MAX, &err) == 0)
		complain_of_lines(story.data);
	if (look.pending > SHOWN_MAX)
		fprintf(stderr, "cocfs-wait: and %zu more\n", look.pending - SHOWN_MAX);
	buf_finish(&story);
	if (look_at_hidden(&waiting->targets, &story) == 0)
		complain_of_lines(story.data);
	return EXIT_TIMEOUT;
}

static int fail_wait(const struct waiting *waiting, const struct err *err)
{
	hide_progress(waiting);
	fprintf(stderr, "cocfs-wait: %s\n", err->text);
	return EXIT_NOT_SUBMITTED;
}

/* Sleeps for *sleep_ms, or until the deadline if that comes first, and makes *sleep_ms longer for
 * the next time. Returns false, without a sleep, if the deadline is over. */
static bool sleep_a_while(const struct waiting *waiting, int64_t *sleep_ms)
{
	int64_t ms = *sleep_ms;
	struct timespec time;

	if (waiting->deadline_ms >= 0) {
		int64_t left_ms = waiting->deadline_ms - clock_monotonic_ms();

		if (left_ms <= 0)
			return false;
		if (ms > left_ms)
			ms = left_ms;
	}
	time = (struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
	nanosleep(&time, NULL);
	*sleep_ms = *sleep_ms * 3 / 2 < SLEEP_MOST_MS ? *sleep_ms * 3 / 2 : SLEEP_MOST_MS;
	return true;
}

/* Waits until no target has a submission under way, or the time is up, or a queue or file cannot be
 * read. Returns the exit status: 0 if everything was submitted. For another status prints the
 * reasons on standard error. */
static int wait_for_all(struct waiting *waiting)
{
	int64_t sleep_ms = SLEEP_FIRST_MS;
	struct err err = {0};

	do {
		_cleanup_buf_ struct buf story = {0};
		struct look look;
		int r = look_at_queues(&waiting->targets, &look, NULL, 0, &err);

		if (r < 0)
			return fail_wait(waiting, &err);
		show_progress(waiting, &look);
		if (look.pending)
			continue;
		r = look_at_files(&waiting->targets, &story, &err);
		if (r == -EBUSY)
			continue;
		hide_progress(waiting);
		complain_of_lines(story.data);
		if (r < 0)
			return fail_wait(waiting, &err);
		return r ? EXIT_NOT_SUBMITTED : 0;
	} while (sleep_a_while(waiting, &sleep_ms));
	return give_up_wait(waiting);
}

/* ---- the command line ---- */

static int refuse_wait_usage(const char *what, const char *word)
{
	struct err err;

	/* err_set() replaces control characters in word: a shell may have put the name of a file
	 * there for a pattern */
	err_set(&err, EINVAL, "%s%s; see cocfs-wait --help", what, word);
	fprintf(stderr, "cocfs-wait: %s\n", err.text);
	return EXIT_USAGE;
}

static bool parse_timeout(const char *text, int64_t *ret_deadline_ms)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end || !(seconds >= 0 && seconds <= TIMEOUT_MAX_S))
		return false;
	*ret_deadline_ms = clock_monotonic_ms() + (int64_t)(seconds * 1000);
	return true;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"timeout", required_argument, NULL, 't'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{0},
	};
	struct waiting waiting = {.deadline_ms = -1, .show_bar = isatty(STDERR_FILENO)};
	struct err err = {0};
	int option, status;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":t:hV", options, NULL)) >= 0) {
		if (option == 't' && parse_timeout(optarg, &waiting.deadline_ms))
			continue;
		if (option == 't')
			return refuse_wait_usage("--timeout takes a number of seconds, not ",
						 optarg);
		if (option == 'h' || option == 'V') {
			fputs(option == 'h' ? help : "cocfs-wait " COCFS_VERSION "\n", stdout);
			return stdout_finish("cocfs-wait") < 0;
		}
		return refuse_wait_usage(option == ':' ? "a value is missing for "
						       : "unknown option ",
					 argv[optind - 1]);
	}
	if (optind == argc)
		return refuse_wait_usage("nothing to wait for", "");
	if (targets_find(argv + optind, (size_t)(argc - optind), &waiting.targets, &err) < 0)
		return fail_wait(&waiting, &err);
	status = wait_for_all(&waiting);
	targets_finish(&waiting.targets);
	return status;
}
