#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes a ledger of a cocfs's schema version, for the tests: make.py COCFS [NAME]

Mounts COCFS, works in the mount, ends it, and writes the ledger as SQL to NAME.sql beside this file. The default name is
vN.sql, for schema version N. README.md says when to do this.
"""

import contextlib
import http.server
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import samples  # noqa: E402

KEYS = {"HUAWEICLOUD_SDK_AK": "AK", "HUAWEICLOUD_SDK_SK": "SK"}
SECONDS = 30


def until(question, what):
    """Asks until the answer is true. Ends this program if that takes longer than SECONDS."""
    deadline = time.monotonic() + SECONDS
    while not question():
        if time.monotonic() > deadline:
            sys.exit(f"waited {SECONDS} s for {what}")
        time.sleep(0.02)


@contextlib.contextmanager
def mounted(program, source, base, options=""):
    """Mounts source, and yields the mount point. At the end cocfs is killed: a ledger that was closed normally shows less."""
    place, state = os.path.join(base, "jobs"), os.path.join(base, "state")
    os.makedirs(place, exist_ok=True)
    os.makedirs(state, mode=0o700, exist_ok=True)
    process = subprocess.Popen([program, "-f", "-o", f"state_dir={state},risk_level=LOW,timeout=2{options}", source,
                                place], env={**os.environ, **KEYS})
    try:
        until(lambda: os.path.ismount(place), "the mount")
        yield place
    finally:
        process.kill()
        process.wait()
        subprocess.run(["fusermount3", "-uz", place], check=True)


def write(path, text):
    """Writes a file. Returns False if that was refused."""
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        return False
    return True


def must(answer, what):
    if not answer:
        sys.exit(f"{what} was expected to be otherwise")


def submit(place):
    """Makes submissions that the service accepts, and some that it refuses."""
    os.mkdir(os.path.join(place, "sub"))
    for name in ("a.yaml", "sub/b.yaml", "removed.yaml", "forgotten.yaml"):
        must(write(os.path.join(place, name), samples.document(os.path.basename(name)[:-5])), f"the job of {name}")
    must(write(os.path.join(place, "sub/b.yaml"), samples.document("b", ["second"])), "the second version")
    os.setxattr(os.path.join(place, "a.yaml"), "user.coc.risk_level", b"HIGH")
    os.unlink(os.path.join(place, "removed.yaml"))
    os.removexattr(os.path.join(place, "forgotten.yaml"), "coc.job_id")
    for name in ("refused.yaml", "dismissed.yaml"):
        must(not write(os.path.join(place, name), "just: yaml\n"), "a refusal")
    os.unlink(os.path.join(place, "dismissed.yaml.error"))
    must(write(os.path.join(place, "draft"), "just: yaml\n"), "a draft")
    with contextlib.suppress(OSError):
        os.rename(os.path.join(place, "draft"), os.path.join(place, "unmade.yaml"))
    must(not os.path.exists(os.path.join(place, "unmade.yaml")), "a refusal that makes no file")


class Silent(http.server.BaseHTTPRequestHandler):
    """A service without jobs. It answers only lists."""
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        if not self.path.startswith("/v1/documents?"):
            self.do_POST()
            return
        body = b'{"data":[],"total":0}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.rfile.read()

    do_PUT = do_POST


def leave_unfinished(program, base, submit_option):
    """Leaves a create in doubt. If the cocfs has -o submit=, leaves a create and an update in the queue."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Silent) as silent:
        silent.daemon_threads = True
        threading.Thread(target=silent.serve_forever, daemon=True).start()
        source = f"http://127.0.0.1:{silent.server_address[1]}"
        own(base, source)
        with mounted(program, source, base) as place:
            must(not write(os.path.join(place, "doubt.yaml"), samples.document("doubt")), "no answer")
        if submit_option:
            with mounted(program, source, base, ",submit=queue,max_inflight=1") as place:
                for name in ("queued.yaml", "sub/b.yaml"):
                    must(write(os.path.join(place, name), samples.document(os.path.basename(name)[:-5], ["queued"])),
                         "queuing")
    own(base, "local")


def own(base, source):
    """Writes source into the ledger, so that a mount of this source accepts the ledger."""
    with contextlib.closing(sqlite3.connect(os.path.join(base, "state", "ledger.db"))) as db:
        db.execute("UPDATE space SET source = ?", (source,))
        db.commit()


def dump(base, name):
    """Writes the ledger as SQL, with a rename that has begun. name: of the file without .sql (None: vN)."""
    with contextlib.closing(sqlite3.connect(os.path.join(base, "state", "ledger.db"))) as db:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        vacuum = db.execute("PRAGMA auto_vacuum").fetchone()[0]
        db.execute("INSERT INTO rename_intent (from_path, to_path, ino, exchange) VALUES ('a.yaml', 'moved.yaml', 1, 0)")
        if version >= 12:  # the file "instance" of the state directory is not kept
            db.execute("UPDATE space SET instance = NULL, mark = NULL")
        db.execute("UPDATE job SET request_id = 'a-request' WHERE request_id IS NOT NULL")
        db.commit()
        lines = list(db.iterdump())
    path = os.path.join(HERE, (name or f"v{version}") + ".sql")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"PRAGMA auto_vacuum = {vacuum};\n" + "\n".join(lines) + f"\nPRAGMA user_version = {version};\n")
    print(f"{path}: a ledger of version {version}")


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    program = os.path.abspath(sys.argv[1])
    base = tempfile.mkdtemp(prefix="cocfs-ledger-")
    try:
        with mounted(program, "local", base) as place:
            submit(place)
        helped = subprocess.run([program, "--help"], capture_output=True, text=True, check=False).stdout
        leave_unfinished(program, base, "submit=" in helped)
        dump(base, sys.argv[2] if len(sys.argv) == 3 else None)
    finally:
        shutil.rmtree(base)


if __name__ == "__main__":
    main()
