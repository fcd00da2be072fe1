/* SPDX-License-Identifier: MIT */
#include "cocfs/greeting.h"

#include <stddef.h>

#include "base/err.h"
#include "base/log.h"
#include "base/process.h"

static void on_greeted(void *data, const struct coc_answer *answer)
{
	(void)data;
	if (answer->outcome != COC_DONE)
		log_warning("the service was greeted: %s", answer->err->text);
	process_release_start(); /* which ends here */
}

void greeting_send(struct coc_client *client, int64_t timeout_ms)
{
	struct err err = {0};

	if (coc_list(client, NULL, 0, timeout_ms, on_greeted, NULL, NULL, &err) < 0)
		log_warning("the service cannot be greeted: %s", err.text);
}
