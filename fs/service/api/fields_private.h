/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_API_FIELDS_PRIVATE_H
#define COCFS_SERVICE_API_FIELDS_PRIVATE_H

#include "service/api/fields.h"

/* Makes the answer in reply that refuses a wrong field; the arguments are those of printf(). The
 * value of the macro is false. */
#define fields_refuse(reply, ...)                                                                  \
	(reply_refusal(reply, COC_INVALID, "Invalid parameter values: " __VA_ARGS__), false)

#endif
