#!/usr/bin/env python3
"""Kills from outside while a mail server takes its time: the message under way is innocent and is not held for them. A fault of
the server's own, by the same signals that a bug would bring, counts."""
import signal
import threading

import harness

KILLS = 5  # Three faults would hold it.


class KillsHoldNobody(harness.Scenario):
    def setUp(self):
        super().setUp()
        self.answer, self.under_way = threading.Event(), threading.Semaphore(0)
        self.stack.callback(self.answer.set)
        sink = self.sink(hold=self.hold)
        self.server = self.postroad(next_hop=f"127.0.0.1:{sink.port}", extra='[delivery]\nretries = ["1s"]\n')
        fields = [("from", "app@mail.shop.test"), ("to", "slow@north.test"), ("subject", "slow"), ("text", "hello")]
        self.assertEqual(self.server.send(fields)[0], 200)

    def hold(self):
        self.under_way.release()
        self.answer.wait()

    def end_by(self, number):
        """Ends the server when the message has been handed over whole and no answer has come; starts the next one."""
        self.assertTrue(self.under_way.acquire(timeout=60), "the delivery did not begin again")
        self.server.process.send_signal(number)
        self.server.process.wait(60)
        self.assertEqual(self.server.process.returncode, -number)
        self.server.start()

    def queue(self):
        return self.server.command("queue")

    def test_kills_leave_it_where_it_was(self):
        for _ in range(KILLS):
            self.end_by(signal.SIGKILL)
        self.assertEqual((self.queue()["held"], self.queue()["suspects"]), (0, 1))
        self.answer.set()
        audit = self.server.wait_settled()
        self.assertTrue(audit["balanced"], audit)
        self.assertEqual(audit["ended"], 1)
        self.assertEqual(self.queue()["suspects"], 0)

    def test_faults_of_its_own_hold_it(self):
        for number in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS):
            self.end_by(number)
        harness.wait_for("the message to be held", lambda: self.queue()["held"] == 1)
        self.assertFalse(self.under_way.acquire(timeout=2), "it is not tried any more")
        self.assertTrue(self.server.audit()["balanced"])

    def test_kills_between_faults_do_not_count(self):
        for number in (signal.SIGKILL, signal.SIGSEGV, signal.SIGKILL, signal.SIGKILL):
            self.end_by(number)
        self.assertEqual(self.queue()["held"], 0)
        self.end_by(signal.SIGSEGV)
        harness.wait_for("the message to be held", lambda: self.queue()["held"] == 1)


if __name__ == "__main__":
    harness.main()
