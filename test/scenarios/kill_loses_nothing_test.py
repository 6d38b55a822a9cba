#!/usr/bin/env python3
"""50 times kill -9 under load over HTTP and SMTP: nothing acknowledged is lost or torn, and the store's own books balance."""
import crash
import harness

CYCLES = 50


class KillLosesNothing(harness.Scenario):
    def test_fifty_kills(self):
        seen = crash.run_cycles(self, CYCLES)
        crash.check(self, seen, CYCLES)
        self.assertLess(seen["starts"][len(seen["starts"]) // 2], 0.5, "restart to listening")


if __name__ == "__main__":
    harness.main()
