#!/usr/bin/env python3
"""A sending domain from its first record to its end, against a real resolver: what it needs, what is wrong, waiting, new keys, a pause."""
import json
import os
import re
import subprocess
import threading

import harness
import peers
import sandbox

DONE, FAILED, NOT_FOUND, TEMPORARY = 0, 1, 6, 75
NAME, OURS = "mail.shop.example", "8.8.4.100"  # A public address; the resolver here never leaves this machine.


class DomainLife(harness.Scenario):
    def begin(self, extra="", **options):
        self.port = harness.free_port()
        self.resolver = None
        self.server = harness.Postroad(self.folder, domains=["first.example"], extra=f'[dns]\nservers = ["127.0.0.1@{self.port}"]\ndnssec = false\n{extra}', **options)
        with open(self.server.config) as file:
            text = file.read()
        with open(self.server.config, "w") as file:
            file.write(text.replace("postroad.test", "postroad.example"))  # libunbound answers for .test itself.
        self.stack.callback(self.server.kill)
        self.server.start()

    def publish(self, lines):
        """The zone, and nothing else, is what the resolver answers from now on."""
        if self.resolver:
            self.resolver.close()
        self.resolver = peers.Unbound(self.folder, [f"postroad.example. A {OURS}", *lines], zones=(".",), port=self.port)
        self.stack.callback(self.resolver.close)

    def run_it(self, *arguments, expect=DONE):
        done = subprocess.run([harness.BINARY, "domain", *arguments, "--config", self.server.config], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=120, env=sandbox.clean_environment())
        self.assertEqual(done.returncode, expect, f"domain {' '.join(arguments)}\n{done.stdout}{done.stderr}")
        return done

    def zone(self):
        return self.run_it("dns", NAME, "--format", "zone").stdout.splitlines()

    def send(self, domain=NAME, to="ana@corp.example"):
        return self.server.send([("from", f"Shop <a@{domain}>"), ("to", to), ("subject", "Hi"), ("text", "Hello")], domain=domain)

    def test_what_is_asked_for_is_what_is_checked(self):
        self.begin()
        self.run_it("add", NAME)
        self.publish(self.zone())
        found = self.run_it("check", NAME)
        self.assertIn("is ready", found.stderr)
        self.assertRegex(found.stdout, rf"(?m)^ok +domains +{NAME} DKIM mailgun-ed ")
        records = json.loads(self.run_it("show", NAME, "--json").stdout)["records"]
        self.assertEqual([(r["purpose"], r["required"]) for r in records], [("SPF", True), ("DKIM", True), ("DKIM", True), ("DMARC", False), ("MX", False)])
        self.assertEqual(json.loads(self.run_it("dns", NAME, "--format", "json").stdout)["records"], records)
        self.assertEqual(len(self.run_it("dns", NAME, "--format", "csv").stdout.splitlines()), 6)
        self.assertIn("v=spf1 a:postroad.example ~all", self.run_it("dns", NAME).stdout)
        self.run_it("check", "other.example", expect=NOT_FOUND)

    def test_each_mistake_has_its_words(self):
        self.begin()
        self.run_it("add", NAME)
        good = self.zone()
        key = next(line for line in good if line.startswith(f"mailgun._domainkey.{NAME}. "))
        value = json.loads(self.run_it("show", NAME, "--json").stdout)["records"][1]["value"]
        rest = [line for line in good if line != key]
        for about, lines, says in [
            ("nothing", [], "SPF +there is none"),
            ("no key", rest, "it is not published"),
            ("cut off", [*rest, f'mailgun._domainkey.{NAME}. TXT "{value[:255]}"'], "cut off after 255 characters"),
            ("appended twice", [*rest, key.replace(f"{NAME}.", f"{NAME}.{NAME}.", 1)], "domain twice"),
            ("another", [*rest, f'mailgun._domainkey.{NAME}. TXT "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC"'], "another key is published"),
            ("SPF twice", [*good, f'{NAME}. TXT "v=spf1 -all"'], "there are 2, which counts as none"),
        ]:
            with self.subTest(about=about):
                self.publish(lines)
                done = self.run_it("check", NAME, expect=FAILED)
                self.assertRegex(done.stdout, says)
                self.assertIn("error: mail.shop.example is not ready", done.stderr)
                self.assertFalse(json.loads(self.run_it("check", NAME, "--json", expect=FAILED).stdout)["ready"])

    def test_an_unverified_domain_waits_for_its_records(self):
        self.begin()
        self.run_it("add", NAME, "--unverified")
        self.publish([])
        self.assertEqual(self.send()[0], 400)
        self.run_it("verify", NAME, expect=FAILED)
        self.assertEqual(json.loads(self.run_it("show", NAME, "--json").stdout)["state"], "unverified")
        done = self.run_it("wait", NAME, "--timeout", "1s", expect=TEMPORARY)
        self.assertRegex(done.stderr, r"SPF: there is none[\s\S]*not ready after 1 s")
        zone = self.zone()
        later = threading.Timer(2, lambda: self.publish(zone))
        later.start()
        self.stack.callback(later.join)
        self.assertIn("is ready", self.run_it("wait", NAME, "--timeout", "60s").stderr)
        self.assertIn("is active", self.run_it("verify", NAME).stderr)
        self.server.stop()
        self.server.start()
        self.assertEqual(self.send(to="deliver@sim.postroad.example")[0], 200)
        self.assertEqual(self.server.audit()["accepted"], 1)

    def test_the_servers_of_the_zone_are_asked_before_resolvers_know(self):
        self.begin()
        self.run_it("add", NAME, "--unverified")
        delegation = ["shop.example. NS ns1.host.example.", "ns1.host.example. A 127.0.0.9"]
        self.publish(delegation)
        self.assertIn("there is none", self.run_it("check", NAME, expect=FAILED).stdout, "no server there: the resolver's word")
        apex = ["shop.example. NS ns1.host.example.", "shop.example. SOA ns1.host.example. a.host.example. 1 600 600 600 600"]
        folder = os.path.join(self.folder, "zone")
        os.mkdir(folder)
        empty = peers.Unbound(folder, apex, zones=("shop.example.",), address="127.0.0.9", port=53)
        self.stack.callback(lambda: empty.close())
        done = self.run_it("wait", NAME, "--timeout", "1s", expect=TEMPORARY)
        self.assertIn("whoever has the zone publishes them", done.stderr)
        empty.close()
        full = peers.Unbound(folder, [*apex, *self.zone()], zones=("shop.example.",), address="127.0.0.9", port=53)
        self.stack.callback(full.close)
        empty.close = lambda: None
        done = self.run_it("wait", NAME, "--timeout", "60s")
        self.assertIn("asked the servers of shop.example themselves", done.stderr)
        self.assertEqual(json.loads(self.run_it("check", NAME, "--json").stdout)["asked"], "shop.example")
        self.assertIn("is active", self.run_it("verify", NAME).stderr)
        # New keys sign when resolvers have them, for those who verify mail ask resolvers.
        self.run_it("rotate-dkim", NAME)
        full.close()
        full.__init__(folder, [*apex, *self.zone()], zones=("shop.example.",), address="127.0.0.9", port=53)
        self.assertIn("is ready", self.run_it("check", NAME).stderr)
        self.run_it("rotate-dkim", NAME, expect=TEMPORARY)
        self.publish([*delegation, *self.zone()])
        self.assertIn("sign from now on", self.run_it("rotate-dkim", NAME).stderr)

    def test_new_keys_sign_once_they_are_published(self):
        sink = self.sink()
        self.begin(next_hop=f"127.0.0.1:{sink.port}")
        self.run_it("add", NAME)
        self.publish(self.zone())

        def selectors():
            count = sink.count()
            self.assertEqual(self.send()[0], 200)
            harness.wait_for("the mail", lambda: sink.count() == count + 1)
            return sorted(re.findall(rb"(?<=[ ;])s=([a-z0-9-]+);", sink.messages[-1]["data"].split(b"\r\n\r\n")[0].replace(b"\r\n", b"")))
        self.assertEqual(selectors(), [b"mailgun", b"mailgun-ed"])
        done = self.run_it("rotate-dkim", NAME)
        self.assertIn("publish the new records", done.stderr)
        self.assertIn(f"mailgun2._domainkey.{NAME}", done.stdout)
        self.assertEqual(selectors(), [b"mailgun", b"mailgun-ed"])
        done = self.run_it("rotate-dkim", NAME, expect=TEMPORARY)
        self.assertIn("the old ones go on signing", done.stderr)
        self.assertIn("is ready", self.run_it("check", NAME).stderr)  # With the old keys it is.
        self.server.stop()
        self.server.start()
        self.assertEqual(selectors(), [b"mailgun", b"mailgun-ed"])
        self.publish(self.zone())
        self.assertIn("sign from now on", self.run_it("rotate-dkim", NAME).stderr)
        self.assertEqual(selectors(), [b"mailgun2", b"mailgun2-ed"])
        self.assertIn("is ready", self.run_it("check", NAME).stderr)
        states = {r["name"].split(".")[0]: r["required"] for r in json.loads(self.run_it("show", NAME, "--json").stdout)["records"] if r["purpose"] == "DKIM"}
        self.assertEqual(states, {"mailgun": False, "mailgun-ed": False, "mailgun2": True, "mailgun2-ed": True})
        self.run_it("rotate-dkim", NAME, "--selector", "mailgun", expect=FAILED)
        self.run_it("rotate-dkim", NAME, "--selector", "k1")
        self.publish(self.zone())
        self.run_it("rotate-dkim", NAME)
        self.assertEqual(selectors(), [b"k1", b"k1-ed"])
        self.assertNotIn("mailgun._domainkey", "".join(self.zone()))  # Retired twice over.

    def test_a_pause_refuses_new_mail_and_keeps_what_waits(self):
        answers = {"rcpt": "451 4.3.0 later"}
        sink = self.sink(answers=lambda stage, text: answers.get(stage))
        self.begin(next_hop=f"127.0.0.1:{sink.port}", extra='[delivery]\nretries = ["1s"]\n')
        self.assertEqual(self.send("first.example")[0], 200)
        harness.wait_for("a deferral", lambda: any(e["event"] == "failed" for e in self.server.events("first.example")))
        self.assertIn("is paused", self.run_it("pause", "first.example").stderr)
        answers.clear()
        status, said = self.send("first.example")
        self.assertEqual((status, said["message"]), (400, "Domain first.example is not allowed to send: disabled"))
        self.server.stop()
        self.server.start()

        def told():
            return [e["delivery-status"]["message"] for e in self.server.events("first.example") if e["event"] == "failed" and e["severity"] == "temporary"]
        harness.wait_for("the pause to be told", lambda: "the sending domain is paused: its mail waits" in told())
        self.assertEqual((sink.count(), self.server.audit()["waiting"]), (0, 1))
        self.assertIn("is active", self.run_it("resume", "first.example").stderr)
        harness.wait_for("the mail", lambda: sink.count() == 1)
        self.server.wait_settled()
        self.assertEqual(self.server.audit()["ended"], 1)


if __name__ == "__main__":
    harness.main()
