#!/usr/bin/env python3
"""A message whose delivery ends the process: held after three crashes, others flow, nothing is lost, and an operator lets it go.

The server is the one that ships, over a network that aborts the process when the marked message is written to it
(test/faults). Whoever runs it starts it again each time, as a service manager would.
"""
import os

import harness

FAULTY = os.path.join(os.path.dirname(harness.BINARY), "faulty_server")
CRASHES = 3
NEIGHBOURS = 40


class PoisonIsIsolated(harness.Scenario):
    def send(self, to, poison=False):
        fields = [("from", "app@mail.shop.test"), ("to", to), ("subject", to), ("text", "hello")]
        status, answer = self.server.send(fields + ([("h:X-Ends-The-Process", "1")] if poison else []))
        self.assertEqual(status, 200, answer)
        return answer["id"].strip("<>")

    def arrived(self):
        with self.sink.lock:
            return [to for message in self.sink.messages for to in message["to"]]

    def wait_end(self):
        """Until the process has died of the poison."""
        harness.wait_for("the process to end", lambda: self.server.process.poll() is not None)
        self.assertEqual(self.server.process.returncode, -6, self.server.log()[-2000:])

    def test_three_crashes_then_held(self):
        self.assertTrue(os.path.exists(FAULTY), f"{FAULTY} is not built: ninja -C build/release faulty_server")
        self.sink = self.sink()
        self.server = self.postroad(start=False, next_hop=f"127.0.0.1:{self.sink.port}", extra='[delivery]\nretries = ["1s"]\n',
                                    server=[FAULTY])
        self.server.start()
        message, sent = None, []
        for crash in range(CRASHES):
            # Neighbours before and behind, to the same domain and others, when the poison is met.
            if self.server.process.poll() is None:
                for i in range(NEIGHBOURS):
                    try:
                        sent.append(f"n{crash}-{i}@{['north', 'south'][i % 2]}.test")
                        self.send(sent[-1])
                        if message is None and i == NEIGHBOURS // 2:
                            message = self.send("poison@north.test", poison=True)
                    except (OSError, AssertionError):
                        sent.pop()  # It ended while we called: not accepted, or not told so.
                        break
            self.wait_end()
            self.server.start()
        # The poison was under way at each of the three; it is not tried again.
        held = harness.wait_for("the message to be held", lambda: self.server.command("queue", "held")["held"])
        self.assertEqual([(one["message"], one["recipient"], one["crashes"]) for one in held], [(message, "poison@north.test", 3)])
        after = [f"after{i}@north.test" for i in range(20)]
        for to in after:
            self.send(to)
        harness.wait_for("all others to arrive", lambda: set(sent + after) <= set(self.arrived()))
        self.assertNotIn("poison@north.test", self.arrived())
        audit = harness.wait_for("all others to end", lambda: (lambda a: a if a["waiting"] == 1 else None)(self.server.audit()))
        self.assertTrue(audit["balanced"], audit)
        self.assertIsNone(self.server.process.poll(), "it runs")
        # Whoever looks is told why.
        self.assertIn("message_held", self.server.log())
        queue = self.server.command("queue")
        self.assertEqual((queue["held"], queue["suspects"]), (1, 0))
        story = self.server.command("log", "show", f"msgid:{message}")
        self.assertIn("quarantined", [event["type"] for event in story["events"]])

        # With the bug mended, the operator lets it go.
        self.server.stop()
        self.server.server = None
        self.server.start()
        self.assertEqual(self.server.command("queue", "release", "--message", message)["recipients"], 1)
        harness.wait_for("it to arrive", lambda: "poison@north.test" in self.arrived())
        self.assertTrue(self.server.wait_settled()["balanced"])
        self.assertEqual(self.server.command("queue", "held")["held"], [])
        self.assertEqual(self.server.stop(), 0)


if __name__ == "__main__":
    harness.main()
