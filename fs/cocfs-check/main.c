/* SPDX-License-Identifier: MIT */
/* cocfs-check: checks job files as a mount does, without a mount and without a network. */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/stdout.h"
#include "cocfs-check/search.h"
#include "version.h"

#define EXIT_USAGE 2

static const char help[] =
	"Usage: cocfs-check [OPTION]... PATH...\n"
	"Checks job files as a cocfs mount does before it sends a job. It needs neither a mount\n"
	"nor a network. PATH is a file, a directory, or - for standard input. In a directory the\n"
	"files are checked that a mount would submit: *.yaml and *.yml, without symbolic links.\n"
	"\n"
	"  --format=FORMAT     text (default), json, github (workflow commands) or sarif (2.1.0)\n"
	"  --level=LEVEL       none, yaml, dsl (default) or strict, as -o validate= of a mount\n"
	"  --max-risk=RISK     refuse a comment that says a higher risk level: LOW, MEDIUM, HIGH\n"
	"  --require-risk      refuse a file without a comment that says the risk level\n"
	"  --stdin-name=NAME   the name of the file that standard input is\n"
	"  --help, --version\n"
	"\n"
	"Exit status: 0 when a mount would take all files, also with warnings; 1 when there is an\n"
	"error; 2 for a wrong command line, a file that cannot be read, or an output that cannot "
	"be\n"
	"written. --level=strict makes errors of the warnings about the document.\n";

/* What the command line says besides the options of the check: the paths, and the name for standard
 * input (NULL: none). */
struct command {
	const char *stdin_name;
	char **paths;
	size_t n_paths;
};

static int refuse_usage(const char *what, const char *word)
{
	struct err err;

	/* err_set() replaces control characters in word: a shell may have put the name of a file
	 * there for a pattern */
	err_set(&err, EINVAL, "%s%s; see cocfs-check --help", what, word);
	fprintf(stderr, "cocfs-check: %s\n", err.text);
	return -EINVAL;
}

/* Returns the exit status for r, the result of output_begin() or output_end(). r 0: returns 0. r
 * negative: prints the reason, and returns EXIT_USAGE. */
static int report_output(int r)
{
	if (r < 0)
		fprintf(stderr, "cocfs-check: standard output: %s\n", strerror(-r));
	return r < 0 ? EXIT_USAGE : 0;
}

/* Reads the value of an option; option is its letter in read_command(). Returns 0; or -EINVAL,
 * after printing what is wrong. */
static int read_option(struct checker *checker, struct command *command, int option,
		       const char *value)
{
	struct output *output = &checker->output;

	switch (option) {
	case 'f':
		output->format = format_find(value);
		return output->format ? 0
				      : refuse_usage("--format takes text, json, github or sarif, "
						     "not ",
						     value);
	case 'l':
		output->level = value;
		return cocfs_dsl_level_parse(value, &checker->options.level) == 0
			       ? 0
			       : refuse_usage("--level takes none, yaml, dsl or strict, not ",
					      value);
	case 'm':
		return cocfs_dsl_risk_parse(value, &checker->options.max_risk) == 0
			       ? 0
			       : refuse_usage("--max-risk takes LOW, MEDIUM or HIGH, not ", value);
	default:
		command->stdin_name = value;
		return *value ? 0 : refuse_usage("--stdin-name takes a name, not nothing", "");
	}
}

/* Reads the command line into checker and command. Returns 0; -EINVAL, after printing what is
 * wrong; 'h' or 'V': the user asks for the help or the version. */
static int read_command(int argc, char **argv, struct checker *checker, struct command *command)
{
	static const struct option options[] = {
		{"format", required_argument, NULL, 'f'},
		{"level", required_argument, NULL, 'l'},
		{"max-risk", required_argument, NULL, 'm'},
		{"require-risk", no_argument, NULL, 'r'},
		{"stdin-name", required_argument, NULL, 'n'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{0},
	};
	size_t n_stdin = 0;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":hV", options, NULL)) >= 0) {
		if (option == 'h' || option == 'V')
			return option;
		if (option == '?' || option == ':')
			return refuse_usage(option == ':' ? "a value is missing for "
							  : "unknown option ",
					    argv[optind - 1]);
		if (option == 'r')
			checker->options.needs_risk = 1;
		else if (read_option(checker, command, option, optarg) < 0)
			return -EINVAL;
	}
	command->paths = argv + optind;
	command->n_paths = (size_t)(argc - optind);
	for (size_t i = 0; i < command->n_paths; i++)
		n_stdin += !strcmp(command->paths[i], "-");
	if (!command->n_paths)
		return refuse_usage("nothing to check", "");
	if (n_stdin > 1)
		return refuse_usage("standard input (-) can be read once only", "");
	if (!n_stdin && command->stdin_name)
		return refuse_usage("--stdin-name is for standard input: write - for it", "");
	return 0;
}

/* Checks all files and directories of the command line. Returns the exit status. */
static int check_paths(struct checker *checker, const struct command *command,
		       const struct ignore *ignore)
{
	int r = output_begin(&checker->output);

	if (r < 0)
		return report_output(r);
	for (size_t i = 0; i < command->n_paths && !checker->output.write_errnum; i++) {
		const char *name = command->stdin_name;

		if (strcmp(command->paths[i], "-") != 0)
			search_argument(checker, ignore, command->paths[i]);
		else
			checker_check_descriptor(checker, STDIN_FILENO, name ? name : "<stdin>",
						 name);
	}
	r = output_end(&checker->output);
	return r < 0 ? report_output(r) : output_status(&checker->output);
}

int main(int argc, char **argv)
{
	static struct checker checker = {
		.output = {.format = &format_text, .level = "dsl"},
		.options = {.size = sizeof(checker.options)},
	};
	struct command command = {0};
	struct ignore *ignore = NULL;
	struct err err;
	int r, status;

	signal(SIGPIPE, SIG_IGN); /* writing to a closed pipe fails with EPIPE instead */
	r = read_command(argc, argv, &checker, &command);
	if (r == 'h' || r == 'V') {
		fputs(r == 'h' ? help : "cocfs-check " COCFS_VERSION "\n", stdout);
		return stdout_finish("cocfs-check") < 0 ? EXIT_USAGE : 0;
	}
	if (r < 0)
		return EXIT_USAGE;
	if (ignore_parse(ignore_defaults, &ignore, &err) < 0) {
		fprintf(stderr, "cocfs-check: %s\n", err.text);
		return EXIT_USAGE;
	}
	status = check_paths(&checker, &command, ignore);
	ignore_free(ignore);
	return status;
}
