#!/usr/bin/env python3
"""Python's own smtplib: STARTTLS and TLS from the first byte, AUTH PLAIN and LOGIN, options in X-Mailgun fields, errors."""
import email.message
import smtplib
import ssl

import clients  # noqa: F401 -- finds harness
import harness

USER, PASSWORD = "postmaster@mail.shop.test", "correct horse 42"


class Smtplib(harness.Scenario):
    def setUp(self):
        super().setUp()
        self.sink_ = self.sink()
        self.tls_port = harness.free_port()
        self.server = self.postroad(start=False, next_hop=f"127.0.0.1:{self.sink_.port}", tls="self_signed")
        text = open(self.server.config).read()
        with open(self.server.config, "w") as f:
            f.write(text.replace("auth_required = false", f'auth_required = true\nlisten_tls = ["127.0.0.1:{self.tls_port}"]'))
        self.server.start()
        status, _, answer = self.server.request("POST", "/v3/domains/mail.shop.test/credentials",
                                                fields=[("login", "postmaster"), ("password", PASSWORD)])
        self.assertEqual(status, 200, answer)
        self.tls = ssl.create_default_context(cafile=self.server.data + "/dev-ca.pem")

    def starttls(self):
        client = smtplib.SMTP("localhost", self.server.smtp_port, local_hostname="app.test", timeout=30)
        client.starttls(context=self.tls)
        return client

    def message(self, to, **fields):
        message = email.message.EmailMessage()
        message["From"], message["To"], message["Subject"] = f"Jörg <{USER}>", to, "Grüße"
        for name, value in fields.items():
            message[name.replace("_", "-")] = value
        message.set_content("Hello\n.dot\nJörg €\n")
        return message

    def test_every_way_in(self):
        for name, connect in (("starttls", self.starttls),
                              ("implicit", lambda: smtplib.SMTP_SSL("localhost", self.tls_port, context=self.tls, timeout=30))):
            for mechanism in ("PLAIN", "LOGIN"):
                with connect() as client:
                    client.ehlo_or_helo_if_needed()
                    client.user, client.password = USER, PASSWORD
                    code, _ = client.auth(mechanism, getattr(client, f"auth_{mechanism.lower()}"))
                    self.assertEqual(code, 235)
                    refused = client.send_message(self.message("ana@north.test, bob@south.test", X_Mailgun_Tag=f"{name}-{mechanism}",
                                                               X_Mailgun_Variables='{"order": "7781"}'))
                    self.assertEqual(refused, {})
        harness.wait_for("eight copies", lambda: self.sink_.count() == 8)
        self.server.wait_settled()
        accepted = [e for e in self.server.events() if e["event"] == "accepted"]
        self.assertEqual(sorted(e["tags"][0] for e in accepted)[::2],
                         ["implicit-LOGIN", "implicit-PLAIN", "starttls-LOGIN", "starttls-PLAIN"])
        self.assertEqual({e["user-variables"]["order"] for e in accepted}, {"7781"})
        kept = [email.message_from_bytes(m["data"]) for m in self.sink_.messages]
        self.assertEqual({m["X-Mailgun-Variables"] for m in kept}, {'{"order":"7781"}'}, "contract/smtp.md keeps the field")

    def test_international_mail(self):
        with self.starttls() as client:
            client.login(USER, PASSWORD)
            self.assertTrue(client.has_extn("smtputf8") and client.has_extn("8bitmime"))
            client.send_message(self.message("jörg@nörth.test"), mail_options=["SMTPUTF8", "BODY=8BITMIME"])
        harness.wait_for("the copy", lambda: self.sink_.count() == 1)

    def test_errors_say_what_to_do(self):
        with self.starttls() as client:
            with self.assertRaises(smtplib.SMTPAuthenticationError) as wrong:
                client.login(USER, "wrong password")
            self.assertEqual(wrong.exception.smtp_code, 535)
        with self.starttls() as client:
            with self.assertRaises(smtplib.SMTPSenderRefused) as unknown:
                client.sendmail(USER, ["ana@north.test"], "Subject: x\r\n\r\nx")
            self.assertEqual(unknown.exception.smtp_code, 530)
        with self.starttls() as client:
            client.login(USER, PASSWORD)
            with self.assertRaises(smtplib.SMTPDataError) as option:
                client.send_message(self.message("ana@north.test", X_Mailgun_Track="yes"))
            self.assertEqual(option.exception.smtp_code, 550)
            self.assertIn(b"X-Mailgun-Track", option.exception.smtp_error)
        self.assertEqual(self.sink_.count(), 0)


if __name__ == "__main__":
    harness.main()
