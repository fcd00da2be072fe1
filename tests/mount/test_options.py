# SPDX-License-Identifier: MIT
"""The command line: what is accepted, what is refused and with which words, and that the exit status is true."""

import fcntl
import os
import re
import shutil

import pytest

import janitor
import mounting
import samples
import service
import tools

# cocfs's own options: two good values (None: none is tried), and bad values. The empty value is tried separately.
OPTIONS = {
    "risk_level": ("LOW", "HIGH", ["low", "TOP"]),
    "enterprise_project_id": ("1", "2", ["x" * 129]),
    "description": ("a", "b", ["x" * 129]),
    "tags": ("a=b", "c=d", ["a", "=b"]),
    "max_risk": ("LOW", "HIGH", ["TOP", "high", "LOW|MEDIUM"]),
    "validate": ("none", "dsl", ["hard", "dsl "]),
    "submit": ("sync", "queue", ["maybe", "sync|queue", "syn", "queued"]),
    "max_inflight": ("1", "1024", ["0", "1025", "many", "-1", "+1", " 1", "1x", "99999999999999999999"]),
    "delete": ("keep", "service", ["all", "yes"]),
    "conflict": ("refuse", "overwrite", ["ask", "refuse|overwrite", "no"]),
    "jobs": ("read", "own", ["some", "read|all", "All"]),
    "adopt": ("same", "name", ["never|same", "sam", "all", "Never"]),
    "unseen": ("draft", "commit", ["job", "Draft"]),
    "siblings": ("shown", "hidden", ["gone", "no"]),
    "timeout": ("1", "3600", ["soon", "0", "-1", "5x", "3601", "1.5", "99999999999999999999"]),
    "refresh": ("0", "86400", ["soon", "-1", "+1", "5x", "86401", "1.5", "99999999999999999999"]),
    "state_dir": (None, None, []),
    "uid": ("0", "4711", ["nobody-at-all", "-1", "4294967295", "0x1", "1 "]),
    "gid": ("0", "4711", ["no-group-at-all", "-1", "4294967296"]),
    "umask": ("022", "077", ["8", "1000", "-1", "u=rwx", "0x1f"]),
    "fmask": ("133", "0133", ["778"]),
    "dmask": ("0", "777", ["7777"]),
    "profile": (None, None, ["/nonexistent/credentials"]),
    "check": ("now", "later", ["never", "no", "Now"]),
    "cacert": (None, None, ["/nonexistent/ca.pem"]),
    "logfile": (None, None, ["/nonexistent/cocfs.log"]),
    "loglevel": ("error", "debug", ["loud", "Warning"]),
    "ignore": ("*.old.yaml", "a?b:[ab]*", ["a::b", ":a", "a:", "d/*", "x" * 256, ":".join("a" * 65), "[", "[a", "[z-a]",
                                           "[[:number:]]"]),
}
FLAGS = {"rebind"}  # options without a value
EMPTY_IS_A_VALUE = {"description", "ignore", "tags"}


def cocfs(*argv, before=(), **kwargs):
    """Runs cocfs to its end, which must come soon. If it has mounted after all, unmounts. Returns the result of cocfs."""
    result = tools.run(*before, tools.COCFS, *argv, seconds=20, **kwargs)
    if argv and janitor.mounted(argv[-1]):
        janitor.unmount(argv[-1], lazy=True)
    return result


@pytest.fixture
def place(tmp_path):
    """A directory to mount on. Fails the test if something is mounted there at the end."""
    path = tmp_path / "jobs"
    path.mkdir()
    janitor.watch_mount(path)
    yield path
    assert not janitor.mounted(path)


@pytest.fixture
def bare(tmp_path):
    """The environment of a user without any credentials."""
    home = tmp_path / "home"
    home.mkdir()
    return tools.environment(HOME=str(home), XDG_STATE_HOME=str(home / "state"))


@pytest.fixture
def offline():
    """Returns what to put before a command line to run it in an empty network, where it reaches no metadata service."""
    words = ["unshare", "--net"] if tools.IS_ROOT else ["unshare", "--user", "--map-current-user", "--net"]
    if tools.run(*words, "true").status:
        pytest.skip("no network namespaces here")
    return words


def test_help_names_every_option():
    said = cocfs("--help").ok()
    for word in ["SOURCE", "MOUNTPOINT", "-f"]:
        assert word in said.stdout
    assert cocfs("-h").ok().stdout == said.stdout
    assert set(re.findall(r"^    (\w+)=", said.stdout, re.M)) == OPTIONS.keys()
    assert all(re.search(rf"^    {flag} ", said.stdout, re.M) for flag in FLAGS)


def test_the_page_of_options_has_a_row_for_each_and_no_other():
    page = os.path.join(tools.ROOT, "docs", "options.md")
    with open(page, encoding="utf-8") as file:
        tables = [part.partition("\n\n")[0] for part in file.read().split("| `-o` option |")[1:]]
    rows = [row.split("|")[1] for table in tables for row in table.splitlines()[2:]]
    names = {name for row in rows for name in re.findall(r"`(\w+)=", row)}
    assert names == OPTIONS.keys()
    assert {f" `{flag}` " for flag in FLAGS} <= set(rows)


def test_version():
    assert re.search(r"cocfs.*\d+\.\d+", cocfs("--version").ok().stdout)


@pytest.mark.parametrize("argv", [[], ["local"], ["local", "a", "b"], ["--nonsense"], ["-o"], ["local", "a", "-o"]],
                         ids=" ".join)
def test_wrong_usage(argv):
    result = cocfs(*argv)
    assert result.status == 1 and re.search(r"^cocfs: \S.*\ntry: cocfs --help$", result.stderr, re.M), result


@pytest.mark.parametrize("option", ["nonsense=1", "nonsense", "risklevel=LOW", "name=x", "RISK_LEVEL=LOW"])
def test_an_unknown_option_is_named(place, tmp_path, option):
    cocfs("-f", "-o", f"state_dir={tmp_path}/s,{option}", "local", place).fails(option.partition("=")[0])


BAD_VALUES = [f"{name}={value}" for name, (_, _, bad) in OPTIONS.items() for value in bad]


@pytest.mark.parametrize("option", BAD_VALUES)
def test_a_bad_value_is_named(place, tmp_path, option):
    result = cocfs("-f", "-o", f"state_dir={tmp_path}/s,{option}", "local", place)
    result.fails("cocfs: ", option.partition("=")[0])
    assert "unknown option" not in result.stderr and "no value" not in result.stderr


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_without_its_value_says_so(place, tmp_path, option):
    for given in [option] if option in EMPTY_IS_A_VALUE else [option, option + "="]:
        said = cocfs("-f", "-o", f"state_dir={tmp_path}/s,{given}", "local", place).fails(f"-o {option} has no value").stderr
        assert f"write -o {option}=" in said


@pytest.mark.parametrize("option", FLAGS)
def test_an_option_that_takes_no_value_says_so(place, tmp_path, option):
    for given in (option + "=", option + "=yes"):
        said = cocfs("-f", "-o", f"state_dir={tmp_path}/s,{given}", "local", place).fails(f"-o {option} takes no value")
        assert said.status == 1 and f"write -o {option}\n" in said.stderr


@pytest.mark.parametrize("option", [name for name in OPTIONS if OPTIONS[name][0]])
def test_of_an_option_given_twice_the_last_counts_and_both_are_looked_at(mounts, tmp_path, place, option):
    """As with mount(8), which puts the options of its command line after those of fstab."""
    good, other, bad = OPTIONS[option]
    mounts(mounting.Mount("local", tmp_path, **{option: f"{good},{option}={other}"})).mount().unmount()
    for value in bad:
        both = f"{option}={value},{option}={good}"
        cocfs("-f", "-o", f"state_dir={tmp_path}/s,{both}", "local", place).fails(option)


def test_the_last_of_two_values_counts(make_space, src):
    space = make_space(risk_level="LOW,risk_level=HIGH", submit="queue,submit=sync", description="a,description=")
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    assert space.only_job()["risk_level"] == "HIGH" and not space.only_job()["description"]


# The options of mount(8) and fuse(8): each has a row in fs/cocfs/option_system.c.

SYSTEM_ROW = re.compile(r'\{"([\w-]+)", (WORD|VALUE|EITHER|PREFIX),\s*(PASS|DROP|LABEL|REFUSE)')
SPELLED = {"WORD": [""], "VALUE": ["=1"], "EITHER": ["", "=1"], "PREFIX": ["a.b", "a.b=1"]}


def system_options():
    """Returns (name, form, fate) of each row in option_system.c. form: is there a value? fate: what cocfs does with the option. Both
    are words of SYSTEM_ROW."""
    with open(os.path.join(tools.ROOT, "fs", "cocfs", "option_system.c"), encoding="utf-8") as file:
        rows = SYSTEM_ROW.findall(file.read())
    assert len(rows) > 100
    return rows


def spelled(*fates):
    return [name + value for name, form, fate in system_options() if fate in fates for value in SPELLED[form]]


def test_every_harmless_option_of_mount_and_fuse_is_taken(mounts, tmp_path):
    """The options that cocfs drops are given to one mount, all together. Each option that libfuse or the kernel gets has its own."""
    def mounted(*options):
        mount = mounts(mounting.Mount("local", tmp_path, **{option: True for option in options})).mount()
        with open("/proc/self/mounts", encoding="utf-8") as file:
            line, = [line.split() for line in file if line.split()[1] == mount.path]
        assert mount.unmount() == 0
        return line

    source, _, fstype, shown = mounted(*spelled("DROP", "LABEL"))[:4]
    assert (source, fstype) == ("local", "fuse.cocfs") and {"rw", "nosuid", "nodev"} <= set(shown.split(","))
    assert "noatime" not in shown.split(",")  # of the options about access times none comes to libfuse, which may not know it
    for option in spelled("PASS"):
        if tools.IS_ROOT or not option.startswith("allow_"):
            mounted(option)


def test_an_option_that_cannot_be_had_is_refused_with_a_reason(place, tmp_path):
    for option in spelled("REFUSE"):
        said = cocfs("-f", "-o", f"state_dir={tmp_path}/s,{option}", "local", place).fails(f"-o {option.partition('=')[0]}: ")
        assert said.status == 1 and "unknown" not in said.stderr


def test_a_value_too_many_or_too_few_is_told(place, tmp_path):
    for name, form, fate in system_options():
        if fate != "REFUSE" and form in ("WORD", "VALUE"):
            option, word = (name + "=1", "takes no value") if form == "WORD" else (name, "has no value")
            cocfs("-f", "-o", f"state_dir={tmp_path}/s,{option}", "local", place).fails(f"-o {name} {word}")


def test_the_page_lists_every_option_of_mount_and_fuse():
    with open(os.path.join(tools.ROOT, "docs", "operations.md"), encoding="utf-8") as file:
        table = file.read().partition("## Options of mount(8) and fuse(8)")[2].partition("\n\nA value with")[0]
    listed = re.findall(r"`([\w-]+)[=…]*`", table)
    assert sorted(listed) == sorted(name for name, _, _ in system_options())


@pytest.mark.parametrize("option, absent", [
    ("suid", ["nosuid"]), ("dev", ["nodev"]), ("suid,dev", ["nosuid", "nodev"]), ("suid,nosuid", []), ("defaults", [])])
def test_set_user_id_bits_and_devices_count_only_if_root_asks(mounts, tmp_path, option, absent):
    mount = mounts(mounting.Mount("local", tmp_path, **{option: True})).mount()
    assert {"nosuid", "nodev"} - mount_options(mount.path) == set(absent if tools.IS_ROOT else [])


@pytest.mark.parametrize("given, absent", [
    ("dev,suid", []), ("rw,dev,suid", []), ("rw,suid,dev,suid", ["nosuid"]), ("dev,nosuid,dev", ["nodev"])])
def test_what_the_mount_helper_adds_is_not_asked_for(tmp_path, given, absent):
    """mount.fuse3 adds "dev" and "suid" at the end of what a user asks for. Only what stands before that counts."""
    mount = mounting.Mount("local", tmp_path)
    os.mkdir(mount.path)
    janitor.watch_mount(mount.path)
    env = tools.environment(HOME=str(tmp_path), XDG_STATE_HOME=str(tmp_path))
    try:
        tools.run(tools.COCFS, "local", mount.path, "-o", f"state_dir={mount.state},{given}", env=env).ok()
        assert {"nosuid", "nodev"} - mount_options(mount.path) == set(absent if tools.IS_ROOT else [])
    finally:
        assert janitor.unmount(mount.path) == ""
    tools.eventually(lambda: not daemons(mount), "the daemon to end after the unmount")


def mount_options(path):
    with open("/proc/self/mounts", encoding="utf-8") as file:
        line, = [line.split() for line in file if line.split()[1] == str(path)]
    return set(line[3].split(","))


@tools.needs_root
def test_nosymfollow(mounts, tmp_path, src):
    mount = mounts(mounting.Mount("local", tmp_path, nosymfollow=True)).mount()
    samples.file(src, "a.txt")
    os.symlink(src / "a.txt", mount.at("link"))
    assert "nosymfollow" in mount_options(mount.path)
    tools.run("cat", mount.at("link")).fails(tools.message("ELOOP"))
    assert os.readlink(mount.at("link")) == str(src / "a.txt")


@pytest.mark.parametrize("given", ['"a=1,b=2"', "a=1\\,b=2"])
def test_a_value_may_have_commas(make_space, src, given):
    space = make_space(tags=given, ro=None)
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    assert space.creates()[0].json()["tags"] == [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]


@pytest.mark.parametrize("given, wanted", [
    ("a\\b", "a\\b"), ("a\\\\b", "a\\b"), ("a\\,b", "a,b"), ('"a,\\n\\,"', "a,\\n,"), ("C:\\101", "C:\\101")])
def test_a_value_keeps_its_backslashes(make_space, src, given, wanted):
    """A value loses only the backslashes before a comma or another backslash, as in each option of a mount."""
    space = make_space(description=given)
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    assert space.only_job()["description"] == wanted


@pytest.mark.parametrize("given, wanted", [
    ('a="b', 'a="b'), ('"a, b"', "a, b"), ('"a"', "a"), ('a "b" c', 'a "b" c'), ('""', ""), ("a=b", "a=b")])
def test_only_a_quote_around_the_whole_value_is_taken_away(make_space, src, given, wanted):
    space = make_space(description=given)
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    assert (space.only_job()["description"] or "") == wanted


def test_a_quote_that_is_not_closed_is_told(place, tmp_path):
    cocfs("-f", "-o", f'state_dir={tmp_path}/s,description="a,ro', "local", place).fails("a quote is not closed")


def test_the_exit_status_is_one_that_mount_has(place, tmp_path):
    """mount(8): 1 is a wrong command line, 32 a mount that failed, in the background as well."""
    for flags in (["-f"], []):
        assert cocfs(*flags, "-o", "nonsense", "local", place).status == 1
        os.mkdir(tmp_path / "open", 0o755)
        assert cocfs(*flags, "-o", f"state_dir={tmp_path}/open", "local", place).fails("chmod 700").status == 32
        os.rmdir(tmp_path / "open")


@pytest.mark.parametrize("source, word", [
    ("http://example.com", "https"), ("http://192.0.2.1:80", "https"), ("http://localhost.example.com", "https"),
    ("http://127.0.0.1.example.com", "https"), ("ftp://127.0.0.1", "ftp"), ("mars-north-1", "mars-north-1"), ("", "region"),
    ("https://user:secretword@example.com", "user name"), ("https://example.com/v1", "path")])
def test_a_bad_source_is_refused(place, tmp_path, source, word):
    env = tools.environment(HUAWEICLOUD_SDK_AK="AK", HUAWEICLOUD_SDK_SK="SK")
    result = cocfs("-f", "-o", f"state_dir={tmp_path}/s", source, place, env=env)
    result.fails()
    assert word in result.stderr, result
    assert "secretword" not in result.stderr


def test_missing_credentials_say_where_was_looked(place, bare, offline):
    said = cocfs("-f", "http://127.0.0.1:9", place, env=bare, before=offline).fails().stderr
    assert all(text in said for text in ("HUAWEICLOUD_SDK_AK", ".huaweicloud/credentials", "metadata service"))


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_loose_credentials_are_refused(place, bare, tmp_path, mode):
    path = service.write_keys(str(tmp_path / "keys"), "AK", "SKSKSKSK", mode)
    said = cocfs("-f", "http://127.0.0.1:9", place, env={**bare, "HUAWEICLOUD_SDK_CREDENTIALS_FILE": path}).fails().stderr
    assert path in said and "SKSKSKSK" not in said


@pytest.mark.parametrize("content", ["", "[global]\nak = x\n", "[other]\nak = x\nsk = y\n", "no ini at all"])
def test_broken_credentials_are_refused(place, bare, tmp_path, content):
    path = tools.write(tmp_path / "keys", content)
    os.chmod(path, 0o600)
    cocfs("-f", "http://127.0.0.1:9", place, env={**bare, "HUAWEICLOUD_SDK_CREDENTIALS_FILE": path}).fails(path)


def test_credentials_of_the_environment_come_first(cocd, front, mounts, tmp_path, src):
    ak, sk = service.read_keys(cocd.keys_file)
    wrong = service.write_keys(str(tmp_path / "wrong"), "nobody", "nothing")
    env = {"HUAWEICLOUD_SDK_AK": ak, "HUAWEICLOUD_SDK_SK": sk, "HUAWEICLOUD_SDK_CREDENTIALS_FILE": wrong}
    mount = mounts(mounting.Mount(front.url, tmp_path, env=env)).mount()
    tools.run("cp", samples.file(src, "a.yaml"), mount.path).ok()


def test_a_profile_is_a_file_or_a_section(cocd, front, mounts, tmp_path, src, bare):
    """With a profile the environment is ignored."""
    ak, sk = service.read_keys(cocd.keys_file)
    path = tools.write(tmp_path / "k", f"[global]\nak = no\nsk = no\n[night]\nak = {ak}\nsk = {sk}\n")
    os.chmod(path, 0o600)
    env = {"HOME": bare["HOME"], "HUAWEICLOUD_SDK_AK": "no", "HUAWEICLOUD_SDK_SK": "no"}
    by_file = mounts(mounting.Mount(front.url, tmp_path / "file", env=env, profile=cocd.keys_file)).mount()
    tools.run("cp", samples.file(src, "a.yaml"), by_file.path).ok()
    by_section = mounts(mounting.Mount(front.url, tmp_path / "section", profile="night",
                                       env={**env, "HUAWEICLOUD_SDK_CREDENTIALS_FILE": str(path)})).mount()
    tools.run("cp", samples.file(src, "b.yaml"), by_section.path).ok()


@pytest.mark.parametrize("linked", [False, True], ids=["there", "linked"])
@pytest.mark.parametrize("what", ["profile", "credentials", "token", "cacert"])
def test_a_file_that_is_read_while_the_mount_serves_is_not_below_it(place, bare, cocd, tmp_path, what, linked):
    """To read such a file, cocfs would wait for itself."""
    below = os.path.join(place, "file")
    if what == "token":
        tools.write(below, "e30.e30.eA")
    else:
        shutil.copy(cocd.keys_file, below)
    os.chmod(below, 0o600)
    given = below
    if linked:
        given = str(tmp_path / "link")
        os.symlink(below, given)
    keys = cocd.keys_file
    if what == "token":
        keys = tools.write(tmp_path / "keys", f"[global]\ndomain_id = d\nidp_id = i\nid_token_file = {given}\n"
                                              "iam_endpoint = https://127.0.0.1:9\n")
        os.chmod(keys, 0o600)
    options = {"profile": f",profile={given}", "cacert": f",cacert={given}"}.get(what, "")
    env = {**bare, "HUAWEICLOUD_SDK_CREDENTIALS_FILE": given if what == "credentials" else keys}
    cocfs("-f", "-o", f"nonempty,state_dir={tmp_path}/s{options}", "http://127.0.0.1:9", place,
          env=env).fails(f"{below if what == 'cacert' else given} is under the mountpoint")


def test_credentials_of_the_home_directory(cocd, front, mounts, tmp_path, src, bare):
    folder = os.path.join(bare["HOME"], ".huaweicloud")
    os.mkdir(folder)
    service.write_keys(os.path.join(folder, "credentials"), *service.read_keys(cocd.keys_file))
    mount = mounts(mounting.Mount(front.url, tmp_path, env={"HOME": bare["HOME"]})).mount()
    tools.run("cp", samples.file(src, "a.yaml"), mount.path).ok()


def test_the_default_state_directory(mounts, tmp_path, bare, src):
    if tools.IS_ROOT:
        pytest.skip("root's is /var/lib/cocfs, which is not the tests' to touch")
    mount = mounts(mounting.Mount("local", tmp_path, env=bare, state_dir=None))
    mount.mount()
    found = [folder for folder, _, files in os.walk(bare["XDG_STATE_HOME"]) if "ledger.db" in files]
    assert len(found) == 1 and "cocfs" in found[0]
    tools.run("cp", samples.file(src, "a.yaml"), mount.path).ok()


@pytest.mark.parametrize("where", ["nowhere", "file"])
def test_no_mount_point(tmp_path, where):
    tools.write(tmp_path / "file", "")
    cocfs("-f", "-o", f"state_dir={tmp_path}/s", "local", tmp_path / where).fails(where)


def test_read_only(make_space, src):
    space = make_space(ro=True)
    tools.run("cp", samples.file(src, "a.yaml"), space.path).fails(tools.message("EROFS"))
    tools.run("mkdir", space.at("d")).fails(tools.message("EROFS"))
    assert os.listdir(space.path) == []


@pytest.mark.parametrize("max_risk, allowed", [("LOW", 1), ("MEDIUM", 2), ("HIGH", 3)])
def test_max_risk_is_a_guard_rail(make_space, src, max_risk, allowed):
    space = make_space(max_risk=max_risk, risk_level=None)
    outcomes = []
    for level in ("LOW", "MEDIUM", "HIGH"):
        source = samples.file(src, f"{level}.yaml")
        tools.setfattr(source, "user.coc.risk_level", level).ok()
        result = tools.run("cp", "--preserve=xattr", source, space.path)
        outcomes.append(result.status == 0)
        if result.status:
            result.fails(tools.message("EPERM"))
            assert "max_risk" in space.error(f"{level}.yaml")
    assert outcomes == [n < allowed for n in range(3)]
    assert space.sent() == (allowed, 0)


def test_max_risk_holds_for_a_later_setfattr(make_space, src):
    space = make_space(max_risk="LOW")
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    tools.setfattr(space.at("a.yaml"), "user.coc.risk_level", "HIGH").fails(tools.message("EPERM"))
    assert space.only_job()["risk_level"] == "LOW" and space.sent() == (1, 0)


@pytest.mark.parametrize("level, present, absent", [("debug", 1, 0), ("error", 0, 1)])
def test_loglevel(make_space, src, level, present, absent):
    space = make_space(loglevel=level)
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    assert bool(space.log()) == bool(present) != bool(absent)


# A mount that failed leaves nothing behind.

# What makes the mount fail: the source, the options, and a word of the message.
FAILURES = {
    "source": ("locl", "ro", "no place that jobs can go to"), "region": ("cn-nort-4x", "ro", "cn-nort-4x"),
    "url": ("https:/example.com", "ro", "https:/example.com"), "keys": ("http://127.0.0.1:9", "ro", "no credentials"),
    "option": ("local", "writeback_cache", "writeback_cache"), "value": ("local", "risk_level=NO", "risk_level"),
    "mountpoint": ("local", "ro", "the mountpoint")}


@pytest.mark.parametrize("where", ["s", "new/deep/s", "new/s/", None])
@pytest.mark.parametrize("failure", FAILURES)
def test_a_mount_that_failed_leaves_no_state_directory(place, bare, tmp_path, failure, where, offline):
    if where is None and tools.IS_ROOT:
        pytest.skip("root's is in /var/lib/cocfs, which is not the tests' to touch")
    source, options, word = FAILURES[failure]
    there = ["home", "jobs"]
    if failure == "mountpoint":
        os.rmdir(place)
        there.remove("jobs")
    given = f"{options},logfile={tmp_path}/log" if where is None else f"{options},logfile={tmp_path}/log,state_dir={tmp_path}/{where}"
    cocfs("-f", "-o", given, source, place, env=bare, before=offline if failure == "keys" else ()).fails(word)
    assert sorted(os.listdir(tmp_path)) == there and os.listdir(bare["HOME"]) == []


def test_a_state_directory_in_the_mountpoint_is_not_left_there(place):
    cocfs("-f", "-o", f"state_dir={place}/new/s", "local", place).fails("must not be in each other")
    assert os.listdir(place) == []


def test_a_mount_that_failed_leaves_a_directory_that_was_there_as_it_was(tmp_path):
    home = tmp_path / "home"
    (home / "jobs").mkdir(0o755, parents=True)
    home.chmod(0o700)
    tools.write(home / "ledger.db", "not cocfs's")
    cocfs("-f", "-o", f"state_dir={home}", "local", home / "jobs").fails("must not be in each other")
    assert sorted(os.listdir(home)) == ["jobs", "ledger.db"] and (home / "ledger.db").read_text() == "not cocfs's"


@tools.needs_root  # other users do not see cocfs's descriptors
def test_a_lock_whose_file_is_gone_is_none(place, tmp_path):
    """A failed mount has removed the lock file for which this mount waits, and another mount has made a new one."""
    state = tmp_path / "s"
    state.mkdir(0o700)
    with open(state / "lock", "w") as old:
        fcntl.flock(old, fcntl.LOCK_EX)
        process = tools.popen_bare(tools.COCFS, "-f", "-o", f"state_dir={state}", "local", place)
        janitor.watch_process(process.pid)

        def waits():
            folder = f"/proc/{process.pid}/fd"
            return str(state / "lock") in [os.readlink(f"{folder}/{fd}") for fd in os.listdir(folder)]
        tools.eventually(waits, "cocfs to wait for the lock")
        os.unlink(state / "lock")
        with open(state / "lock", "w") as new:
            fcntl.flock(new, fcntl.LOCK_EX)
            fcntl.flock(old, fcntl.LOCK_UN)
            tools.finish(process, 30).fails("is mounted already")
            assert os.listdir(state) == ["lock"]


# A start that fails says what to do (what_to_do:).

def wanting(tmp_path):
    """Returns {what is wrong: (options, mount point)} of starts that must fail."""
    (tmp_path / "open").mkdir(0o755)
    (tmp_path / "spool-is-a-file").mkdir(0o700)
    tools.write(tmp_path / "spool-is-a-file/spool", "")
    tools.write(tmp_path / "file", "")
    os.mkfifo(tmp_path / "fifo")
    jobs = tmp_path / "jobs"
    return {"no-mountpoint": ("ro", ""), "missing": ("ro", tmp_path / "missing"), "file": ("ro", tmp_path / "file"),
            "state-file": (f"state_dir={tmp_path}/file", jobs), "state-below-file": (f"state_dir={tmp_path}/file/s", jobs),
            "state-open": (f"state_dir={tmp_path}/open", jobs), "state-within": (f"state_dir={jobs}/s", jobs),
            "state-spool": (f"state_dir={tmp_path}/spool-is-a-file", jobs),
            "log-within": (f"logfile={jobs}/log", jobs), "log-fifo": (f"logfile={tmp_path}/fifo", jobs),
            "log-nowhere": (f"logfile={tmp_path}/missing/log", jobs), "ca-nowhere": (f"cacert={tmp_path}/missing.pem", jobs),
            "ca-directory": (f"cacert={tmp_path}", jobs)}


def broken(tmp_path, name):
    """Makes a state directory in which a directory is named name, where cocfs wants a file. Returns the state directory."""
    state = tmp_path / "broken"
    (state / name).mkdir(parents=True)
    state.chmod(0o700)
    return state


@pytest.mark.parametrize("what", ["no-mountpoint", "missing", "file", "state-file", "state-below-file", "state-open", "state-within",
                                  "state-spool", "log-within", "log-fifo", "log-nowhere", "ca-nowhere", "ca-directory"])
def test_a_failure_says_what_mends_it(place, tmp_path, what):
    options, mountpoint = wanting(tmp_path)[what]
    if "state_dir" not in options:
        options += f",state_dir={tmp_path}/s"
    said = cocfs("-f", "-o", options, "local", mountpoint).fails("cocfs: ").stderr
    assert re.search(r"^what_to_do: \S", said, re.M), said


@pytest.mark.parametrize("name", ["lock", "ledger.db", "service.db", "service.keys", "service.sock"])
def test_what_is_wrong_in_a_state_directory_is_told_with_its_path_and_left_alone(place, tmp_path, name):
    state = broken(tmp_path, name)
    said = cocfs("-f", "-o", f"state_dir={state}", "local", place).fails("cocfs: ").stderr
    assert str(state) in said and "-o state_dir=DIR" in said, said
    assert os.listdir(state) == [name]


def test_a_mount_that_failed_leaves_a_space_that_was_there(daemon, tmp_path, src):
    tools.run(*daemon.argv(), seconds=30).ok()
    tools.run("cp", samples.file(src, "a.yaml"), daemon.path).ok()
    job_id = daemon.id("a.yaml")
    tools.run(*daemon.argv()[:-1], tmp_path / "missing").fails("the mountpoint")
    (tmp_path / "other").mkdir()
    tools.run(*daemon.argv()[:-1], tmp_path / "other").fails("is mounted already")
    assert janitor.unmount(daemon.path) == ""
    tools.run(*daemon.argv()[:-1], daemon.state).fails("must not be in each other")
    tools.run(*daemon.argv(), seconds=30).ok()
    assert daemon.id("a.yaml") == job_id


# In the background: the exit status says whether the space is mounted.

@pytest.fixture
def daemon(tmp_path):
    mount = mounting.Mount("local", tmp_path)
    os.mkdir(mount.path)
    janitor.watch_mount(mount.path)
    yield mount
    if janitor.mounted(mount.path):
        assert janitor.unmount(mount.path) == ""
    tools.eventually(lambda: not daemons(mount), "the daemon to end after the unmount")


def daemons(mount):
    """Returns the pids of the cocfs processes whose command line has the mount's own mount point."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = tools.read(f"/proc/{pid}/cmdline").decode(errors="replace").split("\0")
        except OSError:
            continue
        if words[0] == tools.COCFS and mount.path in words:
            found.append(int(pid))
            janitor.watch_process(int(pid))
    return found


def test_it_is_mounted_when_the_command_returns(daemon, src):
    result = tools.run(*daemon.argv(), seconds=30).ok()
    assert janitor.mounted(daemon.path)
    assert len(daemons(daemon)) == 1
    tools.run("cp", samples.file(src, "a.yaml"), daemon.path).ok()
    assert daemon.id("a.yaml")
    assert result.stdout == ""


def test_the_daemon_keeps_nothing_of_its_caller(daemon, src):
    if not tools.IS_ROOT:
        pytest.skip("a process that dumps no core shows its user nothing of itself")
    tools.run(*daemon.argv(), seconds=30, cwd=src).ok()
    pid, = daemons(daemon)
    assert os.readlink(f"/proc/{pid}/cwd") == "/"
    for number in range(3):
        assert not os.readlink(f"/proc/{pid}/fd/{number}").startswith("pipe:")
    assert os.getsid(pid) != os.getsid(0)


def test_a_failure_after_the_start_is_told(daemon, tmp_path):
    tools.run(*daemon.argv(), seconds=30).ok()
    (tmp_path / "jobs2").mkdir()
    again = [*daemon.argv()[:-1], str(tmp_path / "jobs2")]
    result = tools.run(*again, seconds=30)
    assert result.status not in (0, 124) and daemon.state in result.stderr
    assert not janitor.mounted(tmp_path / "jobs2")


def test_it_is_mounted_again_at_once(daemon, src):
    """After an unmount cocfs ends in the background. A new mount right after the unmount works all the same."""
    for number in range(5):
        tools.run(*daemon.argv(), seconds=30).ok()
        tools.run("cp", samples.file(src, f"{number}.yaml"), daemon.path).ok()
        tools.run("fusermount3", "-u", daemon.path).ok()


def test_sigterm_unmounts(daemon):
    tools.run(*daemon.argv(), seconds=30).ok()
    pid, = daemons(daemon)
    os.kill(pid, 15)
    tools.eventually(lambda: not janitor.mounted(daemon.path) and not daemons(daemon), "the daemon to end")


def test_cocfs_needs_no_postgresql():
    tools.need("readelf")
    needed = tools.run("readelf", "-d", tools.COCFS).ok().stdout
    assert "libsqlite3" in needed and "libpq" not in needed
