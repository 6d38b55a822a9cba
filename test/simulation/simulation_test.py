#!/usr/bin/env python3
"""The simulation: seeds that must keep every promise, planted bugs that must be caught, replays that must be the same.

500 seeds in each run; POSTROAD_SIM_SEEDS=N for more, POSTROAD_SIM_FROM to go on where another run ended.
"""
import os
import re
import subprocess
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SIMULATION = os.path.join(os.path.dirname(os.environ.get("POSTROAD_BINARY") or os.path.join(ROOT, "build", "release", "postroad")),
                          "simulation")
FROM = int(os.environ.get("POSTROAD_SIM_FROM", "1"))
SEEDS = int(os.environ.get("POSTROAD_SIM_SEEDS", "500"))
PLANTED = ("answer-before-sync", "skipped-directory-sync", "reused-failed-sync", "ending-recorded-after-release", "duplicate-ending")
PLANTED_SEEDS_MAX = 500
SECONDS_MAX = 3600


def start(*arguments):
    return subprocess.Popen([SIMULATION, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


class Simulation(unittest.TestCase):
    def test_every_seed_keeps_every_promise(self):
        processes = min(2, os.cpu_count() or 1)
        edges = [FROM + SEEDS * i // processes for i in range(processes + 1)]
        running = [start(edges[i], edges[i + 1]) for i in range(processes)]
        for one in running:
            output, _ = one.communicate(timeout=SECONDS_MAX)
            self.assertEqual(one.returncode, 0, output[-4000:])
            line = output.splitlines()[-1]
            self.assertRegex(line, r" 0 broke a promise; [1-9]\d* messages accepted, [1-9]\d* copies arrived, [1-9]\d* crashes")
            print(f"note: {line}")

    def test_planted_bugs_are_caught(self):
        for name in PLANTED:
            with self.subTest(name):
                one = start("--planted", name, PLANTED_SEEDS_MAX)
                output, _ = one.communicate(timeout=SECONDS_MAX)
                self.assertEqual(one.returncode, 0, output[-2000:])
                print(f"note: {output.splitlines()[-1][:160]}")

    def test_a_seed_replays_to_the_same_hash(self):
        for seed in (FROM, FROM + 1, FROM + 7):
            hashes = set()
            for _ in range(2):
                output, _ = start(seed).communicate(timeout=SECONDS_MAX)
                hashes.add(re.search(r"hash ([0-9a-f]{16})", output).group(1))
            self.assertEqual(len(hashes), 1, f"seed {seed}: {hashes}")


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=2)
    result = program.result
    bad = len(result.failures) + len(result.errors) + len(result.skipped)
    print(f"RESULT {result.testsRun - min(bad, result.testsRun)} passed, {bad} failed")
    sys.exit(1 if bad else 0)
