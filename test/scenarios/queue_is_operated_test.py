#!/usr/bin/env python3
"""Mail that waits, and an operator: why it waits, in words; a pause and a slowing that outlive the server; trying now; giving up."""
import json
import os
import subprocess
import time

import harness
import sandbox

DONE, FAILED, USAGE, NOT_FOUND = 0, 1, 2, 6


class QueueIsOperated(harness.Scenario):
    def begin(self, **options):
        self.answers = {"rcpt": "451 4.7.1 come back later"}
        self.peer = self.sink(answers=lambda stage, text: self.answers.get(stage))
        self.server = self.postroad(next_hop=f"127.0.0.1:{self.peer.port}", **options)

    def run_it(self, *arguments, expect=DONE):
        done = subprocess.run([harness.BINARY, "queue", *arguments, "--config", self.server.config], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=60, stdin=subprocess.DEVNULL, env=sandbox.clean_environment())
        self.assertEqual(done.returncode, expect, f"queue {' '.join(arguments)}\n{done.stdout}{done.stderr}")
        return done

    def asked(self, *arguments):
        return json.loads(self.run_it(*arguments, "--json").stdout)

    def send(self, *recipients, **more):
        fields = [("from", "a@mail.shop.test"), ("subject", "Hi"), ("text", "x"), *[("to", r) for r in recipients], *more.items()]
        status, answer = self.server.send(fields)
        self.assertEqual(status, 200, answer)
        return answer["id"]

    def deferred(self, address):
        harness.wait_for(f"a deferral of {address}", lambda: any(e["event"] == "failed" and e["recipient"] == address for e in self.server.events()))

    def test_it_says_why_mail_waits_and_tries_when_told(self):
        self.begin()
        self.send("ana@corp.test")
        self.deferred("ana@corp.test")
        self.send("bo@corp.test", "cy@north.test", **{"o:deliverytime": str(int(time.time()) + 7200)})
        words = self.run_it("explain", "Corp.Test").stdout
        self.assertRegex(words, r"2 recipients wait for corp\.test, the oldest for \d+ s\.\nThe next try is at .*, in (9|10) min\. `postroad queue retry corp\.test` makes it now\.\n"
                                r"The last answer, \d+ s ago, to attempt 1: 127\.0\.0\.1: 451 4\.7\.1 come back later\nWhat is not delivered by .*, in 7 h 59 min, fails as too old\.\n$")
        self.assertIn("It is to be sent later: the first try is at", self.run_it("explain", "north.test").stdout)
        self.assertEqual(self.run_it("explain", "other.test").stdout, "Nothing waits for other.test.\n")
        self.assertEqual({(lane["lane"], lane["recipients"]) for lane in self.asked("list")["lanes"]}, {("corp.test", 2), ("north.test", 1)})
        self.assertEqual([lane["lane"] for lane in self.asked("top", "--limit", "1")["lanes"]], ["corp.test"])
        self.assertEqual(len(self.run_it("list", "--jsonl").stdout.splitlines()), 2)
        self.assertRegex(self.run_it().stdout, r"(?m)^corp\.test +high +2 +0  in (9|10) min")
        self.assertRegex(self.run_it("summary").stdout, r"^waiting    3 recipients in 2 lanes, 0 of them due\nin flight  0\n$")

        self.answers.clear()
        self.assertEqual(self.asked("retry", "corp.test")["recipients"], 2)
        harness.wait_for("both", lambda: self.peer.count() == 2)
        self.assertIn("1 recipient due now", self.run_it("retry", "--all").stderr)
        harness.wait_for("all", lambda: self.peer.count() == 3)
        self.server.wait_settled()
        self.assertIn("nothing waits", self.run_it().stderr)
        self.assertEqual(self.server.audit()["ended"], 3)
        self.run_it("retry", expect=USAGE)
        self.run_it("retry", "corp.test", "--all", expect=USAGE)
        self.run_it("retry", "--message", "<nobody@nowhere>", expect=NOT_FOUND)

    def test_a_pause_outlives_the_server(self):
        self.begin()
        self.answers.clear()
        self.assertIn("corp.test is paused", self.run_it("pause", "CORP.test", "--reason", "they move").stderr)
        self.send("ana@corp.test", "bo@north.test")
        harness.wait_for("the other lane", lambda: self.peer.count() == 1)
        words = self.run_it("explain", "corp.test").stdout
        self.assertRegex(words, r"An operator has paused the lane \d+ s ago: they move\. `postroad queue resume corp\.test` ends that\.\nIt is due, and will be tried when the pause ends\.")
        self.server.kill()
        self.server.start()
        self.send("cy@north.test")
        harness.wait_for("the other lane", lambda: self.peer.count() == 2)
        self.assertEqual([(r["lane"], r["action"], r["reason"]) for r in self.asked("list")["rules"]], [("corp.test", "pause", "they move")])
        self.assertRegex(self.run_it("summary").stdout, r"(?m)^paused +corp\.test  since .*  they move$")
        self.assertRegex(self.run_it().stdout, r"(?m)^corp\.test .* now +paused$")
        self.assertEqual({r for m in self.peer.messages for r in m["to"]}, {"bo@north.test", "cy@north.test"})
        self.assertIn("corp.test goes on", self.run_it("resume", "corp.test").stderr)
        harness.wait_for("what was paused", lambda: self.peer.count() == 3)
        self.run_it("resume", "corp.test", expect=NOT_FOUND)

        self.server.stop()  # Without a server the order is written all the same.
        self.run_it("pause", "--all", "--for", "1h")
        self.assertIn("Nothing waits", self.run_it("explain", "corp.test").stdout)
        self.server.start()
        self.send("dora@corp.test")
        self.assertRegex(self.run_it("explain", "corp.test").stdout, r"paused every lane \d+ s ago, until .*`postroad queue resume --all` ends that")
        self.assertEqual(self.peer.count(), 3)
        self.run_it("resume", "--all")
        harness.wait_for("the last", lambda: self.peer.count() == 4)
        for wrong in (["pause"], ["pause", "not a domain"], ["slow", "corp.test"], ["slow", "corp.test", "--rate", "fast"], ["pause", "corp.test", "--for", "10"]):
            with self.subTest(wrong=wrong):
                self.assertRegex(self.run_it(*wrong, expect=FAILED if wrong[-1] == "not a domain" else USAGE).stderr, "^error: ")

    def test_a_slowed_lane_keeps_its_rate(self):
        self.begin()
        self.answers.clear()
        self.run_it("slow", "corp.test", "--rate", "5/s")
        begun = time.monotonic()
        self.send(*[f"u{i}@corp.test" for i in range(6)])
        harness.wait_for("all", lambda: self.peer.count() == 6)
        self.assertGreaterEqual(time.monotonic() - begun, 1.0)
        self.assertIn("slowed the lane to 18000 recipients an hour", self.run_it("explain", "corp.test").stdout)
        self.run_it("resume", "corp.test")

    def test_what_is_held_waits_for_its_release(self):
        self.begin()
        wrong = self.send("ana@corp.test", "bo@corp.test")
        self.deferred("bo@corp.test")
        self.assertEqual(self.asked("hold", "--message", wrong, "--reason", "wrong price")["recipients"], 2)
        self.answers.clear()
        self.send("cy@corp.test")
        harness.wait_for("the mail beside it", lambda: self.peer.count() == 1)
        self.assertEqual(self.asked("retry", "corp.test")["recipients"], 0)
        self.assertRegex(self.run_it("explain", "corp.test").stdout, r"Nothing waits for corp\.test\.\n2 more are held and not tried: ")
        self.assertRegex(self.run_it("summary").stdout, r"(?m)^waiting    2 recipients in 0 lanes.*\n(.*\n)*held       2 ")
        self.server.kill()
        self.server.start()
        self.assertEqual([(h["recipient"], h["why"]) for h in self.asked("held")["held"]],
                         [("ana@corp.test", "held by the operator"), ("bo@corp.test", "held by the operator")])
        self.assertEqual(len(self.run_it("held", "--jsonl").stdout.splitlines()), 2)
        story = self.server.command("log", "show", wrong.strip("<>"))["events"]
        self.assertEqual([e["event"]["reason"] for e in story if e["type"] == "quarantined"], ["held by the operator: wrong price"] * 2)
        self.run_it("release", "north.test", expect=NOT_FOUND)
        self.assertIn("2 recipients released", self.run_it("release", "corp.test").stderr)
        self.assertEqual(self.asked("retry", "corp.test")["recipients"], 2)
        harness.wait_for("all", lambda: sum(len(m["to"]) for m in self.peer.messages) == 3)
        self.server.wait_settled()
        audit = self.server.audit()
        self.assertEqual((audit["ended"], audit["balanced"]), (3, True))
        self.run_it("hold", expect=USAGE)

    def test_what_is_bounced_fails_with_an_event_each(self):
        self.begin()
        kept = self.send("ana@corp.test")
        given_up = self.send("bo@corp.test", "cy@corp.test")
        for address in ("ana@corp.test", "bo@corp.test", "cy@corp.test"):
            self.deferred(address)
        done = self.run_it("bounce", "corp.test", expect=USAGE)
        self.assertRegex(done.stderr, r"error: 3 recipients will fail for good, with an event each: nothing was done\nhint: --yes")
        self.assertEqual(self.server.audit()["waiting"], 3)
        self.assertEqual(self.asked("bounce", "--message", given_up, "--reason", "a mistake", "--yes")["recipients"], 2)
        ended = [e for e in self.server.events() if e["event"] == "failed" and e["severity"] == "permanent"]
        self.assertEqual({e["recipient"] for e in ended}, {"bo@corp.test", "cy@corp.test"})
        self.assertEqual({(e["delivery-status"]["message"], e["delivery-status"]["attempt-no"]) for e in ended}, {("bounced by the operator: a mistake", 1)})
        audit = self.server.audit()
        self.assertEqual((audit["ended"], audit["waiting"], audit["balanced"]), (2, 1, True))

        def at_a_terminal(answer):
            """Exit code of a bounce to which somebody types `answer`."""
            leader, follower = os.openpty()
            process = subprocess.Popen([harness.BINARY, "queue", "bounce", "corp.test", "--config", self.server.config], stdin=follower, stdout=follower, stderr=follower,
                                       env=sandbox.clean_environment())
            os.close(follower)
            shown = b""
            while b"[y/N]" not in shown:
                shown += os.read(leader, 1024)
            os.write(leader, answer)
            code = process.wait(20)
            os.close(leader)
            return code
        self.assertEqual(at_a_terminal(b"n\n"), USAGE)
        self.assertEqual(self.server.audit()["waiting"], 1)
        self.assertEqual(at_a_terminal(b"y\n"), DONE)
        self.assertEqual(self.server.audit()["waiting"], 0)
        self.assertIn(kept.strip("<>"), [e["message"]["headers"]["message-id"] for e in self.server.events() if e["event"] == "failed" and e["severity"] == "permanent"])
        self.server.stop()
        self.assertTrue(self.server.audit()["balanced"])


if __name__ == "__main__":
    harness.main()
