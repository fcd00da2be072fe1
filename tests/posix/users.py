# SPDX-License-Identifier: MIT
"""Scripts of calls by several users, played in a directory of a mount and in a plain one: users.py MOUNTED PLAIN [NAME…]

A script has lines "WHO: calls [-> ERRNO]". The calls of a line are made as that user, up to the first that fails. ERRNO: the last
one must fail so; without it none may fail. Prints each line whose results differ between the directories, or whose result in the
plain directory is not the written one.
"""

import multiprocessing
import os
import stat
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))

import calls
import scene

OTHER = scene.Who("other", 1003, 2004)
WHO = {who.name: who for who in (scene.ROOT, scene.OWNER, scene.MEMBER, OTHER)}

SCRIPTS = {
    "a write clears set-user-ID and set-group-ID": """
        root: make('f'); os.chown('f', 1001, 2001)
        owner: os.chmod('f', 0o6777); write('f'); mode('f')
        root: os.chmod('f', 0o6777); write('f'); mode('f')
        other: write('f'); mode('f')
        root: os.chmod('f', 0o6757)
        other: append('f'); mode('f')
        root: os.chmod('f', 0o6777)
        other: os.truncate('f', 1); mode('f')
        root: os.chmod('f', 0o6777)
        other: opening(os.O_WRONLY, lambda fd: os.ftruncate(fd, 0))('f'); mode('f')
        root: os.chmod('f', 0o6777)
        other: opening(os.O_WRONLY, lambda fd: calls.fallocate(fd, 0, 0, 9))('f'); mode('f')
        root: os.chmod('f', 0o6777)
        other: opening(os.O_WRONLY | os.O_TRUNC)('f'); mode('f')
        root: os.chmod('f', 0o6777)
        other: opening(os.O_RDONLY | os.O_TRUNC)('f'); mode('f')
        root: os.chmod('f', 0o6757)
        other: opening(os.O_RDWR | os.O_TRUNC | os.O_CREAT)('f'); mode('f')
        root: os.chmod('f', 0o6777); opening(os.O_WRONLY | os.O_TRUNC)('f'); mode('f')
        other: os.utime('f'); mode('f')
    """,
    "a change of owner clears them": """
        root: make('f', 0o6777); os.chown('f', 1001, 2001); mode('f')
        root: os.chmod('f', 0o6777); os.chown('f', -1, -1); mode('f')
        root: os.chmod('f', 0o4755); os.chown('f', 1001, 2003); mode('f')
        root: os.mkdir('d'); os.chmod('d', 0o6777); os.chown('d', 1001, 2001); mode('d')
        root: os.chown('f', 1002, 2002); os.chmod('f', 0o6777)
        member: os.chown('f', -1, 2003); mode('f'); owner('f')
        member: os.chmod('f', 0o2777); os.chown('f', 1002, -1); mode('f')
    """,
    "only an owner changes a mode, and set-group-ID only for a group of his": """
        root: make('f'); os.chown('f', 1002, 2009)
        member: os.chmod('f', 0o2755); mode('f')
        root: os.chown('f', 1002, 2003)
        member: os.chmod('f', 0o2755); mode('f'); os.chmod('f', 0o4755); mode('f'); os.chmod('f', 0o1755); mode('f')
        other: os.chmod('f', 0o755) -> EPERM
        other: os.chown('f', 1003, -1) -> EPERM
        other: os.chown('f', -1, -1)
        member: os.chown('f', 1003, -1) -> EPERM
        member: os.chown('f', -1, 2009) -> EPERM
        member: os.chown('f', -1, 2002); owner('f')
    """,
    "a directory with set-group-ID gives its group": """
        root: os.mkdir('d'); os.chown('d', 1001, 2003); os.chmod('d', 0o2777)
        other: make('d/f'); owner('d/f'); mode('d/f')
        other: os.mkdir('d/e', 0o755); owner('d/e'); mode('d/e')
        other: os.mkdir('d/e/e'); owner('d/e/e'); mode('d/e/e')
        other: os.mkfifo('d/p'); owner('d/p'); mode('d/p')
        other: os.symlink('x', 'd/l'); owner('d/l')
        other: os.mknod('d/n', stat.S_IFREG | 0o2755); owner('d/n'); mode('d/n')
        member: os.mknod('d/m', stat.S_IFREG | 0o2755); owner('d/m'); mode('d/m')
        other: opening(os.O_WRONLY | os.O_CREAT)('d/c'); owner('d/c'); mode('d/c')
        root: make('d/r'); owner('d/r')
    """,
    "the umask takes its bits from what is made": """
        root: os.mkdir('d'); os.chmod('d', 0o777)
        other: os.umask(0o027); made(make, 'd/f1', 0o6777); made(os.mkdir, 'd/d1', 0o1777); made(os.mkfifo, 'd/p1', 0o777)
        other: os.umask(0o777); made(make, 'd/f2', 0o6777); made(os.mkdir, 'd/d2', 0o1777); made(os.mkfifo, 'd/p2', 0o777)
        other: os.umask(0); made(make, 'd/f3', 0o6777); made(os.mkdir, 'd/d3', 0o1777); made(os.mknod, 'd/n3', stat.S_IFREG | 0o4711)
        other: os.umask(0o022)
    """,
    "what is made belongs to its maker": """
        root: os.chmod('.', 0o777)
        member: made(make, 'f'); made(os.mkdir, 'd'); made(os.mkfifo, 'p'); os.symlink('x', 'l'); owner('l')
        other: os.link('f', 'g') -> EPERM
        member: os.link('f', 'g'); owner('g')
        root: make('r'); owner('r')
    """,
    "a sticky directory": """
        root: os.mkdir('s'); os.chmod('s', 0o1777); os.mkdir('t'); os.chmod('t', 0o777); os.chown('t', 1003, 2004)
        member: make('s/m', 0o666); make('s/n', 0o666); os.mkdir('s/d', 0o777)
        other: os.unlink('s/m') -> EPERM
        other: os.rename('s/m', 't/m') -> EPERM
        other: os.rename('s/m', 's/k') -> EPERM
        other: os.rmdir('s/d') -> EPERM
        other: os.rename('s/d', 't/d') -> EPERM
        other: make('t/x'); os.rename('t/x', 's/m') -> EPERM
        other: os.rename('t/x', 's/x'); calls.rename2(calls.EXCHANGE, 's/x', 's/m') -> EPERM
        other: write('s/m')
        other: opening(os.O_WRONLY | os.O_CREAT)('s/m')
        root: os.chown('s', 1003, 2004)
        other: os.unlink('s/m')
        member: os.unlink('s/n')
        root: os.unlink('s/x')
    """,
    "rights of the group and of others": """
        root: make('f', 0o640); os.chown('f', 1001, 2003); os.mkdir('d'); os.chown('d', 1001, 2003); os.chmod('d', 0o770)
        member: read('f')
        member: write('f') -> EACCES
        member: make('d/m'); os.unlink('d/m')
        other: read('f') -> EACCES
        other: os.listdir('d') -> EACCES
        other: os.stat('d/none') -> EACCES
        root: os.chmod('f', 0o604)
        member: read('f') -> EACCES
        other: read('f')
        root: os.chmod('d', 0o711)
        other: os.stat('d/none') -> ENOENT
        other: os.listdir('d') -> EACCES
        root: os.chmod('f', 0o000)
        owner: read('f') -> EACCES
        owner: os.chmod('f', 0o400); read('f')
        owner: write('f') -> EACCES
    """,
    "what is open stays open": """
        root: make('f', 0o666)
        other: keep = os.open('f', os.O_RDWR)
        root: os.chmod('f', 0)
        other: os.write(keep, b'abc'); os.pread(keep, 9, 0); os.ftruncate(keep, 1); os.fstat(keep).st_size
        other: os.fchmod(keep, 0o777) -> EPERM
        other: os.open('f', os.O_RDONLY) -> EACCES
        root: os.unlink('f')
        other: os.write(keep, b'd'); os.fstat(keep).st_nlink; os.close(keep)
    """,
    "times by owner, writer and reader": """
        root: make('f', 0o646); os.chown('f', 1001, 2001)
        owner: os.utime('f', ns=(1, 2)); os.utime('f')
        other: os.utime('f', ns=(1, 2)) -> EPERM
        other: os.utime('f')
        member: os.utime('f')
        root: os.chmod('f', 0o444)
        owner: os.utime('f'); os.utime('f', ns=(3, 4)); os.stat('f').st_mtime_ns
        other: os.utime('f') -> EACCES
    """,
    "attributes by owner, writer and reader": """
        root: make('f', 0o646); os.chown('f', 1001, 2001)
        owner: os.setxattr('f', 'user.a', b'1'); os.getxattr('f', 'user.a')
        other: os.setxattr('f', 'user.a', b'2'); os.getxattr('f', 'user.a')
        other: os.setxattr('f', 'trusted.a', b'2') -> EPERM
        root: os.chmod('f', 0o640)
        other: os.getxattr('f', 'user.a') -> EACCES
        other: os.setxattr('f', 'user.a', b'3') -> EACCES
        other: os.removexattr('f', 'user.a') -> EACCES
        root: os.mkdir('s'); os.chmod('s', 0o1777)
        other: os.setxattr('s', 'user.a', b'1') -> EPERM
        root: os.symlink('f', 'l'); os.setxattr('l', 'user.a', b'9', follow_symlinks=False) -> EPERM
    """,
    "attributes that only root may see": """
        root: make('f', 0o646); os.setxattr('f', 'user.a', b'1'); os.setxattr('f', 'trusted.secret', b'2'); sorted(os.listxattr('f'))
        owner: os.listxattr('f')
        other: os.listxattr('f')
        other: os.getxattr('f', 'trusted.secret') -> ENODATA
        root: os.mkdir('d'); os.setxattr('d', 'trusted.secret', b'2'); os.symlink('x', 'l')
        root: os.setxattr('l', 'trusted.secret', b'2', follow_symlinks=False); os.listxattr('l', follow_symlinks=False)
        other: os.listxattr('d'); os.listxattr('l', follow_symlinks=False)
    """,
    "execution": """
        root: copy('/bin/true', 'true', 0o755)
        root: executed('true')
        other: executed('true')
        root: os.chmod('true', 0o744)
        other: executed('true') -> EACCES
        root: os.chmod('true', 0o644)
        root: executed('true') -> EACCES
        root: os.chmod('true', 0o711)
        other: executed('true')
        root: while_executing('true', lambda: os.open('true', os.O_WRONLY)) -> ETXTBSY
        root: while_executing('true', lambda: os.truncate('true', 0)) -> ETXTBSY
        root: while_executing('true', lambda: os.unlink('true'))
        root: copy('/bin/true', 'busy', 0o755); keep = os.open('busy', os.O_WRONLY)
        root: executed('busy') -> ETXTBSY
        root: os.close(keep); executed('busy')
    """,
}


def make(path, mode=0o644):
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    os.chmod(path, mode)


def made(function, path, *args):
    function(path, *args)
    return mode(path), owner(path)


def mode(path):
    return oct(os.lstat(path).st_mode)


def owner(path):
    st = os.lstat(path)
    return st.st_uid, st.st_gid


def read(path):
    return opening(os.O_RDONLY, lambda fd: os.read(fd, 100))(path)


def write(path):
    return opening(os.O_WRONLY, lambda fd: os.write(fd, b"x"))(path)


def append(path):
    return opening(os.O_WRONLY | os.O_APPEND, lambda fd: os.write(fd, b"x"))(path)


def copy(source, path, file_mode):
    with open(source, "rb") as file, open(path, "wb") as target:
        target.write(file.read())
    os.chmod(path, file_mode)


def executed(path):
    """Returns the exit status of the program at path; raises OSError if it cannot be executed."""
    return os.waitstatus_to_exitcode(os.waitpid(os.posix_spawn(path, [path], {}), 0)[1])


def while_executing(path, function):
    """Copies a program to path and runs it. Returns the result of function(), called while the program runs."""
    copy("/bin/cat", path, 0o755)
    reader, writer = os.pipe()
    pid = os.posix_spawn(path, [path], {}, file_actions=[(os.POSIX_SPAWN_DUP2, reader, 0)])
    os.close(reader)
    try:
        return function()
    finally:
        os.close(writer)
        os.waitpid(pid, 0)


opening = calls.opening


def call_line(who, code, names):
    """Makes the calls of one line as a user. Returns their results (scene.outcome()), up to the first that fails."""
    os.setgroups(who.groups)
    os.setegid(who.gid)
    os.seteuid(who.uid)
    results = []
    try:
        for part in code.split("; "):
            if " = " in part.split("(")[0]:
                results.append(scene.outcome(exec, part, names))
            else:
                results.append(scene.outcome(eval, part, names))
            if scene.is_errno(results[-1]):
                break
    finally:
        os.seteuid(0)
        os.setegid(0)
    return [result if not hasattr(result, "st_mode") else "stat" for result in results]


def play(folder, script, pipe):
    """Runs a script in a directory, in this process. Sends (line, results) for each line through the pipe, then None."""
    os.umask(0o022)
    os.chdir(folder)
    names = dict(globals())
    for line in filter(None, map(str.strip, script.splitlines())):
        who, _, rest = line.partition(": ")
        pipe.send((line, call_line(WHO[who], rest.partition(" -> ")[0], names)))
    pipe.send(None)


def played(folder, script):
    """Runs a script in a new process, in a new directory. Returns [(line, results of its calls), …]."""
    os.mkdir(folder)
    os.chmod(folder, 0o755)
    here, there = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.Process(target=play, args=(folder, script, there))
    process.start()
    there.close()
    said = list(iter(here.recv, None))
    process.join()
    return said


def compare(name, said, expected):
    """Yields a text for each line whose results differ (said: in the mount, expected: in the plain directory), or that fails
    otherwise than the line says."""
    for (line, results), (_, plain_results) in zip(said, expected, strict=True):
        written = line.partition(" -> ")[2]
        last = plain_results[-1] if scene.is_errno(plain_results[-1]) else ""
        if results != plain_results:
            yield f"{name}: {line}\n  {results} in the mount, {plain_results} in a plain directory"
        if last != written:
            yield f"{name}: {line}\n  {plain_results} in a plain directory"


def main(mounted, plain, *names):
    for number, (name, script) in enumerate(SCRIPTS.items()):
        if not names or name in names:
            folders = [os.path.join(os.path.abspath(folder), str(number)) for folder in (mounted, plain)]
            for difference in compare(name, *(played(folder, script) for folder in folders)):
                print(difference)


if __name__ == "__main__":
    main(*sys.argv[1:])
