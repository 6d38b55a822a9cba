#!/usr/bin/env python3
"""Simulator addresses in the sandbox: the life of a message as real servers would make it, hours of retries in seconds."""
import time

import harness
import sandbox


def told(events):
    """What happened, a word each."""
    return [e["event"] if e["event"] != "failed" else f"failed {e['severity']} {e['delivery-status']['code']}" for e in events]


class Simulator(sandbox.SandboxScenario):
    def wait_story(self, box, address, last, seconds=40):
        def ended():
            story = told(box.story(address))
            return story if story and story[-1] == last else None
        return harness.wait_for(f"{address} to end with {last}", ended, seconds)

    def test_each_address_ends_as_it_says(self):
        box = self.sandbox("--warp", "600")
        expected = {
            "deliver@corp.test": "delivered",
            "ana@corp.test": "delivered",
            "bounce+order7@corp.test": "failed permanent 550",
            "blocked@corp.test": "failed permanent 550",
            "data-554@corp.test": "failed permanent 554",
            "nxdomain@corp.test": "failed permanent 498",
            "anyone@bounce.mailgun.org": "failed permanent 550",
            "complain@corp.test": "delivered",
        }
        box.mail(to=",".join(expected))
        for address, end in expected.items():
            self.assertEqual(self.wait_story(box, address, end), ["accepted", end])
        bounced = box.story("bounce+order7@corp.test")[-1]
        self.assertEqual(bounced["reason"], "bounce")
        self.assertEqual(bounced["delivery-status"]["enhanced-code"], "5.1.1")
        self.assertEqual(bounced["delivery-status"]["bounce-type"], "hard")
        self.assertTrue(box.audit()["balanced"])

    def test_retries_of_hours_pass_in_seconds_and_keep_their_order(self):
        box = self.sandbox("--warp", "2400")
        started = time.time()
        box.mail(to="softbounce@corp.test,greylist@corp.test,rcpt-451+full@corp.test,timeout@corp.test")
        self.assertEqual(self.wait_story(box, "softbounce@corp.test", "delivered"), ["accepted", "failed temporary 451", "delivered"])
        self.assertEqual(self.wait_story(box, "greylist@corp.test", "delivered"), ["accepted", "failed temporary 451", "delivered"])
        self.assertEqual([e.get("reason") for e in box.story("greylist@corp.test")][1], "greylisted")
        for address, code in (("rcpt-451+full@corp.test", 451), ("timeout@corp.test", 499)):
            story = self.wait_story(box, address, "failed permanent 602")
            self.assertEqual(story, ["accepted", *[f"failed temporary {code}"] * 7, "failed permanent 602"])
            self.assertEqual(box.story(address)[-1]["reason"], "old")
        took = time.time() - started
        self.assertGreater(took, 8 * 3600 / 2400 - 0.1, "eight hours at 2400 times")
        self.assertLess(took, 30)
        # Times that are told are true: no event lies in the future.
        self.assertLessEqual(max(e["timestamp"] for e in box.events("acme.test")), time.time() + 0.5)
        self.assertTrue(box.audit()["balanced"])

    def test_a_schedule_is_reached_sooner_and_told_as_asked(self):
        box = self.sandbox("--warp", "3600")
        due = int(time.time()) + 2 * 3600
        started = time.time()
        box.mail(**{"to": "ana@corp.test", "o:deliverytime": str(due)})
        self.assertEqual(box.events("acme.test")[0]["message"]["scheduled-for"], due)
        self.wait_story(box, "ana@corp.test", "delivered")
        self.assertTrue(1.9 < time.time() - started < 10, time.time() - started)

    def test_without_warp_a_retry_waits_its_ten_minutes_and_a_delay_its_seconds(self):
        box = self.sandbox()
        started = time.time()
        box.mail(to="softbounce@corp.test,deliver+after2s@corp.test")
        self.wait_story(box, "deliver+after2s@corp.test", "delivered")
        self.assertGreater(time.time() - started, 2)
        story = box.story("softbounce@corp.test")
        self.assertEqual(told(story), ["accepted", "failed temporary 451"])
        self.assertEqual(story[-1]["delivery-status"]["retry-seconds"], 600)

    def test_live_mode_simulates_at_its_own_domain_alone(self):
        sink = self.sink()
        postroad = self.postroad(next_hop=f"127.0.0.1:{sink.port}")
        status, answer = postroad.send([("from", "a@mail.shop.test"), ("to", "bounce@sim.postroad.test, bounce@corp.test"), ("text", "x")])
        self.assertEqual(status, 200, answer)
        postroad.wait_settled()
        ends = {e["recipient"]: e for e in postroad.events() if e["event"] != "accepted"}
        self.assertEqual(ends["bounce@sim.postroad.test"]["delivery-status"]["code"], 550)
        self.assertEqual(ends["bounce@corp.test"]["event"], "delivered")
        self.assertEqual([m["to"] for m in sink.messages], [["bounce@corp.test"]])

    def test_live_mode_refuses_a_warp(self):
        postroad = self.postroad(start=False, extra="[dev]\nwarp = 60\n")
        with self.assertRaisesRegex(AssertionError, "dev.warp: goes with server.mode"):
            postroad.start()


if __name__ == "__main__":
    harness.main()
