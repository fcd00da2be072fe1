# SPDX-License-Identifier: MIT
"""tools/test and tools/try themselves, with stubs in place of apt, meson, ninja and pytest."""

import os
import pty
import re
import shutil
import signal
import subprocess
import sys

import pytest

import janitor
import tools

SCRIPTS = os.path.join(tools.ROOT, "tools")

STUBS = {
    "dpkg-query": '[ -e "$STUBS/installed" ] && echo installed',
    "sudo": 'echo "sudo $1" >>"$STUBS/calls"; "$@"',
    "apt-get": """
        echo "apt-get $*" >>"$STUBS/calls"
        for word; do case $word in update | install) verb=$word ;; esac; done
        [ ! -e "$STUBS/busy-$verb" ] || {
            rm "$STUBS/busy-$verb"
            echo "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 1 (apt-get)"; exit 100
        }
        [ ! -e "$STUBS/fails" ] || { echo "E: Unable to locate package"; exit 100; }
        """,
    "meson": """
        echo "meson $*" >>"$STUBS/calls"
        case $1 in
        setup) mkdir -p "$2/fs" "$2/tests/bench"; echo >"$2/build.ninja"
            for f in fs/cocfs fs/cocd fs/cocfs-check fs/cocfs-wait tests/disk tests/alloc.so tests/sync.so tests/slow.so tests/count.so tests/test_store tests/test_store_executions tests/test_store_list \\
                tests/test_store_gather tests/test_store_pages tests/bench/answer tests/bench/commit tests/bench/floor_fuse \\
                tests/bench/post tests/bench/write; do echo >"$2/$f"; done ;;
        test) mkdir -p "$3/meson-logs"; echo '<testsuites/>' >"$3/meson-logs/testlog.junit.xml" ;;
        esac
        """,
    # step 20 takes longer than the 0.5 s between two looks of ninja_in_tenths() at the output
    "ninja": """
        [ ! -t 1 ] || echo "ninja has a terminal"
        [ ! -e "$STUBS/broken" ] || { echo "[1/2] cc"; echo "FAILED: x.o"; exit 1; }
        for n in $(seq 40); do echo "[$n/40] Compiling"; [ $n -ne 20 ] || sleep 1.2; done
        """,
    # acts as pytest: writes an empty result. If there is a file $STUBS/stays, it runs on until it is killed. With "-", the real Python
    # runs the script on standard input
    "python": """
        [ "$1" != - ] || exec %s "$@"
        for word; do case $word in --junitxml=*) echo '<testsuites/>' >"${word#*=}" ;; esac; done
        [ ! -e "$STUBS/stays" ] || { echo $$ >"$STUBS/pid"; exec sleep 600; }
        """ % sys.executable,
}


@pytest.fixture
def project(tmp_path, request):
    """A tree with the scripts and little else. .run(…) runs a script to its end, .start(…) starts tools/test,
    .sh(…) runs shell code with tools/packages.sh. The calls that the stubs record are in .calls(). The names that are
    left in the temporary folder are in .left(). The folder of the stubs and of what they record is .state."""
    if not os.path.isdir(SCRIPTS):
        pytest.skip("the scripts are not beside the tests")
    tools.need("setpriv", "setsid", "findmnt", "flock")
    tree, stubs, temporary = tmp_path / "tree", tmp_path / "stubs", tmp_path / "tmp"
    for folder in (tree, stubs, temporary):
        folder.mkdir()
    shutil.copytree(SCRIPTS, tree / "tools")
    for folder in (".ci", "tests", "fs", "include", "docs", "completion", "contrib", "debian"):
        (tree / folder).mkdir()
    for name in ("README.md", "meson.build"):
        (tree / name).write_text("")
    for name, script in STUBS.items():
        tools.write(stubs / name, f"#!/bin/sh\n{script}\n")
        (stubs / name).chmod(0o755)
    (stubs / "installed").touch()
    env = tools.environment(PATH=f"{stubs}:{os.environ['PATH']}", STUBS=str(stubs), TMPDIR=str(temporary),
                            PYTHON=str(stubs / "python"))

    class Project:
        state, left = stubs, staticmethod(lambda: os.listdir(temporary))

        @staticmethod
        def run(script, *args, **kwargs):
            return tools.run("sh", f"tools/{script}", *args, cwd=tree, env=env, **kwargs)

        @staticmethod
        def sh(script):
            return tools.run("sh", "-euc", f". tools/packages.sh; {script}", cwd=tree, env=env)

        @staticmethod
        def start(*argv, **kwargs):
            """Starts tools/test, and waits until it runs its first tests. Returns its process, and the pid of the stub of pytest."""
            (stubs / "stays").touch()
            process = tools.popen_bare(*argv, "sh", "tools/test", cwd=tree, env=env, **kwargs)
            janitor.watch_process(process.pid)
            pid = tools.eventually(lambda: (stubs / "pid").exists() and (stubs / "pid").read_text().strip(), "the tests to run", 60)
            janitor.watch_process(int(pid))
            return process, int(pid)

        @staticmethod
        def calls():
            return (stubs / "calls").read_text().splitlines() if (stubs / "calls").exists() else []

    return Project


def test_what_is_installed_is_not_installed_again(project):
    project.sh("install_packages a b").ok()
    assert project.calls() == []


def test_packages_are_installed_and_another_apt_is_waited_for(project):
    (project.state / "installed").unlink()
    said = project.sh("install_packages a b").ok()
    calls = [call for call in project.calls() if call.startswith("apt-get")]
    assert len(calls) == 2 and all("-o DPkg::Lock::Timeout=600" in call for call in calls), calls
    assert calls[0].endswith(" update") and calls[1].endswith(" install -y --no-install-recommends a b")
    assert ("sudo env" in project.calls()) == (not tools.IS_ROOT)
    assert "installing: a b" in said.stdout and project.left() == []


@pytest.mark.parametrize("verb", ["update", "install"])
def test_a_lock_that_apt_does_not_wait_for_is_waited_for(project, verb):
    (project.state / "installed").unlink()
    (project.state / f"busy-{verb}").touch()
    said = project.sh("apt_look_s=0; install_packages a b").ok()
    verbs = [call.split()[4] for call in project.calls() if call.startswith("apt-get")]
    assert verbs == sorted([verb, "update", "install"], reverse=True), project.calls()
    assert "another apt is at work" in said.stdout


def test_without_sudo_a_user_is_told_the_command(project):
    if shutil.which("sudo"):
        pytest.skip("there is a sudo here")
    (project.state / "installed").unlink()
    (project.state / "sudo").unlink()
    tools.write(project.state / "id", "#!/bin/sh\necho 1000\n")
    (project.state / "id").chmod(0o755)
    for script in ("test", "try"):
        said = project.run(script).fails("no sudo", "as root: apt-get install ca-certificates").stderr
        assert "not found" not in said and project.calls() == [] and project.left() == []


@tools.needs_root
def test_a_place_with_blanks_is_taken_away_with_its_mounts(tmp_path):
    """If the script did not unmount a directory, rm would remove the files that are mounted there."""
    base, outside = tmp_path / "a b.*", tmp_path / "outside"
    outside.mkdir()
    tools.write(outside / "keep", "")
    base.mkdir()
    tools.sh("""
        set -eu; cd "$1"; . tools/place.sh; make_place
        echo "$place"; mkdir "$place/m x"; mount --bind "$2" "$place/m x"; leave_place
        """, tools.ROOT, outside, env=tools.environment(TMPDIR=str(base))).ok()
    assert os.listdir(base) == [] and os.listdir(outside) == ["keep"]


def test_an_install_that_failed_says_why_and_leaves_nothing(project):
    (project.state / "installed").unlink()
    (project.state / "fails").touch()
    for script in ("test", "try"):
        project.run(script).fails("Unable to locate package", "could not install:")
        assert project.left() == []


@pytest.mark.parametrize("script", ["test", "try"])
def test_each_says_what_it_does(project, script):
    asked = project.run(script, "--help").ok().stdout
    assert f"usage: tools/{script}" in asked and "installs" in asked.lower() and project.calls() == []
    (project.state / "broken").touch()
    assert project.run(script).stdout.startswith(f"tools/{script}: installs what is missing, builds")


def test_a_whole_run_of_the_tests_leaves_nothing(project):
    done = project.run("test")
    assert done.stdout.splitlines()[-1] == "0 passed, 0 failed, 0 skipped" and done.status == 1
    assert project.left() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_a_killed_run_of_the_tests_leaves_nothing(project, number):
    process, pid = project.start()
    started = janitor.start_time(pid)
    assert project.left()
    process.send_signal(number)
    assert tools.finish(process).status == (-number if number == signal.SIGKILL else 1)
    tools.eventually(lambda: janitor.start_time(pid) != started and not project.left(), "all to be gone")


def test_a_run_under_nohup_outlives_its_terminal(project):
    process, pid = project.start("nohup")
    process.send_signal(signal.SIGHUP)
    os.kill(pid, 0)
    (project.state / "stays").unlink()
    os.kill(pid, signal.SIGKILL)  # pytest is killed: its set of tests has failed, the others go on
    assert "0 passed" in tools.finish(process).stdout
    tools.eventually(lambda: not project.left(), "all to be gone")


@pytest.mark.parametrize("ignored", ["HUP", "INT QUIT", "HUP INT QUIT TERM"])
def test_what_the_tests_start_does_not_ignore_what_they_were_told_to_ignore(ignored):
    """nohup, and the background of a script, ignore signals. The programs that the tests start must not inherit that."""
    script = ("import sys; sys.path[:0] = sys.argv[1:]; import fixtures, tools\n"
              "print(tools.finish(tools.popen_bare('cat', '/proc/self/status')).stdout)\nprint(open('/proc/self/status').read())")
    folder = os.path.join(tools.ROOT, "tests", "lib")
    said = tools.sh(f'trap "" {ignored}; exec "$@"', sys.executable, "-c", script, folder).ok().stdout
    started, tests = (int(mask, 16) for mask in re.findall(r"^SigIgn:\s*(\w+)", said, re.M))
    caught = int(re.findall(r"^SigCgt:\s*(\w+)", said, re.M)[1], 16)
    for name in ignored.split():
        bit = 1 << getattr(signal, f"SIG{name}") - 1
        assert not started & bit and (tests | caught) & bit, name


def test_the_build_shows_plain_lines_where_there_is_no_terminal(project):
    said = project.sh("build_into somewhere").ok().stdout.splitlines()
    assert said[0] == "building somewhere" and len(said) > 1
    assert all(re.fullmatch(r"  \d+ of 40", line) for line in said[1:]), said


def test_the_build_shows_ninjas_progress_in_a_terminal(project):
    master, slave = pty.openpty()
    with os.fdopen(slave, "wb") as terminal:
        env = {**tools.environment(), "PATH": f"{project.state}:{os.environ['PATH']}", "STUBS": str(project.state)}
        done = subprocess.run(["sh", "-euc", ". tools/packages.sh; build_into somewhere"], stdout=terminal, env=env,
                              cwd=project.state.parent / "tree", timeout=60)
    assert done.returncode == 0
    said = b""
    try:
        while chunk := os.read(master, 4096):
            said += chunk
    except OSError:  # the build has ended, and so has its terminal
        pass
    os.close(master)
    assert b"ninja has a terminal" in said and b"[40/40]" in said


def test_a_build_that_failed_says_why(project):
    (project.state / "broken").touch()
    for script in ("test", "try"):
        project.run(script).fails("FAILED: x.o")
        assert project.left() == []
