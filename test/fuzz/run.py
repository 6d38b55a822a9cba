#!/usr/bin/env python3
"""run.py [TARGET [RUNS]]: fuzzes one parser, or each for a short while, from its corpus. Exits 1 on a finding.

Findings stay in build/fuzz/findings; new inputs that widen coverage stay in build/fuzz/corpus and are not committed.
"""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, "build", "fuzz")
RUNS = 100_000
UNIT_SECONDS = 5
RSS_MIB = 2048


def targets():
    found = {}
    for folder, _, names in os.walk(BUILD):
        for name in names:
            path = os.path.join(folder, name)
            if name.endswith("_fuzzer") and os.access(path, os.X_OK):
                found[name[:-len("_fuzzer")]] = path
    return found


def run(name, path, runs):
    seeds = os.path.join(ROOT, "test", "fuzz", "corpus", name)
    grown = os.path.join(BUILD, "corpus", name)
    findings = os.path.join(BUILD, "findings", name) + os.sep
    os.makedirs(grown, exist_ok=True)
    os.makedirs(findings, exist_ok=True)
    command = [path, grown] + ([seeds] if os.path.isdir(seeds) else [])
    command += [f"-runs={runs}", f"-timeout={UNIT_SECONDS}", f"-rss_limit_mb={RSS_MIB}", f"-artifact_prefix={findings}",
                "-print_final_stats=1", "-verbosity=0"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(f"{name}: {'clean' if done.returncode == 0 else 'FOUND SOMETHING'} in {runs} runs", flush=True)
    if done.returncode:
        print(done.stdout[-4000:])
    return done.returncode == 0


def main():
    found = targets()
    if not found:
        print("no fuzz target is built: ./dev build fuzz")
        return 1
    wanted = sys.argv[1:2] or sorted(found)
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else RUNS
    unknown = [name for name in wanted if name not in found]
    if unknown:
        print(f"unknown target {unknown[0]}; there are {', '.join(sorted(found))}")
        return 2
    results = [run(name, found[name], runs) for name in wanted]
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
