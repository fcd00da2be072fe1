# SPDX-License-Identifier: MIT
"""What a job costs: requests of FUSE, syncs, writes to the ledger's log, calls to the service."""

import itertools
import os

import queues
import samples
import spools
import tools

FEW, MANY = 5, 25
LISTED = 200, 600    # jobs in a directory: their names fill several answers to READDIRPLUS
OTHERS = 100, 300    # jobs of others, in pages of 100


def put(space, names, version="1"):
    """Writes one job file after the other in this process, with open, write and close."""
    for name in names:
        text = samples.document(f"{name} {version}").encode()
        fd = os.open(space.at(f"{name}.yaml"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        os.write(fd, text)
        os.close(fd)


def copy(space, src, names, version="1"):
    """Writes each file with a cp."""
    for name in names:
        tools.run("cp", samples.file(src, "job.yaml", f"{name} {version}"), space.at(f"{name}.yaml")).ok()


def calls_each(space, act):
    """Returns how many calls to the service act(names) makes for one name, without the calls that are made once."""
    names = (f"job-{n}" for n in itertools.count())

    def done(count):
        before = len(space.calls())
        act(list(itertools.islice(names, count)))
        space.settle()
        return len(space.calls()) - before
    done(FEW)  # questions that are asked only once are asked now
    less, more = done(FEW), done(MANY)
    return (more - less) / (MANY - FEW)


def test_a_create_and_an_update(make_counted, counter, check):
    space = make_counted()
    create = counter.each(lambda names: put(space, names), FEW, MANY)
    update = counter.each(lambda names: put(space, names, "2"), FEW, MANY)
    same = counter.each(lambda names: put(space, names, "2"), FEW, MANY)
    assert len(space.creates()) == len(space.updates()) == 2 * FEW + MANY
    check("requests per job, one process", create.requests)
    check("syncs per create", create.syncs)
    check("writes to the log per create", create.log_writes)
    check("requests per update, one process", update.requests)
    check("syncs per update", update.syncs)
    check("writes to the log per update", update.log_writes)
    check("syncs per commit of the same content", same.syncs)
    check("writes to the log per commit of the same content", same.log_writes)


def test_a_create_and_an_update_that_ask_less(make_counted, counter, check):
    space = make_counted(adopt="never", conflict="overwrite")
    create = counter.each(lambda names: put(space, names), FEW, MANY)
    update = counter.each(lambda names: put(space, names, "2"), FEW, MANY)
    check("writes to the log per create, adopt=never", create.log_writes)
    check("writes to the log per update, conflict=overwrite", update.log_writes)


def test_a_cp(make_counted, counter, check, src):
    space = make_counted()
    check("requests per cp of a new file", counter.each(lambda names: copy(space, src, names), FEW, MANY).requests)
    check("requests per cp over a file", counter.each(lambda names: copy(space, src, names, "2"), FEW, MANY).requests)
    assert len(space.creates()) == len(space.updates()) == 2 * FEW + MANY


def test_a_queued_create(make_counted, counter, check):
    space = make_counted(submit="queue")

    def put_one_by_one(names):
        for name in names:
            put(space, [name])
            queues.drained(space)
    create = counter.each(put_one_by_one, FEW, MANY)
    check("syncs per create, submit=queue", create.syncs)
    check("writes to the log per create, submit=queue", create.log_writes)


def test_calls(make_space, check):
    space = make_space()
    check("calls per create", calls_each(space, lambda names: put(space, names)))
    check("calls per update", calls_each(space, lambda names: put(space, names, "2")))
    check("calls per commit of the same content", calls_each(space, lambda names: put(space, names, "2")))


def test_calls_that_are_not_made(make_space, check):
    space = make_space(adopt="never", conflict="overwrite")
    check("calls per create, adopt=never", calls_each(space, lambda names: put(space, names)))
    check("calls per update, conflict=overwrite", calls_each(space, lambda names: put(space, names, "2")))


def test_calls_of_an_adoption(make_space, make_host, check):
    first, second = make_space(), make_host("second")
    calls_each(first, lambda names: put(first, names))
    check("calls per adoption", calls_each(second, lambda names: put(second, names)))
    assert len(first.creates()) == 2 * FEW + MANY and first.sent() == second.sent()


def test_a_listing_of_what_is_known(make_counted, counter, check):
    space, (few, many) = make_counted(), LISTED
    space.unmount()
    for count in LISTED:
        spools.fill(space.state, f"jobs-{count}", count)
    space.mount()

    def listed(count):
        place = space.at(f"jobs-{count}")
        tools.run("ls", "-l", place).ok()
        before = counter.now()
        shown = tools.run("ls", "-l", place).ok().stdout.splitlines()[1:]
        assert len(shown) == 2 * count  # each with its .id
        done = counter.now() - before
        print(done)
        return done.requests
    check("requests per listed entry, ls -l", (listed(many) - listed(few)) / (2 * many - 2 * few))


def test_jobs_of_others(cocd, front, make_host, check):
    """A listing asks for the pages of the list. Reading a job asks for that job."""
    listed, read, made = [], [], 0
    for count in OTHERS:
        while made < count:
            cocd.client().create(name=f"other-{made}", content=samples.document(f"other-{made}"))
            made += 1
        before = len(front.calls())
        space = make_host(f"host-{count}", refresh="3600")
        assert front.wait(lambda: len(front.calls()) > before)  # each mount asks once whether its keys are good
        calls = [len(space.calls())]
        names = [name for name in os.listdir(space.path) if name.endswith(".yaml")]
        calls.append(len(space.calls()))
        assert len(names) == count
        for name in names:
            assert b"other" in tools.read(space.at(name))
        calls.append(len(space.calls()))
        listed.append(calls[1] - calls[0])
        read.append(calls[2] - calls[1])
    more = OTHERS[1] - OTHERS[0]
    check("calls per page of 100 jobs of others, ls", (listed[1] - listed[0]) / more * 100)
    check("calls per job of others that is read", (read[1] - read[0]) / more)
