#!/usr/bin/env python3
"""The long form of kill_loses_nothing_test.py: 200 kills."""
import crash
import harness

CYCLES = 200


class KillLosesNothingLong(harness.Scenario):
    def test_two_hundred_kills(self):
        crash.check(self, crash.run_cycles(self, CYCLES), CYCLES)


if __name__ == "__main__":
    harness.main()
