#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What one caller can do to the loop of cocfs, on which all others wait.

Each attack has a new space and a new cocd. Prints the pieces of work of the loop by their length: by the clock, and by the
processor time that cocfs took. docs/operations.md explains them ("What keeps others waiting"). Asserts nothing.

tests/bench/stalls.py [--many 900] [--big 12000] [--others 50000] [ATTACK ...]

--many: threads that act at the same moment. --big: jobs in the big directory. --others: jobs of others on the service. Without an
ATTACK, all.
"""

import argparse
import contextlib
import http.server
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(HERE, "..", "lib"), HERE]

import mounting  # noqa: E402
import others    # noqa: E402
import samples   # noqa: E402
import servers   # noqa: E402
import service   # noqa: E402
import spools    # noqa: E402
import tools     # noqa: E402

SECONDS = 300  # an attack that takes longer hangs
BOUNDS = ("0.001", "0.002", "0.005", "0.01", "0.02", "0.05", "+Inf")

# MANY threads do the same thing at the same moment, each to a file of its own: argv is FOLDER MANY DOCUMENT WHAT. For close and
# change a thread has written DOCUMENT into its file before, and then closes it.
AT_ONCE = """import os, sys, threading
folder, many, document, what = sys.argv[1], int(sys.argv[2]), open(sys.argv[3], 'rb').read(), sys.argv[4]
name = lambda n: os.path.join(folder, f'many-{n:04}.yaml')
start, failed = threading.Barrier(many), []
def act(n):
    if what in ('close', 'change'):
        fd = os.open(name(n), os.O_WRONLY | os.O_CREAT)
        os.write(fd, document.replace(b'%d', b'%04d' % n))
    start.wait()
    try:
        if what in ('close', 'change'): os.close(fd)
        elif what == 'unlink': os.unlink(name(n))
        elif what == 'rename': os.rename(name(n), name(n) + '.moved.yaml')
        elif what == 'setxattr': os.setxattr(name(n), 'user.coc.risk_level', b'HIGH')
        elif what == 'forget': os.removexattr(name(n), 'coc.job_id')
    except OSError as e:
        failed.append(e)
threading.stack_size(1 << 16)
threads = [threading.Thread(target=act, args=(n,), daemon=True) for n in range(many)]
[t.start() for t in threads]; [t.join() for t in threads]
print(what, 'failed:', len(failed), failed[:1])
"""

FORKS = """import os, sys
for n in range(2000):
    pid = os.fork()
    if pid == 0: os._exit(0)
    os.waitpid(pid, 0)
"""


class Lab:
    """Makes the service and the space of one attack in the directory place. The attack over, lab.ends closes them."""

    def __init__(self, place, options):
        self.place, self.options, self.ends = place, options, contextlib.ExitStack()

    def at(self, name):
        return os.path.join(self.place, name)

    def cocd(self):
        cocd = service.Cocd(self.at("service"), self.at("service.log"))
        self.ends.callback(cocd.stop)
        return cocd.start()

    def space(self, source, keys_file=None, **options):
        env = {"HUAWEICLOUD_SDK_CREDENTIALS_FILE": keys_file} if keys_file else {}
        space = mounting.Mount(source, self.place, env=env, **{"loglevel": "error", "timeout": "120", **options})
        self.ends.callback(space.destroy)
        space.bound(SECONDS)
        return space.mount()

    def over_cocd(self, **options):
        cocd = self.cocd()
        return self.space(f"http://127.0.0.1:{cocd.address[1]}", cocd.keys_file, **options)

    def run(self, *argv, **kwargs):
        done = tools.finish(tools.popen(*argv, seconds=SECONDS, **kwargs), SECONDS + 10)
        if done.status or " failed: 0" not in done.stdout and "failed:" in done.stdout:
            print("  ", done.status, done.stdout[-300:].strip(), done.stderr[-300:].strip())

    def at_once(self, space, *what, document=None, many=None):
        path = tools.write(self.at("document"), document or samples.document("many-%d"))
        for word in what:
            self.run(sys.executable, "-c", AT_ONCE, space.path, many or self.options.many, path, word)
            space.settle()


def pieces(space):
    """Returns the counts in the buckets (BOUNDS) of three histograms. They are the loop's pieces of work by the clock, the same
    by processor time, and the waits for the ledger's disk."""
    text = tools.read(space.at(".coc", "metrics")).decode()

    def counts(name):
        found = dict(re.findall(rf'^cocfs_{name}_seconds_bucket{{le="(.+)"}} (\d+)$', text, re.M))
        return [int(found[bound]) for bound in BOUNDS]
    return {name: counts(name) for name in ("loop_stall", "loop_work", "ledger_wait")}


def show(what, before, after):
    for name, counts in after.items():
        grown = [new - old for new, old in zip(counts, before[name])]
        above = [f"{grown[-1] - count:8}" for count in grown[:-1]]
        print(f"{what:26} {name:12} {grown[-1]:8} {''.join(above)}", flush=True)
        what = ""


# ---- the attacks: each makes a space, calls begin(space), and attacks ----

def closes(lab, begin, **options):
    space = lab.over_cocd(**options)
    begin(space)
    lab.at_once(space, "close", "change")


def closes_in_queue(lab, begin):
    closes(lab, begin, submit="queue")


def closes_local(lab, begin):
    space = lab.space("local")
    begin(space)
    lab.at_once(space, "close", "change")


def long_closes(lab, begin):
    space = lab.over_cocd()
    begin(space)
    lab.at_once(space, "close", document=samples.document("many-%d") + "#" + "x" * 60000 + "\n")


def refused_closes(lab, begin):
    space = lab.over_cocd()
    begin(space)
    lab.at_once(space, "close", document="meta: [\n")


def changes_of_names(lab, begin):
    space = lab.over_cocd(delete="service")
    lab.at_once(space, "close")
    begin(space)
    lab.at_once(space, "rename")
    lab.at_once(space, "close")
    lab.at_once(space, "setxattr", "forget", "close", "unlink")


def mute_service(lab, begin):
    """The service answers nothing, the deadlines of all requests pass at the same time, and the service comes back."""
    cocd = lab.cocd()
    space = lab.space(f"http://127.0.0.1:{cocd.address[1]}", cocd.keys_file, timeout="8")
    lab.at_once(space, "close", many=20)
    begin(space)
    cocd.process.send_signal(signal.SIGSTOP)
    path = tools.write(lab.at("document"), samples.document("mute-%d"))
    tools.run(sys.executable, "-c", AT_ONCE, space.path, lab.options.many, path, "close", seconds=SECONDS)
    cocd.process.send_signal(signal.SIGCONT)
    space.settle()


def killed_closer(lab, begin):
    cocd = lab.cocd()
    space = lab.space(f"http://127.0.0.1:{cocd.address[1]}", cocd.keys_file)
    begin(space)
    cocd.process.send_signal(signal.SIGSTOP)
    path = tools.write(lab.at("document"), samples.document("killed-%d"))
    closer = tools.popen_bare(sys.executable, "-c", AT_ONCE, space.path, lab.options.many, path, "close")
    tools.eventually(lambda: len(os.listdir(os.path.join(space.state, "spool"))) >= lab.options.many, "the files")
    closer.kill()
    closer.wait()
    cocd.process.send_signal(signal.SIGCONT)
    space.settle()


def documents(lab, begin):
    """Documents of 64 KB in the forms that take cocfs longest to check."""
    space = lab.over_cocd()
    size = 65000
    head = "meta:\n  name: worst\n  schemaVersion: 3\ninputs: {}\n"
    forms = ["x: [" + "a," * (size // 2) + "]", "x: " + "[" * 30000 + "]" * 30000,
             "".join(f"a{n}: &a{n} {n}\n" for n in range(4000)), "".join(f"{n}: \n" for n in range(9000)),
             "x: {" + "a: b," * (size // 5) + "}", "x: [" + "'a'," * (size // 4) + "]",
             "a: &a [x]\nb: [" + "*a," * (size // 3) + "]", "x: [" + '"\\ud83d",' * (size // 9) + "]",
             "a: &a {x: y}\n" + "".join(f"b{n}: {{<<: *a}}\n" for n in range(3500)), "steps: [" + "{}," * 20000 + "]",
             "---\n" * (size // 4), "#\n" * (size // 2), "x: |\n" + " a\n" * (size // 3), "? " * (size // 2)]
    begin(space)
    for number, form in enumerate(forms):
        tools.write(lab.at("worst"), (head + form)[:65536])
        tools.run("cp", lab.at("worst"), space.at(f"worst-{number}.yaml"), seconds=SECONDS)


def forks(lab, begin):
    space = lab.over_cocd()
    begin(space)
    processes = [tools.popen(sys.executable, "-c", FORKS, seconds=SECONDS) for _ in range(2)]
    lab.at_once(space, "close", many=200)
    for process in processes:
        tools.finish(process, seconds=SECONDS)


def big_directory(lab, begin):
    space = lab.over_cocd()
    space.unmount()
    spools.fill(space.state, "big", lab.options.big)
    space.mount()
    begin(space)
    for command in ("ls -la big", "find big -newermt 2000-01-01", "getfattr -R -d -m - big", "chmod -R go-w big",
                    "cp -r big copy", "tar -cf ../t big", "rm -r copy", "rm -r big"):
        with open(os.devnull, "wb") as null:
            subprocess.run(["sh", "-c", command], cwd=space.path, stdout=null, stderr=null, timeout=SECONDS, check=False)
        space.settle()


def rename_of_a_directory(lab, begin):
    """No goal holds for this attack: docs/performance.md says what it costs."""
    space = lab.over_cocd()
    space.unmount()
    spools.fill(space.state, "big", lab.options.big)
    space.mount()
    begin(space)
    os.rename(space.at("big"), space.at("moved"))


def full_disk(lab, begin):
    """Scratch files until the disk of the state is full, then rm -r. Root only."""
    image, disk = lab.at("disk"), lab.at("s")
    os.mkdir(disk)
    lab.run("truncate", "-s", "512M", image)
    lab.run("mkfs.ext4", "-q", image)
    lab.run("mount", "-o", "loop", image, disk)
    lab.ends.callback(lambda: tools.run("umount", disk))
    space = lab.over_cocd(state_dir=os.path.join(disk, "state"))
    begin(space)
    for command in ("mkdir d; for n in $(seq 30); do dd if=/dev/zero of=d/$n bs=1M count=40 || break; done",
                    "for n in $(seq 3000); do echo $n > d/small-$n || break; done", "rm -r d"):
        with open(os.devnull, "wb") as null:
            subprocess.run(["sh", "-c", command], cwd=space.path, stdout=null, stderr=null, timeout=SECONDS, check=False)


def long_file(lab, begin):
    space = lab.over_cocd()
    begin(space)
    for command in ("dd if=/dev/zero of=f bs=1M count=400", "sync f", "cp f g", "truncate -s 5 g", "rm f"):
        with open(os.devnull, "wb") as null:
            subprocess.run(["sh", "-c", command], cwd=space.path, stdout=null, stderr=null, timeout=SECONDS, check=False)


def long_answers(lab, begin):
    """Every answer of the service is as long as it may be."""
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        bodies = [json.dumps(form).encode() for form in (
            {"data": [{"document_id": f"DM{n:018}", "name": "x" * 20} for n in range(5000)]},
            {"error_code": "COC.1", "error_msg": "\u202e\x01" * 50000}, {"data": ["\\" * 50] * 4000},
            {"a": [[[[]]]] * 1000, "b": "é" * 100000}, "x" * 440000)]
        count = 0

        def do_GET(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            Handler.count += 1
            body = self.bodies[Handler.count % len(self.bodies)][:440000]
            self.send_response(200 if Handler.count % 2 else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        do_POST = do_PUT = do_DELETE = do_GET

        def log_message(self, *_args):
            pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    lab.ends.callback(server.shutdown)
    keys = service.write_keys(lab.at("keys"), *servers.KEYS)
    space = lab.space(f"http://127.0.0.1:{server.server_address[1]}", keys, timeout="20")
    begin(space)
    path = tools.write(lab.at("document"), samples.document("many-%d"))
    tools.run(sys.executable, "-c", AT_ONCE, space.path, 60, path, "close", seconds=SECONDS)


def jobs_of_others(lab, begin):
    """The first listing of very many jobs, a grep over a thousand of them, which cocfs must fetch first, and a writer meanwhile."""
    cocd = lab.cocd()
    others.fill_sqlite(cocd.data, lab.options.others)
    space = lab.space(f"http://127.0.0.1:{cocd.address[1]}", cocd.keys_file, refresh="3600")
    begin(space)
    path = tools.write(lab.at("document"), samples.document("many-%d"))
    writer = tools.popen_bare("sh", "-c", 'while cp "$1" "$2"; do :; done', "sh", path, space.at("mine.yaml"))
    for command in ("ls", "ls", "grep -c x -- *servers\\ 1[0-9][0-9][0-9].yaml", "grep -c x -- *servers\\ 1[0-9][0-9][0-9].yaml"):
        with open(os.devnull, "wb") as null:
            began = time.monotonic()
            subprocess.run(["sh", "-c", command], cwd=space.path, stdout=null, stderr=null, timeout=SECONDS, check=False)
            print(f"   {command}: {time.monotonic() - began:.2f} s")
    writer.kill()
    writer.wait()


ATTACKS = {function.__name__.replace("_", "-"): function for function in (
    closes, closes_in_queue, closes_local, long_closes, refused_closes, changes_of_names, mute_service, killed_closer,
    documents, forks, big_directory, rename_of_a_directory, full_disk, long_file, long_answers,
    jobs_of_others)}


def attack(name, options):
    with tempfile.TemporaryDirectory(prefix="stalls-", dir="/var/tmp") as place:
        lab, started = Lab(place, options), []

        def begin(space):
            started.append((space, pieces(space)))
        with lab.ends:
            ATTACKS[name](lab, begin)
            space, before = started[0]
            show(name, before, pieces(space))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("attacks", nargs="*", metavar="ATTACK", help=f"of {', '.join(ATTACKS)}; without one, all")
    parser.add_argument("--many", type=int, default=900, help="threads that do the same thing at once")
    parser.add_argument("--big", type=int, default=12000, help="jobs in a big directory")
    parser.add_argument("--others", type=int, default=50000, help="jobs of others in the space")
    options = parser.parse_args()
    print(f"{'pieces of more than (s)':39} {'all':>8} " + "".join(f"{bound:>8}" for bound in BOUNDS[:-1]))
    for name in options.attacks or ATTACKS:
        attack(name, options)


if __name__ == "__main__":
    main()
