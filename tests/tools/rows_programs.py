# SPDX-License-Identifier: MIT
"""Rows of the matrix: programs in Python and Node, and tools that fetch from the network."""

import sys

from steps import OLD, Row, wrapped

PYTHON = f'"{sys.executable}" -c \'\nimport os, sys\nT, S = os.environ["T"], os.environ["S"]\n{{}}\''
NODE = "node -e '\nconst fs = require(\"fs\"), {{ S, T }} = process.env;\n{}'"

PYTHON_ROWS = {
    "open and close": Row('f = open(T, "w")\nf.write(open(S).read())\nf.close()'),
    "with open": Row('with open(T, "w") as f: f.write(open(S).read())'),
    "open without close": Row('f = open(T, "w")\nf.write(open(S).read())', status=0),
    "exit without close": Row('f = os.open(T, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)\nos.write(f, open(S, "rb").read())\nos._exit(0)', status=0),
    "pathlib": Row('import pathlib\npathlib.Path(T).write_bytes(pathlib.Path(S).read_bytes())'),
    "shutil.copy": Row('import shutil\nshutil.copy(S, T)'),
    "shutil.copy2": Row('import shutil\nshutil.copy2(S, T)', attributes="travel", late=True),
    "shutil.move": Row('import shutil\nshutil.move(S, T)', attributes="travel", late=True),
    "os.replace": Row('with open("x.tmp", "w") as f: f.write(open(S).read())\nos.replace("x.tmp", T)', then=OLD),
    "tempfile": Row('import tempfile\nwith tempfile.NamedTemporaryFile("w", dir=".", delete=False) as f: f.write(open(S).read())\nos.replace(f.name, T)',
                    then=OLD),
    "fileinput with backup": Row("""import fileinput
lines = fileinput.input(T, inplace=True, backup=".old.yaml")
for line in lines:
    if lines.isfirstline(): sys.stdout.write(open(S).read())
lines.close()""", edits=True, backup="job.yaml.old.yaml"),
    "logging's rotation": Row("""
if os.path.exists(T): os.rename(T, "job.1.yaml")
with open(T, "w") as f: f.write(open(S).read())""", backup="job.1.yaml"),
    "mmap": Row("""import mmap
content = open(S, "rb").read()
f = os.open(T, os.O_RDWR | os.O_CREAT); os.ftruncate(f, len(content))
with mmap.mmap(f, len(content)) as m: m[:] = content
os.close(f)"""),
    "mmap written after the close": Row("""import mmap
content = open(S, "rb").read()
f = os.open(T, os.O_RDWR | os.O_CREAT); os.ftruncate(f, len(content))
m = mmap.mmap(f, len(content))
try: os.close(f)
except OSError: pass  # what is in it now may not be sound
m[:] = content""", status=0),
    "O_TMPFILE": Row("""import tempfile
try:
    f = os.open(".", os.O_TMPFILE | os.O_WRONLY, 0o644)
    name = "/proc/self/fd/%d" % f
except OSError:  # a FUSE file system of today has none
    f, name = tempfile.mkstemp(dir=".")
os.write(f, open(S, "rb").read())
if os.path.exists(T): os.unlink(T)
os.link(name, T)
if not name.startswith("/proc"): os.unlink(name)""", status=0),
}
NODE_ROWS = {
    "fs.writeFileSync": Row('fs.writeFileSync(T, fs.readFileSync(S))'),
    "fs.renameSync and writeFileSync": Row('if (fs.existsSync(T)) fs.renameSync(T, "old.yaml"); fs.writeFileSync(T, fs.readFileSync(S))',
                                           backup="old.yaml"),
    "fs.promises.writeFile": Row('fs.promises.writeFile(T, fs.readFileSync(S))'),
    "fs.createWriteStream": Row('fs.createReadStream(S).pipe(fs.createWriteStream(T))'),
}

WEB = {
    "curl -o": Row('curl -fsS -o "$T" "$URL"', status=23, needs=("curl",), helper="web"),
    "wget -O": Row('wget -q -O "$T" "$URL"', status=3, needs=("wget",), helper="web"),
}
SSH = {
    "scp": Row('scp -q -F "$SSH" "$S" "job:$T"', needs=("scp",), helper="ssh"),
    "sftp": Row('echo "put $S $T" | sftp -q -b - -F "$SSH" job', needs=("sftp",), helper="ssh"),
}

ROWS = {**wrapped("Python: ", PYTHON, PYTHON_ROWS), **wrapped("Node: ", NODE, NODE_ROWS, "node"), **WEB, **SSH}
