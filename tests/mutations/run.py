#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Breaks the order "durable, then sent, then answered" at one place after the other. A unit test or the model test must notice
each.

tests/mutations/run.py [NAME...]

Each mutation replaces one text in one file of a copy of the tree. The programs below are built and run there, in this order.
The first that fails is printed. If none notices a mutation, or if the text of a mutation does not exist any more, the run
fails. A mutation takes about ten seconds. CI does not run this: run it after a change of fs/submit.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = ["test_lost_match", "test_submit", "test_submit_answers", "test_submit_path", "test_submit_crash", "test_submit_model", "test_submit_bases", "test_submit_twins",
            "test_submit_adoption"]

# name, file below fs/, old text, new text
MUTATIONS = [
    ("send-without-sync", "submit/group_sync.c",
     "r = ledger_sync(engine->ledger);", "r = 0;"),
    ("send-before-a-failed-sync", "submit/group_sync.c",
     "submission_take_back(submission);", "(void)submission;"),
    ("nothing-must-last", "submit/end_of_iteration.c",
     "must_last = r || !TAILQ_EMPTY", "must_last = 0 && !TAILQ_EMPTY"),
    ("promise-before-sync", "submit/end_of_iteration.c",
     "!LIST_EMPTY(&engine->iteration.promised);", "false;"),
    ("release-what-is-held", "submit/end_of_iteration.c",
     "group_sync_hold(engine);", "release_unsynced(engine);"),
    ("sync-apart-cannot-fail", "submit/group_sync.c",
     "engine->syncing = false;\n\tif (r < 0) {", "engine->syncing = false;\n\tif (0) {"),
    ("answer-before-commit", "submit/end_of_iteration.c",
     "int r = submission_record(submission);",
     "int r = (tell_waiters(submission, 0), submission_record(submission));"),
    ("promise-when-held", "submit/group_sync.c",
     "batch_move(&engine->iteration, &engine->held);",
     "while (!LIST_EMPTY(&engine->iteration.promised))\n"
     "\t\twaiter_answer(engine, LIST_FIRST(&engine->iteration.promised), 0, true);\n"
     "\tbatch_move(&engine->iteration, &engine->held);"),
    ("no-intent", "submit/start.c",
     "return submission->record.id\n\t\t       ? ledger_start",
     "return 1 ? 0 : submission->record.id\n\t\t       ? ledger_start"),
    ("known-jobs-not-recorded", "submit/ask.c",
     "int r = ledger_know(engine->ledger, &submission->record, known_ids, partial);",
     "int r = 0;"),
    ("adoption-not-recorded", "submit/adoption_take.c",
     "r = ledger_adopt(submission->engine->ledger, &submission->record, &binding);",
     "submission->record.kind = SUBMIT_UPDATE;"),
    ("adoption-told-before-it-lasts", "submit/adoption_take.c",
     "submission->must_last = true;", ""),
    ("adopt-what-another-create-made", "submit/adoption.c",
     "engine_may_have_made(submission->engine, submission,", "0 && engine_may_have_made(submission->engine, submission,"),
    ("send-without-asking", "submit/start.c",
     "if (submission_is_asked_for(submission)) {\n\t\tsubmission->stage = STAGE_BEGUN;",
     "if (0) {\n\t\tsubmission->stage = STAGE_BEGUN;"),
    ("update-without-a-check", "submit/versions.c",
     "return !submission->engine->options.overwrite &&", "return 0 &&"),
    ("overwrite-what-was-shown", "submit/base_check.c",
     "!is_known_text(submission, details))", "0)"),
    ("check-not-recorded", "submit/base_check.c",
     "r = ledger_put_onto(engine->ledger, &submission->record);", "r = 0;"),
    ("any-version-is-the-base", "submit/version_search.c",
     "versions_match(submission, answer->details)) {", "1) {"),
    ("bind-any-id", "submit/send.c",
     "if (!bound &&", "if (1 ||"),
    ("send-again-after-a-loss", "submit/send.c",
     "submission_fail(submission, OUTCOME_DOUBT, answer->err);",
     "submission_later(submission, answer->err, 0);"),
    ("absent-at-once", "submit/lost_round.c",
     "return submission->lost->asked_ms >= settled_at_ms(submission);", "return true;"),
    ("nothing-was-there-before", "submit/lost_match.c",
     "return known_has(create->known, job->id);", "return false;"),
    ("nothing-was-sent-before-a-crash", "submit/recovery.c",
     "return r == -ENOENT ? 0 : r < 0 ? r : 1;", "return r == -ENOENT || r >= 0 ? 0 : r;"),
    ("crash-sent-everything-unasked", "submit/recovery.c",
     "r = sent = may_be_sent(engine, take_submission);", "r = 0;"),
    ("queue-takes-what-is-in-memory", "submit/queue.c",
     "r = engine_has(engine, record.row) ? -EBUSY", "r = 0 ? -EBUSY"),
    ("queued-row-is-not-its-own", "ledger/queue.c",
     "sqlite3_bind_int64(stmt, 2, submission->id);\n\tcode = sqlite3_step(stmt);",
     "sqlite3_bind_int64(stmt, 2, -1);\n\tcode = sqlite3_step(stmt);"),
    ("log-not-written-again", "ledger/wal.c",
     "if (log)\n\t\tledger_vfs_sync_failed(log);", "(void)log;"),
    ("failed-sync-counts", "ledger/wal.c",
     "ledger->unsynced = code != SQLITE_OK;", "ledger->unsynced = false;"),
    ("twin-that-ended-is-forgotten", "submit/group_sync.c",
     "submission->engine->has_unsynced_ends = true;", "(void)submission->engine;"),
    ("twin-that-ended-is-durable-when-its-sync-begins", "submit/group_sync.c",
     "engine->has_syncing_ends = engine->has_unsynced_ends;", "engine->has_syncing_ends = false;"),
    ("twin-that-is-asked-for-again-is-none", "submit/rows.c",
     "1U << STAGE_ASKING | 1U << STAGE_SYNCING", "1U << STAGE_SYNCING"),
    ("success-that-does-not-last", "submit/end_of_iteration.c",
     "tell_waiters(submission, must_outcome_last(submission) ? r : 0);", "tell_waiters(submission, 0);"),
    ("loss-is-not-taken", "submit/end_of_iteration.c",
     "r = ledger_take_loss(engine->ledger) ? -EIO : record_ended(engine);\n"
     "\tif (r >= 0 && ledger_take_loss(engine->ledger))\n\t\tr = -EIO;",
     "r = record_ended(engine);"),
]


def run_programs(build):
    """Returns a text that names the first program that fails, and its first failing test; None if all succeed."""
    for program in PROGRAMS:
        try:
            done = subprocess.run([build / "tests" / program], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=120)
        except subprocess.TimeoutExpired:
            return program + " (it hung)"
        if done.returncode:
            lines = done.stdout.decode(errors="replace").splitlines()
            failed = [line.split("]", 1)[1].strip() for line in lines
                      if line.startswith("[  FAILED  ]") and "test(s)" not in line]
            return f"{program}: {failed[0] if failed else done.returncode}"
    return None


def build_programs(build):
    targets = ["tests/" + program for program in PROGRAMS]
    subprocess.run(["ninja", "-C", build, "-j2", *targets], check=True,
                   stdout=subprocess.DEVNULL)


def try_mutation(tree, build, mutation):
    """Prints which program noticed a mutation. Returns whether one did."""
    name, path, old, new = mutation
    source = tree / "fs" / path
    text = source.read_text()
    if text.count(old) < 1:
        print(f"GONE      {name}: {path} has no such text", flush=True)
        return False
    source.write_text(text.replace(old, new, 1))
    try:
        build_programs(build)
        noticed = run_programs(build)
    finally:
        source.write_text(text)
    line = text[:text.index(old)].count("\n") + 1
    print(f"{'noticed' if noticed else 'SURVIVED'}  {name} (fs/{path}:{line})"
          f"{': ' + noticed if noticed else ''}", flush=True)
    return bool(noticed)


def main():
    wanted = sys.argv[1:]
    tree = pathlib.Path(tempfile.mkdtemp(prefix="mutations."))
    try:
        files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True,
                               stdout=subprocess.PIPE).stdout.decode().split("\0")
        for name in filter(None, files):
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            if os.path.lexists(ROOT / name):
                shutil.copy2(ROOT / name, tree / name, follow_symlinks=False)
        build = tree / "build"
        subprocess.run(["meson", "setup", build, "-Dwerror=false"], cwd=tree, check=True,
                       stdout=subprocess.DEVNULL)
        build_programs(build)
        broken = run_programs(build)
        if broken:
            sys.exit(f"without a mutation, this fails already: {broken}")
        results = [try_mutation(tree, build, mutation) for mutation in MUTATIONS
                   if not wanted or mutation[0] in wanted]
    finally:
        shutil.rmtree(tree)
    if not all(results):
        sys.exit(f"{results.count(False)} of {len(results)} mutations were not noticed")


if __name__ == "__main__":
    main()
