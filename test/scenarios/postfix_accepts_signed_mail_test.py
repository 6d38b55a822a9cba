#!/usr/bin/env python3
"""A mail sent with curl goes to a real Postfix over STARTTLS, arrives whole, and two foreign verifiers accept its DKIM
signatures: OpenDKIM as Postfix's milter and dkimpy here. The event log tells it."""
import email
import email.policy
import hashlib
import os
import subprocess
import sys

import harness
import peers

sys.path.insert(0, os.path.join(harness.ROOT, "test", "conformance"))
import clients  # noqa: E402

try:
    import dkim
except ImportError:
    sys.exit("python3-dkim is missing: apt-get install python3-dkim, or run ./dev test, which installs it")


class PostfixAcceptsSignedMail(harness.Scenario):
    def setUp(self):
        super().setUp()
        self.postroad_server = self.postroad(start=False, domains=("mail.shop.example",))
        self.postroad_server.start()
        records = self.postroad_server.command("domain", "dns", "mail.shop.example")["records"]
        records = [one for one in records if one["purpose"] == "DKIM"]
        self.zone = {r["name"] + ".": r["value"] for r in records}
        lines = [f"{name} 60 IN TXT {peers.dns_strings(value)}" for name, value in self.zone.items()]
        self.unbound = peers.Unbound(self.folder, lines, zones=("shop.example.",))
        self.stack.callback(self.unbound.close)
        self.milter = peers.OpenDkim(self.folder, self.unbound)
        self.stack.callback(self.milter.close)
        self.postfix = peers.Postfix(self.folder, "north.test", milter_port=self.milter.port)
        self.stack.callback(self.postfix.close)
        self.postroad_server.stop()
        self.hop_config(f"127.0.0.1:{self.postfix.port}")
        self.postroad_server.start()

    def hop_config(self, hop):
        with open(self.postroad_server.config, "a") as f:
            f.write(f'\n[delivery.next_hop]\n"*" = "{hop}"\n')

    def dns(self, name, timeout=5):
        return self.zone.get(name.decode() if isinstance(name, bytes) else name, "").encode()

    def arrived(self):
        return harness.wait_for("the message in Postfix's mailbox", lambda: self.postfix.messages(), 30)[0]

    def check_signatures(self, raw):
        header = raw[:raw.index(b"\n\n")].decode(errors="replace")
        self.assertIn("dkim=pass", header, self.postfix.maillog()[-2000:])
        self.assertNotIn("dkim=fail", header)
        wire = raw.replace(b"\n", b"\r\n")
        count = header.count("DKIM-Signature:")
        self.assertEqual(count, 2, "one RSA and one Ed25519 signature")
        for index in range(count):
            self.assertTrue(dkim.DKIM(wire).verify(idx=index, dnsfunc=self.dns), f"dkimpy refuses signature {index}")
        for name, instead in ((b"Subject: ", b"Subject: x"), (b"\n\n", b"\n\nx")):
            changed = raw.replace(name, instead, 1).replace(b"\n", b"\r\n")
            self.assertFalse(dkim.verify(changed, dnsfunc=self.dns), f"a change after {name!r} goes unseen")

    def test_curl_attachment_and_unicode_arrive_whole(self):
        attachment = os.path.join(self.folder, "r\u00e9sum\u00e9.bin")
        octets = bytes(range(256)) * 40
        with open(attachment, "wb") as f:
            f.write(octets)
        harness.need_tool("curl", "curl")
        text = "Hello Ana,\n.a dot\n\n" + "long line " * 200 + "\nJ\u00f6rg \u20ac \U0001f600\n"
        done = subprocess.run(
            ["curl", "-sS", "-u", f"api:{harness.KEY}", f"http://127.0.0.1:{self.postroad_server.http_port}/v3/mail.shop.example/messages",
             "-F", "from=J\u00f6rg Shop <app@mail.shop.example>", "-F", "to=Ana <ana@north.test>", "-F", "subject=Gr\u00fc\u00dfe 7781",
             "--form-string", "text=" + text, "--form-string", "html=<p>Hello <b>Ana</b></p>", "-F", "o:tag=orders", "-F", "v:order=7781",
             "-F", "h:X-Shop=yes", "-F", f"attachment=@{attachment};type=application/x-shop"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30)
        self.assertIn('"message":"Queued. Thank you."', done.stdout.replace('": "', '":"'))
        raw = self.arrived()
        self.check_signatures(raw)
        self.assertIn(b"with ESMTPS", raw, "not over STARTTLS")
        message = email.message_from_bytes(raw, policy=email.policy.default)
        self.assertEqual(message["Subject"], "Gr\u00fc\u00dfe 7781")
        self.assertEqual(message["From"], "J\u00f6rg Shop <app@mail.shop.example>")
        self.assertEqual(message["X-Shop"], "yes")
        self.assertEqual(message["X-Mailgun-Tag"], "orders")
        self.assertEqual(message.get_body(("plain",)).get_content().replace("\r\n", "\n").rstrip("\n"), text.rstrip("\n"))
        self.assertIn("<p>Hello <b>Ana</b></p>", message.get_body(("html",)).get_content())
        part = list(message.iter_attachments())[0]
        self.assertEqual(part.get_filename(), "r\u00e9sum\u00e9.bin")
        self.assertEqual(hashlib.sha256(part.get_payload(decode=True)).digest(), hashlib.sha256(octets).digest())

        postroad = self.postroad_server
        harness.wait_for("the delivered event", lambda: any(e["event"] == "delivered" for e in postroad.events("mail.shop.example")))
        delivered = [e for e in postroad.events("mail.shop.example") if e["event"] == "delivered"][0]
        self.assertEqual(delivered["delivery-status"]["code"], 250)
        self.assertIs(delivered["delivery-status"]["tls"], True)
        self.assertEqual(delivered["primary-dkim"], "mail.shop.example")
        self.assertEqual(delivered["user-variables"], {"order": "7781"})
        self.assertEqual(delivered["message"]["headers"]["subject"], "Gr\u00fc\u00dfe 7781")
        self.assertEqual(delivered["message"]["attachments"][0]["size"], len(octets))

    def test_mailgun_js_unmodified_reaches_postfix(self):
        octets = bytes(range(256)) * 40
        attachment = os.path.join(self.folder, "order.bin")
        with open(attachment, "wb") as f:
            f.write(octets)
        clients.node("mailgun_js.mjs", f"http://127.0.0.1:{self.postroad_server.http_port}", harness.KEY, "mail.shop.example",
                     attachment)
        raw = self.arrived()
        self.check_signatures(raw)
        self.assertIn(b"with ESMTPS", raw, "not over STARTTLS")
        message = email.message_from_bytes(raw, policy=email.policy.default)
        self.assertEqual(message["Subject"], "Gr\u00fc\u00dfe aus dem Laden")
        self.assertEqual(message["Reply-To"], "help@mail.shop.example")
        self.assertEqual(message.get_body(("plain",)).get_content().replace("\r\n", "\n"), "Hello Ana,\n.dot\nJ\u00f6rg \u20ac\n")
        by_name = {p.get_filename(): p for p in message.walk() if p.get_filename()}
        self.assertEqual(by_name["order.bin"].get_payload(decode=True), octets)
        self.assertEqual(by_name["logo.png"]["Content-ID"], "<logo.png>")

    def test_submitted_bytes_arrive_exactly(self):
        lines = [b"From: app@mail.shop.example", b"To: ana@north.test", b"Subject: exact", b"X-Odd:   spaces  kept\t", b"",
                 b"..leading dots", b".", b"", b"trailing ", b"tab\t", b"J\xc3\xb6rg", b"x" * 998, b"", b""]
        message = b"\r\n".join(lines)
        with self.postroad_server.smtp() as client:
            client.sendmail("app@mail.shop.example", ["ana@north.test"], message, mail_options=["BODY=8BITMIME"])
        raw = self.arrived()
        self.check_signatures(raw)
        self.assertTrue(raw.replace(b"\n", b"\r\n").endswith(b"\r\n".join(lines[4:])), "the body changed on its way")
        self.assertIn(b"X-Odd:   spaces  kept\t\n", raw)


if __name__ == "__main__":
    harness.main()
