#!/usr/bin/env python3
"""kill -9 at the N-th call of every system call that the road of a message makes, N counted up until nothing is killed any
more: whatever was acknowledged is there after a healthy start.

POSTROAD_SYSCALLS="pwrite64 fdatasync" narrows the sweep, POSTROAD_SYSCALLS_FROM=N begins it there: to go on where one ended.
"""
import os
import signal

import harness
from failing_disk_loses_nothing_test import by_http, by_smtp

CALLS = ("pwrite64", "pwritev", "fdatasync", "fsync", "openat", "ftruncate", "rename", "unlink", "sendmsg", "recvmsg", "writev")
MESSAGES = 4
CALLS_MAX = 400      # of one system call in one thread: more are not made by a start and four messages
QUIET_AFTER = 2      # runs in a row that end unkilled: the sweep of this call is over


class KillAtEverySyscall(harness.Scenario):
    def end(self, dying):
        """Ends strace and, what strace leaves behind, the server under it; returns when the store is free."""
        dying.kill()
        lock = os.path.join(dying.data, "lock")
        holder = open(lock).read().strip() if os.path.exists(lock) else ""
        if not holder.isdigit():
            return

        def gone():
            try:
                os.kill(int(holder), signal.SIGKILL)
                return False
            except ProcessLookupError:
                return True
        harness.wait_for("the killed server to be gone", gone)

    def one(self, call, number):
        """True: it was killed."""
        sink = self.sink()
        wrapper = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}"]
        folder = os.path.join(self.folder, f"{call}-{number}")
        os.mkdir(folder)
        dying = harness.Postroad(folder, next_hop=f"127.0.0.1:{sink.port}", wrapper=wrapper)
        acknowledged = []
        try:
            dying.start()
            for i in range(MESSAGES):
                name = f"{call}-{number}-{i}"
                if (by_http(dying, name) if i % 2 else by_smtp(dying, name)) in (200, 250):
                    acknowledged.append(name)
        except AssertionError:
            pass  # killed before it listened
        finally:
            killed = dying.process.poll() is not None
            self.end(dying)
        healthy = harness.Postroad(folder, next_hop=f"127.0.0.1:{sink.port}")
        self.stack.callback(healthy.kill)
        with open(healthy.config) as f:  # ports are new, the store is the same
            self.assertIn(dying.data, f.read())
        healthy.start()
        audit = healthy.wait_settled()
        self.assertTrue(audit["balanced"], (call, number, audit))
        arrived = {to.split("@")[0] for m in sink.messages for to in m["to"]}
        self.assertLessEqual(set(acknowledged), arrived, (call, number))
        self.assertEqual(healthy.stop(), 0)
        sink.close()
        return killed

    def test_nothing_acknowledged_is_lost(self):
        harness.need_tool("strace", "strace")
        kills = 0
        for call in os.environ.get("POSTROAD_SYSCALLS", " ".join(CALLS)).split():
            number, quiet = int(os.environ.get("POSTROAD_SYSCALLS_FROM", "1")), 0
            while quiet < QUIET_AFTER and number < CALLS_MAX:
                killed = self.one(call, number)
                kills, quiet = kills + killed, 0 if killed else quiet + 1
                number += 1
            print(f"note: {call}: killed at calls 1 to {number - 1 - quiet}", flush=True)
        print(f"note: {kills} kills, 0 lost")
        self.assertGreater(kills, 20)


if __name__ == "__main__":
    harness.main()
