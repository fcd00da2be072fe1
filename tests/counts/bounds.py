# SPDX-License-Identifier: MIT
"""The bounds of the counts. bounds.txt is the table, and says how to read it."""

import ctypes
import functools
import os
import re
import subprocess
from dataclasses import dataclass

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bounds.txt")


@dataclass(frozen=True)
class Bound:
    name: str
    since: tuple        # the bound holds from all these versions on: pairs such as ("libcurl", (8, 14))
    must_equal: bool
    value: float
    tolerance: float    # a part of the value: 0.05 for ±5%
    goal: float | None

    def holds(self, versions):
        """Does the bound hold with these versions, a dict such as that of versions()?"""
        return all(versions[what] >= least for what, least in self.since)

    def judge(self, count):
        """Returns whether the count is within the bound, and a remark that says what is wrong with the count or the bound; "": nothing."""
        if self.must_equal:
            return count == self.value, "" if count == self.value else "MORE" if count > self.value else "TIGHTEN THE BOUND"
        if count > self.value * (1 + self.tolerance):
            return False, "MORE"
        return True, "tighten the bound" if count < self.value * (1 - self.tolerance) else ""

    def __str__(self):
        tolerance = f" ±{self.tolerance:.0%}" if self.tolerance else ""
        return f"{'=' if self.must_equal else '<='} {self.value:g}{tolerance}"


def version(text):
    """Returns (6, 18) for "6.18.44-something"."""
    return tuple(int(number) for number in re.match(r"\d+(?:\.\d+)?", text)[0].split("."))


def version_of(soname, function):
    """Returns the version that a function of a library tells, such as "libcurl/8.14.1 OpenSSL/3.5"."""
    told = getattr(ctypes.CDLL(soname), function)
    told.restype = ctypes.c_char_p
    return version(re.search(r"\d.*", told().decode())[0])


@functools.cache
def versions():
    """Returns the versions of this machine by which a line of the table may be bound. cocfs has the same libraries."""
    ls = subprocess.run(["ls", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return {"Linux": version(os.uname().release), "glibc": version(os.confstr("CS_GNU_LIBC_VERSION").removeprefix("glibc ")),
            "libcurl": version_of("libcurl.so.4", "curl_version"),
            "SQLite": version_of("libsqlite3.so.0", "sqlite3_libversion"),
            "coreutils": version(re.match(r"ls \(GNU coreutils\) (.*)", ls)[1])}


NAMES = "Linux", "glibc", "libcurl", "SQLite", "coreutils"  # the keys of versions()


def since(text):
    """Returns Bound.since for "-", or for a text such as "Linux 6.18, libcurl 8.14"."""
    pairs = [] if text == "-" else [part.split(" ") for part in text.split(", ")]
    assert all(len(pair) == 2 and pair[0] in NAMES for pair in pairs), f"no versions: {text}"
    return tuple((what, version(least)) for what, least in pairs)


def parse(text):
    """Returns the bounds of a table (the text of bounds.txt), in its order. A line of another form fails an assertion."""
    bounds = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith(("#", "count ")):
            continue
        fields = re.split(r"\s{2,}", line.strip())
        found = re.fullmatch(r"(=|<=) ([\d.]+)(?: ±([\d.]+)%)?", fields[2]) if len(fields) in (3, 4) else None
        assert found, f"line {number} is no count: {line}"
        bounds.append(Bound(fields[0], since(fields[1]), found[1] == "=", float(found[2]), float(found[3] or 0) / 100,
                            float(fields[3]) if len(fields) == 4 else None))
    return bounds


def read():
    with open(TABLE, encoding="utf-8") as file:
        return parse(file.read())


def find(bounds, name, versions):
    """Returns the bound of a count with these versions: of those that hold, the last one of the table."""
    holding = [bound for bound in bounds if bound.name == name and bound.holds(versions)]
    assert holding, f"no bound for {name!r} with {versions} in {TABLE}"
    return holding[-1]
