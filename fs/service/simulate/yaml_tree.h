/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_SIMULATE_YAML_TREE_H
#define COCFS_SERVICE_SIMULATE_YAML_TREE_H

#include <stddef.h>

#include "base/err.h"
#include "base/json.h"

/*
 * Reads a YAML document as a tree of cJSON values. A mapping becomes an object, in its order. A
 * list becomes an array. A scalar becomes a string, as it is written (a number too). A null without
 * quotes becomes null. An alias becomes a copy of its value. A text whose tree is over
 * DSL_DEPTH_MAX, DSL_ALIAS_MAX or DSL_EXPANSION_MAX is refused. Pure.
 *
 * Returns 0 and a value that the caller deletes, never NULL. Returns -EINVAL with err, which says
 * what is wrong and in which line; -ENOMEM.
 */
int yaml_tree_read(const char *text, size_t size, cJSON **ret_tree, struct err *err);

#endif
