# SPDX-License-Identifier: MIT
"""The mounted tests share their fixtures with other suites: tests/lib has them."""

from fixtures import *  # noqa: F401, F403
from secure import secure_cocd  # noqa: F401
from temporary_keys import iam, make_federated, make_server, metadata, net  # noqa: F401
