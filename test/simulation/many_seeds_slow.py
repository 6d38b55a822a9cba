#!/usr/bin/env python3
"""10,000 seeds beyond those of each run; POSTROAD_SIM_FROM and POSTROAD_SIM_SEEDS choose others."""
import os
import sys
import unittest

os.environ.setdefault("POSTROAD_SIM_FROM", "501")
os.environ.setdefault("POSTROAD_SIM_SEEDS", "10000")

import simulation_test  # noqa: E402, its figures are read when it is imported

if __name__ == "__main__":
    suite = unittest.TestSuite([simulation_test.Simulation("test_every_seed_keeps_every_promise")])
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    bad = len(result.failures) + len(result.errors)
    print(f"RESULT {result.testsRun - min(bad, result.testsRun)} passed, {bad} failed")
    sys.exit(1 if bad else 0)
