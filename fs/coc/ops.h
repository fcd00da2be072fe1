/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_OPS_H
#define COCFS_COC_OPS_H

#include "coc/coc.h"

/*
 * The service as its caller sees it: a table of eight functions. coc_service_of() fills it from a
 * client (ops.c). A test makes its own table.
 */
struct coc_service_ops {
	/* As coc_create() to coc_delete() in coc.h. data is that of the struct coc_service;
	 * done_data is for done. version NULL shows the newest version. */
	int (*create)(void *data, const struct coc_document *document, int64_t timeout_ms,
		      coc_done_fn *done, void *done_data, struct coc_call **ret_call,
		      struct err *err);
	int (*update)(void *data, const char *document_id, const struct coc_document *document,
		      int64_t timeout_ms, coc_done_fn *done, void *done_data,
		      struct coc_call **ret_call, struct err *err);
	int (*show)(void *data, const char *document_id, const char *version, int64_t timeout_ms,
		    coc_done_fn *done, void *done_data, struct coc_call **ret_call,
		    struct err *err);
	int (*list)(void *data, const char *name_like, int64_t offset, int64_t timeout_ms,
		    coc_done_fn *done, void *done_data, struct coc_call **ret_call,
		    struct err *err);
	int (*delete)(void *data, const char *document_id, int64_t timeout_ms, coc_done_fn *done,
		      void *done_data, struct coc_call **ret_call, struct err *err);

	/* See coc_call_cancel(), coc_client_paused() and coc_client_auth_failures(). */
	void (*cancel)(void *data, struct coc_call *call);
	bool (*paused)(const void *data);
	unsigned (*auth_failures)(const void *data);
};

struct coc_service {
	const struct coc_service_ops *ops;
	void *data; /* for the functions above; borrowed */
};

/* Returns the service that a client calls. The client stays the caller's, and must outlive the
 * result. */
struct coc_service coc_service_of(struct coc_client *client);

#endif
