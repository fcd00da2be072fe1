# SPDX-License-Identifier: MIT
"""A model: which users may see and do what with the jobs' names in a mount that several users share. It is made from the sentences
of docs/semantics.md ("What a name keeps, among several users") and not from the program.

A record is what a name remembers. For each name the model knows the record that goes with the name, and the records that are
set aside. The walk tells the model which files and directories there are, with their owners and modes: the kernel decides that.
"""

import stat
from dataclasses import dataclass, field
from itertools import count

READ, WRITE, SEARCH = 4, 2, 1
PRIVATE = ("user.coc.description",)  # a text: for users who may read the recorded file
KEPT = ("user.coc.description", "user.coc.risk_level")


@dataclass(frozen=True)
class Access:
    """The owner, group and permission bits of a file or directory."""
    uid: int
    gid: int
    mode: int

    @classmethod
    def of(cls, st):
        return cls(st.st_uid, st.st_gid, stat.S_IMODE(st.st_mode))

    def lets(self, who, bits):
        if who.uid == self.uid:
            return (self.mode >> 6) & bits == bits
        if isinstance(who, Nobody):
            return self.mode >> 3 & self.mode & bits == bits  # whether the user is in the group or not
        if self.gid in (who.gid, *who.groups):
            return (self.mode >> 3) & bits == bits
        return self.mode & bits == bits

    def may_be_emptied(self, who):
        """Of a directory: may this user replace any user's file in it?"""
        return who.uid == self.uid or (not self.mode & stat.S_ISVTX and self.lets(who, WRITE | SEARCH))

    def shows_more_than(self, other):
        all_read = other.mode & 0o044 == 0o044
        group_reads = other.mode & 0o040 if self.gid == other.gid else all_read
        return (self.mode & 0o004 and not all_read) or (self.mode & 0o040 and not group_reads)


@dataclass
class Record:
    """What a name remembers, and whose it is."""
    number: int
    file: Access       # the access to the file, as it was recorded last
    directory: Access
    heir: int = None   # another user, whose file has the name and the job
    heir_reads: bool = False  # the heir may read the recorded file, as far as is known
    job: int = None    # the model's own number of a job; the service's ID is learned
    sent: str = None   # the content that the service holds or gets
    kept: dict = field(default_factory=dict)  # the attributes that stay with the name
    story: str = None  # a word in the story of the last refusal
    dismissed: bool = False
    unmade: bool = False
    elsewhere: bool = False  # another directory replaced the recorded one
    queued: bool = False  # a submission waits to be sent

    def is_idle(self):
        """Has it no job, and will it get none?"""
        return self.job is None and not self.queued

    def belongs_to(self, uid):
        return uid in (self.file.uid, self.heir)


class Model:
    def __init__(self, is_away=False):
        self.is_away = is_away  # the service accepts nothing, and commits are queued
        self.records = {}  # path: the record that goes with the name
        self.aside = {}    # path: the records that are set aside, the newest last
        self.numbers = count(1)
        self.jobs = {}     # job: the content that the service must hold

    # ---- the rule ----

    def may_have(self, who, record, directory, present=None):
        """Could this user have changed or replaced the recorded file? present: the file, if it still exists."""
        if who.uid in (0, record.file.uid) or record.file.lets(who, WRITE):
            return True
        if present is not None and record.belongs_to(present.uid):
            return who.uid == present.uid or directory.may_be_emptied(who)
        trusted = not record.elsewhere and directory.uid == record.directory.uid  # it is no other directory that was put there
        return (directory if trusted else record.directory).may_be_emptied(who)

    def make_name(self, who, path, file, directory, replaced=None):
        """A request puts a file under a job's name. replaced: the file that it replaces."""
        record, aside = self.records.get(path), self.aside.get(path, [])
        rows = [record] if record else []
        if replaced is None:
            rows += sorted(aside, key=lambda one: -one.number)  # the newest first
        rows = [one for one in rows if self.may_have(who, one, directory, replaced)]
        # for a name without a record: a record of the user's own comes before those of others
        rows.sort(key=lambda one: replaced is None and one.file.uid != who.uid)
        chosen = rows[0] if rows else None
        if record and record is not chosen:
            self.aside.setdefault(path, []).append(self.records.pop(path))
        if chosen and chosen is not record:
            aside.remove(chosen)
            self.records[path] = chosen
        if chosen:
            self.bequeath(who, chosen, file, replaced)

    def ask_again(self, who, path, file, directory):
        """Content of a file is committed under a name whose record is not the file's."""
        record, user = self.records.get(path), Nobody(file.uid)
        if record and not record.belongs_to(file.uid):
            if self.may_have(who, record, directory) and (who.uid == file.uid or self.may_have(user, record, directory)):
                self.bequeath(who, record, file, None)
            else:
                self.aside.setdefault(path, []).append(self.records.pop(path))

    def bequeath(self, who, record, file, replaced):
        if file.uid == record.file.uid:
            record.heir, record.heir_reads = None, False
            return
        again = replaced is not None and replaced.uid == record.heir == file.uid
        if not again:
            reader = who if who.uid == file.uid else Nobody(file.uid)
            record.heir_reads = record.file.lets(reader, READ)
        record.heir = file.uid

    # ---- files that come and go ----

    def parts(self, path, file, directory):
        """A file goes and leaves what its name remembers, recorded with the file's last state."""
        record = self.records.get(path)
        if record and record.file.uid == file.uid:
            record.elsewhere = False
            record.file, record.directory, record.heir, record.heir_reads = file, directory, None, False

    def changes(self, path, before, after, directory):
        """chmod or chown of a file that has a job's name."""
        record = self.records.get(path)
        if not record:
            return
        if record.file.uid == before.uid:
            record.elsewhere = False
            record.file, record.directory, record.heir, record.heir_reads = after, directory, None, False
        elif record.heir == before.uid:
            record.heir_reads = record.heir_reads and before.uid == after.uid
            record.heir = None if after.uid == record.file.uid else after.uid

    def own(self, path, file):
        """Returns the record that belongs to the file of this name, None if there is none."""
        record = self.records.get(path)
        return record if record and file is not None and record.belongs_to(file.uid) else None

    def passes(self, who, record, file):
        """Does the text of the record go into this file, which this user commits?"""
        if record.file.uid == file.uid:
            return True
        reads = record.heir_reads or (who.uid == file.uid and record.file.lets(who, READ))
        return record.heir == file.uid and reads and not file.shows_more_than(record.file)

    def take(self, who, path, file, directory, replaced=None):
        """Content of a file is committed under a name: from now on the record is the file's. But the committing user may have put
        the file over a record of the file's user. Then that record is set aside, and the new one is the committing user's."""
        record = self.records.get(path)
        if not record:
            record = self.records[path] = Record(next(self.numbers), file, directory)
        if not self.passes(who, record, file):
            record.story, record.dismissed = None, False
            for name in PRIVATE:
                record.kept.pop(name, None)
        record.elsewhere = False
        record.file, record.directory, record.heir, record.heir_reads = file, directory, None, False
        if replaced is not None and replaced.uid != file.uid:
            record.heir = replaced.uid
            record.heir_reads = file.lets(Nobody(replaced.uid), READ)
        if who.uid not in (0, file.uid) and any(one.file.uid == file.uid for one in self.aside.get(path, [])) and \
                (replaced is None or replaced.uid in (who.uid, file.uid)):
            record.file = Access(who.uid, who.gid, file.mode)
            record.heir, record.heir_reads = file.uid, record.file.lets(Nobody(file.uid), READ)
        return record

    def mark_unmade(self, path, file, directory):
        record = self.records.get(path)
        if not record:
            record = self.records[path] = Record(next(self.numbers), file, directory)
        record.unmade = True

    def refuse(self, record, word):
        record.story, record.dismissed = word, False

    def accept(self, record, content, attributes):
        """The service accepts the content. Returns the attributes that the file has now."""
        attributes = {**{name: record.kept[name] for name in record.kept}, **attributes}
        record.story, record.dismissed = None, False
        if self.is_away:
            record.queued = True
        else:
            record.job = record.job or next(self.numbers)
            record.unmade = False
            self.jobs[record.job] = content
        record.kept = {name: attributes[name] for name in KEPT if name in attributes}
        record.sent = content
        return attributes

    def end_story(self, path):
        record = self.records[path]
        record.story, record.dismissed, record.unmade = None, False, False
        if record.is_idle():
            del self.records[path]

    # ---- what users see ----

    def may_take_away(self, who, record, directory, present):
        """May this user dismiss, forget or delete it?"""
        return self.may_have(who, record, directory, present)

    def shows_queued(self, who, path, record, file, reaches):
        """.coc/queue shows a user the submissions whose .id the user could read."""
        if record is not self.records.get(path):
            return who.uid in (0, record.file.uid)
        if self.own(path, file):
            return who.uid == 0 or (reaches and file.lets(who, READ))
        return who.uid == 0 or (reaches and who.uid == record.file.uid)

    def shows_id(self, who, path, file):
        record = self.records.get(path)
        if not record or record.job is None:
            return None
        if self.own(path, file):
            return record.job if file.lets(who, READ) else "denied"
        return record.job if who.uid == record.file.uid else "denied"

    def shows_story(self, who, path, file):
        """NAME.error: returns the word of the story, "denied", or None if there is none."""
        record = self.records.get(path)
        if not record or record.story is None or record.dismissed:
            return None
        if self.own(path, file) and file.uid == record.file.uid:
            return record.story if file.lets(who, READ) else "denied"
        if self.own(path, file):
            return record.story if self.shows_heir(who, record, file) else "denied"
        return record.story if who.uid == record.file.uid else "denied"

    @staticmethod
    def shows_heir(who, record, file):
        """Is this user shown the text of another user's record, beside a file of the heir's?"""
        return who.uid == record.file.uid or (who.uid == file.uid and record.file.lets(who, READ))


@dataclass(frozen=True)
class Nobody:
    """A user known by a file only: without groups, and without the file's group."""
    uid: int
