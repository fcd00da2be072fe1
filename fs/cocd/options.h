/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCD_OPTIONS_H
#define COCFS_COCD_OPTIONS_H

#include <stdbool.h>

#define EXIT_USAGE 2

/* The command line of cocd. The strings are those of argv. An option that was not given is 0 or
 * NULL; service.h says what that means. There are two exceptions. step_s has the default
 * SERVICE_STEP_S, and 0 means no time. listen has a default address unless unix_socket is given. */
struct cocd_options {
	const char *data, *listen, *unix_socket, *credentials, *tokens, *port_file;
	const char *tls_cert, *tls_key;
	unsigned idle_s, request_s, step_s, lock_s, rate, per_address;
	bool never_lock;
	bool access_log;
	bool done; /* --help or --version was printed, so there is nothing to serve */
};

/* Reads a command line into zeroed options. Returns 0; EXIT_USAGE, after printing what is wrong; or
 * 1 if --help or --version could not be printed. */
int cocd_options_parse(int argc, char **argv, struct cocd_options *options);

#endif
