# SPDX-License-Identifier: MIT
"""Runs the commands of a page: page_session.py BOX. page_machine.play() starts it in new namespaces.

The namespaces make a machine for this page alone. The machine has its own processes, its own network, and its own directories for
what cocfs and users write. Everything in the machine ends with this process. A page may name several hosts. Each host is a shell in
the machine, with its own home and state directories.

Standard input has JSON: {"cloud": does a step name the region cn-north-4?, "links": paths to which each host gets links in its
working directory, "steps": [{kind, host, text, name, mode}]}. A step is a pages.Step.

Standard output gets JSON: {"results": [[status, output], …], one for each step that was run, "left": the PIDs of cocfs that did not
end}. After a step that ends its shell, or that does not end itself, no further step is run; its status is null.
"""

import ctypes
import fcntl
import json
import os
import select
import socket
import struct
import subprocess
import sys
import threading
import time

STEP_SECONDS = 60  # the most time for a step: Host.run() waits no longer
END_SECONDS = 20  # the time in which a shell, cocfs or cocd must end or start
LEAST_FD = 20  # the ends of the pipes for a shell get descriptors from this number on
MESSAGE_MAX = 65536
DEVICES = ("full", "fuse", "null", "pts", "random", "shm", "tty", "urandom", "zero")

MNT_DETACH = 2
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1

# The shell of a host. It reads a kind and a command, each with a NUL, from descriptor 9, and writes the status of each command to
# descriptor 8. If a command of a transcript (kind "console") fails, the shell goes on. If one of a script fails, the shell ends.
# At the end of descriptor 9 the shell unmounts what its commands have mounted of cocfs.
SHELL = r"""
exec 8>&"$1" 9<&"$2"
eval "exec $1>&- $2<&-"
page_folder=$3
mount --bind "$HOST/var-lib" /var/lib && mount --bind "$HOST/mnt" /mnt && mount --bind "$BOX/bin" /usr/local/sbin || exit 99
cd "$HOST/work" || exit 99
unset BOX HOST
ls() { command ls -C -w 80 -T 0 "$@"; }
page_status=0
while IFS= read -r -d '' -u 9 page_kind && IFS= read -r -d '' -u 9 page_command; do
	case $page_kind in
	console)
		(exit $page_status)
		eval "$page_command" </dev/null 8>&- 9<&-
		page_status=$?
		;;
	*)
		set -e
		eval "$page_command" </dev/null 8>&- 9<&-
		set +e
		page_status=0
		;;
	esac
	echo $page_status >&8
done
cd /
for mountpoint in $(findmnt -rno TARGET -t fuse.cocfs); do
	case $mountpoint in
	/mnt/* | "$page_folder"/*) fusermount3 -u "$mountpoint" || umount -l "$mountpoint" ;;
	esac
done
"""


def drop_mounts_of_others():
    """Unmounts, in this mount namespace, the copies of all mounts of cocfs outside. A new mount namespace has a copy of each mount,
    and a cocfs ends only when the last copy of its mount is gone."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/mounts", encoding="utf-8", errors="replace") as file:
        for fields in map(str.split, file):
            if fields[2] == "fuse.cocfs":
                # fails in a user namespace; the result is ignored
                libc.umount2(fields[1].encode().decode("unicode_escape").encode("latin-1"), MNT_DETACH)


def raise_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(sock, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def make_devices(box):
    """Mounts a /dev with a socket /dev/log, because cocfs warns if there is none. The messages that it gets go to the file syslog
    in the box."""
    folder = os.path.join(box, "dev")
    os.mkdir(folder)
    for name in DEVICES:
        place = os.path.join(folder, name)
        if os.path.isdir("/dev/" + name):
            os.mkdir(place)
        else:
            open(place, "wb").close()
        subprocess.run(["mount", "--rbind", "/dev/" + name, place], check=True)
    for name, target in (("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2"), ("ptmx", "pts/ptmx")):
        os.symlink(target, os.path.join(folder, name))
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    here = os.getcwd()
    os.chdir(folder)  # the path of a socket must be short, so bind a relative path
    sock.bind("log")
    os.chdir(here)
    subprocess.run(["mount", "--rbind", folder, "/dev"], check=True)
    threading.Thread(target=keep_log, args=(sock, os.path.join(box, "syslog")), daemon=True).start()


def keep_log(sock, path):
    with open(path, "wb", buffering=0) as file:
        while True:
            file.write(sock.recv(MESSAGE_MAX) + b"\n")


def start_cloud(box):
    """Starts a cocd that stands for the service of the region cn-north-4. Returns the environment variables that lead cocfs
    there."""
    data, port_file = os.path.join(box, "cloud"), os.path.join(box, "port")
    os.mkdir(data, 0o700)
    with open(os.path.join(box, "cloud.log"), "wb") as log:
        subprocess.Popen([os.path.join(box, "bin", "cocd"), "--data", data, "--listen", "127.0.0.1:0", "--port-file", port_file],
                         stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    deadline = time.monotonic() + END_SECONDS
    while not (os.path.exists(port_file) and os.path.getsize(port_file)):
        if time.monotonic() > deadline:
            raise TimeoutError("cocd does not tell its port")
        time.sleep(0.02)
    with open(port_file, encoding="ascii") as file:
        return {"HUAWEICLOUD_SDK_REGION_COC_CN_NORTH_4": f"http://127.0.0.1:{int(file.read())}"}


class Host:
    """A host of a page: a shell with its own directories. links: paths that get links in the working directory. cloud: the
    result of start_cloud(), or {}."""

    def __init__(self, box, name, links, cloud):
        self.folder = os.path.join(box, "host-" + name)
        for part in ("home", "work", "var-lib", "mnt"):
            os.makedirs(os.path.join(self.folder, part), 0o755)
        for path in links:
            os.symlink(path, os.path.join(self.folder, "work", os.path.basename(path)))
        os.mkdir(os.path.join(self.folder, "work", "build"))
        os.symlink(os.path.join(box, "bin"), os.path.join(self.folder, "work", "build", "fs"))
        home = os.path.join(self.folder, "home")
        if cloud:
            self.give_keys(box, home)
        self.out = os.path.join(self.folder, "out")
        self.seen = 0
        commands, self.commands = os.pipe()
        self.statuses, statuses = os.pipe()
        # not descriptors 8 and 9, which SHELL opens itself
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD, LEAST_FD) for end in (statuses, commands)]
        env = {**os.environ, **cloud, "HOME": home, "BOX": box, "HOST": self.folder, "TERM": "dumb", "PAGER": "cat", "TZ": "UTC",
               "PATH": f"{box}/bin:{os.environ['PATH']}"}
        with open(self.out, "ab") as out:
            self.shell = subprocess.Popen(["unshare", "--mount", "--propagation", "private", "bash", "-c", SHELL, "bash",
                                           *map(str, ends), self.folder],
                                          stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env, pass_fds=ends)
        for end in (commands, statuses, *ends):
            os.close(end)

    @staticmethod
    def give_keys(box, home):
        os.mkdir(os.path.join(home, ".huaweicloud"), 0o700)
        with open(os.path.join(box, "cloud", "service.keys"), "rb") as file:
            keys = file.read()
        with open(os.open(os.path.join(home, ".huaweicloud", "credentials"), os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(keys)

    def output(self):
        """Returns what the shell and its commands have printed since the last call."""
        with open(self.out, "rb") as file:
            file.seek(self.seen)
            text = file.read()
        self.seen += len(text)
        return text.decode(errors="replace")

    def run(self, kind, command):
        """Runs a command in the shell. Returns its status and its output. The status is None if the command has ended the shell, or
        has not ended within STEP_SECONDS."""
        os.write(self.commands, kind.encode() + b"\0" + command.encode() + b"\0")
        ready, _, _ = select.select([self.statuses], [], [], STEP_SECONDS)
        status = os.read(self.statuses, 16).decode() if ready else None
        if status is None:
            return None, self.output() + f"(did not end within {STEP_SECONDS} s)\n"
        return int(status) if status else None, self.output()

    def write(self, name, text, mode):
        path = os.path.join(self.folder, "work", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)

    def end(self):
        os.close(self.commands)
        os.close(self.statuses)
        try:
            self.shell.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.shell.kill()


def running(name):
    """Returns the PIDs of the processes of this name that have not ended. First reaps those that have: this process is PID 1 of its
    namespace, so all orphans become its children."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/comm", encoding="utf-8") as file:
                found += [pid] if file.read().strip() == name else []
        except OSError:
            pass
    return found


def main():
    box, given = sys.argv[1], json.load(sys.stdin)
    drop_mounts_of_others()
    raise_loopback()
    make_devices(box)
    cloud = start_cloud(box) if given["cloud"] else {}
    hosts, results = {}, []
    for step in given["steps"]:
        if step["host"] not in hosts:
            hosts[step["host"]] = Host(box, step["host"], given["links"], cloud)
        host = hosts[step["host"]]
        if step["kind"] == "file":
            host.write(step["name"], step["text"], step["mode"])
            results.append([0, ""])
            continue
        results.append(host.run(step["kind"], step["text"]))
        if results[-1][0] is None:
            break
    for host in hosts.values():
        host.end()
    deadline = time.monotonic() + END_SECONDS
    while running("cocfs") and time.monotonic() < deadline:
        time.sleep(0.02)
    json.dump({"results": results, "left": running("cocfs")}, sys.stdout)


if __name__ == "__main__":
    main()
