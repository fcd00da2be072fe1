# SPDX-License-Identifier: MIT
"""A random walk: three users and root do random things in one mount. After each step each user must see of the names that the step
has touched what the model says (owners_model.py). After a remount also the service must hold what the model says."""

import os
import random
import stat

import samples
import scene
from owners_model import KEPT, PRIVATE, READ, SEARCH, WRITE, Access, Model
from owners_users import User

TEAM = 54100
ROOT = scene.Who("root", 0, 0)
ANN = scene.Who("ann", 54001, 54001, (TEAM,))
BEN = scene.Who("ben", 54002, 54002, (TEAM,))
CID = scene.Who("cid", 54003, 54003)
USERS = (ANN, BEN, CID)

# The directories that stay, {name: (uid, gid, mode)}, and those that users make, move and remove in them.
FOLDERS = {"sticky": (0, 0, 0o1777), "open": (0, 0, 0o777), "team": (0, TEAM, 0o2775), "teamsticky": (0, TEAM, 0o3775),
           "anns": (ANN.uid, ANN.uid, 0o755), "bens": (BEN.uid, TEAM, 0o1777)}
INNER = ("sticky/d", "open/d", "team/d", "open/e")
NAMES = ("a.yaml", "b.yaml")
MODES = (0o600, 0o640, 0o644, 0o660, 0o664, 0o666, 0o604, 0o622)
WHOLE = 100  # all names are checked when Walk.number is a multiple of this


class Leak(Exception):
    """A user has seen or done what the model does not allow, or not what the model demands."""


class Walk:
    """mount: the mount, in which the users act. spool: its spool directory, where the walk looks as root. client: a client of the
    service. is_away: the service is away, so each commit is only queued."""

    def __init__(self, mount, spool, client, seed, is_away=False):
        self.mount, self.spool, self.client = mount, spool, client
        self.random = random.Random(seed)
        self.model = Model(is_away)
        self.contents = {}    # {inode number: [text, kind, attributes]} of each file
        self.ids = {}         # {number of a job in the model: the service's ID}
        self.done = []  # all acts with their results, for the message of a failure
        self.number = 0  # counts the texts that were drawn, so that each is new
        self.pending = None  # (path, job, was the job known before?) of the last commit, for settle_ids(); None: nothing to learn
        for name, (uid, gid, mode) in FOLDERS.items():
            os.mkdir(mount.at(name))
            os.chown(mount.at(name), uid, gid)
            os.chmod(mount.at(name), mode)
        self.users = {}

    def begin(self):
        self.users = {who: User(who, self.mount.path) for who in (ROOT, *USERS)}

    def end(self):
        for user in self.users.values():
            user.end()
        self.users = {}

    # ---- what there is ----

    def stat(self, path):
        try:
            return os.lstat(os.path.join(self.spool, path))
        except OSError:
            return None

    def file(self, path):
        """Returns the Access of the regular file with this name; None if there is none."""
        st = self.stat(path)
        return Access.of(st) if st and stat.S_ISREG(st.st_mode) else None

    def directory(self, path):
        return Access.of(self.stat(os.path.dirname(path)))

    def holds(self, path):
        """Returns [text, kind, attributes] of the file with this name."""
        return self.contents[self.stat(path).st_ino]

    def paths(self):
        folders = [*FOLDERS, *(name for name in INNER if self.stat(name))]
        return [os.path.join(folder, name) for folder in folders for name in NAMES]

    def files(self):
        return [path for path in self.paths() if self.file(path)]

    def draw(self, paths, wanted):
        """Returns a random one of some paths; None if there are none. Mostly it is one for which wanted(path) is true, because a
        refusal by the kernel shows little."""
        good = [path for path in paths if wanted(path)]
        return self.random.choice(good if good and self.random.random() < 0.9 else paths) if paths else None

    def may_make(self, who, path):
        return not self.stat(path) and self.may_write_in(who, path)

    def may_write_in(self, who, path):
        return self.reaches(who, path) and (not who.uid or self.directory(path).lets(who, WRITE | SEARCH))

    def may_write(self, who, path):
        return self.reaches(who, path) and (not who.uid or self.file(path).lets(who, WRITE))

    def may_remove(self, who, path):
        st, directory = self.stat(path), self.directory(path)
        return st and self.may_write_in(who, path) and (
            not directory.mode & stat.S_ISVTX or who.uid in (0, directory.uid, st.st_uid))

    def may_replace(self, who, path):
        return self.may_make(who, path) or self.may_remove(who, path)

    def reaches(self, who, path):
        """May this user search the directories of a path?"""
        while path := os.path.dirname(path):
            directory = self.stat(path)
            if not directory or (who.uid and not Access.of(directory).lets(who, SEARCH)):
                return False
        return True

    def text(self, kind):
        """Returns (text, word) with a new word. kind good: a document that the service accepts; bad: a document that is refused
        with an .error that has the word; empty: no text."""
        self.number += 1
        word = f"word{self.number}"
        if kind == "good":
            return samples.document(f"job-{word}", [word]), word
        if kind == "bad":
            return f'meta: {{name: x, schemaVersion: 3}}\n"{word}": 1\n"{word}": 2\n', word
        return "", word

    # ---- steps: each step_NAME() returns the paths that it may have touched: step() checks them then ----

    def step(self):
        name = self.random.choices(list(STEPS), weights=STEPS.values())[0]
        who = self.random.choice((*USERS, *USERS, ROOT))
        touched = getattr(self, "step_" + name)(who)
        self.check(set(touched))
        if self.model.is_away:
            self.check_queue()
        if self.number % WHOLE == 0:
            self.check(self.paths())

    def act(self, who, name, *args):
        said = self.users[who].act(name, *args)
        self.done.append(f"{who.name}: {name} {args} -> {said}")
        return said

    def draw_text(self):
        kind = self.random.choices(("good", "bad", "empty"), weights=(6, 2, 2))[0]
        return kind, *self.text(kind)

    def expect(self, said, expected, what):
        if said != expected:
            raise Leak(f"{what}: {said}, and not {expected}")

    def commit(self, who, path, st_ino, file, replaced=None, by_itself=False):
        """Has the model record a commit of a file's content under a name. replaced: the Access of the file that it replaces there;
        None: there was none. by_itself: the commit comes with no close of a file and no rename of a scratch file; only these leave
        an empty file alone. Returns what the act must answer: "ok" or "EINVAL"."""
        text, kind, attributes = self.contents[st_ino]
        model, directory = self.model, self.directory(path)
        if kind == "empty" and not by_itself:
            return "ok"
        model.ask_again(who, path, file, directory)
        if kind == "empty":
            return "ok"
        record = model.take(who, path, file, directory, replaced)
        if kind == "bad":
            model.refuse(record, self.word(text))
            return "EINVAL"
        known = record.job is not None
        self.contents[st_ino][2] = model.accept(record, text, attributes)
        if record.job is not None:
            self.pending = (path, record.job, known)
        return "ok"

    @staticmethod
    def word(text):
        return text.split('"')[1]

    def settle_ids(self):
        """After a commit: root reads NAME.id. If the job is new, learns its ID, which no other job may have; otherwise the ID must
        be the known one."""
        if not self.pending:
            return
        path, job, known = self.pending
        self.pending = None
        said = self.users[ROOT].look([("read", path + ".id")])[0].strip()
        if job in self.ids:
            self.expect(said, self.ids[job], f"the job of {path}")
        elif known or said in self.ids.values():
            raise Leak(f"{path} has got the job {said}")
        self.ids[job] = said

    def step_create(self, who):
        path = self.draw(self.paths(), lambda path: self.may_make(who, path))
        kind, text, _ = self.draw_text()
        act = self.random.choice(("create", "mknod"))
        mode = self.random.choice(MODES) | 0o600
        before = self.stat(path)
        said = self.act(who, act, path, text, mode)
        if before or not self.file(path):
            return [path]
        self.made(who, path, text, kind)
        self.expect(said, self.commit(who, path, self.stat(path).st_ino, self.file(path)), path)
        self.settle_ids()
        return [path]

    def made(self, who, path, text, kind, replaced=None):
        """Has the model record that a user has made a file with a job file name. replaced: the Access of the file that was there."""
        self.contents[self.stat(path).st_ino] = [text, kind, {}]
        self.model.make_name(who, path, self.file(path), self.directory(path), replaced)
        self.is_made(path)

    def is_made(self, path):
        record = self.model.records.get(path)
        if record:
            record.unmade = False

    def step_write(self, who):
        files = self.files()
        if not files:
            return []
        path = self.draw(files, lambda path: self.may_write(who, path))
        kind, text, _ = self.draw_text()
        said = self.act(who, "write", path, text)
        if not self.may_write(who, path):
            self.expect(said, "EACCES", path)
            return [path]
        holds = self.holds(path)
        holds[0], holds[1] = text, kind
        self.expect(said, self.commit(who, path, self.stat(path).st_ino, self.file(path)), path)
        self.settle_ids()
        return [path]

    def step_replace(self, who):
        """A user writes a scratch file, and renames or links it to a job file name."""
        path = self.draw(self.paths(), lambda path: self.may_replace(who, path))
        scratch = os.path.join(os.path.dirname(path), ".scratch")
        kind, text, _ = self.draw_text()
        how = self.random.choice(("rename", "rename", "link"))
        if self.act(who, "make_scratch", scratch, text, self.random.choice(MODES) | 0o600) != "ok":
            return [path]
        self.contents[self.stat(scratch).st_ino] = [text, kind, {}]
        self.put_there(who, how, scratch, path)
        if self.stat(scratch):
            os.unlink(os.path.join(self.mount.path, scratch))
        return [path]

    def put_there(self, who, how, source, path):
        """A user renames or links a scratch file to a job file name, and the model records it. If the kernel refuses, the model
        does not change."""
        before, file, ino = self.stat(path), self.file(source), self.stat(source).st_ino
        there = self.file(path)
        said = self.act(who, how, source, path)
        if said in ("EACCES", "EPERM", "EEXIST", "EISDIR", "EXDEV"):
            return
        model = self.model
        model.make_name(who, path, file, self.directory(path), there)
        kind = self.contents[ino][1]
        if kind != "empty" and not before:
            model.mark_unmade(path, file, self.directory(path))
        self.expect(said, self.commit(who, path, ino, file, there), path)
        if said == "ok":
            record = model.records.get(path)
            if record and record.file.uid == file.uid:
                record.heir, record.heir_reads = None, False
            if not before:
                self.is_made(path)
            self.settle_ids()

    def step_remove(self, who):
        path = self.draw(self.paths(), lambda path: self.may_remove(who, path))
        file, directory, before = self.file(path), self.directory(path), self.stat(path)
        if not before:
            return [path]
        said = self.act(who, "rmdir" if stat.S_ISDIR(before.st_mode) else "unlink", path)
        if said == "ok" and file:
            self.model.parts(path, file, directory)
        return [path]

    def step_backup(self, who):
        """A user moves a job file to a scratch name, or moves a scratch file of such a name to a job file name."""
        path = self.draw(self.paths(), lambda path: self.may_replace(who, path))
        backup = os.path.join(os.path.dirname(path), self.random.choice((".backup", "backup")))
        file, directory = self.file(path), self.directory(path)
        if self.file(backup) and self.random.random() < 0.6:
            self.put_there(who, "rename", backup, path)
        elif file and self.act(who, "rename", path, backup) == "ok":
            self.model.parts(path, file, directory)
        return [path]

    def step_move(self, who):
        """A user moves a job file to another job file name."""
        files = self.files()
        if not files:
            return []
        path = self.draw(files, lambda path: self.may_remove(who, path))
        to = self.draw([other for other in self.paths() if other != path], lambda path: self.may_replace(who, path))
        model, file, ino = self.model, self.file(path), self.stat(path).st_ino
        before, there = self.stat(to), self.file(to)
        source, target = self.directory(path), self.directory(to)
        said = self.act(who, "rename", path, to)
        if said in ("EACCES", "EPERM", "EISDIR"):
            return [path, to]
        model.make_name(who, to, file, target, there)
        record = model.records.get(to)
        if record and record.queued and model.own(path, file):
            self.expect(said, "EBUSY", to)
            return [path, to]
        if record and record.job is not None:
            self.move_content(who, said, path, to, file, ino, before, there, source)
            return [path, to]
        self.expect(said, "ok", to)
        if model.own(path, file):
            if to in model.records:  # a record without a job: it ends
                del model.records[to]
            model.records[to] = model.records.pop(path)
            model.records[to].unmade = False
            model.changes(to, file, file, target)
        elif not before:
            self.is_made(to)
        return [path, to]

    def move_content(self, who, said, path, to, file, ino, before, there, source):
        """The case of step_move() in which the new name has a job: the rename is an update of that job, and both bindings stay with
        their names."""
        model, target = self.model, self.directory(to)
        if not before:
            model.mark_unmade(to, file, target)
        self.expect(said, self.commit(who, to, ino, file, there, by_itself=True), to)
        if said != "ok":
            return
        model.parts(path, file, source)
        model.changes(to, file, file, target)
        record = model.records[to]
        if record.file.uid == file.uid:
            record.heir, record.heir_reads = None, False
        if not before:
            self.is_made(to)
        self.settle_ids()

    def step_exchange(self, who):
        there = [path for path in self.paths() if self.stat(path) and not stat.S_ISDIR(self.stat(path).st_mode)]
        if len(there) < 2:
            return []
        path = self.draw(there, lambda path: self.may_remove(who, path))
        odd = self.random.random() < 0.5  # True: the exchange is mostly with something that is no job file
        to = self.draw([other for other in there if other != path],
                       lambda other: self.may_remove(who, other) and (not self.file(other) or not odd))
        one, other = self.file(path), self.file(to)
        if self.act(who, "exchange", path, to) != "ok":
            return [path, to]
        model = self.model
        for name, mine in ((to, other), (path, one)):
            record = model.records.get(name)
            if record and not model.own(name, mine) and not model.may_have(who, record, self.directory(name)):
                model.aside.setdefault(name, []).append(model.records.pop(name))
        if not one and not other:  # neither is a regular file: each name keeps its record
            return [path, to]
        first, second = model.records.pop(path, None), model.records.pop(to, None)
        if first:
            model.records[to] = first
        if second:
            model.records[path] = second
        if one:
            model.changes(to, one, one, self.directory(to))
        if other:
            model.changes(path, other, other, self.directory(path))
        return [path, to]

    def step_other_kind(self, who):
        """A user makes a link, a FIFO or a directory with a job file name, and may move and remove it. The records stay as they
        are."""
        path, to = (self.draw(self.paths(), lambda path: self.may_make(who, path)) for _ in range(2))
        if self.stat(path) or self.stat(to):
            return [path, to]
        act = self.random.choice((("symlink", "nowhere", path), ("mkfifo", path), ("mkdir", path, 0o755)))
        if self.act(who, *act) == "ok":
            moved = self.random.random() < 0.5 and path != to and self.act(who, "rename", path, to) == "ok"
            if self.random.random() < 0.7:
                self.act(who, "rmdir" if act[0] == "mkdir" else "unlink", to if moved else path)
        return [path, to]

    def step_chmod(self, who):
        files = self.files()
        if not files:
            return []
        path = self.draw(files, lambda path: self.reaches(who, path) and self.file(path).uid == who.uid)
        before = self.file(path)
        if self.act(who, "chmod", path, self.random.choice(MODES)) == "ok":
            self.model.changes(path, before, self.file(path), self.directory(path))
        return [path]

    def step_chown(self, _who):
        files = self.files()
        if not files:
            return []
        path, to = self.random.choice(files), self.random.choice((*USERS, ROOT))
        before = self.file(path)
        if self.act(ROOT, "chown", path, to.uid, self.random.choice((to.gid, TEAM))) == "ok":
            self.model.changes(path, before, self.file(path), self.directory(path))
        return [path]

    def step_chmod_directory(self, who):
        path = self.random.choice([*FOLDERS, *(name for name in INNER if self.stat(name))])
        self.act(who, "chmod", path, self.random.choice((0o755, 0o777, 0o1777, 0o2775, 0o3775, 0o700)))
        if path in FOLDERS and self.random.random() < 0.5:
            self.act(ROOT, "chmod", path, FOLDERS[path][2])
        return []

    def step_attribute(self, who):
        files = self.files()
        if not files:
            return []
        path = self.draw(files, lambda path: self.may_write(who, path))
        name = self.random.choice(KEPT)
        self.number += 1
        value = f"secret of {who.name} {self.number}" if name in PRIVATE else self.random.choice(("LOW", "MEDIUM", "HIGH"))
        said = self.act(who, "set_attribute", path, name, value)
        if not self.may_write(who, path):
            self.expect(said, "EACCES", path)
            return [path]
        self.holds(path)[2][name] = value
        self.expect(said, self.commit(who, path, self.stat(path).st_ino, self.file(path), by_itself=True), path)
        self.settle_ids()
        return [path]

    def step_forget(self, who):
        files = self.files()
        if not files:
            return []
        path = self.draw(files, lambda path: self.may_write(who, path))
        model, file = self.model, self.file(path)
        said = self.act(who, "removexattr", path, "coc.job_id")
        record = model.own(path, file)
        if not self.may_write(who, path):
            self.expect(said, "EACCES", path)
        elif not record or record.job is None:
            self.expect(said, "ENODATA", path)
        elif not model.may_take_away(who, record, self.directory(path), file):
            self.expect(said, "EPERM", path)
        else:
            self.expect(said, "ok", path)
            record.job, record.sent, record.kept, record.story, record.dismissed = None, None, {}, None, False
        return [path]

    def step_dismiss(self, who):
        told = self.model.records
        path = self.draw(self.paths(), lambda path: path in told and told[path].story and self.may_write_in(who, path))
        model, record = self.model, told.get(path)
        said = self.act(who, "unlink", path + ".error")
        if not self.reaches(who, path):
            self.expect(said, "EACCES", path)
        elif not record or record.story is None or record.dismissed:
            self.expect(said, "ENOENT", path)
        elif not self.may_write_in(who, path):
            self.expect(said, "EACCES", path)
        elif not self.may_unlink_error(who, path, record) or \
                not model.may_take_away(who, record, self.directory(path), self.file(path)):
            self.expect(said, "EPERM", path)
        elif self.stat(path):
            self.expect(said, "ok", path)
            record.dismissed = True
        else:
            self.expect(said, "ok", path)
            model.end_story(path)
        return [path]

    def may_unlink_error(self, who, path, record):
        """Does the sticky bit of the directory let this user remove the .error? If it is set, only root, the owner of the directory
        and the owner that the mount shows for the .error may."""
        directory, file = self.directory(path), self.file(path)
        if not directory.mode & stat.S_ISVTX or who.uid in (0, directory.uid):
            return True
        shown = file.uid if file and record.file.uid == file.uid else record.file.uid
        return who.uid == shown

    def step_mkdir(self, who):
        path = self.random.choice(INNER)
        self.act(who, "mkdir", path, self.random.choice((0o755, 0o777, 0o1777, 0o2775, 0o700)))
        return []

    def step_rmdir(self, who):
        path = self.random.choice([name for name in INNER if self.stat(name)] or [None])
        if path is None:
            return []
        for name in os.listdir(os.path.join(self.spool, path)):
            inner = os.path.join(path, name)
            file, directory = self.file(inner), self.directory(inner)
            kind = "rmdir" if stat.S_ISDIR(self.stat(inner).st_mode) else "unlink"
            if self.act(who, kind, inner) == "ok" and file and name in NAMES:
                self.model.parts(inner, file, directory)
        directory = Access.of(self.stat(path))
        if self.act(who, "rmdir", path) == "ok":
            self.stories_end(who, path, directory)
        return []

    def stories_end(self, who, folder, directory):
        """A user has removed or replaced a directory: ends the .error of names in it that never had a file, if the user could have
        removed it."""
        for path in [os.path.join(folder, name) for name in NAMES]:
            record = self.model.records.get(path)
            if record and record.unmade and (who.uid in (0, record.file.uid) or directory.may_be_emptied(who)):
                self.model.end_story(path)

    def step_move_directory(self, who):
        path, to = self.random.sample(INNER, 2)
        if not self.stat(path):
            return []
        before = Access.of(self.stat(to)) if self.stat(to) else None
        moved = Access.of(self.stat(path))
        files = {name: self.file(os.path.join(path, name)) for name in NAMES}
        said = self.act(who, "rename", path, to)
        if said not in ("ok", "EBUSY"):
            return []
        model = self.model
        for name in NAMES:
            self.come_below(who, os.path.join(path, name), os.path.join(to, name), files[name], moved)
        busy = any(model.records[os.path.join(to, name)].queued for name in NAMES if os.path.join(to, name) in model.records)
        known = any(os.path.join(path, name) in model.records or model.aside.get(os.path.join(path, name)) for name in NAMES)
        self.expect(said, "EBUSY" if known and busy else "ok", to)
        if said == "EBUSY":
            return []
        if before:
            self.stories_end(who, to, before)
        for name in NAMES if known else ():
            source, target = os.path.join(path, name), os.path.join(to, name)
            model.aside.setdefault(target, []).extend(model.aside.pop(source, []))
            if source not in model.records:
                continue
            if target in model.records and model.records[target].is_idle():
                del model.records[target]
            if target not in model.records:
                model.records[target] = model.records.pop(source)
        return [os.path.join(folder, name) for folder in (path, to) if self.stat(folder) for name in NAMES]

    def come_below(self, who, source, target, file, directory):
        """For step_move_directory(): a directory comes to another name, and its file `source` gets the path `target`. Decides which
        record of `target` goes with this path. Each that the user may not have counts as `elsewhere` from now on."""
        model = self.model
        records = [*filter(None, [model.records.get(target)]), *model.aside.get(target, [])]
        before = [record.elsewhere for record in records]
        for record in records:
            record.elsewhere = True  # so that may_have() judges by the recorded directory, not by the one that came
        entitled = [model.may_have(who, record, directory) for record in records]
        if file and (target in model.records or source not in model.records):
            model.make_name(who, target, file, directory)
        elif source in model.records and target in model.records and \
                not model.may_have(who, model.records[target], directory):
            model.aside.setdefault(target, []).append(model.records.pop(target))
        for record, was, may in zip(records, before, entitled):
            record.elsewhere = was or not may

    def remount(self):
        self.end()
        self.mount.remount()
        self.begin()
        self.check(self.paths())
        self.check_service()

    # ---- what users see ----

    def check(self, paths):
        paths = sorted(path for path in paths if self.stat(os.path.dirname(path)))
        if not paths:
            return
        questions = [(("read", path + ".id"), ("read", path + ".error"), ("attribute", path, "coc.job_id"),
                      ("attribute", path, "coc.error"), ("attribute", path, "user.coc.description"),
                      ("attribute", path, "user.coc.risk_level")) for path in paths]
        for who in USERS:
            answers = iter(self.users[who].look([one for some in questions for one in some]))
            for path in paths:
                for question, expected in zip(questions[paths.index(path)], self.expected(who, path)):
                    self.compare(who, question, next(answers), expected)

    def compare(self, who, question, said, expected):
        what = f"{who.name} asks {question}"
        if isinstance(expected, tuple):  # (word,): a text of .error with this word
            if expected[0] not in said:
                raise Leak(f"{what}: {said!r}, and not a story with {expected[0]}")
        else:
            self.expect(said, expected, what)

    def expected(self, who, path):
        """Returns what this user must see of a name: the answers to the questions of check(), in their order."""
        if not self.reaches(who, path):
            return ["EACCES"] * 6
        model, file, there = self.model, self.file(path), self.stat(path)
        job, story = model.shows_id(who, path, file), model.shows_story(who, path, file)
        told = [{None: "ENOENT", "denied": "EACCES"}.get(job) or self.ids[job] + "\n",
                {None: "ENOENT", "denied": "EACCES"}.get(story) or (story,)]
        if not there:
            return told + ["ENOENT"] * 4
        if not file:
            return told + self.of_no_file(who, there)
        if not file.lets(who, READ):
            return told + ["EACCES"] * 4
        record = model.own(path, file)
        told.append(self.ids[record.job] if record and record.job is not None else "ENODATA")
        shown = record and record.story is not None and (
            record.file.uid == file.uid or model.shows_heir(who, record, file))
        told.append((record.story,) if shown else "ENODATA")
        attributes = self.holds(path)[2]
        return told + [attributes.get(name, "ENODATA") for name in KEPT]

    @staticmethod
    def of_no_file(who, there):
        """Returns what a user must see of the four attributes of a link, a FIFO or a directory: it has none of a job. For user.* of
        links and FIFOs the kernel itself answers ENODATA."""
        access = Access.of(there)
        if stat.S_ISLNK(there.st_mode) or stat.S_ISFIFO(there.st_mode):
            facts = "ENODATA" if stat.S_ISLNK(there.st_mode) or access.lets(who, READ) else "EACCES"
            return [facts, facts, "ENODATA", "ENODATA"]
        return ["ENODATA"] * 4 if access.lets(who, READ) else ["EACCES"] * 4

    def check_queue(self):
        """Fails unless .coc/queue shows each user the submissions that the model says, and how many others there are."""
        model = self.model
        queued = [(path, record) for path, records in
                  [*((path, [record]) for path, record in model.records.items()), *model.aside.items()]
                  for record in records if record.queued]
        for who in (*USERS, ROOT):
            shown = sorted(path for path, record in queued
                           if model.shows_queued(who, path, record, self.file(path), self.reaches(who, path)))
            lines = self.users[who].look([("read", ".coc/queue")])[0].splitlines()
            rest = f"and {len(queued) - len(shown)} of files that you may not read"
            self.expect(sorted(line.split("\t")[3] for line in lines if "\t" in line), shown, f"the queue of {who.name}")
            self.expect([line for line in lines if "\t" not in line], [rest] if len(shown) < len(queued) else [],
                        f"the queue of {who.name}")

    def check_service(self):
        """Fails unless the service holds for each job the content that was committed last, and no other jobs."""
        held = {job["document_id"]: job["content"] for job in self.client.jobs()}
        expected = {self.ids[job]: content for job, content in self.model.jobs.items()}
        for job in held.keys() | expected.keys():
            if held.get(job) != expected.get(job):
                raise Leak(f"the service holds {held.get(job)!r} of {job}, and not {expected.get(job)!r}")


STEPS = {"create": 14, "write": 10, "replace": 16, "remove": 14, "backup": 8, "move": 8, "exchange": 4, "other_kind": 4,
         "chmod": 6, "chown": 2, "chmod_directory": 3, "attribute": 8, "forget": 2, "dismiss": 5, "mkdir": 4, "rmdir": 3,
         "move_directory": 4}
