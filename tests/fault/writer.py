# SPDX-License-Identifier: MIT
"""A writer of the random tests: does random things with its own files until the mount is dead.

It is a separate process, because a process that holds a descriptor in the mount counts as a writer, and may hang with the
mount. Its argument is JSON: seed, mount, source directory, prefix of its names, and its files so far. Then follow a document
with NAME and STEP in it, and whether it keeps backups. It prints JSON lines: {"begin": …} before each act, and {"end": …} with
the result. An act without an end was cut off.
"""

import json
import os
import random
import subprocess
import sys

NAMES = ["alpha", "beta", "gamma"]  # of jobs: few, so that the service has many of each


class Writer:
    def __init__(self, seed, mount, source, prefix, files, template, backups):
        self.template, self.backups = template, backups
        self.random, self.mount, self.source = random.Random(seed), mount, source
        self.prefix, self.files, self.count = prefix, files, 0

    def tell(self, **line):
        print(json.dumps(line), flush=True)

    def fresh(self, ending):
        self.count += 1
        folder = self.random.choice(["", "", "d/"])
        return f"{folder}{self.prefix}-{self.count}{ending}"

    def document(self):
        """Returns a content that no other writer writes."""
        self.count += 1
        name, step = self.random.choice(NAMES), f"{self.prefix}-{self.count}"
        return self.template.replace("NAME", name).replace("STEP", step)

    def copy(self, content, path):
        name = os.path.join(self.source, self.prefix + ".yaml")
        with open(name, "w", encoding="utf-8") as file:
            file.write(content)
        subprocess.run(["cp", name, path], check=True, stderr=subprocess.DEVNULL)

    def direct(self, content, path):
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            os.write(fd, content.encode())
        finally:
            os.close(fd)

    def store(self, content, path):
        self.random.choice([self.copy, self.direct])(content, os.path.join(self.mount, path))

    def write(self, path):
        content = self.document()
        self.attempt({"kind": "write", "path": path, "content": content}, self.store, content, path)

    def publish(self, path):
        """Renames a draft onto a job's name, as editors and rsync do."""
        content, draft = self.document(), self.fresh(".tmp")
        self.store(content, draft)
        self.attempt({"kind": "publish", "path": path, "draft": draft, "content": content}, os.rename,
                     os.path.join(self.mount, draft), os.path.join(self.mount, path))

    def move(self, path):
        to = self.fresh(".yaml")
        self.attempt({"kind": "move", "path": path, "to": to}, os.rename,
                     os.path.join(self.mount, path), os.path.join(self.mount, to))

    def backup(self, path):
        """Keeps the old file under a job's name and writes the name again, as sed -i'old_*' does."""
        to, content = self.fresh("-old.yaml"), self.document()
        self.attempt({"kind": "backup", "path": path, "to": to, "content": content}, self.rewrite, path, to, content)

    def rewrite(self, path, to, content):
        path = os.path.join(self.mount, path)
        os.rename(path, os.path.join(self.mount, to))
        self.direct(content, path)

    def twins(self):
        """Writes two files at the same time, with the same job name and content: they get two jobs."""
        content, paths = self.document(), [self.fresh(".yaml"), self.fresh(".yaml")]
        name = os.path.join(self.source, self.prefix + "-twin.yaml")
        with open(name, "w", encoding="utf-8") as file:
            file.write(content)
        for path in paths:
            self.tell(begin={"kind": "write", "path": path, "content": content})
        both = [subprocess.Popen(["cp", name, os.path.join(self.mount, path)], stderr=subprocess.DEVNULL)
                for path in paths]
        for path, process in zip(paths, both):
            self.end(path, process.wait() == 0)
            self.files.append(path)

    def end(self, path, well):
        """Reports the end of an act. alive: the mount is not dead, so an error does not come from a crash."""
        self.tell(end=path, well=well, alive=self.is_alive())

    def is_alive(self):
        """Does the mount answer? Asks cocfs itself, because the kernel's cache has names and attributes of a dead mount."""
        try:
            os.statvfs(self.mount)
        except OSError:
            return False
        return True

    def attempt(self, what, function, *args):
        self.tell(begin=what)
        well = True
        try:
            function(*args)
        except (OSError, subprocess.CalledProcessError):
            well = False
        self.end(what["path"], well)

    def step(self):
        kind = self.random.choices(["new", "change", "publish", "republish", "move", "twins", "backup"],
                                   [4, 4, 2, 2, 2, 1, 2 * self.backups])[0]
        # half of the time one of the three newest files, whose last content may still be on its way to the service
        known = self.random.choice(self.files[-self.random.choice([3, len(self.files)]):]) if self.files else None
        if kind in ("new", "publish") or not known:
            path = self.fresh(".yaml")
            self.files.append(path)
            self.publish(path) if kind == "publish" else self.write(path)
        elif kind == "change":
            self.write(known)
        elif kind == "republish":
            self.publish(known)
        elif kind == "twins":
            self.twins()
        elif os.path.exists(os.path.join(self.mount, known)):
            if kind == "backup":
                self.backup(known)
            else:
                self.files.remove(known)
                self.move(known)

    def run(self):
        while self.is_alive():
            try:
                self.step()
            except (OSError, subprocess.CalledProcessError):
                continue  # a draft could not be written: nothing was begun


if __name__ == "__main__":
    Writer(**json.load(sys.stdin)).run()
