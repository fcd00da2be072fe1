# SPDX-License-Identifier: MIT
"""Two builds of cocfs, measured by turns in one run: what did a change cost or save?

A row is one kind of measurement: README.md beside this file lists the rows. A round measures each row four times: this
build, the other build, and each of them once more. The ratio of a build's two measurements is the noise. A difference
between the builds that is not larger means nothing.
"""

import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
MEASUREMENTS = ("this", "other", "this again", "other again")
ROW_SECONDS = 3600  # one row of one build; longer is a hang


def _measure(row, build, options, folder):
    """Measures a row once with the programs of a build. Returns {name of a contender: its entry in the JSON of run.py, with
    "median" and "unit"}."""
    result = os.path.join(folder, "result.json")
    argv = [sys.executable, os.path.join(HERE, "run.py"), row, "--rounds", "1", "--server", options.server,
            "--base", folder, "--shared-disk", "--json", result]
    environment = {**os.environ, "COCFS": os.path.join(build, "fs", "cocfs"), "COCD": os.path.join(build, "fs", "cocd")}
    subprocess.run(argv + ["--quick"] * options.quick, env=environment, stdout=subprocess.DEVNULL, check=True,
                   timeout=ROW_SECONDS)
    with open(result, encoding="utf-8") as file:
        (measured,) = json.load(file)["rows"]
    os.unlink(result)
    return {contender["name"]: contender for contender in measured["contenders"]}


def _ratios(rounds, one, two):
    """Yields each contender that the measurements one and two have, with the median, least and most of two's value over one's."""
    for name in rounds[0][one]:
        each = [round_[two][name]["median"] / round_[one][name]["median"] for round_ in rounds
                if name in round_[two] and round_[one][name]["median"]]
        if each:
            yield name, {"median": statistics.median(each), "least": min(each), "most": max(each)}


def _compare(row, rounds):
    noise = {"this": dict(_ratios(rounds, "this", "this again")), "other": dict(_ratios(rounds, "other", "other again"))}
    return {"row": row, "unit": {name: value["unit"] for name, value in rounds[0]["this"].items()},
            "this": {name: statistics.median(r["this"][name]["median"] for r in rounds) for name in rounds[0]["this"]},
            "this over other": dict(_ratios(rounds, "other", "this")), "noise": noise}


def _within_noise(ratio, noises):
    """Is the ratio of two builds within the noise: no farther from 1 than the ratios of two measurements of one build?"""
    least = min([noise["least"] for noise in noises] + [1 / noise["most"] for noise in noises])
    most = max([noise["most"] for noise in noises] + [1 / noise["least"] for noise in noises])
    return least <= ratio <= most


def _print(compared):
    print(f"\n{compared['row']}: this build over the other, and each over itself (the noise)")
    for name, ratio in compared["this over other"].items():
        noises = [noise[name] for noise in compared["noise"].values() if name in noise]
        spread = ", ".join(f"{noise['median']:.2f} ({noise['least']:.2f} to {noise['most']:.2f})" for noise in noises)
        verdict = "within noise" if _within_noise(ratio["median"], noises) else "beyond noise"
        print(f"  {name:40} {ratio['median']:.3f} × ({ratio['least']:.2f} to {ratio['most']:.2f}); noise {spread}: {verdict}")
    sys.stdout.flush()


def run(options, rounds, rows, folder, this, other):
    """Measures each row in both builds, and prints how this build compares. Returns a list with what _compare() gives for each row."""
    compared = []
    for row in rows:
        measured = [{name: _measure(row, other if name.startswith("other") else this, options, folder)
                     for name in MEASUREMENTS} for _ in range(rounds)]
        compared.append(_compare(row, measured))
        _print(compared[-1])
    return compared
