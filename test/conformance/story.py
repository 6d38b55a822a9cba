"""What every client of the HTTP API has to see, whichever language it is written in.

A client script sends the same mail, walks the events, fetches what was stored and runs into the same errors; it prints one
JSON object of what the client itself handed back, with the keys below, and `check` holds that object, the mail that
arrived and the journal to the contract. A call that a client does not have is listed by its test in `absent`.
"""
import email
import email.policy
import hashlib
import os

import harness

DOMAIN = "mail.shop.test"
FILE_BYTES = bytes(range(256)) * 10
FILE_SHA256 = hashlib.sha256(FILE_BYTES).hexdigest()
SUBJECT = "Grüße aus dem Laden"
KEYS = ("sent", "test_mode", "batch", "mime", "bad_address", "unknown_domain", "wrong_key", "not_built", "delivered", "walked",
        "stored", "attachment", "resent", "logs")


class Story(harness.Scenario):
    def open(self, **options):
        """A sink, a server that relays to it, and the file that is attached."""
        self.sink_ = self.sink()
        server = self.postroad(next_hop=f"127.0.0.1:{self.sink_.port}", **options)
        self.file = os.path.join(self.folder, "order.bin")
        with open(self.file, "wb") as f:
            f.write(FILE_BYTES)
        self.eml = os.path.join(self.folder, "ready.eml")
        with open(self.eml, "wb") as f:
            f.write(f"From: app@{DOMAIN}\r\nTo: dora@east.test\r\nSubject: Ready made\r\nMessage-ID: <ready@{DOMAIN}>\r\n\r\n"
                    "Already MIME.\r\n".encode())
        return server

    def check(self, server, seen, absent=(), mute=()):
        """`mute`: refusals of which the client hands back the status and drops the text."""
        self.assertEqual(sorted(seen), sorted(k for k in KEYS if k not in absent))
        for key in ("sent", "test_mode", "batch", "mime", "resent"):
            if key in absent:
                continue
            self.assertTrue(seen[key]["message"].startswith("Queued"), (key, seen[key]))
            self.assertRegex(seen[key]["id"], r"^<?[^<>@ ]+@" + DOMAIN.replace(".", r"\.") + ">?$")
        self.refused(seen, absent, "bad_address", 400, "to parameter is not a valid address. please check documentation")
        self.refused(seen, absent, "unknown_domain", 404, "Domain not found: nobody.example")
        self.refused(seen, absent, "not_built", 400, "o:tracking")
        self.refused(seen, absent, "wrong_key", 401, "" if "wrong_key" in mute else "Forbidden")
        # ana and bob (sent), carl and dora (batch), dora (mime); ana again (resent), nothing for the test mode.
        expected = 5 + ("resent" not in absent) - ("mime" in absent)
        harness.wait_for("the mail at the sink", lambda: self.sink_.count() == expected)
        server.wait_settled()
        self.arrived(absent)
        self.told(server, seen, absent)

    def refused(self, seen, absent, key, status, text):
        if key in absent:
            return
        self.assertEqual(seen[key]["status"], status, (key, seen[key]))
        self.assertIn(text, str(seen[key]), key)

    def arrived(self, absent):
        mail = [(m["to"], email.message_from_bytes(m["data"], policy=email.policy.default)) for m in self.sink_.messages]
        one = next(m for to, m in mail if to == ["ana@north.test"])
        self.assertEqual(one["Subject"], SUBJECT)
        self.assertIn("Jörg", one["From"])
        self.assertEqual(one["Reply-To"], f"help@{DOMAIN}")
        parts = {p.get_filename(): p for p in one.walk() if p.get_filename()}
        self.assertEqual(hashlib.sha256(parts["order.bin"].get_payload(decode=True)).hexdigest(), FILE_SHA256)
        self.assertIn("Hello Ana", one.get_body(("plain",)).get_content())
        self.assertIn("<b>Ana</b>", one.get_body(("html",)).get_content())
        for who, name in (("carl@west.test", "Carl"), ("dora@east.test", "Dora")):
            copies = [m for to, m in mail if to == [who] and m["Subject"] == f"Hello {name}"]
            self.assertEqual(len(copies), 1, [(to, m["Subject"]) for to, m in mail])
            self.assertIn(f"Dear {name}", copies[0].get_body(("plain",)).get_content())
        if "mime" not in absent:
            ready = [m for to, m in mail if to == ["dora@east.test"] and m["Subject"] == "Ready made"]
            self.assertEqual(len(ready), 1)
            self.assertEqual(ready[0].get_content().strip(), "Already MIME.")

    def told(self, server, seen, absent):
        journal = server.events()
        tested = [e for e in journal if e["event"] == "delivered" and e["flags"].get("is-test-mode")]
        self.assertEqual([e["delivery-status"]["code"] for e in tested], [650])
        if "delivered" not in absent:
            self.assertEqual(seen["delivered"], ["bob@south.test"], "event=delivered and recipient=bob@south.test")
        if "logs" not in absent:
            self.assertEqual(sorted(seen["logs"]), ["ana@north.test", "bob@south.test"], "POST /v1/analytics/logs, by domain and subject")
        if "walked" not in absent:  # every event there was when the client walked, each once, two a page
            ids = {e["id"] for e in journal}
            self.assertEqual(len(seen["walked"]), len(set(seen["walked"])))
            self.assertGreaterEqual(len(seen["walked"]), 10)
            self.assertLessEqual(set(seen["walked"]), ids)
        if "stored" not in absent:
            self.assertEqual(seen["stored"]["subject"], SUBJECT)
        if "attachment" not in absent:
            self.assertEqual(seen["attachment"], FILE_SHA256)
