# SPDX-License-Identifier: MIT
"""A mounted cocfs: starts it in the foreground, waits for it, and always cleans it away."""

import itertools
import os
import signal
import subprocess
import threading

import pytest

import janitor
import tools

MOUNT_SECONDS = 30
END_SECONDS = 30  # cocfs must end within so many seconds after the last copy of its mount has gone
HOLDERS_ROUNDS = 3  # how often unmount() waits END_SECONDS, if other tests hold copies of the mount in their namespaces


class MountFailed(Exception):
    """cocfs ended before anything was mounted."""

    def __init__(self, status, log):
        super().__init__(f"cocfs ended with {status} and did not mount:\n{log}")
        self.status, self.log = status, log


class Place:
    """A directory of job files, and what a user sees of them. A subclass has .path, the directory, and .root, the root of its
    mount."""

    def at(self, *parts):
        return os.path.join(self.path, *parts)

    def id(self, name):
        """Returns the content of NAME.id without its newline; None if there is no such file."""
        try:
            text = tools.read(self.at(name + ".id")).decode()
        except FileNotFoundError:
            return None
        assert text.endswith("\n") and text.count("\n") == 1, f"{name}.id holds {text!r}"
        return text[:-1]

    def error(self, name):
        """Returns the content of NAME.error; None if there is no such file."""
        try:
            return tools.read(self.at(name + ".error")).decode()
        except FileNotFoundError:
            return None

    def fact(self, name, attribute):
        """Returns the value of a virtual attribute; None if there is none. fact("a.yaml", "state") is coc.state of a.yaml."""
        return tools.getfattr(self.at(name), "coc." + attribute)


class Account:
    """What the service has got. A subclass has .jobs(), the jobs that the service holds, and .calls(), the requests that were sent
    to it."""

    def only_job(self):
        jobs = self.jobs()
        assert len(jobs) == 1, f"{len(jobs)} jobs: {[job['name'] for job in jobs]}"
        return jobs[0]

    def creates(self):
        return self.calls("POST", "/v1/documents")

    def updates(self):
        return self.calls("PUT")

    def shows(self):
        """Returns the requests that show one job."""
        return self.calls("GET", "/v1/documents/.+")

    def sent(self):
        """Returns how many creates and how many updates were sent: (creates, updates)."""
        return len(self.creates()), len(self.updates())


class Mount(Place):
    """One mount point. It can be mounted, unmounted, killed and mounted again. source: the URL of the service, or "local" for the
    embedded one. base: the directory for mount point, state and log. Mount options are given by name: None leaves an option away,
    True gives it without a value."""

    def __init__(self, source, base, env=None, log_name="cocfs.log", **options):
        self.source, self.env = source, env or {}
        self.program = options.pop("program", tools.COCFS)
        self.base = str(base)
        self.path = self.root = os.path.join(self.base, "jobs")
        self.state = options.pop("state_dir", os.path.join(self.base, "s"))
        self.log_path = os.path.join(self.base, log_name)
        self.options = {"loglevel": "debug", "timeout": "10", "risk_level": "LOW", **options}
        self.process = None
        self._watchdog = None

    def argv(self, *flags):
        pairs = {**self.options, "state_dir": self.state}
        words = [name if value is True else f"{name}={value}"
                 for name, value in pairs.items() if value is not None]
        return [self.program, *flags, "-o", ",".join(words), self.source, self.path]

    def mount(self):
        """Mounts in the foreground, and returns when the kernel has the mount. Raises MountFailed if cocfs ends before."""
        if not janitor.mounted(self.path):  # makedirs() would fail at a dead mount
            os.makedirs(self.path, exist_ok=True)
        janitor.watch_mount(self.path)
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self.argv("-f"), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=tools.environment(**self.env), start_new_session=True)
        janitor.watch_process(self.process.pid)
        try:
            tools.eventually(lambda: janitor.mounted(self.path) or self.process.poll() is not None,
                             "the mount", MOUNT_SECONDS)
        except BaseException:
            self.destroy()
            raise
        if self.process.poll() is not None and not janitor.mounted(self.path):
            raise MountFailed(self.process.returncode, self.log())
        return self

    def bound(self, seconds):
        """Kills cocfs after so many seconds, so that a process that hangs in the mount gets an error. unbound() takes that back."""
        self.unbound()
        self._watchdog = threading.Timer(seconds, self._give_up)
        self._watchdog.daemon = True
        self._watchdog.start()

    def unbound(self):
        if self._watchdog is not None:
            self._watchdog.cancel()

    def _give_up(self):
        if self.process is not None and self.process.poll() is None:
            with open(self.log_path, "a", encoding="utf-8") as log:
                log.write("(tests: killed, because the test took too long)\n")
            self.process.kill()

    def unmount(self):
        """Unmounts as a user does, and returns cocfs's exit status. Another test may have made a mount namespace, which has a copy
        of the mount: cocfs ends when the last copy is gone. Fails the test if it does not end in time."""
        tools.eventually(lambda: not janitor.mounted(self.path) or not janitor.unmount(self.path),
                         "fusermount3 -u to succeed", 15)
        for _ in range(HOLDERS_ROUNDS):
            try:
                self.process.wait(END_SECONDS)
                break
            except subprocess.TimeoutExpired:
                holders = janitor.holders(self.path)
                if not holders:
                    break
        else:
            pytest.fail(f"{self.path} is unmounted, and still mounted in the namespaces of {holders}")
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGABRT)  # the sanitizer then prints a trace
            self.process.wait(10)
            pytest.fail(f"cocfs did not end within {END_SECONDS} s of its unmount")
        status = self.process.returncode
        self.process = None
        return status

    def kill(self):
        """Kills cocfs with SIGKILL, and takes the dead mount away."""
        self.process.kill()
        self.bury()

    def bury(self, seconds=10):
        """Waits until cocfs is dead, at most these seconds, and takes the dead mount away. Returns the exit status."""
        status = self.process.wait(seconds)
        self.process = None
        janitor.unmount(self.path, lazy=True)
        return status

    def remount(self, **options):
        """Unmounts, and mounts again with other values of some options."""
        self.unmount()
        self.options.update(options)
        return self.mount()

    def destroy(self):
        """Leaves neither mount nor process, in any state. Never fails."""
        self.unbound()
        if janitor.mounted(self.path) and janitor.unmount(self.path):
            janitor.unmount(self.path, lazy=True)
        if self.process is not None:
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                tools.end(self.process, 5)
            self.process = None
        if janitor.mounted(self.path):
            janitor.unmount(self.path, lazy=True)

    def log(self):
        return tools.read_log(self.log_path)

    def settle(self):
        """Waits up to 60 s until .coc/queue is empty: no submission is unfinished. A test may call this when a writer has ended: the
        kernel has reported its last close before. So when cocfs answers the read, the work that the close causes has begun."""
        tools.eventually(lambda: not tools.read(self.at(".coc", "queue")), "every submission to end", 60)

    def threads(self):
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("Threads:"))


class Space(Mount, Account):
    """A mount whose service is a cocd (.cocd) behind a front (.front)."""

    def __init__(self, cocd, front, base, **kwargs):
        env = {"HUAWEICLOUD_SDK_CREDENTIALS_FILE": cocd.keys_file, **kwargs.pop("env", {})}
        super().__init__(front.url, base, env=env, **kwargs)
        self.cocd, self.front = cocd, front

    def jobs(self):
        return self.cocd.client().jobs()

    def job(self, document_id):
        return self.cocd.client().show(document_id)

    def calls(self, method=None, path=None):
        return self.front.calls(method, path)


class Room(Place, Account):
    """A new directory for one test in a lasting job space. .jobs(), .calls() and .log() leave out what was there before the
    room."""

    numbers = itertools.count()

    def __init__(self, space):
        self.space, self.front, self.root = space, space.front, space.path
        self.cocd = space.cocd
        self.path = space.at(f"room-{next(self.numbers)}")
        os.mkdir(self.path)
        self._jobs_before = set(space.cocd.client().ids())
        self._calls_before = len(space.calls())
        self._log_before = len(space.log())

    def calls(self, method=None, path=None):
        return self.front.calls(method, path, self._calls_before)

    def jobs(self):
        return self.cocd.client().jobs(self._jobs_before)

    def job(self, document_id):
        return self.space.job(document_id)

    def settle(self):
        self.space.settle()

    def log(self):
        return self.space.log()[self._log_before:]
