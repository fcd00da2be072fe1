# SPDX-License-Identifier: MIT
"""uid=, gid=, umask=, fmask=, dmask=: what stat(2) shows, what each user may do then, and that the
spool keeps its own owners and modes."""

import os
import stat

import pytest

import mounting
import samples
import tools

OWN = os.geteuid(), os.getegid()
ENTRIES = ["", "dir", "dir/a.yaml", "dir/a.yaml.id", "script", "link", ".coc", ".coc/queue"]
MODES = [0o755, 0o755, 0o644, 0o444, 0o755, 0o777, 0o755, 0o444]

# The options of a mount, and what they show: the uid and the gid (None: the real ones), and the mode of each of ENTRIES.
VIEWS = {
    "uid=4711": (4711, None, MODES),
    "gid=4712": (None, 4712, MODES),
    "uid=4711,gid=4712,umask=077": (4711, 4712, [0o700, 0o700, 0o700, 0o400, 0o700, 0o777, 0o700, 0o400]),
    "umask=022": (None, None, [0o755, 0o755, 0o755, 0o444, 0o755, 0o777, 0o755, 0o444]),
    "fmask=137": (None, None, [0o755, 0o755, 0o640, 0o440, 0o640, 0o777, 0o755, 0o440]),
    "dmask=027": (None, None, [0o750, 0o750, 0o644, 0o444, 0o755, 0o777, 0o750, 0o444]),
    "fmask=133,dmask=077,umask=027": (None, None, [0o750, 0o750, 0o750, 0o440, 0o750, 0o777, 0o750, 0o440]),
}


@pytest.fixture
def make(mounts, tmp_path):
    def mount(view="", **options):
        given = {name: value for name, _, value in (word.partition("=") for word in view.split(",") if word)}
        return mounts(mounting.Mount("local", tmp_path, **given, **options)).mount()
    return mount


def fill(mount, src):
    os.mkdir(mount.at("dir"), 0o755)
    tools.run("cp", samples.file(src, "a.yaml"), mount.at("dir")).ok()
    tools.write(mount.at("script"), "#!/bin/sh\n")
    os.chmod(mount.at("script"), 0o755)
    os.symlink("script", mount.at("link"))


def shown(mount):
    """Returns (uid, gid, mode) of each entry; stat(2) and a listing must say the same."""
    seen = []
    for entry in ENTRIES:
        st = os.lstat(mount.at(entry))
        seen.append((st.st_uid, st.st_gid, stat.S_IMODE(st.st_mode)))
    listed = tools.run("find", mount.path, "-printf", "%P %U %G %m\n").ok().stdout.splitlines()
    for line in listed:
        name, uid, gid, mode = line.rsplit(" ", 3)
        if name in ENTRIES:
            assert (int(uid), int(gid), int(mode, 8)) == seen[ENTRIES.index(name)], name
    return seen


@pytest.mark.parametrize("view", VIEWS)
def test_what_stat_shows(make, src, view):
    if not tools.IS_ROOT and "uid=" in view:
        pytest.skip("what is shown as another's is closed to this user")
    plain = make()
    fill(plain, src)
    before = shown(plain)
    assert before == [(*OWN, mode) for mode in MODES]
    plain.unmount()
    mount = make(view)
    uid, gid, modes = VIEWS[view]
    assert shown(mount) == [(OWN[0] if uid is None else uid, OWN[1] if gid is None else gid, mode) for mode in modes]
    mount.unmount()
    assert shown(make()) == before, "the spool has changed"


@tools.needs_root
def test_a_name_does_as_well_as_a_number(make):
    st = os.stat(make("uid=nobody,gid=daemon").path)
    assert (st.st_uid, st.st_gid) == (65534, 1)


def as_user(uid, *argv):
    return tools.run("setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", *argv)


@pytest.fixture
def shared(open_base, mounts):
    """A space in which everything belongs to user 4711, mounted by root with allow_other."""
    return mounts(mounting.Mount("local", open_base, uid="4711", gid="4711", umask="077", allow_other=True)).mount()


@tools.needs_root
def test_the_owner_that_is_shown_may_do_all(shared, src):
    """The owner that uid= shows counts, although the directory in the spool is root's."""
    tools.write(shared.at("by-root"), "")
    samples.file(src, "a.yaml")
    script = f"""
        set -e; cd {shared.path}
        mkdir d; echo one >d/f; ln -s f d/l; ln d/f d/g; mkfifo d/p; mv d/f e; rm d/g; echo two >>e; echo more >by-root; rm by-root
        cat >a.yaml; cat a.yaml.id .coc/queue; chmod 700 e; touch e; setfattr -n user.x -v y e; rm -r d; cat e
        """
    done = tools.run(*tools.AS_USER, "sh", "-c", script, given=samples.document("a").encode()).ok()
    assert done.stdout.startswith("DM") and done.stdout.endswith("one\ntwo\n")


@tools.needs_root
@pytest.mark.parametrize("command", ["ls .", "cat f", "echo >f", "echo >new", "mkdir new", "rm f", "mv f g", "cat a.yaml.id",
                                     "cat .coc/queue", "chmod 777 f", "touch f"])
def test_others_may_do_what_is_shown_and_no_more(shared, src, command):
    tools.write(shared.at("f"), "")
    os.chmod(shared.at("f"), 0o777)
    tools.run("cp", samples.file(src, "a.yaml"), shared.path).ok()
    as_user(4712, "sh", "-c", f"cd {shared.path} && {command}").fails()
    assert sorted(os.listdir(shared.path)) == ["a.yaml", "a.yaml.id", "f"]


@tools.needs_root
def test_the_spool_keeps_who_made_a_file_and_its_mode(shared):
    as_user(4711, "sh", "-c", f"umask 022; echo >{shared.at('theirs')}; mkdir {shared.at('d')}").ok()
    tools.run("chown", "4713:4713", shared.at("d")).ok()
    tools.run("chmod", "750", shared.at("d")).ok()
    assert os.stat(shared.at("d")).st_uid == 4711 and stat.S_IMODE(os.stat(shared.at("d")).st_mode) == 0o700
    shared.unmount()
    for option in ("uid", "gid", "umask"):
        del shared.options[option]
    shared.mount()
    theirs, folder = os.stat(shared.at("theirs")), os.stat(shared.at("d"))
    assert (theirs.st_uid, theirs.st_gid, stat.S_IMODE(theirs.st_mode)) == (4711, 4711, 0o644)
    assert (folder.st_uid, folder.st_gid, stat.S_IMODE(folder.st_mode)) == (4713, 4713, 0o750)


@tools.needs_root
@pytest.mark.parametrize("allow_other", [True, None])
@pytest.mark.parametrize("mode, may", [("600", False), ("640", False), ("044", False), ("644", True), ("444", True), ("755", True)])
def test_a_file_that_others_go_on_reading_cannot_be_made_private(make, allow_other, mode, may):
    """Without allow_other no other user can look, so every mode is accepted, as cp -a and rsync -a expect."""
    mount = make("umask=022", allow_other=allow_other)
    tools.write(mount.at("f"), "")
    result = tools.run("chmod", mode, mount.at("f"))
    if may or not allow_other:
        result.ok()
    else:
        result.fails(tools.message("EPERM"))
    assert stat.S_IMODE(os.stat(mount.at("f")).st_mode) == 0o755


def test_what_the_owner_of_the_mount_may_not_by_the_spool_it_may_by_what_is_shown(make):
    """The spool's files stay open to an ordinary user's mount, with any mode."""
    mount = make("umask=077")
    for name in ("file", "dir"):
        make_it = os.mkdir if name == "dir" else lambda path: tools.write(path, "")
        make_it(mount.at(name))
        os.chmod(mount.at(name), 0)
    fd = os.open(mount.at("new"), os.O_CREAT | os.O_WRONLY, 0)
    os.close(fd)
    os.mkdir(mount.at("made"), 0)
    for name in ("file", "new"):
        tools.write(mount.at(name), "text")
        assert tools.read(mount.at(name)) == b"text"
    for name in ("dir", "made"):
        tools.write(mount.at(name, "in"), "text")
        assert os.listdir(mount.at(name)) == ["in"]


@pytest.mark.parametrize("argv", [
    ["cp", "-a", "{src}/tree", "{to}/"], ["rsync", "-a", "{src}/tree", "{to}/"],
    ["sh", "-c", "tar -C {src} -cf - tree | tar -C {to} -xpf -"], ["git", "clone", "-q", "{src}/tree", "{to}/tree"]],
    ids=["cp", "rsync", "tar", "git"])
def test_tools_that_keep_modes_and_owners_work(make, src, argv):
    tools.need(argv[0])
    mount = make("umask=022" + (",uid=4711" if tools.IS_ROOT else ""))
    os.mkdir(src / "tree")
    samples.file(src / "tree", "a.yaml")
    os.chmod(src / "tree" / "a.yaml", 0o600)
    tools.run("sh", "-c", "git init -q && git add . && git -c user.name=a -c user.email=a commit -qm a", cwd=src / "tree").ok()
    env = tools.environment(GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="safe.directory", GIT_CONFIG_VALUE_0="*")
    tools.run(*(word.format(src=src, to=mount.path) for word in argv), env=env).ok()
    assert mount.id("tree/a.yaml") and len(mount_jobs(mount)) == 1


def mount_jobs(mount):
    return [name for _, _, names in os.walk(mount.path) for name in names if name.endswith(".yaml.id")]
