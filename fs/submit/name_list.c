/* SPDX-License-Identifier: MIT */
/*
 * The service lists all jobs whose names contain a text (name_like), so this file picks the jobs
 * whose whole name is the wanted one. If rows move while the list is read (paging.c), the list is
 * read anew without a wait, PASSES_MAX times at most. This is needed: on a busy account a pass of
 * some pages seldom ends undisturbed. All passes together have a bound, because a service can list
 * more and more rows for ever.
 */
#define _GNU_SOURCE
#include "submit/name_list.h"

#include <errno.h>
#include <string.h>

#include "submit/bounds.h"
#include "submit/outage.h"

/* The most passes. Suppose a pass takes as long as the time between two creates of other clients.
 * Then about half of the passes are disturbed, but of eight nearly always one is not. */
#define PASSES_MAX 8

static void drop_jobs(struct name_list *list)
{
	for (size_t i = 0; i < list->n_jobs; i++) {
		free(list->jobs[i].id);
		free(list->jobs[i].project);
		free(list->jobs[i].version);
	}
	free(steal_ptr(list->jobs));
	list->n_jobs = list->text_size = 0;
}

void name_list_finish(struct name_list *list)
{
	if (list->call)
		engine_cancel_call(list->engine, steal_ptr(list->call));
	paging_finish(&list->paging);
	drop_jobs(list);
	free(steal_ptr(list->query));
}

/* Ends the list and calls done. gap: why jobs may be missing, as half a sentence; NULL: none is
 * missing. */
static void end_name_list(struct name_list *list, const char *gap)
{
	list->gap = gap;
	list->spec.done(list->spec.data, list);
}

static void end_failed_list(struct name_list *list, int errnum, const struct coc_answer *answer)
{
	list->errnum = errnum;
	list->answer = answer;
	list->spec.done(list->spec.data, list);
}

/* Returns where a name begins and how long it is without the blanks at its ends. A name of blanks
 * only is returned whole. */
static const char *trim_name(const char *name, size_t *ret_size)
{
	static const char blanks[] = " \t\r\n\v\f";
	const char *begin = name + strspn(name, blanks);
	size_t size = strlen(begin);

	if (!size) {
		*ret_size = strlen(name);
		return name;
	}
	while (strchr(blanks, begin[size - 1]))
		size--;
	*ret_size = size;
	return begin;
}

bool name_list_is_same(const char *a, const char *b)
{
	size_t a_size, b_size;

	a = trim_name(a, &a_size);
	b = trim_name(b, &b_size);
	return a_size == b_size && !memcmp(a, b, a_size);
}

static int copy_name_text(const char *text, char **ret_copy)
{
	*ret_copy = text ? strdup(text) : NULL;
	return text && !*ret_copy ? -ENOMEM : 0;
}

static size_t measure_text(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

/* Copies a job of the name into list->jobs. Returns 0, -E2BIG if the jobs have more text than
 * LISTED_TEXT_MAX, or -ENOMEM. */
static int keep_job(struct name_list *list, const struct coc_summary *summary)
{
	const size_t size = measure_text(summary->document_id) +
			    measure_text(summary->enterprise_project_id) +
			    measure_text(summary->version);
	struct listed_job job = {.create_time_ms = summary->create_time_ms,
				 .update_time_ms = summary->update_time_ms,
				 .other_name = strcmp(summary->name, list->spec.name) != 0};
	struct listed_job *grown;

	if (size > LISTED_TEXT_MAX - list->text_size)
		return -E2BIG;
	grown = reallocarray(list->jobs, list->n_jobs + 1, sizeof(*list->jobs));
	if (!grown)
		return -ENOMEM;
	list->jobs = grown;
	if (copy_name_text(summary->document_id, &job.id) < 0 ||
	    copy_name_text(summary->enterprise_project_id, &job.project) < 0 ||
	    copy_name_text(summary->version, &job.version) < 0) {
		free(job.id);
		free(job.project);
		return -ENOMEM;
	}
	grown[list->n_jobs++] = job;
	list->text_size += size;
	return 0;
}

/* Keeps the jobs of the name that a page brings, from row `first` on, if is_kept() says so. Returns
 * 0, -EFBIG if there are more than spec.jobs_max, -E2BIG if they have too much text, or another
 * -errno. */
static int keep_page(struct name_list *list, const struct coc_answer *page, size_t first)
{
	for (size_t i = first; i < page->n_summaries; i++) {
		const struct coc_summary *summary = &page->summaries[i];
		int r = !name_list_is_same(summary->name, list->spec.name)
				? 0
				: list->spec.is_kept(list->spec.data, summary);

		if (r > 0 && list->n_jobs == list->spec.jobs_max)
			return -EFBIG;
		if (r > 0)
			r = keep_job(list, summary);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Adds the IDs of a page to spec.listed, if that is not NULL. Returns 0 or -ENOMEM. */
static int note_rows(struct name_list *list, const struct coc_answer *page)
{
	int r = 0;

	for (size_t i = 0; list->spec.listed && r >= 0 && i < page->n_summaries; i++)
		r = id_set_add(list->spec.listed, page->summaries[i].document_id);
	return r < 0 ? r : 0;
}

static int ask_page(struct name_list *list);

/* Asks for the next page. Ends the list with a gap if spec.pages_max pages were read, or as failed
 * if the call cannot be made. */
static void ask_next_page(struct name_list *list)
{
	int r = 0;

	if (list->pages == list->spec.pages_max)
		end_name_list(list, "it is too long to be read");
	else if ((r = ask_page(list)) < 0)
		end_failed_list(list, -r, NULL);
}

static void took_page(void *data, const struct coc_answer *answer)
{
	struct name_list *list = data;
	size_t first = 0;
	int step, r;

	list->call = NULL;
	list->pages++;
	outage_note(list->engine, answer);
	if (answer->outcome != COC_DONE) {
		end_failed_list(list, answer->errnum, answer);
		return;
	}
	if (note_rows(list, answer) < 0) {
		end_failed_list(list, ENOMEM, NULL);
		return;
	}
	step = paging_take(&list->paging, answer, &first);
	r = step == PAGING_MORE || step == PAGING_WHOLE ? keep_page(list, answer, first) : 0;
	if (step < 0 || (r < 0 && r != -EFBIG && r != -E2BIG)) {
		end_failed_list(list, step < 0 ? -step : -r, NULL);
	} else if (r == -EFBIG) {
		end_name_list(list, "it has too many jobs of this name");
	} else if (r == -E2BIG) {
		end_name_list(list,
			      "its jobs of this name have too long IDs, projects or versions");
	} else if (step == PAGING_WHOLE) {
		end_name_list(list, NULL);
	} else if (step == PAGING_FLAWED) {
		end_name_list(list, "it is not whole");
	} else if (step == PAGING_MOVED && ++list->passes == PASSES_MAX) {
		end_name_list(list, "it changes while it is read");
	} else {
		if (step == PAGING_MOVED) {
			drop_jobs(list);
			paging_begin(&list->paging);
		}
		ask_next_page(list);
	}
}

static int ask_page(struct name_list *list)
{
	struct engine *engine = list->engine;
	const struct coc_service *service = &engine->service;
	int64_t timeout_ms = engine->options.timeout_ms;
	struct err err = {0};

	if (list->spec.deadline_ms)
		timeout_ms = list->spec.deadline_ms - loop_now_ms(engine->loop);
	if (timeout_ms < 1)
		timeout_ms = 1;
	return service->ops->list(service->data, list->query, list->paging.offset, timeout_ms,
				  took_page, list, &list->call, &err);
}

int name_list_begin(struct name_list *list, struct engine *engine,
		    const struct name_list_spec *spec)
{
	const char *begin;
	size_t size;
	int r;

	*list = (struct name_list){.engine = engine, .spec = *spec};
	begin = trim_name(spec->name, &size);
	list->query = strndup(begin, size);
	if (!list->query)
		return -ENOMEM;
	paging_begin(&list->paging);
	r = ask_page(list);
	if (r < 0)
		free(steal_ptr(list->query));
	return r;
}
