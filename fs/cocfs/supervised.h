/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_SUPERVISED_H
#define COCFS_COCFS_SUPERVISED_H

#include "cocfs/options.h"

/*
 * Reports the state of a mount to the supervisor of its unit (systemd, Type=notify). Only a cocfs
 * in the foreground reports: a daemon is no process of the supervisor.
 */

/* Reports that the mount works. The supervisor then starts the units that wait for this unit. */
void supervised_tell_ready(const struct opts *opts);

/* Reports that the mount ends, and asks the supervisor not to kill cocfs for as long as that may
 * take. First cocfs answers the requests under way, for -o timeout at most. */
void supervised_tell_end(const struct opts *opts);

#endif
