/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bounds/api.h"
#include "bounds/job.h"
#include "job/dsl/check.h"
#include "must.h"

/*
 * Checks any bytes at all four levels of the DSL check. The sanitizers check the memory; this file
 * checks what the levels promise each other.
 */

static void must_be_a_finding(const struct dsl_finding *finding)
{
	must(finding->text && *finding->text);
	must((finding->line == 0) == (finding->column == 0));
	must(finding->line <= COC_CONTENT_MAX + 1 && finding->column <= COC_CONTENT_MAX + 1);
	for (const unsigned char *c = (const unsigned char *)finding->text; *c; c++)
		must(*c >= ' ' && *c != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dsl_report *reports[DSL_STRICT + 1];

	for (int level = DSL_NONE; level <= DSL_STRICT; level++) {
		struct dsl_report *report;

		must(!dsl_check(data, size, (enum dsl_level)level, "stem", &report));
		reports[level] = report;
		if (report->refusal.text)
			must_be_a_finding(&report->refusal);
		must(report->n_warnings <= DSL_FINDINGS_MAX);
		must(!report->n_more_warnings || report->n_warnings == DSL_FINDINGS_MAX);
		for (size_t i = 0; i < report->n_warnings; i++)
			must_be_a_finding(&report->warnings[i]);
		if (level == DSL_NONE)
			continue;
		/* a stricter level refuses what a laxer level refuses; all levels find the same
		 * name */
		must(!reports[level - 1]->refusal.text || report->refusal.text);
		must(!report->meta_name == !reports[DSL_NONE]->meta_name);
		must(!report->meta_name ||
		     !strcmp(report->meta_name, reports[DSL_NONE]->meta_name));
	}
	must(!reports[DSL_NONE]->refusal.text);
	must(!reports[DSL_YAML]->n_warnings);
	must(!reports[DSL_DSL]->n_warnings || !reports[DSL_DSL]->refusal.text);
	must(reports[DSL_DSL]->refusal.text || reports[DSL_DSL]->meta_name);
	must(reports[DSL_STRICT]->n_warnings == reports[DSL_DSL]->n_warnings);
	for (int level = DSL_NONE; level <= DSL_STRICT; level++)
		dsl_report_free(reports[level]);
	return 0;
}
