# SPDX-License-Identifier: MIT
"""The core of the official Node SDK as a contender, installed from npm by name."""

import os
import shutil

import tools

CORE = "@huaweicloud/huaweicloud-sdk-core"
UUID = "uuid@9"  # the core uses it without saying so
SCRIPT = "create.js"
INSTALL_SECONDS = 100


class Sdk:
    """Installs at once; missing says why it is not there, None: it is."""

    def __init__(self, place):
        self.place, self.missing = place, None
        os.makedirs(place)
        for program in ("node", "npm"):
            if not shutil.which(program):
                self.missing = f"{program} is not installed"
                return
        done = tools.run("npm", "install", "--prefix", place, "--no-audit", "--no-fund", "--ignore-scripts",
                         "--loglevel=error", "--fetch-retries=1", CORE, UUID, seconds=INSTALL_SECONDS, cwd=place,
                         env=tools.environment(HOME=place))
        if done.status:
            self.missing = f"npm could not install {CORE}: {done.stderr.strip()[:100]}"
        shutil.copy(os.path.join(os.path.dirname(os.path.abspath(__file__)), SCRIPT), place)

    def argv(self, server, in_flight, *files):
        return ["node", os.path.join(self.place, SCRIPT), server.url, str(in_flight), *files]

    def env(self, server, keys):
        tls = {"NODE_EXTRA_CA_CERTS": server.cacert} if server.cacert else {}
        return {"HOME": self.place, "HUAWEICLOUD_SDK_AK": keys[0], "HUAWEICLOUD_SDK_SK": keys[1], **tls}
