/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/service.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/process.h"
#include "service/access/access.h"
#include "service/api/atomics.h"
#include "service/api/documents.h"
#include "service/api/executions.h"
#include "service/api/executions_read.h"
#include "service/api/executions_steps.h"
#include "service/api/route.h"
#include "service/bounds.h"
#include "service/http/listen.h"
#include "service/http/server.h"

struct service {
	struct store *store;
	struct auth auth;
	struct server *server;
	int64_t step_ms;
	unsigned port;
	char *socket_path; /* NULL: the service listens on TCP */
	struct stat socket_stat;
};

typedef void operation_fn(const struct call *call, struct reply *reply);

static operation_fn *const operations[OP_COUNT] = {
	[OP_CREATE_DOCUMENT] = documents_create,
	[OP_LIST_DOCUMENTS] = documents_list,
	[OP_SHOW_DOCUMENT] = documents_show,
	[OP_UPDATE_DOCUMENT] = documents_update,
	[OP_DELETE_DOCUMENT] = documents_delete,
	[OP_EXECUTE_DOCUMENT] = executions_execute,
	[OP_LIST_ATOMICS] = atomics_list,
	[OP_SHOW_ATOMIC] = atomics_show,
	[OP_LIST_EXECUTIONS] = executions_list,
	[OP_SHOW_EXECUTION] = executions_show,
	[OP_LIST_STEPS] = executions_steps,
	[OP_LIST_INSTANCES] = executions_instances,
	[OP_OPERATE_EXECUTION] = executions_operate,
};

/*
 * Makes the answer to a request: finds the operation, then the user, checks whether the user may do
 * this, and runs the operation. Returns true if the store may have changes that are not durable.
 * The answer may report one of them, so it must wait until settle_connections() has returned.
 */
static bool handle_request(void *data, const struct request *request, struct reply *reply)
{
	struct service *service = data;
	struct call call = {
		.store = service->store, .request = request, .step_ms = service->step_ms};
	const struct user *user;
	enum operation operation;

	operation = route_find(request->method, &request->uri, &call.id);
	if (operation == OP_NONE) {
		reply_gateway(reply, 404, APIGW_NO_API, request->id,
			      "The API does not exist or has not been published in the "
			      "environment");
		return false;
	}
	user = access_pass(&service->auth, request, reply);
	if (!user)
		return false;
	call.user = user->name;
	operations[operation](&call, reply);
	return store_has_changes(service->store);
}

static int settle_connections(void *data, struct err *err)
{
	struct service *service = data;

	return store_settle(service->store, err);
}

static int open_socket(const struct service_options *options, struct service *service, int *ret_fd,
		       struct err *err)
{
	int r, errnum;

	if (!options->unix_socket)
		return listen_tcp(options->listen, options->tls_cert, ret_fd, &service->port, err);
	r = listen_unix(options->unix_socket, ret_fd, &service->socket_stat, err);
	if (r < 0)
		return r;
	/* keep an absolute path: the program may change its directory */
	service->socket_path = realpath(options->unix_socket, NULL);
	if (service->socket_path)
		return 0;
	errnum = errno;
	listen_unlink(options->unix_socket, &service->socket_stat);
	close(*ret_fd);
	return err_set(err, errnum, "the socket %s: %s", options->unix_socket, strerror(errnum));
}

static int start_service(const struct service_options *options, struct service *service,
			 struct err *err)
{
	struct server_options server = {
		.idle_s = options->idle_s ? options->idle_s : SERVICE_IDLE_S,
		.request_s = options->request_s ? options->request_s : SERVICE_REQUEST_S,
		.per_address = options->per_address,
		.handler = handle_request,
		.settle = settle_connections,
		.data = service,
		.access = options->access,
		.access_data = options->access_data,
	};
	struct access_options gate = {
		.credentials = options->credentials,
		.tokens = options->tokens,
		.lock_ms = 1000LL * (options->lock_s ? options->lock_s : SERVICE_LOCK_S),
		.rate = options->rate,
	};
	struct tls tls = {0};
	int fd, r;

	if (options->never_lock)
		gate.lock_ms = 0;
	r = access_init(&gate, &service->auth, err);
	if (r == 0 && options->tls_cert)
		r = tls_read(options->tls_cert, options->tls_key, &tls, err);
	if (options->tls_cert)
		server.tls = &tls;
	if (r == 0)
		r = (options->open ? options->open : store_open)(options->data, &service->store,
								 err);
	if (r == 0) {
		store_gather(service->store);
		r = open_socket(options, service, &fd, err);
	}
	if (r == 0)
		r = server_start(fd, &server, &service->server, err);
	tls_finish(&tls);
	return r;
}

int service_start(const struct service_options *options, struct service **ret_service,
		  struct err *err)
{
	struct service *service;
	int r;

	if (!options->data || !options->credentials || !options->unix_socket == !options->listen)
		return err_set(err, EINVAL,
			       "the service needs a data file, a credentials file, and "
			       "either a socket or an address");
	if (!options->tls_cert != !options->tls_key || (options->tls_cert && options->unix_socket))
		return err_set(err, EINVAL,
			       "TLS needs a certificate, its key, and an address to listen on");
	service = calloc(1, sizeof(*service));
	if (!service)
		return err_set(err, ENOMEM, "out of memory");
	service->step_ms = 1000 * (int64_t)options->step_s;
	process_raise_limits(); /* each connection takes a descriptor */
	r = start_service(options, service, err);
	if (r < 0) {
		service_stop(service);
		return r;
	}
	*ret_service = service;
	return 0;
}

unsigned service_port(const struct service *service)
{
	return service->port;
}

void service_stop(struct service *service)
{
	if (!service)
		return;
	server_stop(service->server);
	if (service->socket_path)
		listen_unlink(service->socket_path, &service->socket_stat);
	free(service->socket_path);
	store_close(service->store);
	access_finish(&service->auth);
	free(service);
}
