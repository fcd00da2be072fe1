# SPDX-License-Identifier: MIT
"""The mount point: a dead mount there is replaced, and anything else is left alone. The message says what is in the way and how to
mend it."""

import contextlib
import os
import socket
import subprocess

import pytest

import janitor
import mounting
import samples
import tools


def killed(mount):
    """Kills cocfs as a crash does: its mount stays, dead."""
    with contextlib.suppress(OSError):  # a mount on top of it may be dead
        os.listdir(mount.path)  # it answers only after fusermount3 has given cocfs the mount. Before, fusermount3 would unmount
    mount.process.kill()
    mount.process.wait(10)
    mount.process = None
    with pytest.raises(OSError, match=tools.message("ENOTCONN")):
        os.listdir(mount.path)


def mount_instead(mount):
    """Mounts where a dead mount is, and waits until the new mount answers."""
    mount.mount()

    def answers():
        try:
            return "it is replaced" in mount.log() and os.listdir(mount.at(".coc"))
        except OSError:
            return False
    tools.eventually(answers, "the new mount to answer")


def layers(path):
    with open("/proc/self/mounts", encoding="utf-8") as file:
        return [line.split()[2] for line in file if line.split()[1] == str(path)]


@contextlib.contextmanager
def dead_mount_of_another_kind(path):
    """Makes a mount with the type fuse.sshfs and no server: its descriptor of /dev/fuse is closed again, so the mount is dead."""
    ours, theirs = socket.socketpair()
    janitor.watch_mount(path)
    with ours, theirs:
        subprocess.run(["fusermount3", "-o", "fsname=x,subtype=sshfs", "--", str(path)], check=True, timeout=30,
                       env={**os.environ, "_FUSE_COMMFD": str(theirs.fileno())}, pass_fds=[theirs.fileno()])
        _, ancillary, _, _ = ours.recvmsg(16, socket.CMSG_SPACE(4))
        os.close(int.from_bytes(ancillary[0][2], "little"))
    try:
        yield
    finally:
        janitor.unmount(path, lazy=True)


@pytest.fixture
def mount(mounts, tmp_path):
    return mounts(mounting.Mount("local", tmp_path))


def test_a_dead_mount_is_replaced_by_the_same_command(mount, src):
    mount.mount()
    tools.run("cp", samples.file(src, "a.yaml"), mount.path).ok()
    job_id = mount.id("a.yaml")
    killed(mount)
    mount_instead(mount)
    assert mount.id("a.yaml") == job_id and layers(mount.path) == ["fuse.cocfs"]
    assert "was dead, because its cocfs had ended: it is replaced" in mount.log()


def test_a_daemon_says_that_it_replaces_one(mount):
    mount.mount()
    killed(mount)
    result = tools.run(*mount.argv(), seconds=30).ok()
    assert "it is replaced" in result.stderr and layers(mount.path) == ["fuse.cocfs"]
    assert janitor.unmount(mount.path) == ""
    lock = os.path.join(mount.state, "lock")
    tools.run("flock", "-w", "10", lock, "true").ok()


@tools.needs_root
def test_dead_mounts_upon_each_other_are_replaced(mounts, tmp_path):
    stack = [mounts(mounting.Mount("local", tmp_path, state_dir=str(tmp_path / f"s{n}"), log_name=f"{n}.log"))
             for n in range(3)]
    for number, mount in enumerate(stack):
        mount.mount()
        tools.eventually(lambda: len(layers(mount.path)) == number + 1, "the next one on top")
    for mount in reversed(stack):
        killed(mount)
    assert len(layers(tmp_path / "jobs")) == 3
    mount_instead(stack[0])
    assert layers(stack[0].path) == ["fuse.cocfs"]


def test_a_live_mount_is_left_alone(mount, tmp_path):
    """The same command again is refused, because the space is mounted already."""
    mount.mount()
    again = tools.run(*mount.argv("-f"), seconds=20).fails("is mounted already")
    assert again.status == 32 and layers(mount.path) == ["fuse.cocfs"] and os.listdir(mount.path) == []
    assert mount.process.poll() is None


def test_two_who_replace_one_at_once_leave_each_other_alone(mounts, tmp_path):
    for _ in range(3):
        dead = mounts(mounting.Mount("local", tmp_path))
        dead.mount()
        killed(dead)
        pair = [mounts(mounting.Mount("local", tmp_path, state_dir=str(tmp_path / f"s{n}"), log_name=f"{n}.log"))
                for n in range(2)]
        started = [subprocess.Popen(one.argv(), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                    env=tools.environment()) for one in pair]
        said = [process.communicate(timeout=30)[1].decode() for process in started]
        codes = sorted(process.returncode for process in started)
        # root mounts on top of a live mount, as with any file system: both succeed. For an ordinary user both succeed only if the
        # second looked when the first had removed the dead mount, and had not mounted yet
        assert codes == [0, 0] or codes == [0, 32] and not tools.IS_ROOT, said
        assert sum("it is replaced" in text for text in said) == 1, said
        live = layers(dead.path)
        assert live == ["fuse.cocfs"] * codes.count(0)
        for _ in live:
            assert os.listdir(dead.path) == [] and janitor.unmount(dead.path) == ""
        for one in pair:
            if os.path.exists(one.state):
                tools.run("flock", "-w", "10", os.path.join(one.state, "lock"), "true").ok()


def test_a_dead_mount_of_another_file_system_is_left_alone(mount):
    os.mkdir(mount.path)
    with dead_mount_of_another_kind(mount.path):
        said = tools.run(*mount.argv("-f"), seconds=20).fails("another file system").stderr
        assert f"fusermount3 -uz {mount.path}" in said and layers(mount.path) == ["fuse.sshfs"]


@tools.needs_root
@pytest.mark.parametrize("allow_other, words", [(True, "another user's cocfs"), (None, tools.message("EACCES"))])
def test_another_users_dead_mount_is_roots_to_replace(open_base, mounts, allow_other, words):
    """Without allow_other the kernel does not even say whether the mount is dead."""
    mount = mounts(mounting.Mount("local", open_base, allow_other=allow_other)).mount()
    killed(mount)
    os.mkdir(f"{open_base}/theirs", 0o700)
    os.chown(f"{open_base}/theirs", 65534, 65534)
    argv = [*mount.argv("-f")[:2], "-o", f"risk_level=LOW,state_dir={open_base}/theirs", "local", mount.path]
    said = tools.run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *argv, seconds=20).fails(words).stderr
    assert f"fusermount3 -uz {mount.path}" in said and layers(mount.path) == ["fuse.cocfs"]
    mount_instead(mount)
    assert layers(mount.path) == ["fuse.cocfs"]


# ---- what is in the way ----

def attempt(mount, *words, status=32):
    result = tools.run(*mount.argv("-f"), seconds=20).fails(*words)
    assert result.status == status and not janitor.mounted(mount.path)
    return result.stderr


def test_a_mountpoint_that_is_not_there(mount):
    attempt(mount, f"the mountpoint {mount.path} does not exist", f"mkdir -p {mount.path}")
    mount.path += "/below/it"
    attempt(mount, "does not exist", f"mkdir -p {mount.path}")


def test_a_mountpoint_that_is_a_file(mount):
    tools.write(mount.path, "")
    attempt(mount, f"the mountpoint {mount.path} is not a directory", "give a directory")


@pytest.mark.parametrize("nonempty", [None, True])
def test_a_mountpoint_that_is_not_empty_is_told(mount, nonempty):
    os.mkdir(mount.path)
    tools.write(mount.at("hidden"), "")
    mount.options["nonempty"] = nonempty
    mount.mount()
    assert ("is not empty" in mount.log()) == (not nonempty)
    assert mount.unmount() == 0 and os.listdir(mount.path) == ["hidden"]


def test_a_mountpoint_of_somebody_else(mount):
    if tools.IS_ROOT:
        pytest.skip("root mounts anywhere")
    mount.path = "/usr"
    attempt(mount, "cannot mount on /usr", "a directory of its own")


def test_allow_other_without_the_permission(mount):
    if tools.IS_ROOT or "\nuser_allow_other" in tools.read_log("/etc/fuse.conf"):
        pytest.skip("allowed to this user")
    os.mkdir(mount.path)
    mount.options["allow_other"] = True
    attempt(mount, "user_allow_other into /etc/fuse.conf")


NOBODY = "setpriv --reuid=65534 --regid=65534 --clear-groups"


@tools.needs_root
@pytest.mark.parametrize("change, who, words", [
    ("mount -t tmpfs tmpfs /dev", "", "modprobe fuse"),
    ("", "setpriv --bounding-set=-sys_admin", "--cap-add SYS_ADMIN"),
    ("mount -t tmpfs tmpfs /dev; mknod -m 600 /dev/fuse c 10 229", NOBODY, "/dev/fuse is closed to this user"),
    ("mount --bind /dev/null /usr/bin/fusermount3", NOBODY, "install the package fuse3"),
], ids=["no-device", "root-without-capability", "closed-device", "no-helper"])
def test_no_fuse(open_base, mounts, change, who, words):
    tools.need("unshare", "setpriv")
    if tools.run("unshare", "--mount", "true").status:
        pytest.skip("no namespaces can be made here")
    mount = mounts(mounting.Mount("local", open_base, state_dir=f"{open_base}/{'theirs/s' if who == NOBODY else 's'}"))
    for path in (f"{open_base}/theirs", mount.path):
        os.mkdir(path)
        os.chown(path, 65534, 65534)
    result = tools.run("unshare", "--mount", "--pid", "--fork", "--kill-child",
                       "sh", "-ec", f'{change}\nexec {who} "$@"', "sh", *mount.argv("-f"), seconds=20)
    assert result.fails(f"cannot mount on {mount.path}", words).status == 32
    assert not os.path.exists(mount.state)
