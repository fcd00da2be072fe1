/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_SUPERVISED_H
#define COCFS_COCFS_SUPERVISED_H

#include "cocfs/options.h"

/*
 * Reports the state of a mount to the supervisor of its unit (systemd, Type=notify). Only a cocfs
 * in the foreground reports: a daemon is no process of the supervisor.
 */

/* Reports that the mount works: units that wait for this unit may start. */
void supervised_tell_ready(const struct opts *opts);

/* Reports that the mount ends, and asks the supervisor for the time that this may take. Requests
 * under way are answered first, within -o timeout. */
void supervised_tell_end(const struct opts *opts);

#endif
