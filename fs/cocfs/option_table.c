/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "cocfs/option_table.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cocfs/option_values.h"

#define HELP_COLUMN 28 /* the column of --help in which the help texts begin */

/* The largest value of -o refresh: a list of jobs that is older than a day is of no use. */
#define REFRESH_MAX_S 86400

#define IN(member) offsetof(struct opts, member)

static const struct option table[] = {
	{"risk_level", "LOW|MEDIUM|HIGH", value_attribute, IN(defaults),
	 .help = "for jobs that say nothing else"},
	{"enterprise_project_id", "ID", value_attribute, IN(defaults), .help = "the same"},
	{"description", "TEXT", value_attribute, IN(defaults), .empty_ok = true,
	 .help = "the same"},
	{"tags", "K=V", value_attribute, IN(defaults), .empty_ok = true, .help = "the same"},
	{"max_risk", "LOW|MEDIUM|HIGH", value_risk, IN(rules.max_risk),
	 .help = "refuse jobs above this level (default HIGH)"},
	{"validate", "none|yaml|dsl|strict", value_dsl_level, IN(rules.validate),
	 .help = "how a document is checked before it is sent (default dsl)"},
	{"submit", "sync|queue", value_choice, IN(rules.queue),
	 .help = "whether a close waits for the service, or until the content\n"
		 "is durable on this machine (default sync)"},
	{"max_inflight", "N", value_number, IN(max_inflight), .min = 1, .max = 1024,
	 .help = "requests sent from the queue at once (default 64)"},
	{"delete", "keep|service", value_choice, IN(delete_on_service),
	 .help = "whether rm deletes the job too (default keep)"},
	{"jobs", "read|all|own", value_jobs, IN(jobs),
	 .help = "which jobs of the service are files in the root: all, and only\n"
		 "those of this space may be changed; all; or those of this\n"
		 "space (default read)"},
	{"conflict", "refuse|overwrite", value_choice, IN(overwrite),
	 .help = "what a commit does when the service has a newer version that\n"
		 "was not read here: fail with ESTALE, or send its own text\n"
		 "without looking (default refuse)"},
	{"adopt", "never|same|name", value_adoption, IN(adopt),
	 .help = "which job a new file takes instead of making one, if no file\n"
		 "here has the job: one of its name, project and content, or\n"
		 "one of its name and project (default same)"},
	{"unseen", "draft|commit", value_choice, IN(unseen_commits),
	 .help = "what a close does whose process cocfs cannot see: fail with\n"
		 "EOPNOTSUPP, or submit what is there (default draft)"},
	{"siblings", "shown|hidden", value_choice, IN(siblings_hidden),
	 .help = "whether NAME.id and NAME.error are listed (default shown)"},
	{"ignore", "GLOB[:GLOB...]", value_globs, IN(ignore), .empty_ok = true,
	 .help = "names that are no job files' (default: what merge and sync\n"
		 "tools leave behind; ignore= for none)"},
	{"timeout", "SECONDS", value_seconds, IN(timeout_ms), .min = 1, .max = 3600,
	 .help = "from a commit to its answer (default 30)"},
	{"refresh", "SECONDS", value_seconds, IN(refresh_ms), .min = 0, .max = REFRESH_MAX_S,
	 .help = "so old the list of the service's jobs may be when somebody\n"
		 "reads it; 0: it is read anew each time (default 60)"},
	{"state_dir", "DIR", value_text, IN(state_dir),
	 .help = "where the space is kept on this machine (default\n"
		 "/var/lib/cocfs/SOURCE for root, else\n"
		 "$XDG_STATE_HOME/cocfs/SOURCE)"},
	{"rebind", NULL, NULL, IN(rebind),
	 .help = "once: the state directory is a copy, and this copy lives on;\n"
		 "what was queued is in doubt"},
	{"uid", "USER", value_uid, IN(view), .help = "show all as USER's, a number or a name"},
	{"gid", "GROUP", value_gid, IN(view), .help = "show all as of GROUP, a number or a name"},
	{"umask", "M", value_mask, IN(view),
	 .help = "show the mode that is missing from M (octal)"},
	{"fmask", "M", value_mask, IN(view), .help = "the same, of files only"},
	{"dmask", "M", value_mask, IN(view), .help = "the same, of directories only"},
	{"profile", "FILE|SECTION", value_text, IN(profile),
	 .help = "take the keys from this credentials file (a path, with a slash)\n"
		 "or section of ~/.huaweicloud/credentials, and from nowhere else"},
	{"check", "now|later", value_choice, IN(check_later),
	 .help = "whether a mount fails whose keys the service refuses, or the\n"
		 "first commit does (default now)"},
	{"cacert", "FILE", value_text, IN(cacert), .help = "trust this CA instead of the system's"},
	{"logfile", "FILE", value_text, IN(logfile),
	 .help = "write the log to the end of FILE instead of syslog; SIGHUP\n"
		 "opens it again, for logrotate"},
	{"loglevel", "error|warning|info|debug", value_log_level, IN(log_level),
	 .help = "what is logged (default warning)"},
};

#define TABLE_SIZE (sizeof(table) / sizeof(table[0]))

const struct option *option_find(const char *name, size_t length)
{
	for (size_t i = 0; i < TABLE_SIZE; i++)
		if (strlen(table[i].name) == length && !strncmp(name, table[i].name, length))
			return &table[i];
	return NULL;
}

int option_set(const struct option *option, const char *text, struct opts *opts, struct err *err)
{
	if (!option->value) {
		if (text)
			return err_set(err, EINVAL, "-o %s takes no value: write -o %s",
				       option->name, option->name);
		*(bool *)((char *)opts + option->offset) = true;
		return 0;
	}
	if (!text || (!*text && !option->empty_ok))
		return err_set(err, EINVAL, "-o %s has no value: write -o %s=%s", option->name,
			       option->name, option->value);
	return option->read(option, text, (char *)opts + option->offset, err);
}

void options_print(void)
{
	for (size_t i = 0; i < TABLE_SIZE; i++) {
		const char *value = table[i].value;
		int used =
			printf("    %s%s%s", table[i].name, value ? "=" : "", value ? value : "");

		if (used >= HELP_COLUMN) {
			putchar('\n');
			used = 0;
		}
		printf("%*s", HELP_COLUMN - used, "");
		for (const char *at = table[i].help; *at; at++) {
			putchar(*at);
			if (*at == '\n')
				printf("%*s", HELP_COLUMN, "");
		}
		putchar('\n');
	}
}
