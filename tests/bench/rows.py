# SPDX-License-Identifier: MIT
"""The rows by their names, in the order in which they are measured."""

import row_clients
import row_growth
import row_list
import row_many
import row_memory
import row_others
import row_queue
import row_sync

_ROWS = {
    "cp-https": row_clients.OneProcessAFile,
    "tree-https": row_clients.Tree,
    "job-http": row_sync.over("http"),
    "job-https": row_sync.over("https"),
    "job-unix": row_sync.over("unix"),
    "queue-https": row_queue.Queue,
    "list-100k": row_list.List,
    "others-50k": row_others.Others,
    "many-1m": row_many.Many,
    "memory": row_memory.Memory,
    "idle": row_memory.Idle,
    "growth": row_growth.Growth,
}
NAMES = list(_ROWS)


def make(name, stage):
    row = _ROWS[name](stage)
    row.name = name
    return row
