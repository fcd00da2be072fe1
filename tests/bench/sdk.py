# SPDX-License-Identifier: MIT
"""The core of the official Node SDK as a contender."""

import os

import node_sdk

SCRIPT = "create.js"


class Sdk:
    """A client with the Node SDK, which the constructor installs in the directory place. missing: why the SDK cannot be installed;
    None: it is installed."""

    def __init__(self, place):
        self.place = place
        os.makedirs(place)
        self.missing = node_sdk.install(place, os.path.join(os.path.dirname(os.path.abspath(__file__)), SCRIPT))

    def argv(self, server, in_flight, *files):
        return ["node", os.path.join(self.place, SCRIPT), server.url, str(in_flight), *files]

    def env(self, server, keys):
        tls = {"NODE_EXTRA_CA_CERTS": server.cacert} if server.cacert else {}
        return {"HOME": self.place, "HUAWEICLOUD_SDK_AK": keys[0], "HUAWEICLOUD_SDK_SK": keys[1], **tls}
