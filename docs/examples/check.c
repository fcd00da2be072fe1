/* SPDX-License-Identifier: MIT */
/*
 * A program that uses libcocfs-dsl. It reads a job file from standard input, and checks the file.
 *
 *     cc -o check check.c $(pkg-config --cflags --libs cocfs-dsl)
 *     ./check restart.yaml <restart.yaml
 */
#include <stdio.h>
#include <string.h>

#include <cocfs/dsl.h>

int main(int argc, char **argv)
{
	/* The service takes 65,536 bytes. One byte more shows that the file is too long. */
	static char content[65536 + 1];
	struct cocfs_dsl_options options = {.size = sizeof(options)};
	const struct cocfs_dsl_finding *finding;
	struct cocfs_dsl_report *report;
	size_t size = fread(content, 1, sizeof(content), stdin);
	const char *risk;
	int r;

	if (ferror(stdin)) {
		perror("standard input");
		return 2;
	}
	options.file_name = argc > 1 ? argv[1] : NULL;
	r = cocfs_dsl_check(content, size, &options, &report);
	if (r < 0) {
		fprintf(stderr, "cannot check: %s\n", strerror(-r));
		return 2;
	}
	for (size_t i = 0; (finding = cocfs_dsl_report_finding(report, i)); i++)
		printf("%u:%u: %s: %s\n", finding->line, finding->column,
		       finding->severity == COCFS_DSL_ERROR ? "error" : "warning", finding->text);
	risk = cocfs_dsl_report_attribute(report, "risk_level");
	printf("risk level: %s\n", risk ? risk : "not said in the file");
	r = cocfs_dsl_report_errors(report) > 0;
	cocfs_dsl_report_free(report);
	return r;
}
