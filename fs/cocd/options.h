/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCD_OPTIONS_H
#define COCFS_COCD_OPTIONS_H

#include <stdbool.h>

#define EXIT_USAGE 2

/* The command line of cocd; strings are those of argv. What is not said is 0, see
 * service.h; but for step_s, where 0 is a time like others. */
struct cocd_options {
	const char *data, *listen, *unix_socket, *credentials, *tokens, *port_file;
	const char *tls_cert, *tls_key;
	unsigned idle_s, request_s, step_s, lock_s, rate, per_address;
	bool never_lock;
	bool access_log;
	bool done; /* --help or --version has been answered */
};

/* Reads a command line into zeroed options. Returns 0, or EXIT_USAGE after having said what is
 * wrong on standard error. */
int cocd_options_parse(int argc, char **argv, struct cocd_options *options);

#endif
