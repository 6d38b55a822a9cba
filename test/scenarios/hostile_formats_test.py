#!/usr/bin/env python3
"""Each hostile input (nested groups, a million parts, 1 MiB headers, rising quotes, looping templates …) costs under 100 ms
of CPU and under 16 MiB beyond itself. Three runs; the best counts, as other work on the machine only adds."""
import json
import os
import subprocess
import unittest

import harness

MEASURE = os.path.join(os.path.dirname(harness.BINARY), "bench", "formats")
MS_MAX, MIB_MAX, RUNS = 100, 16, 3


class HostileFormats(unittest.TestCase):
    def test_each_stays_within_its_bounds(self):
        best = {}
        for _ in range(RUNS):
            done = subprocess.run([MEASURE, "hostile"], stdout=subprocess.PIPE, check=True, timeout=120)
            for one in json.loads(done.stdout):
                before = best.get(one["name"], one)
                best[one["name"]] = {"ms": min(before["ms"], one["ms"]), "kib": min(before["kib"], one["kib"])}
        self.assertGreater(len(best), 30)
        worst = max(best, key=lambda name: best[name]["ms"])
        print(f"note: {len(best)} inputs, slowest {worst}: {best[worst]['ms']:.0f} ms")
        for name, cost in best.items():
            with self.subTest(name):
                self.assertLess(cost["ms"], MS_MAX)
                self.assertLess(cost["kib"] / 1024, MIB_MAX)


if __name__ == "__main__":
    harness.main()
