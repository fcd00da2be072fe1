/* SPDX-License-Identifier: MIT */
/* Reads the command line of cocfs, with the parser of libfuse. option_table.c has cocfs' own
 * options, and option_system.c those of other programs. For any other option the error names the
 * option, and nothing is mounted. */
#define _GNU_SOURCE
#include "cocfs/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "coc/profile.h"
#include "cocfs/option_backslashes.h"
#include "cocfs/option_system.h"
#include "cocfs/option_table.h"
#include "version.h"

#define TIMEOUT_DEFAULT_S 30
#define REFRESH_DEFAULT_S 60
#define MAX_INFLIGHT_DEFAULT 64

static const char help[] =
	"usage: cocfs [options] SOURCE MOUNTPOINT\n"
	"\n"
	"Mounts the job space of Huawei Cloud Operations Center (COC): a YAML file written into\n"
	"MOUNTPOINT becomes a job, and its job ID appears in a file NAME.id beside it.\n"
	"\n"
	"SOURCE says where jobs go:\n"
	"    local                   the embedded local service (no cloud, no network)\n"
	"    cn-north-4, ap-southeast-3, eu-west-101\n"
	"                            a region of the cloud\n"
	"    https://HOST[:PORT]     an endpoint (http:// only to this machine)\n"
	"Credentials for the last two: HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK in the\n"
	"environment, or the file ~/.huaweicloud/credentials.\n"
	"\n"
	"options:\n"
	"    -f                      stay in the foreground, log to standard error\n"
	"    -d                      the same, with libfuse's debug output\n"
	"    -h, --help              this text\n"
	"    -V, --version           the version\n"
	"    -o OPTION[,OPTION...]   mount options:\n"
	"\n";

static const char help_end[] =
	"    Other options of mount(8), fstab(5) and fuse(8) change nothing, or are refused:\n"
	"    cocfs(8) lists them.\n"
	"\n"
	"unmount: fusermount3 -u MOUNTPOINT\n";

struct parsing {
	struct opts *opts;
	struct err *err;
	int positional;
	bool help, version;
	char *mountpoint; /* as given on the command line; owned */
	/* libfuse cuts NAME="A,B" at the comma: the parts so far, put together again */
	struct buf quoted;
};

static int keep_value(char **place, const char *value, struct err *err)
{
	free(*place);
	*place = strdup(value);
	return *place ? 0 : err_set(err, ENOMEM, "out of memory");
}

/* Sets one of cocfs' own options. value: the text after "="; NULL: there is no "=". Takes off
 * quotes around the value. Returns 0, or -errno with parsing->err filled. */
static int set_own(struct parsing *parsing, const struct option *own, const char *value)
{
	size_t length = value ? strlen(value) : 0;
	_cleanup_free_ char *bare = NULL;

	if (length < 2 || value[0] != '"' || value[length - 1] != '"')
		return option_set(own, value, parsing->opts, parsing->err);
	bare = strndup(value + 1, length - 2);
	return bare ? option_set(own, bare, parsing->opts, parsing->err)
		    : err_set(parsing->err, ENOMEM, "out of memory");
}

/* Handles one option of -o, "NAME" or "NAME=VALUE". Returns 1 if libfuse has to get the option, 0
 * if not, or -errno with parsing->err filled. */
static int take_option(struct parsing *parsing, const char *option)
{
	size_t length = strcspn(option, "=");
	const struct option *own = option_find(option, length);
	int r;

	if (!*option) /* "a,,b" */
		return 0;
	if (own)
		return set_own(parsing, own, option[length] ? option + length + 1 : NULL);
	r = option_system(option, parsing->opts, parsing->err);
	if (r == -ENOENT)
		err_set(parsing->err, EINVAL, "unknown option -o %.*s", (int)length, option);
	return r;
}

/* Handles the option in parsing->quoted, when its last part has come. If libfuse has to get the
 * option, adds it to args in one piece. Returns 0, or -errno with parsing->err filled. */
static int take_quoted(struct parsing *parsing, struct fuse_args *args)
{
	_cleanup_free_ char *option = buf_steal(&parsing->quoted), *escaped = NULL;
	int r = take_option(parsing, option);

	if (r <= 0)
		return r;
	return fuse_opt_add_opt_escaped(&escaped, option) < 0 || fuse_opt_add_arg(args, "-o") < 0 ||
			       fuse_opt_add_arg(args, escaped) < 0
		       ? err_set(parsing->err, ENOMEM, "out of memory")
		       : 0;
}

/* Handles what libfuse passes of an argument of -o: the text up to a comma, even a comma within
 * quotes. Puts the parts of a quoted value together. Returns 1 if libfuse has to get part, 0 if
 * not, or -errno with parsing->err filled. */
static int take_part(struct parsing *parsing, const char *part, struct fuse_args *args)
{
	struct buf *quoted = &parsing->quoted;
	const char *value = part + strcspn(part, "=");
	bool opens = !quoted->size && value[0] == '=' && value[1] == '"';
	const char *closing = strchr(opens ? value + 2 : part, '"');

	if (!quoted->size && (!opens || closing))
		return take_option(parsing, part);
	if (buf_printf(quoted, "%s%s", quoted->size ? "," : "", part) < 0)
		return err_set(parsing->err, ENOMEM, "out of memory");
	return closing ? take_quoted(parsing, args) : 0;
}

static int take_argument(struct parsing *parsing, const char *argument)
{
	char **place = parsing->positional == 0 ? &parsing->opts->source : &parsing->mountpoint;

	if (parsing->positional++ > 1) {
		err_set(parsing->err, EINVAL, "one argument too many: %s", argument);
		return -1;
	}
	return keep_value(place, argument, parsing->err);
}

enum flag { FLAG_OPTION, FLAG_FOREGROUND, FLAG_DEBUG, FLAG_HELP, FLAG_VERSION, FLAG_IGNORED };

static int take_fuse_argument(void *data, const char *arg, int flag, struct fuse_args *args)
{
	struct parsing *parsing = data;
	int r;

	switch (flag) {
	case FUSE_OPT_KEY_NONOPT:
		return take_argument(parsing, arg) < 0 ? -1 : 0;
	case FLAG_FOREGROUND:
		parsing->opts->foreground = true;
		return 0;
	case FLAG_DEBUG:
		parsing->opts->foreground = true;
		return 1; /* 1: libfuse has to get -d, too */
	case FLAG_HELP:
		parsing->help = true;
		return 0;
	case FLAG_VERSION:
		parsing->version = true;
		return 0;
	case FLAG_IGNORED:
		return 0;
	default:
		if (arg[0] == '-') {
			err_set(parsing->err, EINVAL, "unknown option %s", arg);
			return -1;
		}
		r = take_part(parsing, arg, args);
		return r < 0 ? -1 : r; /* 1: libfuse keeps the argument; 0: libfuse drops it */
	}
}

static const struct fuse_opt flags[] = {
	FUSE_OPT_KEY("-f", FLAG_FOREGROUND),
	FUSE_OPT_KEY("-d", FLAG_DEBUG),
	FUSE_OPT_KEY("-s", FLAG_IGNORED), /* cocfs always has one thread */
	FUSE_OPT_KEY("-h", FLAG_HELP),
	FUSE_OPT_KEY("--help", FLAG_HELP),
	FUSE_OPT_KEY("-V", FLAG_VERSION),
	FUSE_OPT_KEY("--version", FLAG_VERSION),
	FUSE_OPT_END,
};

/* Adds the options that cocfs always gives to libfuse to opts->fuse. Returns 0, or -ENOMEM with err
 * filled. */
static int add_fuse_options(struct opts *opts, struct err *err)
{
	_cleanup_free_ char *options = NULL, *name = NULL;

	/* default_permissions: the kernel checks permissions, by the modes of the spool's files */
	if (asprintf(&name, "fsname=%s", opts->source) < 0) {
		name = NULL;
		return err_set(err, ENOMEM, "out of memory");
	}
	if (fuse_opt_add_opt(&options, "default_permissions") < 0 ||
	    fuse_opt_add_opt(&options, "subtype=cocfs") < 0 ||
	    fuse_opt_add_opt_escaped(&options, name) < 0 ||
	    fuse_opt_add_arg(&opts->fuse, "-o") < 0 || fuse_opt_add_arg(&opts->fuse, options) < 0)
		return err_set(err, ENOMEM, "out of memory");
	return 0;
}

/* Makes the path of an existing file absolute, because a daemon changes its directory. *path NULL:
 * does nothing. what: the option, for err. Returns 0, or -errno with err filled. */
static int make_absolute(char **path, const char *what, struct err *err)
{
	char *real;

	if (!*path)
		return 0;
	real = realpath(*path, NULL);
	if (!real) {
		err_set(err, errno, "%s=%s: %s", what, *path, strerror(errno));
		err_detail(err, "what_to_do", "give a file that is there");
		return -err->errnum;
	}
	free(*path);
	*path = real;
	return 0;
}

/* Makes the path of a file absolute. The file need not exist, but its directory must. *path NULL:
 * does nothing. what: the option, for err. Returns 0, or -errno with err filled. */
static int make_absolute_file(char **path, const char *what, struct err *err)
{
	_cleanup_free_ char *directory = NULL, *file = NULL;
	const char *slash, *name;
	char *real;

	if (!*path)
		return 0;
	slash = strrchr(*path, '/');
	name = slash ? slash + 1 : *path;
	if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
		return err_set(err, EISDIR, "%s=%s: it must be a file", what, *path);
	directory = slash ? strndup(*path, (size_t)(slash - *path) + 1) : strdup(".");
	if (!directory)
		return err_set(err, ENOMEM, "out of memory");
	real = realpath(directory, NULL);
	if (!real) {
		err_set(err, errno, "%s=%s: %s", what, *path, strerror(errno));
		err_detail(err, "what_to_do", "give a file in a directory that is there");
		return -err->errnum;
	}
	if (asprintf(&file, "%s/%s", strcmp(real, "/") ? real : "", name) < 0)
		file = NULL;
	free(real);
	if (!file)
		return err_set(err, ENOMEM, "out of memory");
	free(*path);
	*path = steal_ptr(file);
	return 0;
}

static int check_opts(struct parsing *parsing, struct opts *opts, struct err *err)
{
	if (!opts->source || !parsing->mountpoint) {
		err_set(err, EINVAL, "%s is missing: cocfs [options] SOURCE MOUNTPOINT",
			opts->source ? "MOUNTPOINT" : "SOURCE");
		return -EINVAL;
	}
	opts->mountpoint = steal_ptr(parsing->mountpoint);
	if (make_absolute(&opts->cacert, "-o cacert", err) < 0 ||
	    make_absolute_file(&opts->logfile, "-o logfile", err) < 0 ||
	    (profile_is_path(opts->profile) &&
	     make_absolute_file(&opts->profile, "-o profile", err) < 0))
		return -err->errnum;
	if (!opts->ignore && ignore_parse(ignore_defaults, &opts->ignore, err) < 0)
		return -err->errnum;
	return add_fuse_options(opts, err);
}

static void explain_libfuse(int argc, char **argv, struct err *err)
{
	if (!strcmp(argv[argc - 1], "-o"))
		err_set(err, EINVAL, "nothing follows -o: write -o OPTION[,OPTION...]");
	else
		err_set(err, ENOMEM, "out of memory");
}

enum opts_result opts_parse(int argc, char **argv, struct opts *ret_opts, struct err *err)
{
	struct opts *opts = ret_opts;
	struct parsing parsing = {.opts = opts, .err = err};
	enum opts_result result = OPTS_MOUNT;

	*opts = (struct opts){
		.rules = {.validate = DSL_DSL, .max_risk = RISK_HIGH},
		.timeout_ms = TIMEOUT_DEFAULT_S * 1000,
		.refresh_ms = REFRESH_DEFAULT_S * 1000,
		.max_inflight = MAX_INFLIGHT_DEFAULT,
		.adopt = ADOPT_SAME,
		.log_level = LOG_LEVEL_WARNING,
	};
	option_drop_added(argc, argv);
	if (option_keep_backslashes(argc, argv, &opts->fuse) < 0) {
		err_set(err, ENOMEM, "out of memory");
		result = OPTS_WRONG;
	} else if (fuse_opt_parse(&opts->fuse, &parsing, flags, take_fuse_argument) < 0) {
		/* no callback of ours has set err: libfuse's parser itself has failed */
		if (!err->errnum)
			explain_libfuse(argc, argv, err);
		result = OPTS_WRONG;
	} else if (parsing.help) {
		fputs(help, stdout);
		options_print();
		option_system_print();
		fputs(help_end, stdout);
		result = OPTS_SHOWN;
	} else if (parsing.version) {
		printf("cocfs %s (libfuse %s)\n", COCFS_VERSION, fuse_pkgversion());
		result = OPTS_SHOWN;
	} else if (parsing.quoted.size) {
		err_set(err, EINVAL, "-o %s: a quote is not closed", parsing.quoted.data);
		result = OPTS_WRONG;
	} else if (check_opts(&parsing, opts, err) < 0) {
		result = OPTS_WRONG;
	}
	buf_finish(&parsing.quoted);
	free(parsing.mountpoint);
	return result;
}

void opts_finish(struct opts *opts)
{
	free(opts->source);
	free(opts->mountpoint);
	free(opts->state_dir);
	free(opts->cacert);
	free(opts->profile);
	free(opts->logfile);
	ignore_free(opts->ignore);
	attr_set_finish(&opts->defaults);
	fuse_opt_free_args(&opts->fuse);
}
