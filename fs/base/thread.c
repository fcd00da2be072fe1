/* SPDX-License-Identifier: MIT */
#include "base/thread.h"

int thread_start(size_t stack_size, void *(*run)(void *data), void *data, pthread_t *ret_thread)
{
	pthread_attr_t attr;
	int errnum = pthread_attr_init(&attr);

	if (errnum)
		return -errnum;
	pthread_attr_setstacksize(&attr, stack_size); /* on failure the default size stays */
	errnum = pthread_create(ret_thread, &attr, run, data);
	pthread_attr_destroy(&attr);
	return -errnum;
}
