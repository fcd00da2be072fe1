# SPDX-License-Identifier: MIT
"""Mounts that do not see every process that writes to them: cocfs in namespaces, or with a /proc that hides processes."""

import shlex
import subprocess

import pytest

import janitor
import mounting
import tools

# How cocfs is started; "$@" is its command line. Its mount is seen outside, because the mount's parent is shared.
UNSHARE = ["unshare", "--mount", "--propagation", "unchanged"]
PID_NAMESPACE = [*UNSHARE, "--pid", "--fork", "--kill-child", "sh", "-c"]
CONTAINER = [*PID_NAMESPACE, 'mount --make-rprivate /proc && mount -t proc proc /proc && exec "$@"', "sh"]
FOREIGN_PROC = [*PID_NAMESPACE, 'exec "$@"', "sh"]

# In a container another file can be mounted over /proc/loadavg (lxcfs).
FALSE_LOADAVG = [*UNSHARE, "sh", "-c",
                 'mount --make-rprivate /proc && mount --bind "$0" /proc/loadavg && exec "$@"']

NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]


def ordinary(fuse_conf, hidepid=None):
    """Starts a program as an ordinary user who may use allow_other. hidepid: /proc hides the processes of other users."""
    hide = f"mount --make-rprivate /proc && mount -t proc -o hidepid={hidepid} proc /proc && " if hidepid else ""
    script = f'mount --make-private / && mount --bind {fuse_conf} /etc/fuse.conf && {hide}exec {shlex.join(AS_NOBODY)} "$@"'
    return [*UNSHARE, "sh", "-c", script, "sh"]


class Wrapped(mounting.Mount):
    """A mount whose cocfs runs in namespaces. .path is seen outside, too."""

    def __init__(self, *args, wrapping, **options):
        super().__init__(*args, **options)
        self.wrapping = wrapping

    def argv(self, *flags):
        return [*self.wrapping, *super().argv(*flags)]

    def bind(self):
        """Has what is mounted below .base in any mount namespace be seen in all."""
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
    """A Wrapped mount with a service behind a front."""


def need():
    """Skips the test if namespaces cannot be made."""
    if not tools.IS_ROOT:
        pytest.skip("needs root, to make namespaces")
    tools.need("unshare", "mount", "setpriv")
    probe = subprocess.run(["unshare", "--pid", "--fork", "--mount", "true"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip(f"no namespaces here: {probe.stderr.decode().strip()}")


def enter(process, *argv):
    """Returns the command line that runs argv in the PID namespace of a process."""
    return ["nsenter", f"--target={process}", "--pid", *argv]


def first_child(pid):
    """Returns the process that unshare has started."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return int(file.read().split()[0])
