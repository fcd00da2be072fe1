# SPDX-License-Identifier: MIT
"""Fixtures that give a row's tool what it needs besides the mount, as variables of its script."""

import functools
import http.server
import os
import pwd
import shutil
import threading

import pytest

import tools


@pytest.fixture
def web(src):
    """A web server for S."""
    handler = functools.partial(QuietHandler, directory=str(src))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield {"URL": f"http://127.0.0.1:{server.server_port}/job.yaml"}
        server.shutdown()
        thread.join()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def ssh(tmp_path):
    """An sshd for this test. It speaks through pipes, so it needs no port. Without PAM, sshd takes every account for locked if it
    may not read the shadow file."""
    tools.need("ssh-keygen")
    sshd = shutil.which("sshd", path=os.environ["PATH"] + ":/usr/sbin")
    if sshd is None:
        pytest.skip("sshd is not installed")
    place = tmp_path / "ssh"
    place.mkdir()
    for name in ("host", "user"):
        tools.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", place / name).ok()
    os.rename(place / "user.pub", place / "authorized")
    if tools.IS_ROOT:
        os.makedirs("/run/sshd", exist_ok=True)
    tools.write(place / "sshd_config", f"""
HostKey {place}/host
AuthorizedKeysFile {place}/authorized
StrictModes no
PermitRootLogin yes
UsePAM {"no" if tools.IS_ROOT else "yes"}
PidFile none
Subsystem sftp internal-sftp
""")
    tools.write(place / "ssh_config", f"""
Host job
User {pwd.getpwuid(os.getuid()).pw_name}
ProxyCommand {sshd} -i -f {place}/sshd_config
IdentityFile {place}/user
IdentitiesOnly yes
StrictHostKeyChecking no
UserKnownHostsFile /dev/null
LogLevel ERROR
""")
    return {"SSH": str(place / "ssh_config")}
