/* SPDX-License-Identifier: MIT */
/* The table of functions (coc/ops.h) for a real client. */
#include "coc/ops.h"

static int client_create(void *data, const struct coc_document *document, int64_t timeout_ms,
			 coc_done_fn *done, void *done_data, struct coc_call **ret_call,
			 struct err *err)
{
	return coc_create(data, document, timeout_ms, done, done_data, ret_call, err);
}

static int client_update(void *data, const char *document_id, const struct coc_document *document,
			 int64_t timeout_ms, coc_done_fn *done, void *done_data,
			 struct coc_call **ret_call, struct err *err)
{
	return coc_update(data, document_id, document, timeout_ms, done, done_data, ret_call, err);
}

static int client_show(void *data, const char *document_id, const char *version, int64_t timeout_ms,
		       coc_done_fn *done, void *done_data, struct coc_call **ret_call,
		       struct err *err)
{
	return coc_show_version(data, document_id, version, timeout_ms, done, done_data, ret_call,
				err);
}

static int client_list(void *data, const char *name_like, int64_t offset, int64_t timeout_ms,
		       coc_done_fn *done, void *done_data, struct coc_call **ret_call,
		       struct err *err)
{
	return coc_list(data, name_like, offset, timeout_ms, done, done_data, ret_call, err);
}

static int client_delete(void *data, const char *document_id, int64_t timeout_ms, coc_done_fn *done,
			 void *done_data, struct coc_call **ret_call, struct err *err)
{
	return coc_delete(data, document_id, timeout_ms, done, done_data, ret_call, err);
}

static void client_cancel(void *data, struct coc_call *call)
{
	(void)data; /* unused: a call knows its client */
	coc_call_cancel(call);
}

static bool client_paused(const void *data)
{
	return coc_client_paused(data);
}

static unsigned client_auth_failures(const void *data)
{
	return coc_client_auth_failures(data);
}

struct coc_service coc_service_of(struct coc_client *client)
{
	static const struct coc_service_ops ops = {
		.create = client_create,
		.update = client_update,
		.show = client_show,
		.list = client_list,
		.delete = client_delete,
		.cancel = client_cancel,
		.paused = client_paused,
		.auth_failures = client_auth_failures,
	};

	return (struct coc_service){.ops = &ops, .data = client};
}
