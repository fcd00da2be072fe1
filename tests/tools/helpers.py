# SPDX-License-Identifier: MIT
"""Fixtures for rows of the matrix whose tool needs more than the mount. Each returns variables for the script of the row."""

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
    """A web server. URL is the address of job.yaml in the directory src: there steps.py writes S, the content for the tool."""
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
    """An sshd for this test. SSH is the configuration with which ssh reaches it as the host "job". It speaks through pipes, so it
    needs no port. Without PAM, an sshd that may not read the shadow file takes every account for locked."""
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
