/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_SIMULATE_YAML_TREE_H
#define COCFS_SERVICE_SIMULATE_YAML_TREE_H

#include <stddef.h>

#include "base/err.h"
#include "base/json.h"

/*
 * Reads a YAML document as a tree of cJSON values. A mapping becomes an object, in its order. A
 * list becomes an array. A scalar becomes a string, as it is written (a number too). A plain null
 * becomes null. Aliases are filled in. The DSL_… limits bound the tree for each text. Pure.
 *
 * Returns 0 and a value that the caller deletes, never NULL. Returns -EINVAL with err, which says
 * what is wrong and in which line; -ENOMEM.
 */
int yaml_tree_read(const char *text, size_t size, cJSON **ret_tree, struct err *err);

#endif
