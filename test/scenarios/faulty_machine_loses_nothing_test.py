#!/usr/bin/env python3
"""What a machine does to a mail server, on the real binary: no resolver, no descriptors, slow syncs, flipped bits."""
import glob
import os
import random
import re
import socket
import time

import harness
import peers

QUICK_RETRIES = '[delivery]\nretries = ["1s"]\n'


def name_of(message):
    return message["to"][0].split("@")[0]


class FaultyMachineLosesNothing(harness.Scenario):
    def send(self, postroad, name, domain="north.example", body="hello"):
        status, answer = postroad.send([("from", "app@mail.shop.test"), ("to", f"{name}@{domain}"), ("subject", name), ("text", body)])
        self.assertEqual(status, 200, answer)

    def test_without_a_resolver_mail_waits_and_nothing_bounces(self):
        """The resolver is gone, then refuses, then does not know the domain's servers, then answers: only then mail moves."""
        sink, port = self.sink(), harness.free_port()
        postroad = self.postroad(extra=f'[dns]\nservers = ["127.0.0.1@{port}"]\ndnssec = false\n' + QUICK_RETRIES +
                                 f"mx_port = {sink.port}\n")
        names = [f"waiting-{i}" for i in range(20)]

        def all_deferred(times):
            events = postroad.events()
            self.assertEqual([e["event"] for e in events if e["event"] in ("delivered",) or e.get("severity") == "permanent"], [])
            deferred = {}
            for e in events:
                if e.get("severity") == "temporary":
                    deferred[e["recipient"]] = deferred.get(e["recipient"], 0) + 1
            return len(deferred) == len(names) and min(deferred.values()) >= times

        for name in names:
            self.send(postroad, name)
        harness.wait_for("every message to be deferred without a resolver", lambda: all_deferred(1), 90)
        refusing = peers.Unbound(self.folder, [], zones=(), port=port, refused=("north.example",))
        self.stack.callback(refusing.close)
        harness.wait_for("every message to be deferred by a refusing resolver", lambda: all_deferred(3), 90)
        refusing.close()
        answering = peers.Unbound(self.folder, ["north.example. 5 IN MX 10 mx.north.example.", "mx.north.example. 5 IN A 127.0.0.1"], zones=("example.",), port=port)
        self.stack.callback(answering.close)
        harness.wait_for("all of it", lambda: {name_of(m) for m in sink.messages} == set(names), 90)
        audit = postroad.wait_settled()
        self.assertTrue(audit["balanced"], audit)
        self.assertEqual(sorted(name_of(m) for m in sink.messages), sorted(names), "each once")

    def test_out_of_descriptors_it_refuses_and_recovers(self):
        sink = self.sink()
        limit = 96
        harness.need_tool("prlimit", "util-linux")
        postroad = self.postroad(start=False, next_hop=f"127.0.0.1:{sink.port}", extra=QUICK_RETRIES,
                                 wrapper=["prlimit", f"--nofile={limit}:{limit}"])
        postroad.start()
        before = [f"before-{i}" for i in range(10)]
        for name in before:
            self.send(postroad, name)
        crowd = []
        for _ in range(2 * limit):
            one = socket.socket()
            one.settimeout(0.2)
            try:
                one.connect(("127.0.0.1", postroad.smtp_port))
            except OSError:
                one.close()
                continue
            crowd.append(one)
        self.assertGreater(len(crowd), limit // 2)
        self.assertIsNone(postroad.process.poll(), "out of descriptors is no reason to end")
        used = self.cpu_seconds(postroad)
        time.sleep(2)
        self.assertLess(self.cpu_seconds(postroad) - used, 1.0, "it spins while no descriptor is to be had")
        for one in crowd:
            one.close()
        after = [f"after-{i}" for i in range(10)]
        harness.wait_for("mail to be accepted again", lambda: self.try_send(postroad, after[0]), 30)
        for name in after[1:]:
            self.send(postroad, name)
        audit = postroad.wait_settled()
        self.assertTrue(audit["balanced"], audit)
        self.assertEqual({name_of(m) for m in sink.messages}, {*before, *after})

    def try_send(self, postroad, name):
        try:
            self.send(postroad, name)
        except (OSError, AssertionError):
            return False
        return True

    def cpu_seconds(self, postroad):
        with open(f"/proc/{postroad.process.pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def test_slow_syncs_slow_only_the_answer(self):
        harness.need_tool("strace", "strace")
        sink = self.sink()
        postroad = self.postroad(start=False, next_hop=f"127.0.0.1:{sink.port}", extra=QUICK_RETRIES,
                                 wrapper=["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "-e",
                                          "inject=fdatasync:delay_enter=200000"])
        postroad.start(60)
        names = [f"slow-{i}" for i in range(12)]
        for name in names:
            self.send(postroad, name)
        harness.wait_for("all of it", lambda: {name_of(m) for m in sink.messages} == set(names), 60)
        audit = postroad.wait_settled(120)
        self.assertTrue(audit["balanced"], audit)

    def test_flipped_bits_are_found_and_cost_only_what_they_hit(self):
        """Random bits of the content files, while the server is down: what is whole is delivered whole, the rest is held and named."""
        generator = random.Random(25)
        sink = self.sink(answers=lambda stage, text: "451 4.3.0 not now" if stage == "rcpt" else None)
        postroad = self.postroad(next_hop=f"127.0.0.1:{sink.port}", extra='[delivery]\nretries = ["2s"]\n')
        text = {f"bits-{i}": "".join(generator.choices("abcdefgh", k=4000)) for i in range(60)}
        for name, body in text.items():
            self.send(postroad, name, body=body)
        self.assertEqual(postroad.stop(), 0)
        flipped = 0
        for path in sorted(glob.glob(os.path.join(postroad.data, "spool", "*.seg"))):
            with open(path, "r+b") as f:
                used = len(f.read().rstrip(b"\0"))
                for _ in range(15 if used > 100_000 else 0):
                    at = generator.randrange(used)
                    f.seek(at)
                    octet = f.read(1)[0]
                    f.seek(at)
                    f.write(bytes([octet ^ 1 << generator.randrange(8)]))
                    flipped += 1
        self.assertEqual(flipped, 15, "no content file to damage was found")
        sink.answers = lambda stage, line: None
        postroad.start()

        harness.wait_for("whole messages to arrive and damaged ones to be held",
                         lambda: sink.count() + self.held(postroad) == len(text), 60)
        audit = postroad.audit()
        self.assertEqual((audit["balanced"], audit["waiting"]), (True, self.held(postroad)), "held, not ended")
        self.assertIsNone(postroad.process.poll())
        wrong = [name_of(m) for m in sink.messages
                 if re.sub(rb"=\r\n", b"", m["data"].partition(b"\r\n\r\n")[2]).strip() != text[name_of(m)].encode()]
        self.assertEqual(wrong, [], "damaged content was delivered")
        arrived = {name_of(m) for m in sink.messages}
        self.assertGreaterEqual(len(arrived), len(text) - flipped, "one bit costs at most one message")
        self.assertLess(len(arrived), len(text), "no flipped bit hit content: nothing was tested")
        postroad.stop()
        report = postroad.command("fsck", check=False)
        self.assertFalse(report["clean"])

    def held(self, postroad):
        return len(set(re.findall(r'"content_does_not_verify","message":"([^"]+)"', postroad.log())))


if __name__ == "__main__":
    harness.main()
