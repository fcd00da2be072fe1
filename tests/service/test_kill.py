# SPDX-License-Identifier: MIT
"""SIGKILL under load, again and again on one data file: everything that was acknowledged is there, exactly once."""

import http.client
import os
import random
import sqlite3
import threading

import conftest

ROUNDS = int(os.environ.get("COCD_KILL_ROUNDS", "6"))
SEED = int(os.environ.get("COCD_KILL_SEED", "1"))
WRITERS = 8


class Writer(threading.Thread):
    """Creates, updates and deletes jobs with names of its own, one request at a time, until the daemon is gone."""

    def __init__(self, service, name, seed):
        super().__init__(daemon=True)
        self.service, self.prefix, self.random = service, name, random.Random(seed)
        self.jobs = {}  # name: (ID, content), from the answers
        self.deleted = {}  # name: ID
        self.asked = None  # ("create", "update" or "delete"; name; content) of the request that has no answer yet; None: there is none
        self.answers = 0

    def run(self):
        connection = self.service.connection()
        try:
            while True:
                self.step(connection)
                self.answers += 1
        except (OSError, http.client.HTTPException):
            connection.close()

    def step(self, connection):
        gesture = self.random.choice(["create", "create", "create", "update", "delete"]) if self.jobs else "create"
        content = str(self.random.random()) * self.random.choice([1, 10, 1000])
        if gesture == "create":
            name = f"{self.prefix}-{self.answers}"
            self.asked = (gesture, name, content)
            answer = self.service.call("POST", "/v1/documents", body={**conftest.GOOD, "name": name, "content": content},
                                       connection=connection)  # fmt: skip
            self.jobs[name] = (self.told(answer), content)
        else:
            name = self.random.choice(sorted(self.jobs))
            self.asked = (gesture, name, content)
            path = f"/v1/documents/{self.jobs[name][0]}"
            if gesture == "update":
                self.told(self.service.call("PUT", path, body={"name": name, "content": content}, connection=connection))
                self.jobs[name] = (self.jobs[name][0], content)
            else:
                self.told(self.service.call("DELETE", path, connection=connection))
                self.deleted[name] = self.jobs.pop(name)[0]
        self.asked = None

    def told(self, answer):
        """Returns the data of an answer, which must be a success. A subclass may take another answer as lost."""
        return answer.data

    def check(self, held, connection):
        """Compares the answers that this writer got with the jobs that have its names. held: {name: [ID, …]}."""
        gesture, open_name, open_content = self.asked or (None, None, None)
        for name, ids in held.items():
            assert len(ids) == 1, f"{name} is there {len(ids)} times"
            assert name in self.jobs or (gesture, open_name) == ("create", name), f"{name} was never acknowledged, or is deleted"
        for name, (document, content) in self.jobs.items():
            if (gesture, open_name) == ("delete", name) and name not in held:
                continue
            assert held.get(name) == [document], f"{name} was acknowledged as {document}"
            found = self.service.call("GET", f"/v1/documents/{document}", connection=connection).data["content"]
            assert found == content or (gesture, open_name, open_content) == ("update", name, found)


def listed(service):
    """Returns all jobs as {name: [ID, …]}."""
    held, offset = {}, 0
    while page := service.list(limit=1000, offset=offset).data:
        for row in page:
            held.setdefault(row["name"], []).append(row["document_id"])
        offset += len(page)
    return held


def test_what_was_acknowledged_survives_kills(start):
    service, dice, acknowledged, cut = start(), random.Random(SEED), 0, 0
    print(f"seed {SEED}")
    for number in range(ROUNDS):
        writers = [Writer(service, f"r{number}-w{n}", dice.random()) for n in range(WRITERS)]
        enough = dice.randrange(1, 200)
        for writer in writers:
            writer.start()
        conftest.wait_for(lambda: sum(writer.answers for writer in writers) >= enough, f"{enough} answers")
        service.kill()
        for writer in writers:
            writer.join(conftest.WAIT_S)
            assert not writer.is_alive()
        service.start()
        held = listed(service)
        connection = service.connection()
        for writer in writers:
            writer.check({name: ids for name, ids in held.items() if name.startswith(f"{writer.prefix}-")}, connection)
        connection.close()
        acknowledged += sum(writer.answers for writer in writers)
        cut += sum(writer.asked is not None for writer in writers)
    assert service.stop() == 0
    if conftest.STORE == "sqlite":
        with sqlite3.connect(service.directory / "service.db") as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    print(f"{ROUNDS} rounds, {acknowledged} acknowledged, {cut} answers lost")
    assert cut, "no answer was ever lost: the kills came too late"
