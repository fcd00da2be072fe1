# SPDX-License-Identifier: MIT
"""Runs cocfs-check, and reads its findings from its JSON."""

import json

import tools


def check(*arguments, **kwargs):
    return tools.run(tools.COCFS_CHECK, *arguments, **kwargs)


def findings(*arguments, status=0, severity=None, **kwargs):
    """Runs cocfs-check on the arguments. Returns its findings; with severity only those of this severity. Fails the test unless the
    exit status is status. status None: it may be 0 or 1."""
    done = check("--format=json", *arguments, **kwargs)
    assert done.status == status or (status is None and done.status in (0, 1)), str(done)
    found = json.loads(done.stdout)["findings"]
    return [finding for finding in found if severity in (None, finding["severity"])]
