/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "cocd/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/stdout.h"
#include "service/access/throttle.h"
#include "service/bounds.h"
#include "service/store/store_postgresql.h"
#include "version.h"

#define DEFAULT_LISTEN "127.0.0.1:0"

static const char help[] =
	"Usage: cocd --data FILE|DIR|URI [options]\n"
	"Answers the COC API of jobs on this machine. It executes nothing on any machine: an\n"
	"execution of a job only looks like one, and goes through its steps as time passes.\n"
	"\n"
	"  --data FILE|DIR     where the jobs are kept: a file, or service.db in a directory;\n"
	"                      made when it is not there (a directory if it ends in '/')\n"
	"  --data postgresql://[USER@][HOST][:PORT]/DATABASE\n"
	"                      in a PostgreSQL database, which several cocd may share: no\n"
	"                      password in it, see ~/.pgpass; it needs --credentials\n"
	"  --listen ADDR:PORT  listen on this address (default " DEFAULT_LISTEN "; port 0: the\n"
	"                      kernel picks one); one that is not loopback needs TLS\n"
	"  --tls-cert FILE     a certificate with its chain (PEM): HTTPS only\n"
	"  --tls-key FILE      its private key (PEM, without a passphrase)\n"
	"  --unix PATH         listen on a Unix socket instead\n"
	"  --credentials FILE  the key file; without it, service.keys beside the data file, made\n"
	"                      at first use\n"
	"  --tokens FILE       take the tokens in this file in X-Auth-Token\n"
	"  --rate N/s          let each user make N calls a second (default: no limit)\n"
	"  --lock-seconds SEC  lock a key pair for so long after more than five failed\n"
	"                      authentications in a row (default 300, 0: never)\n"
	"  --port-file FILE    write the port there once the service answers\n"
	"  --idle-timeout SEC  close a connection that is silent for so long (default 60)\n"
	"  --request-timeout SEC\n"
	"                      close a connection whose request is not done after so long, "
	"however\n"
	"                      busy it is (default 120)\n"
	"  --connections-per-address N\n"
	"                      connections that one address may have open at once (default: half\n"
	"                      of all). A load balancer is one address; Unix sockets have none\n"
	"  --step-seconds SEC  what a step of an execution takes that says nothing else (default\n"
	"                      1; 0: it is done at once)\n"
	"  --access-log        write a line for every answer to standard error\n"
	"  --help, --version\n"
	"\n"
	"Exit status: 0 after SIGTERM, SIGINT or SIGHUP, 1 when it cannot serve, 2 for a wrong\n"
	"command line.\n";

/* Prints what is wrong with the command line. Returns EXIT_USAGE. */
static int refuse_cocd_usage(const char *what, const char *word)
{
	struct err err;

	err_set(&err, EINVAL, "%s%s; see cocd --help", what, word);
	fprintf(stderr, "cocd: %s\n", err.text);
	return EXIT_USAGE;
}

/* Reads a whole number of at most six digits that is not less than min. Returns false, with *ret_s
 * unchanged, for any other text. */
static bool parse_number(const char *text, unsigned min, unsigned *ret_s)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long s = strtoul(text, NULL, 10);

	if (!digits || digits > 6 || text[digits] || s < min)
		return false;
	*ret_s = (unsigned)s;
	return true;
}

/* Reads the value of an option that takes a number or a rate. option: its letter in
 * cocd_options_parse(). Returns 0; or EXIT_USAGE, after printing what is wrong. */
static int take_number(int option, const char *value, struct cocd_options *options)
{
	bool good;

	if (option == 'R') {
		good = throttle_parse(value, &options->rate);
		return good ? 0 : refuse_cocd_usage("not a rate such as 10/s: ", value);
	}
	if (option == 'n') {
		good = parse_number(value, 1, &options->per_address);
		return good ? 0 : refuse_cocd_usage("not a number of connections: ", value);
	}
	if (option == 'L') {
		good = parse_number(value, 0, &options->lock_s);
		options->never_lock = good && !options->lock_s;
	} else if (option == 's') {
		good = parse_number(value, 0, &options->step_s);
	} else {
		good = parse_number(value, 1,
				    option == 'i' ? &options->idle_s : &options->request_s);
	}
	return good ? 0 : refuse_cocd_usage("not a number of seconds: ", value);
}

/* Checks that all options together make sense, and sets the address to listen on if none was given.
 * Returns 0; or EXIT_USAGE, after printing what is wrong. */
static int check_cocd_options(struct cocd_options *options)
{
	if (!options->data)
		return refuse_cocd_usage("--data is missing", "");
	if (store_is_postgresql(options->data) && !options->credentials)
		return refuse_cocd_usage(
			"--credentials is missing: beside a database there is no place for a "
			"key file",
			"");
	if (options->listen && options->unix_socket)
		return refuse_cocd_usage("--listen and --unix exclude each other", "");
	if (options->port_file && options->unix_socket)
		return refuse_cocd_usage("--port-file makes no sense with --unix", "");
	if (!options->tls_cert != !options->tls_key)
		return refuse_cocd_usage("--tls-cert and --tls-key need each other", "");
	if (options->tls_cert && options->unix_socket)
		return refuse_cocd_usage("--tls-cert makes no sense with --unix", "");
	if (!options->listen && !options->unix_socket)
		options->listen = DEFAULT_LISTEN;
	return 0;
}

int cocd_options_parse(int argc, char **argv, struct cocd_options *options)
{
	static const struct option names[] = {
		{"data", required_argument, NULL, 'd'},
		{"listen", required_argument, NULL, 'l'},
		{"tls-cert", required_argument, NULL, 'C'},
		{"tls-key", required_argument, NULL, 'K'},
		{"unix", required_argument, NULL, 'u'},
		{"credentials", required_argument, NULL, 'c'},
		{"tokens", required_argument, NULL, 't'},
		{"rate", required_argument, NULL, 'R'},
		{"lock-seconds", required_argument, NULL, 'L'},
		{"port-file", required_argument, NULL, 'p'},
		{"idle-timeout", required_argument, NULL, 'i'},
		{"request-timeout", required_argument, NULL, 'r'},
		{"connections-per-address", required_argument, NULL, 'n'},
		{"step-seconds", required_argument, NULL, 's'},
		{"access-log", no_argument, NULL, 'a'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{0},
	};
	const char **const texts[128] = {
		['d'] = &options->data,	       ['l'] = &options->listen,
		['C'] = &options->tls_cert,    ['K'] = &options->tls_key,
		['u'] = &options->unix_socket, ['c'] = &options->credentials,
		['t'] = &options->tokens,      ['p'] = &options->port_file,
	};
	int option;

	options->step_s = SERVICE_STEP_S;
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", names, NULL)) != -1) {
		switch (option) {
		case 'a':
			options->access_log = true;
			break;
		case 'h':
		case 'V':
			fputs(option == 'h' ? help : "cocd " COCFS_VERSION "\n", stdout);
			options->done = true;
			return stdout_finish("cocd") < 0;
		case ':':
			return refuse_cocd_usage("a value is missing after ", argv[optind - 1]);
		case '?':
			return refuse_cocd_usage("unknown option: ", argv[optind - 1]);
		default:
			if (texts[option])
				*texts[option] = optarg;
			else if (take_number(option, optarg, options))
				return EXIT_USAGE;
		}
	}
	if (optind < argc)
		return refuse_cocd_usage("not an option: ", argv[optind]);
	return check_cocd_options(options);
}
