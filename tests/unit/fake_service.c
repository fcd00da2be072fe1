/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "fake_service.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bounds/api.h"
#include "fake_memory.h"

static char *copy_text(const char *text)
{
	return text ? fake_memory_copy(text, strlen(text)) : NULL;
}

static void free_rows(struct coc_summary *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(rows[i].document_id);
		free(rows[i].name);
		free(rows[i].version);
		free(rows[i].creator);
		free(rows[i].modifier);
		free(rows[i].enterprise_project_id);
	}
	free(rows);
}

static void free_request(struct fake_request *request)
{
	free(request->id);
	free(request->version);
	free(request->name);
	free(request->content);
	free(request->project);
	free(request->risk);
	free(request->description);
	free(request->details.document_id);
	free(request->details.name);
	free(request->details.content);
	free(request->details.description);
	free(request->details.risk_level);
	free(request->details.enterprise_project_id);
	free(request->details.version);
	free(request->details.modifier);
	free_rows(request->rows, request->n_rows);
	free(request);
}

/* Starts a request. The request leaves with the next fake_service_transmit(). Returns NULL if it
 * cannot be started; err says why. */
static struct fake_request *start_request(struct fake_service *service, enum fake_kind kind,
					  int64_t timeout_ms, coc_done_fn *done, void *data,
					  struct coc_call **ret_call, struct err *err)
{
	struct fake_request *request;

	if (service->fail_next) {
		int errnum = service->fail_next;

		service->fail_next = 0;
		err_set(err, errnum, "the request cannot be made: %s", strerror(errnum));
		return NULL;
	}
	request = fake_memory_zeroed(sizeof(*request));
	request->service = service;
	request->kind = kind;
	request->number = ++service->n_requests;
	request->timeout_ms = timeout_ms;
	request->done = done;
	request->data = data;
	request->retry_after_ms = -1;
	service->counts[kind]++;
	TAILQ_INSERT_TAIL(&service->open, request, link);
	*ret_call = (struct coc_call *)request;
	return request;
}

static void copy_document(struct fake_request *request, const struct coc_document *document)
{
	request->name = copy_text(document->name);
	request->content = fake_memory_copy(document->content, document->content_size);
	request->project = copy_text(document->enterprise_project_id);
	request->risk = copy_text(document->risk_level);
	request->description = copy_text(document->description);
	request->n_tags = document->n_tags;
	request->expected = document->version;
}

static int fake_create(void *data, const struct coc_document *document, int64_t timeout_ms,
		       coc_done_fn *done, void *done_data, struct coc_call **ret_call,
		       struct err *err)
{
	struct fake_request *request =
		start_request(data, FAKE_CREATE, timeout_ms, done, done_data, ret_call, err);

	if (!request)
		return -err->errnum;
	copy_document(request, document);
	return 0;
}

static int fake_update(void *data, const char *document_id, const struct coc_document *document,
		       int64_t timeout_ms, coc_done_fn *done, void *done_data,
		       struct coc_call **ret_call, struct err *err)
{
	struct fake_request *request =
		start_request(data, FAKE_UPDATE, timeout_ms, done, done_data, ret_call, err);

	if (!request)
		return -err->errnum;
	copy_document(request, document);
	request->id = copy_text(document_id);
	return 0;
}

static int fake_show(void *data, const char *document_id, const char *version, int64_t timeout_ms,
		     coc_done_fn *done, void *done_data, struct coc_call **ret_call,
		     struct err *err)
{
	struct fake_request *request =
		start_request(data, FAKE_SHOW, timeout_ms, done, done_data, ret_call, err);

	if (!request)
		return -err->errnum;
	request->id = copy_text(document_id);
	request->version = copy_text(version);
	return 0;
}

static int fake_list(void *data, const char *name_like, int64_t offset, int64_t timeout_ms,
		     coc_done_fn *done, void *done_data, struct coc_call **ret_call,
		     struct err *err)
{
	struct fake_request *request =
		start_request(data, FAKE_LIST, timeout_ms, done, done_data, ret_call, err);

	if (!request)
		return -err->errnum;
	request->name = copy_text(name_like);
	request->offset = offset;
	return 0;
}

static int fake_delete(void *data, const char *document_id, int64_t timeout_ms, coc_done_fn *done,
		       void *done_data, struct coc_call **ret_call, struct err *err)
{
	struct fake_request *request =
		start_request(data, FAKE_DELETE, timeout_ms, done, done_data, ret_call, err);

	if (!request)
		return -err->errnum;
	request->id = copy_text(document_id);
	return 0;
}

/* The caller gives a request up. A request that has not left will never leave. The service may
 * still perform a create, an update or a deletion that has left. */
static void give_up(struct fake_request *request)
{
	struct fake_service *service = request->service;

	TAILQ_REMOVE(&service->open, request, link);
	if (!request->sent || request->performed || request->kind == FAKE_SHOW ||
	    request->kind == FAKE_LIST) {
		free_request(request);
		return;
	}
	request->given_up = true;
	request->given_up_ms = loop_now_ms(service->loop);
	TAILQ_INSERT_TAIL(&service->late, request, link);
}

static void fake_cancel(void *data, struct coc_call *call)
{
	(void)data;
	give_up((struct fake_request *)call);
}

static bool fake_paused(const void *data)
{
	return ((const struct fake_service *)data)->paused;
}

static unsigned fake_auth_failures(const void *data)
{
	return ((const struct fake_service *)data)->auth_failures;
}

struct coc_service fake_service_table(struct fake_service *service)
{
	static const struct coc_service_ops ops = {
		.create = fake_create,
		.update = fake_update,
		.show = fake_show,
		.list = fake_list,
		.delete = fake_delete,
		.cancel = fake_cancel,
		.paused = fake_paused,
		.auth_failures = fake_auth_failures,
	};

	return (struct coc_service){.ops = &ops, .data = service};
}

void fake_service_init(struct fake_service *service, struct loop *loop)
{
	*service = (struct fake_service){.loop = loop};
	LIST_INIT(&service->jobs);
	TAILQ_INIT(&service->open);
	TAILQ_INIT(&service->late);
}

void fake_service_move(struct fake_service *service, struct loop *loop)
{
	struct fake_request *request;

	loop_timer_cancel(&service->due);
	while ((request = TAILQ_FIRST(&service->open)))
		give_up(request);
	service->loop = loop;
}

static void free_job(struct fake_job *job)
{
	for (int i = 1; i <= job->version; i++) {
		free(job->content[i]);
		free(job->risk[i]);
		free(job->description[i]);
	}
	free(job->id);
	free(job->name);
	free(job->project);
	free(job);
}

void fake_service_finish(struct fake_service *service)
{
	struct fake_request *request;
	struct fake_job *job;

	loop_timer_cancel(&service->due);
	while ((request = TAILQ_FIRST(&service->open))) {
		TAILQ_REMOVE(&service->open, request, link);
		free_request(request);
	}
	while ((request = TAILQ_FIRST(&service->late)))
		fake_request_forget(request);
	while ((job = LIST_FIRST(&service->jobs))) {
		LIST_REMOVE(job, link);
		free_job(job);
	}
}

void fake_service_transmit(struct fake_service *service)
{
	struct fake_request *request;

	TAILQ_FOREACH (request, &service->open, link) {
		if (request->sent)
			continue;
		request->sent = true;
		service->sent_counts[request->kind]++;
		if (service->on_sent)
			service->on_sent(service->on_sent_data, request);
	}
}

struct fake_request *fake_service_find(struct fake_service *service, enum fake_kind kind)
{
	struct fake_request *request;

	TAILQ_FOREACH (request, &service->open, link) {
		if (request->kind == kind && request->sent && !request->answered)
			return request;
	}
	return NULL;
}

struct fake_job *fake_service_job(struct fake_service *service, const char *id)
{
	struct fake_job *job;

	LIST_FOREACH (job, &service->jobs, link) {
		if (id && !strcmp(job->id, id))
			return job;
	}
	return NULL;
}

unsigned fake_service_count(const struct fake_service *service, bool made_by_requests)
{
	const struct fake_job *job;
	unsigned n = 0;

	LIST_FOREACH (job, &service->jobs, link)
		n += !job->gone && (!made_by_requests || job->made_by);
	return n;
}

static struct fake_job *make_job(struct fake_service *service, const char *name,
				 const char *project, const char *content, const char *risk,
				 const char *description)
{
	struct fake_job *job = fake_memory_zeroed(sizeof(*job));
	char id[32];

	snprintf(id, sizeof(id), "DM%05lld", (long long)++service->n_ids);
	job->id = copy_text(id);
	job->name = copy_text(name);
	job->project = copy_text(project);
	job->version = 1;
	job->content[1] = copy_text(content);
	job->risk[1] = copy_text(risk);
	job->description[1] = copy_text(description);
	LIST_INSERT_HEAD(&service->jobs, job, link);
	return job;
}

struct fake_job *fake_service_make(struct fake_service *service, const char *name,
				   const char *content)
{
	return make_job(service, name, "0", content, "LOW", NULL);
}

static void write_version(struct fake_job *job, const char *name, const char *content,
			  const char *risk, const char *description)
{
	if (job->version == FAKE_VERSIONS_MAX)
		abort(); /* more versions than any test makes */
	job->version++;
	job->content[job->version] = copy_text(content);
	job->risk[job->version] = copy_text(risk);
	job->description[job->version] = copy_text(description);
	free(job->name);
	job->name = copy_text(name);
}

void fake_job_write(struct fake_job *job, const char *content)
{
	char *name = copy_text(job->name);

	write_version(job, name, content, job->risk[job->version], NULL);
	job->foreign[job->version] = true;
	free(name);
}

static void perform_show(struct fake_request *request, struct fake_job *job)
{
	int version = request->version ? atoi(request->version + 1) : job->version;
	char text[16];

	if (!request->version)
		job->shown = version;
	snprintf(text, sizeof(text), "v%d", version);
	request->details = (struct coc_details){
		.document_id = copy_text(job->id),
		.name = copy_text(job->name),
		.content = copy_text(job->content[version]),
		.description = copy_text(job->description[version]),
		.risk_level = copy_text(job->risk[version]),
		.enterprise_project_id = copy_text(job->project),
		.version = copy_text(text),
		.modifier = version > 1 ? copy_text("modifier") : NULL,
		.update_time_ms = version,
	};
}

static void perform_list(struct fake_request *request)
{
	struct fake_service *service = request->service;
	size_t most = service->page_rows ? service->page_rows : COC_LIST_PAGE;
	const struct fake_job *job;
	int64_t at = 0;

	/* request->name NULL: rows of all jobs */
	request->rows = fake_memory_zeroed(COC_LIST_PAGE * sizeof(*request->rows));
	request->total = 0;
	LIST_FOREACH (job, &service->jobs, link) {
		char version[16];

		if (job->gone || (request->name && !strstr(job->name, request->name)))
			continue;
		request->total++;
		if (at++ < request->offset || request->n_rows == most)
			continue;
		snprintf(version, sizeof(version), "v%d", job->version);
		request->rows[request->n_rows++] = (struct coc_summary){
			.document_id = copy_text(job->id),
			.name = copy_text(job->name),
			.version = copy_text(version),
			.enterprise_project_id =
				service->flaw == FLAW_NO_PROJECT ? NULL : copy_text(job->project),
			.creator = copy_text("creator"),
			.modifier = job->version > 1 ? copy_text("modifier") : NULL,
			.update_time_ms = job->version,
		};
	}
	if (service->flaw == FLAW_NO_TOTAL)
		request->total = -1;
	if (service->flaw == FLAW_MOVES && request->offset)
		request->total++;
}

void fake_request_perform(struct fake_request *request)
{
	struct fake_job *job = fake_service_job(request->service, request->id);

	if (request->performed)
		return;
	request->performed = true;
	request->service->performed_counts[request->kind]++;
	request->is_gone = request->id && (!job || job->gone);
	if (request->kind == FAKE_CREATE) {
		request->job = make_job(request->service, request->name, request->project,
					request->content, request->risk, request->description);
		request->job->made_by = request->number;
	} else if (request->kind == FAKE_LIST) {
		perform_list(request);
	} else if (request->is_gone) {
		return;
	} else if (request->kind == FAKE_UPDATE) {
		/* a field that the update does not send keeps its value, as in cocd */
		write_version(job, request->name, request->content,
			      request->risk ? request->risk : job->risk[job->version],
			      request->description ? request->description
						   : job->description[job->version]);
	} else if (request->kind == FAKE_SHOW) {
		perform_show(request, job);
	} else {
		job->gone = true;
	}
}

void fake_request_forget(struct fake_request *request)
{
	TAILQ_REMOVE(&request->service->late, request, link);
	free_request(request);
}

/* The members of struct coc_answer that stand for a kind of answer (enum fake_answer). */
struct look {
	enum coc_outcome outcome;
	int errnum;
	unsigned status;
	const char *text;
};

static const struct look looks[FAKE_ANSWERS] = {
	[FAKE_TRUTH] = {COC_DONE, 0, 200, NULL},
	[FAKE_OTHER_ID] = {COC_DONE, 0, 200, NULL},
	[FAKE_LOST] = {COC_UNKNOWN, ETIMEDOUT, 0, "no answer in time"},
	[FAKE_BROKEN] = {COC_UNKNOWN, EIO, 500, "the service failed"},
	[FAKE_NONSENSE] = {COC_UNKNOWN, EIO, 200, "the answer is not the API's"},
	[FAKE_UNSENT] = {COC_NOT_SENT, ECONNREFUSED, 0, "no connection"},
	[FAKE_BUSY] = {COC_NOT_PROCESSED, EAGAIN, 429, "too many requests"},
	[FAKE_DENIED] = {COC_REFUSED, EACCES, 401, "bad credentials"},
	[FAKE_REFUSED] = {COC_REFUSED, EINVAL, 400, "bad request"},
	[FAKE_GONE] = {COC_REFUSED, ESTALE, 400, "the job is gone"},
};

static void tell_truth(struct fake_request *request, struct coc_answer *answer)
{
	if (request->kind == FAKE_CREATE) {
		answer->document_id = request->told_id ? request->told_id : request->job->id;
	} else if (request->kind == FAKE_LIST) {
		answer->summaries = request->rows;
		answer->n_summaries = request->n_rows;
		answer->n_unusable = request->service->flaw == FLAW_UNUSABLE_ROW;
		answer->total = request->total;
	} else if (request->kind == FAKE_SHOW) {
		answer->details = &request->details;
	}
}

static void deliver(struct fake_request *request)
{
	enum fake_answer kind =
		request->is_gone && request->answer == FAKE_TRUTH ? FAKE_GONE : request->answer;
	const struct look *look = &looks[kind];
	struct err err = {0};
	char request_id[32];
	struct coc_answer answer = {
		.outcome = look->outcome,
		.errnum = look->errnum,
		.status = look->status,
		.error_code = "",
		.error_msg = "",
		.request_id = look->status ? request_id : "",
		.retry_after_ms = request->retry_after_ms,
		.total = -1,
	};
	coc_done_fn *done = request->done;
	void *data = request->data;

	snprintf(request_id, sizeof(request_id), "request-%lld", (long long)request->number);
	if (look->errnum) {
		err_set(&err, look->errnum, "%s", look->text);
		answer.err = &err;
	} else {
		tell_truth(request, &answer);
	}
	TAILQ_REMOVE(&request->service->open, request, link);
	done(data, &answer);
	/* the service may still perform a request whose answer was lost */
	if (look->outcome == COC_UNKNOWN && !request->performed && request->kind != FAKE_SHOW &&
	    request->kind != FAKE_LIST) {
		request->given_up = true;
		request->given_up_ms = loop_now_ms(request->service->loop);
		TAILQ_INSERT_TAIL(&request->service->late, request, link);
	} else {
		free_request(request);
	}
}

static void deliver_answers(void *data)
{
	struct fake_service *service = data;
	struct fake_request *request;

	do {
		TAILQ_FOREACH (request, &service->open, link) {
			if (request->answered)
				break;
		}
		if (request)
			deliver(request);
	} while (request);
}

void fake_request_answer(struct fake_request *request, enum fake_answer answer)
{
	struct fake_service *service = request->service;

	if (answer == FAKE_TRUTH || answer == FAKE_OTHER_ID)
		fake_request_perform(request);
	request->answered = true;
	request->answer = answer;
	loop_timer_set(service->loop, &service->due, 0, deliver_answers, service);
}

void fake_request_answer_id(struct fake_request *request, const char *id)
{
	request->told_id = id;
	fake_request_answer(request, FAKE_OTHER_ID);
}
