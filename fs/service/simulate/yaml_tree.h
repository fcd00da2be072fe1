/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_SIMULATE_YAML_TREE_H
#define COCFS_SERVICE_SIMULATE_YAML_TREE_H

#include <stddef.h>

#include "base/err.h"
#include "base/json.h"

/*
 * Reads a YAML document as a tree of cJSON values: mappings are objects in their order, lists are
 * arrays, scalars are strings (also numbers, as they are written), a plain null is null. Aliases
 * are filled in. What is built is bounded by the DSL_… limits, for any text. Pure.
 *
 * Returns 0 and an owned value, which is never NULL; -EINVAL with err saying what is wrong and in
 * which line; -ENOMEM.
 */
int yaml_tree_read(const char *text, size_t size, cJSON **ret_tree, struct err *err);

#endif
