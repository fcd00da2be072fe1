/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCD_OPTIONS_H
#define COCFS_COCD_OPTIONS_H

#include <stdbool.h>

#define EXIT_USAGE 2

/* The command line of cocd. The strings are those of argv. An option that was not given is 0, and
 * service.h says what 0 means. Only step_s is different: 0 is a time, and the default is
 * SERVICE_STEP_S. */
struct cocd_options {
	const char *data, *listen, *unix_socket, *credentials, *tokens, *port_file;
	const char *tls_cert, *tls_key;
	unsigned idle_s, request_s, step_s, lock_s, rate, per_address;
	bool never_lock;
	bool access_log;
	bool done; /* --help or --version has been printed */
};

/* Reads a command line into zeroed options. Returns 0, or EXIT_USAGE: then it has printed what is
 * wrong. */
int cocd_options_parse(int argc, char **argv, struct cocd_options *options);

#endif
