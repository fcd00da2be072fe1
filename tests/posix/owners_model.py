# SPDX-License-Identifier: MIT
"""A model of a mount that several users share: what each user may see of a job file name, and do with it. The model is written from
the sentences of docs/semantics.md ("What a name keeps, among several users") and not from the code of cocfs.

A record is what a name remembers: a job, a story, attributes. For each name the model has the record that goes with the name, and
the records that are set aside for their users. The walk (owners_walk.py) gives the model the files and directories that there are,
with their owners and modes: the kernel decides about these.
"""

import stat
from dataclasses import dataclass, field
from itertools import count

READ, WRITE, SEARCH = 4, 2, 1
PRIVATE = ("user.coc.description",)  # attributes with a private text: only for users who may read the recorded file
KEPT = ("user.coc.description", "user.coc.risk_level")  # attributes that a name keeps


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
            # it must be allowed both to the group and to others, because nobody knows whether the user is in the group
            return self.mode >> 3 & self.mode & bits == bits
        if self.gid in (who.gid, *who.groups):
            return (self.mode >> 3) & bits == bits
        return self.mode & bits == bits

    def may_be_emptied(self, who):
        """For a directory: may this user remove and replace each file in it, also those of other users?"""
        return who.uid == self.uid or (not self.mode & stat.S_ISVTX and self.lets(who, WRITE | SEARCH))

    def shows_more_than(self, other):
        all_read = other.mode & 0o044 == 0o044
        group_reads = other.mode & 0o040 if self.gid == other.gid else all_read
        return (self.mode & 0o004 and not all_read) or (self.mode & 0o040 and not group_reads)


@dataclass
class Record:
    """What a name remembers, and which users have it."""
    number: int
    file: Access       # the recorded file: its owner and mode when they were recorded last
    directory: Access  # the directory of the recorded file: its owner and mode, recorded at the same time
    heir: int = None   # the uid of another user whose file has the name and the job; None: there is no heir
    heir_reads: bool = False  # the heir is known to be allowed to read the recorded file
    job: int = None    # the model's number for the job; None: no job. The walk learns the service's ID of it
    sent: str = None   # the content that the service accepted last, or that is queued
    kept: dict = field(default_factory=dict)  # {name: value} of the attributes that the name keeps
    story: str = None  # a word that is in the .error of the last refusal; None: no refusal
    dismissed: bool = False  # a user has removed the .error
    unmade: bool = False  # the name has never had a file: a rename or a link to it was refused
    elsewhere: bool = False  # another directory has taken the place of the recorded one
    queued: bool = False  # a submission for this record is queued

    def is_idle(self):
        """Has the record no job, and no submission that may bring one?"""
        return self.job is None and not self.queued

    def belongs_to(self, uid):
        return uid in (self.file.uid, self.heir)


class Model:
    def __init__(self, is_away=False):
        self.is_away = is_away  # the service is away, and each commit is queued
        self.records = {}  # {path: the record that the name has now}
        self.aside = {}    # {path: [records set aside: kept for their users while they do not go with the name; the newest last]}
        self.numbers = count(1)  # for records and jobs
        self.jobs = {}     # {job: the content that the service must hold}

    # ---- the rule ----

    def may_have(self, who, record, directory, present=None):
        """May this user have the record: could the user have changed or replaced the recorded file? directory: the present
        directory of the name. present: the file that has the name now, or None."""
        if who.uid in (0, record.file.uid) or record.file.lets(who, WRITE):
            return True
        if present is not None and record.belongs_to(present.uid):
            return who.uid == present.uid or directory.may_be_emptied(who)
        trusted = not record.elsewhere and directory.uid == record.directory.uid  # nobody has put another directory there
        return (directory if trusted else record.directory).may_be_emptied(who)

    def make_name(self, who, path, file, directory, replaced=None):
        """Records that a request of a user puts a file under a job file name. The file gets the name's record, or one that is set
        aside, or none. replaced: the file that it replaces; None: the name was free."""
        record, aside = self.records.get(path), self.aside.get(path, [])
        rows = [record] if record else []
        if replaced is None:
            rows += sorted(aside, key=lambda one: -one.number)  # of those that are set aside, the newest first
        rows = [one for one in rows if self.may_have(who, one, directory, replaced)]
        # for a free name: a record of the user's own file comes before those of other users
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
        """Call this before content of a file is committed under a name. A name's record of another user goes to the file if
        both users may have it: the one who commits, and the file's owner. If not, it is set aside."""
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
        """Records that the file of a name goes. A record of the file's owner gets the last owner and mode of the file and of its
        directory. Any other record stays as it is."""
        record = self.records.get(path)
        if record and record.file.uid == file.uid:
            record.elsewhere = False
            record.file, record.directory, record.heir, record.heir_reads = file, directory, None, False

    def changes(self, path, before, after, directory):
        """Records a chmod or chown of a file with a job file name. before, after: its Access. A record of the file's owner follows
        it; for the heir's file, only the heir changes."""
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
        """Returns the name's record if it belongs to the user of this file; otherwise None."""
        record = self.records.get(path)
        return record if record and file is not None and record.belongs_to(file.uid) else None

    def passes(self, who, record, file):
        """Does a commit of this file by this user keep the private texts of the record? Only if they show no other user more than
        before."""
        if record.file.uid == file.uid:
            return True
        reads = record.heir_reads or (who.uid == file.uid and record.file.lets(who, READ))
        return record.heir == file.uid and reads and not file.shows_more_than(record.file)

    def take(self, who, path, file, directory, replaced=None):
        """Records that a user commits content of a file under a name: from now on the name's record is that of the file. The user
        of the file that it replaces (replaced; None: it replaces none) becomes the heir. Without passes() the story and the private
        texts end. Returns the record. One case differs: the file's user has a record of this name that is set aside, and another
        user, not root, commits. Then the record is the committing user's, and the file's user is the heir. It stays as said first
        if the replaced file was of a third user."""
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
        """Records that the service accepts content with these attributes of the file; if it is away, that the content is queued.
        Returns the attributes that the file has afterwards: also those that the name has kept."""
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
        """May this user remove the .error of the record, end its binding, or delete its job?"""
        return self.may_have(who, record, directory, present)

    def shows_queued(self, who, path, record, file, reaches):
        """Does .coc/queue show this user the submission of this record? Yes if the user could read the .id. reaches: the user may
        search the directories of the path."""
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
        """Returns what a user gets who reads NAME.error: the word in it, "denied", or None if there is no NAME.error."""
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
        """May this user read the .error of a record if the file of the name is the heir's?"""
        return who.uid == record.file.uid or (who.uid == file.uid and record.file.lets(who, READ))


@dataclass(frozen=True)
class Nobody:
    """A user who is known only as the owner of a file: there is a uid, and no groups are known."""
    uid: int
