# SPDX-License-Identifier: MIT
"""Mounts that do not see every process that writes to them: cocfs in namespaces, or with a /proc that hides processes."""

import shlex
import subprocess

import pytest

import janitor
import mounting
import tools

# What is put before the command line of cocfs. A shell at the end gets that command line as "$@". The mount is seen outside the
# namespace, too, because Wrapped.bind() makes the mount above it a shared one.
UNSHARE = ["unshare", "--mount", "--propagation", "unchanged"]
PID_NAMESPACE = [*UNSHARE, "--pid", "--fork", "--kill-child", "sh", "-c"]
CONTAINER = [*PID_NAMESPACE, 'mount --make-rprivate /proc && mount -t proc proc /proc && exec "$@"', "sh"]
FOREIGN_PROC = [*PID_NAMESPACE, 'exec "$@"', "sh"]

# Append the path of a file: it is mounted over /proc/loadavg, as lxcfs does in a container. The shell gets the path as "$0".
FALSE_LOADAVG = [*UNSHARE, "sh", "-c",
                 'mount --make-rprivate /proc && mount --bind "$0" /proc/loadavg && exec "$@"']

NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]


def ordinary(fuse_conf, hidepid=None):
    """Returns what to put before a command line to run it as nobody, who may use allow_other by the file fuse_conf. hidepid: the
    option of /proc that hides the processes of other users; None: they are seen."""
    hide = f"mount --make-rprivate /proc && mount -t proc -o hidepid={hidepid} proc /proc && " if hidepid else ""
    script = f'mount --make-private / && mount --bind {fuse_conf} /etc/fuse.conf && {hide}exec {shlex.join(AS_NOBODY)} "$@"'
    return [*UNSHARE, "sh", "-c", script, "sh"]


class Wrapped(mounting.Mount):
    """A mount whose cocfs runs in namespaces of its own. The test runs outside, and sees the mount at .path all the same.

    wrapping: the words before the command line of cocfs that make the namespaces: what ordinary() returns, or words made of the
    constants above.
    """

    def __init__(self, *args, wrapping, **options):
        super().__init__(*args, **options)
        self.wrapping = wrapping

    def argv(self, *flags):
        return [*self.wrapping, *super().argv(*flags)]

    def bind(self):
        """Makes .base a shared mount: what is mounted below .base in one mount namespace is then seen in all."""
        subprocess.run(["mount", "--bind", self.base, self.base], check=True)
        janitor.watch_mount(self.base)
        subprocess.run(["mount", "--make-shared", self.base], check=True)

    def mount(self):
        self.bind()
        return super().mount()

    def unmount(self):
        status = super().unmount()
        self._unbind()
        return status

    def destroy(self):
        super().destroy()
        self._unbind()

    def _unbind(self):
        while janitor.mounted(self.base):
            subprocess.run(["umount", "-l", self.base], check=True)


class WrappedSpace(Wrapped, mounting.Space):
    """A Wrapped mount of a cocd, with a front (a proxy that can spoil requests and answers) between the two."""


def need():
    """Skips the test if namespaces cannot be made."""
    if not tools.IS_ROOT:
        pytest.skip("needs root, to make namespaces")
    tools.need("unshare", "mount", "setpriv")
    probe = subprocess.run(["unshare", "--pid", "--fork", "--mount", "true"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip(f"no namespaces here: {probe.stderr.decode().strip()}")


def enter(process, *argv):
    """Returns the command line that runs argv in the PID namespace of another process. process: its pid."""
    return ["nsenter", f"--target={process}", "--pid", *argv]


def first_child(pid):
    """Returns the pid of the program that unshare has started. pid: that of unshare."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return int(file.read().split()[0])
