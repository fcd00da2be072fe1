/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "cocfs-check/output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const struct format *const formats[] = {&format_text, &format_json, &format_github,
					       &format_sarif};

const struct format *format_find(const char *word)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!strcmp(word, formats[i]->word))
			return formats[i];
	return NULL;
}

int output_status(const struct output *output)
{
	if (output->n_unread || output->write_errnum)
		return 2;
	return output->n_errors > 0;
}

/* Keeps the first error of the output in write_errnum, for output_end(). Call this after each
 * write, before errno changes. */
static void note_error(struct output *output)
{
	if (ferror(output->file) && !output->write_errnum)
		output->write_errnum = errno ? errno : EIO;
}

int output_begin(struct output *output)
{
	/* if standard output is closed, the first file to check would get its descriptor, and the
	 * output would go there */
	if (fcntl(STDOUT_FILENO, F_GETFD) < 0)
		return -errno;
	output->file = stdout;
	output->format->begin(output);
	return 0;
}

void output_finding(struct output *output, const char *path,
		    const struct cocfs_dsl_finding *finding)
{
	if (output->write_errnum)
		return;
	output->format->finding(output, path, finding);
	output->n_findings++;
	if (finding->severity == COCFS_DSL_ERROR)
		output->n_errors++;
	else
		output->n_warnings++;
	note_error(output);
}

int output_end(struct output *output)
{
	if (!output->write_errnum)
		output->format->end(output);
	if (!output->write_errnum && fflush(output->file) < 0)
		output->write_errnum = errno;
	note_error(output);
	if (fclose(output->file) < 0 && !output->write_errnum)
		output->write_errnum = errno;
	return -output->write_errnum;
}

char *output_sentence(const struct cocfs_dsl_finding *finding)
{
	char *sentence;

	if (!finding->hint)
		return strdup(finding->text);
	return asprintf(&sentence, "%s; %s", finding->text, finding->hint) < 0 ? NULL : sentence;
}

const char *output_severity(const struct cocfs_dsl_finding *finding)
{
	return finding->severity == COCFS_DSL_ERROR ? "error" : "warning";
}
