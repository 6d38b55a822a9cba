#!/usr/bin/env python3
"""Builds, runs every test and counts: the last line is `N passed, N failed`.

    runner.py [--all] [--resume] [--accept] [--only KIND] [NAME ...]

The sanitizers' builds go on, at the lowest priority, while scripts run: those wait for most of their time.

Kinds: structure, unit (ASan and UBSan), threads (TSan), simulation, scenario, conformance, differential, browser, slow (only with
--all). NAME narrows to tests whose name contains it. --accept rewrites what tests write for the docs and golden files. --resume
takes up a run that was cut off: what passed whole before, with the same binary and the same tests, counts as it did then. A test
whose tool or fixtures are missing fails and says what to install; the sets of fixtures that a clone does not have are named beside
the count.
"""
import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FIXTURES = os.environ.get("POSTROAD_FIXTURES") or os.path.join(ROOT, "..", "shared", "fixtures")
THREADED = ("net_test", "queue_test", "search_test", "storage_test")
RELEASED = ("postroad", "simulation", "schema_check", "faulty_server", "bench/formats")  # what the scripts run
UNIT_SECONDS = 600
SCRIPT_SECONDS = 900
SLOW_SECONDS = 7200


class Count:
    def __init__(self):
        self.passed, self.failed, self.failures, self.not_run = 0, 0, [], []

    def add(self, name, ok, why=""):
        if ok:
            self.passed += 1
        else:
            self.failed += 1
            self.failures.append((name, why))


class Ledger:
    """What passed whole, by the bytes it depends on; in build/, so that a clean clone knows nothing of it."""

    def __init__(self, use):
        self.path, self.use = os.path.join(ROOT, "build", "passed.json"), use
        self.passed, self.trees = {}, None
        if use and os.path.exists(self.path):
            with open(self.path) as f:
                self.passed = json.load(f)

    def key(self, label, path, is_script):
        digest = hashlib.sha256(label.encode())
        for one in [path, *(self.script_needs() if is_script else ())]:
            with open(one, "rb") as f:
                digest.update(hashlib.sha256(f.read()).digest())
        return digest.hexdigest()

    def script_needs(self):
        """What is released for the scripts, and everything under test/ and docs/, which they read and compare."""
        if self.trees is None:
            binaries = [os.path.join(ROOT, "build", "release", name) for name in RELEASED]
            sources = [os.path.join(folder, name) for top in ("test", "docs", "src", "bench") for folder, _, names in os.walk(os.path.join(ROOT, top))
                       for name in names if "node_modules" not in folder and "__pycache__" not in folder]
            sources += [os.path.join(ROOT, name) for name in os.listdir(ROOT)]
            sets = [os.path.join(FIXTURES, name, "manifest.json") for name in sorted(os.listdir(FIXTURES))] if os.path.isdir(FIXTURES) else []
            self.trees = [one for one in [*binaries, *sorted(sources), *sets] if os.path.isfile(one)]
        return self.trees

    def before(self, key, name, count):
        """True when it need not run again: counted as it was."""
        cases = self.passed.get(key, 0) if self.use else 0
        if cases:
            count.passed += cases
            say(f"{name}: {cases} passed before, nothing it depends on has changed")
        return bool(cases)

    def note(self, key, cases):
        self.passed[key] = cases
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        with open(self.path + ".new", "w") as f:
            json.dump(self.passed, f)
        os.replace(self.path + ".new", self.path)


def say(text):
    print(text, flush=True)


def build(preset, targets=(), behind=False):
    """`behind`: gives way to whatever else runs."""
    if not os.path.exists(os.path.join(ROOT, "build", preset, "build.ninja")):
        subprocess.run(["cmake", "--preset", preset], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    started = time.monotonic()
    yields = ["nice", "-n", "19"] if behind else []
    done = subprocess.run([*yields, "ninja", "-C", f"build/{preset}", f"-j{os.cpu_count()}", *targets], cwd=ROOT, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        say("\n".join(done.stdout.splitlines()[-60:]))
    say(f"build {preset}: {'ok' if done.returncode == 0 else 'FAILED'} in {time.monotonic() - started:.0f} s")
    return done.returncode == 0


def test_binaries(preset):
    folder = os.path.join(ROOT, "build", preset)
    return sorted(os.path.join(folder, n) for n in os.listdir(folder)
                  if n.endswith("_test") and os.access(os.path.join(folder, n), os.X_OK))


def run_gtest(binary, label, count, environment, ledger):
    name = f"{label}/{os.path.basename(binary)}"
    key = ledger.key(label, binary, os.path.basename(binary) == "fixtures_test")  # It reads docs/fixtures.md.
    if ledger.before(key, name, count):
        return
    with tempfile.TemporaryDirectory() as scratch:
        report = os.path.join(scratch, "report.json")
        try:
            done = subprocess.run([binary, f"--gtest_output=json:{report}", "--gtest_brief=1"], cwd=ROOT, text=True,
                                  env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=UNIT_SECONDS)
            output, code = done.stdout, done.returncode
        except subprocess.TimeoutExpired as late:
            output, code = str(late.stdout), "timeout"
        suites = json.load(open(report))["testsuites"] if os.path.exists(report) else []
    cases = failed = 0
    for suite in suites:
        for case in suite["testsuite"]:
            if case.get("status") == "NOTRUN" or case.get("result") == "SKIPPED":
                if case.get("result") == "SKIPPED":
                    count.not_run.append(f"{suite['name']}.{case['name']}")
                continue
            cases += 1
            bad = bool(case.get("failures"))
            failed += bad
            count.add(f"{name} {suite['name']}.{case['name']}", not bad)
    for line in (output or "").splitlines():
        if line.startswith("fixtures not run:"):
            count.not_run.append(line)
        elif line.startswith("table:"):
            say(line[6:])
    if (code != 0 and not failed) or cases == 0:
        count.add(f"{name} (exit {code})", False)
        failed += 1
    if failed:
        say("\n".join((output or "").splitlines()[-80:]))
    say(f"{name}: {cases} cases, {failed} failed")
    if not failed and not count.not_run:
        ledger.note(key, cases)


def run_script(path, label, count, environment, seconds, ledger):
    name = f"{label}/{os.path.basename(path)}"
    key = ledger.key(label, path, True)
    if ledger.before(key, name, count):
        return
    started = time.monotonic()
    try:
        done = subprocess.run(["/usr/bin/python3", path], cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=seconds)
        output, code = done.stdout, done.returncode
    except subprocess.TimeoutExpired as late:
        output = late.stdout.decode(errors="replace") if isinstance(late.stdout, bytes) else str(late.stdout)
        code = "timeout"
    counted = re.search(r"^RESULT (\d+) passed, (\d+) failed$", output, re.M)
    if counted:
        passed, failed = int(counted.group(1)), int(counted.group(2))
    else:
        passed, failed = (1, 0) if code == 0 else (0, 1)
    if code != 0 and failed == 0:
        failed = 1
    if passed + failed == 0:
        failed = 1
    count.passed += passed
    if failed:
        say(output[-8000:])
        count.failed += failed
        count.failures.append((name, f"{failed} failed, exit {code}"))
    else:
        ledger.note(key, passed)
        for line in output.splitlines():
            if line.startswith("note:"):
                say(f"  {line}")
    say(f"{name}: {passed} passed, {failed} failed in {time.monotonic() - started:.0f} s")


def scripts(folder, suffix):
    base = os.path.join(ROOT, "test", folder)
    if not os.path.isdir(base):
        return []
    return sorted(os.path.join(base, n) for n in os.listdir(base) if n.endswith(suffix))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--accept", action="store_true")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    count, ledger = Count(), Ledger(arguments.resume)
    environment = dict(os.environ, POSTROAD_SOURCE_DIR=ROOT, POSTROAD_FIXTURES=FIXTURES,
                       POSTROAD_BINARY=os.path.join(ROOT, "build", "release", "postroad"),
                       ASAN_OPTIONS="detect_leaks=1:detect_stack_use_after_return=1",
                       UBSAN_OPTIONS="print_stacktrace=1", TSAN_OPTIONS="halt_on_error=0:second_deadlock_stack=1")
    if arguments.resume:
        environment["POSTROAD_RESUME"] = "1"  # For suites of many long parts.
    if arguments.accept:
        environment["POSTROAD_ACCEPT"] = "1"
    if not os.path.isdir(FIXTURES):
        if os.environ.get("POSTROAD_REQUIRE_FIXTURES") == "1":
            count.add("fixtures", False, f"POSTROAD_FIXTURES: no such folder: {FIXTURES}")

    def wanted(kind, name):
        return (not arguments.only or kind in arguments.only) and \
               (not arguments.names or any(n in name for n in arguments.names))

    started = time.monotonic()
    for path in scripts("structure", "_test.py"):
        if wanted("structure", os.path.basename(path)):
            run_script(path, "structure", count, environment, SCRIPT_SECONDS, ledger)

    runs_units = not arguments.only or "unit" in arguments.only
    runs_threads = (not arguments.only or "threads" in arguments.only) and \
                   (not arguments.names or any(any(n in t for n in arguments.names) for t in THREADED))
    built = {}

    def build_sanitized(behind):
        if runs_units:
            built["asan"] = build("asan", behind=behind)
        if runs_threads:
            built["tsan"] = build("tsan", () if arguments.all else THREADED, behind=behind)  # --all: every room's

    kinds = [("simulation", "simulation", "_test.py", SLOW_SECONDS), ("scenario", "scenarios", "_test.py", SCRIPT_SECONDS),
             ("conformance", "conformance", "_test.py", SCRIPT_SECONDS),
             ("differential", "differential", "_test.py", SCRIPT_SECONDS), ("browser", "browser", "_test.py", SCRIPT_SECONDS)]
    if arguments.all:
        kinds += [("slow", folder, "_slow.py", SLOW_SECONDS) for folder in ("simulation", "scenarios", "fuzz")]
    chosen = [(kind, path, seconds) for kind, folder, suffix, seconds in kinds for path in scripts(folder, suffix)
              if wanted(kind, os.path.basename(path))]
    if chosen and build("release", RELEASED):
        behind = threading.Thread(target=build_sanitized, args=(True,))
        behind.start()
        for kind, path, seconds in chosen:
            run_script(path, kind, count, environment, seconds, ledger)
        behind.join()
    else:
        if chosen:
            count.add("build release", False)
        build_sanitized(False)
    for preset, label in (("asan", "unit"), ("tsan", "threads")):
        if not built.get(preset, True):
            count.add(f"build {preset}", False)
        elif preset in built:
            for binary in test_binaries(preset):
                name = os.path.basename(binary)
                if (preset == "asan" or arguments.all or name in THREADED) and wanted(label, name):
                    run_gtest(binary, label, count, environment, ledger)

    say(f"\ntests took {time.monotonic() - started:.0f} s")
    for name, why in count.failures:
        say(f"FAILED {name} {why}")
    for name in count.not_run:
        say(f"NOT RUN {name}")
    if not os.path.isdir(FIXTURES):
        say(f"NOT RUN fixture sets: {FIXTURES} is not there; set POSTROAD_FIXTURES")
    if count.passed + count.failed == 0:
        count.add("nothing ran", False)
    say(f"{count.passed} passed, {count.failed} failed")
    return 1 if count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
