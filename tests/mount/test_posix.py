# SPDX-License-Identifier: MIT
"""What ordinary tools need of a file system: the mount behaves like a plain directory. Most tests run the same script in both, and
compare the outputs."""

import errno
import os
import sys

import pytest

import samples
import tools

# Shell scripts, run in an empty directory. The output and the exit status must be those of a plain directory.
SHELL = {
    "mkdir": 'mkdir a a/b; mkdir a; mkdir -p a/b/c; stat -c "%F %a %h" a a/b; rmdir a; rmdir a/b/c; find . | sort',
    "mkdir-mode": 'umask 027; mkdir m; mkdir -m 1777 t; touch f; stat -c "%a %n" m t f',
    "symlink": 'ln -s nowhere l; readlink l; cat l; echo x > f; ln -sf f l; cat l; stat -c "%F %s" l; rm l; ls',
    "symlink-loop": 'ln -s a b; ln -s b a; cat a; ls | sort',
    "symlink-to-job-name": 'echo x > f; ln -s f l.yaml; cat l.yaml; rm l.yaml; ls',
    "chmod": 'echo x > f; for m in 600 444 4755 000; do chmod $m f; stat -c %a f; done; chmod 999 f',
    "times": 'touch -d "2001-02-03 04:05:06.789 UTC" f; stat -c "%.Y %.X" f; touch -h -r f g; touch -r f g; stat -c %.Y g',
    "mtime-moves": 'touch -d 2001-01-01 f; echo x >> f; test "$(stat -c %Y f)" -gt 1500000000; echo $?',
    "truncate": 'echo hello > f; truncate -s 2 f; cat f; truncate -s 10 f; stat -c %s f; od -c f; truncate -s 0 f; wc -c < f',
    "holes": 'truncate -s 1M f; stat -c %s f; dd if=/dev/urandom of=f bs=1 seek=700000 count=3 conv=notrunc status=none; stat -c %s f; head -c 100 f | od -c',
    "fallocate": 'fallocate -l 5000 f; stat -c %s f; fallocate -n -l 9000 f; stat -c %s f; fallocate -p -o 0 -l 4096 f; stat -c %s f',
    "append": 'echo a > f; echo b >> f; exec 3>> f; echo c >&3; echo d >> f; echo e >&3; exec 3>&-; cat f',
    "links": 'echo x > a; ln a b; stat -c %h a; echo y >> b; cat a; rm a; stat -c %h b; ln -s b c; ln c d; stat -c %F d',
    "link-errors": 'echo x > a; mkdir d; ln a a; ln d e; ln nothing x; ln a d; ls d',
    "rename": 'echo a > a; echo b > b; mv a b; cat b; ls; mkdir d; mv b d; ls d; mv d e; cat e/b',
    "rename-errors": 'mkdir -p d/e f; echo x > x; mv d d/e; mv -T f d; mv -T x d; mv nothing y; mv -n x f; find . | sort',
    "rename-directory-over-empty": 'mkdir a b; touch a/x; mv -T a b; ls b; ls',
    "rename-same-inode": 'echo x > a; ln a b; mv a b; ls; cat b',
    "unlink": 'touch f; mkdir d; rm d; rmdir f; unlink f; rm f; ls; rm -r d; ls',
    "not-empty": 'mkdir d; touch d/f; rmdir d; rm d/f; rmdir d; ls',
    "names": 'touch "a b" "ä" "-x" "$(printf "a\\nb")" "*"; ls -1 --quoting-style=c; rm -- *; ls',
    "name-too-long": 'touch $(printf "n%.0s" $(seq 255)); ls | wc -c; touch $(printf "n%.0s" $(seq 256))',
    "not-a-directory": 'touch f; touch f/x; cat f/x; mkdir f; cd f',
    "exclusive": 'set -C; echo a > f; echo b > f; cat f',
    "fifo": 'mkfifo p; stat -c %F p; (echo through > p &); timeout 5 cat p',
    "umask": 'for u in 000 022 077; do umask $u; touch f$u; stat -c "%a %n" f$u; done',
    "access": 'touch f; chmod 555 f; test -w f || test $(id -u) = 0; echo $?; test -x f; echo $?; test -r f; echo $?',
    "list-without-search": 'mkdir d; touch d/f; chmod 600 d; ls d 2> /dev/null; chmod 300 d; ls d; stat -c %s d/f; chmod 755 d; ls d',
    "exec": 'printf "#!/bin/sh\\necho ran\\n" > s; chmod +x s; ./s',
    "exec-program": 'cp /bin/echo e; chmod +x e; ./e hello',
    "cwd-removed": 'mkdir d; cd d; rmdir ../d; ls; touch x; cd ..; ls',
    "unlinked-cwd-file": 'mkdir d; cd d; touch f; rm -r ../d; cat f; cd ..; ls',
    "cp-a": 'mkdir d; echo x > d/f; ln -s f d/l; ln d/f d/h; chmod 640 d/f; touch -d 2002-02-02 d/f; touch -h -d 2003-03-03 d/l; cp -a d e; find e -printf "%P %y %m %n %T+\\n" | sort | grep -v "^ "',
    "tar": 'mkdir d; echo x > d/f; ln -s f d/l; tar c d | (mkdir o; tar x -C o); find o | sort; cat o/d/l',
    "sort-in-place": 'printf "b\\na\\n" > f; sort -o f f; cat f',
    "sed-in-place": 'echo hello > f; sed -i s/hello/bye/ f; cat f; ls',
    "flock": 'touch f; flock -n f sh -c "flock -n f true; echo \\$?; flock -sn f true; echo \\$?"; flock -n f true; echo $?',
    "git": 'git init -q -b main .; git config user.email a@b; git config user.name n; echo x > f; git add f; git commit -qm one; git checkout -qb other; echo y > f; git commit -qam two; git checkout -q main; cat f; git status --short; git fsck 2>&1',
    "sqlite": 'sqlite3 d.db "create table t(x); insert into t values(1),(2); select sum(x) from t; pragma journal_mode=truncate; insert into t values(3); select count(*) from t"',
}
SHELL_NEEDS = {"git": "git", "sqlite": "sqlite3", "flock": "flock"}

# Python scripts, run in the same way. say() prints, or prints the errno of a call that fails.
PYTHON = {
    "unlinked-open": "fd = os.open('f', os.O_RDWR | os.O_CREAT); os.write(fd, b'abc'); os.unlink('f'); os.write(fd, b'def'); say(os.pread, fd, 10, 0); say(lambda: os.fstat(fd).st_nlink); say(os.ftruncate, fd, 2); say(lambda: os.fstat(fd).st_size); os.close(fd)",
    "renamed-open": "fd = os.open('f', os.O_RDWR | os.O_CREAT); os.write(fd, b'abc'); os.rename('f', 'g'); os.write(fd, b'def'); os.close(fd); say(lambda: open('g').read()); say(os.listdir)",
    "replaced-open": "open('a', 'w').write('old'); open('b', 'w').write('new'); fd = os.open('a', os.O_RDONLY); os.replace('b', 'a'); say(os.read, fd, 9); say(lambda: open('a').read())",
    "open-flags": "say(os.open, 'no', os.O_RDONLY); os.mkdir('d'); say(os.open, 'd', os.O_WRONLY); open('f', 'w').close(); say(os.open, 'f', os.O_CREAT | os.O_EXCL); say(os.open, 'f', os.O_DIRECTORY); os.symlink('f', 'l'); say(os.open, 'l', os.O_NOFOLLOW); say(os.open, 'l', os.O_CREAT | os.O_EXCL)",
    "wrong-mode": "open('f', 'w').write('x'); fd = os.open('f', os.O_RDONLY); say(os.write, fd, b'x'); say(os.ftruncate, fd, 0); fd = os.open('f', os.O_WRONLY); say(os.read, fd, 1)",
    "offsets": "fd = os.open('f', os.O_RDWR | os.O_CREAT); say(os.pwrite, fd, b'xyz', 5); say(os.lseek, fd, 0, os.SEEK_END); say(os.pread, fd, 100, 0); say(os.lseek, fd, -1, os.SEEK_SET)",
    "append": "fd = os.open('f', os.O_WRONLY | os.O_APPEND | os.O_CREAT); os.write(fd, b'a'); os.pwrite(fd, b'b', 0); os.lseek(fd, 0, 0); os.write(fd, b'c'); os.close(fd); say(lambda: open('f').read())",
    "utimens": "open('f', 'w').close(); os.utime('f', ns=(1, 999999999)); say(lambda: (os.stat('f').st_atime_ns, os.stat('f').st_mtime_ns)); os.symlink('f', 'l'); os.utime('l', ns=(5, 6), follow_symlinks=False); say(lambda: os.lstat('l').st_mtime_ns)",
    "xattrs": "open('f', 'w').close(); os.setxattr('f', 'user.a', b'1'); os.setxattr('f', 'user.b', b''); say(lambda: sorted(os.listxattr('f'))); say(os.getxattr, 'f', 'user.a'); say(os.getxattr, 'f', 'user.c'); say(os.setxattr, 'f', 'user.a', b'2', os.XATTR_CREATE); say(os.setxattr, 'f', 'user.c', b'2', os.XATTR_REPLACE); say(os.removexattr, 'f', 'user.b'); say(os.removexattr, 'f', 'user.b'); say(os.listxattr, 'f'); os.mkdir('d'); os.setxattr('d', 'user.x', b'y'); say(os.getxattr, 'd', 'user.x')",
    "links": "open('f', 'w').close(); os.link('f', 'g'); say(lambda: os.stat('f').st_nlink); say(lambda: os.path.samefile('f', 'g')); say(os.link, 'f', 'g'); os.unlink('f'); say(lambda: os.stat('g').st_nlink)",
    "posix-locks": "import fcntl, subprocess; f = open('f', 'w'); fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB, 10, 5)\ncode = 'import fcntl; f = open(\"f\", \"r+\")\\nfor a in ((10, 5), (5, 0)):\\n try: fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB, *a); print(\"got\")\\n except OSError as e: print(e.errno)'\nprint(subprocess.run([sys.executable, '-c', code], capture_output=True, text=True).stdout)",
    "fsync": "fd = os.open('f', os.O_RDWR | os.O_CREAT); os.write(fd, b'x'); say(os.fsync, fd); say(os.fdatasync, fd); d = os.open('.', os.O_RDONLY | os.O_DIRECTORY); say(os.fsync, d)",
    "directory-handle": "os.mkdir('d'); d = os.open('d', os.O_RDONLY); fd = os.open('f', os.O_CREAT | os.O_WRONLY, dir_fd=d); os.close(fd); say(os.listdir, d); os.rename('d', 'e'); say(lambda: os.stat('f', dir_fd=d).st_size); say(os.rmdir, 'e')",
    "copy-range": "open('a', 'wb').write(b'0123456789'); i = os.open('a', os.O_RDONLY); o = os.open('b', os.O_RDWR | os.O_CREAT); say(os.copy_file_range, i, o, 4, 3, 0); say(os.pread, o, 20, 0)",
    "sendfile": "open('a', 'wb').write(b'0123456789'); i = os.open('a', os.O_RDONLY); o = os.open('b', os.O_WRONLY | os.O_CREAT); say(os.sendfile, o, i, 2, 5); say(lambda: open('b').read())",
    "mmap": "import mmap\nopen('f', 'wb').write(b'x' * 10000); fd = os.open('f', os.O_RDWR); m = mmap.mmap(fd, 10000); m[5000:5003] = b'abc'; m.flush(); say(os.pread, fd, 5, 4999); os.close(fd); m[0:1] = b'z'; m.close(); say(lambda: open('f', 'rb').read(2))",
    "mmap-append": "import mmap\nopen('f', 'wb').write(b'x' * 5000); fd = os.open('f', os.O_RDWR | os.O_APPEND); m = mmap.mmap(fd, 5000); m[10:13] = b'abc'; m.flush(); m.close(); os.write(fd, b'end'); os.close(fd); say(lambda: len(open('f').read())); say(lambda: open('f').read()[8:15] + open('f').read()[-4:])",
    "seek-hole-data": "fd = os.open('f', os.O_RDWR | os.O_CREAT); os.pwrite(fd, b'x', 1 << 20); say(lambda: os.lseek(fd, 0, os.SEEK_DATA) > 0); say(os.lseek, fd, 2 << 20, os.SEEK_DATA)",
    "getcwd": "os.mkdir('d'); os.chdir('d'); say(lambda: os.path.basename(os.getcwd())); os.rename('../d', '../e'); say(lambda: os.path.basename(os.getcwd())); os.rmdir('../e'); say(os.getcwd)",
    "many-handles": "fds = [os.open('f', os.O_RDWR | os.O_CREAT) for _ in range(200)]; os.write(fds[0], b'x'); say(os.pread, fds[199], 1, 0); [os.close(fd) for fd in fds]; say(os.stat('f').st_size.__int__)",
}
SAY = """
import errno, os, sys
def say(function, *args):
    try:
        print(function(*args))
    except OSError as e:
        print(errno.errorcode[e.errno])
"""


def twins(space, src, run):
    """Calls run(directory) with a directory of the mount and with a plain one. Exit status, output and messages must be equal."""
    os.mkdir(space.at("here"))
    plain = src / "here"
    plain.mkdir()
    mounted, expected = run(space.at("here")), run(plain)
    assert (mounted.status, mounted.stdout, mounted.stderr) == (
        expected.status, expected.stdout, expected.stderr)


@pytest.mark.parametrize("name", SHELL)
def test_as_in_a_plain_directory(space, src, name):
    tools.need(SHELL_NEEDS.get(name, "sh"))
    twins(space, src, lambda where: tools.sh(SHELL[name], cwd=where))


@pytest.mark.parametrize("name", PYTHON)
def test_calls_as_in_a_plain_directory(space, src, name):
    twins(space, src, lambda where: tools.run(sys.executable, "-c", SAY + PYTHON[name], cwd=where))


def test_statfs(make_space):
    space = make_space()
    said = os.statvfs(space.path)
    beneath = os.statvfs(space.state)
    assert (said.f_bsize, said.f_blocks, said.f_namemax) == (beneath.f_bsize, beneath.f_blocks, 255)
    assert said.f_bavail > 0
    tools.run("df", space.path).ok()


@pytest.mark.parametrize("name", ["a.yaml", "a.yaml.id", ""])
def test_labels_are_the_mounts_and_not_a_files(space, src, name):
    """After EOPNOTSUPP ls asks for no more labels: one request, and not one for each file."""
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    with pytest.raises(OSError) as caught:
        os.getxattr(space.at(name), "security.selinux")
    assert caught.value.errno == errno.EOPNOTSUPP


def test_the_mount_table_names_it(make_space):
    space = make_space()
    with open("/proc/self/mounts", encoding="utf-8") as file:
        line, = [line.split() for line in file if line.split()[1] == space.path]
    assert line[2] == "fuse.cocfs"
    assert line[0] == space.front.url
    assert {"nosuid", "nodev"} <= set(line[3].split(","))


COUNT = 3000
FILL = "for n in range(int(args[0])): open(os.path.join(target, f'entry-{n:05}'), 'w').close()"


@pytest.fixture
def big(space):
    os.mkdir(space.at("big"))
    tools.python(FILL, space.at("big"), COUNT).ok()
    return space.at("big")


def test_every_entry_of_a_big_directory_is_listed_once(big):
    names = os.listdir(big)
    assert len(names) == COUNT == len(set(names))
    assert len(tools.run("ls", "-l", big).ok().stdout.splitlines()) == COUNT + 1
    assert len(tools.run("find", big, "-type", "f", "-size", "0").ok().stdout.splitlines()) == COUNT


def test_partial_and_repeated_reads_of_a_big_directory(big):
    with os.scandir(big) as partial:
        assert len({next(partial).name for _ in range(1234)}) == 1234
    fd = os.open(big, os.O_RDONLY)
    first = os.listdir(fd)
    assert sorted(first) == sorted(os.listdir(fd))  # listdir sets the descriptor's offset back
    os.close(fd)
    assert len(tools.sh('ls -U "$1" | head -n 5', big).ok().stdout.splitlines()) == 5


SEEKING = """
import ctypes
libc = ctypes.CDLL(None)
libc.opendir.restype = libc.readdir.restype = ctypes.c_void_p
libc.telldir.restype = ctypes.c_long
for function in (libc.readdir, libc.telldir, libc.rewinddir, libc.closedir):
    function.argtypes = [ctypes.c_void_p]
libc.seekdir.argtypes = [ctypes.c_void_p, ctypes.c_long]
handle = libc.opendir(target.encode())
def entry():
    at = libc.telldir(handle)
    found = libc.readdir(handle)
    return (at, ctypes.string_at(found + 19)) if found else None
seen = list(iter(entry, None))
assert len(set(name for _, name in seen)) == len(seen) == int(args[0]) + 2, len(seen)
for at, name in seen[::97]:
    libc.seekdir(handle, at)
    assert entry()[1] == name
libc.rewinddir(handle)
assert entry()[1] == seen[0][1]
libc.closedir(handle)
"""


def test_seekdir_finds_its_place_again(big):
    tools.python(SEEKING, big, COUNT).ok()


def test_a_place_that_nobody_was_told_is_refused(big):
    script = """
import ctypes
buffer = ctypes.create_string_buffer(4096)
getdents64 = lambda fd: ctypes.CDLL(None, use_errno=True).syscall(217, fd, buffer, len(buffer))
fd = os.open(target, os.O_RDONLY | os.O_DIRECTORY)
os.lseek(fd, 2000, os.SEEK_SET)
assert getdents64(fd) > 0
os.lseek(fd, 10 ** 12, os.SEEK_SET)
assert getdents64(fd) == -1 and ctypes.get_errno() == errno.EINVAL
os.lseek(fd, 0, os.SEEK_SET)
assert getdents64(fd) > 0
"""
    tools.python(script, big).ok()


def test_entries_made_and_removed_while_listing_do_not_disturb_the_others(big):
    with os.scandir(big) as entries:
        seen = [next(entries).name for _ in range(100)]
        for name in seen[:50]:
            os.unlink(os.path.join(big, name))
        os.rename(os.path.join(big, seen[60]), os.path.join(big, "renamed"))
        rest = [entry.name for entry in entries]
    untouched = {f"entry-{n:05}" for n in range(COUNT)} - set(seen)
    assert untouched <= set(rest) and len(rest) == len(set(rest))


def test_seekdir_with_siblings(space, src):
    for n in range(20):
        tools.run("cp", samples.file(src, "x.yaml"), space.at(f"{n}.yaml")).ok()
    tools.python(SEEKING, space.path, 40).ok()


@tools.needs_root
def test_another_user_is_judged_by_permissions(make_space):
    space = make_space(allow_other=True)
    tools.sh('echo x > private; chmod 600 private; echo y > public; mkdir -m 1777 drop; chmod 755 .', cwd=space.path).ok()
    for folder in parents(space.path):
        os.chmod(folder, os.stat(folder).st_mode | 0o011)
    as_nobody = {"user": 65534, "group": 65534, "extra_groups": []}
    tools.run("cat", space.at("public"), **as_nobody).ok()
    tools.run("cat", space.at("private"), **as_nobody).fails(tools.message("EACCES"))
    tools.run("touch", space.at("new"), **as_nobody).fails(tools.message("EACCES"))
    tools.run("touch", space.at("drop/mine"), **as_nobody).ok()
    assert os.stat(space.at("drop/mine")).st_uid == 65534
    tools.run("rm", "-f", space.at("public"), **as_nobody).fails(tools.message("EACCES"))


@tools.needs_root
def test_owner_and_group_can_be_changed_by_root(space):
    tools.sh('touch f; chown 1234:5678 f; stat -c "%u %g" f', cwd=space.path).ok()
    assert (os.stat(space.at("f")).st_uid, os.stat(space.at("f")).st_gid) == (1234, 5678)


def parents(path):
    """Yields the directories above a path, the nearest first, up to / or /tmp; not these two."""
    while (path := os.path.dirname(path)) not in ("/", "/tmp"):
        yield path
