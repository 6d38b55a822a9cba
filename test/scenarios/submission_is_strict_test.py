#!/usr/bin/env python3
"""Submission as strangers and applications meet it: TLS in both forms, credentials, limits, and clients that misbehave."""
import smtplib
import socket
import ssl
import time

import harness

PASSWORD = "correct horse 42"
USER = "postmaster@mail.shop.test"


class SubmissionIsStrict(harness.Scenario):
    def secure(self, **more):
        self.tls_port = harness.free_port()
        sink = self.sink()
        postroad = self.postroad(start=False, next_hop=f"127.0.0.1:{sink.port}", tls="self_signed", **more)
        text = open(postroad.config).read().replace("auth_required = false", f'auth_required = true\nlisten_tls = ["127.0.0.1:{self.tls_port}"]')
        with open(postroad.config, "w") as f:
            f.write(text)
        postroad.start()
        self.context = ssl.create_default_context(cafile=postroad.data + "/dev-ca.pem")
        return postroad, sink

    def create(self, postroad, login="postmaster", password=PASSWORD):
        return postroad.request("POST", "/v3/domains/mail.shop.test/credentials", fields=[("login", login), ("password", password)])

    def test_credentials_open_starttls_and_implicit_tls(self):
        postroad, sink = self.secure()
        status, _, text = self.create(postroad)
        self.assertEqual((status, "Created 1 credentials pair(s)" in text), (200, True), text)
        message = "From: app@mail.shop.test\r\nTo: ana@north.test\r\nSubject: hi\r\n\r\nhello\r\n"
        with smtplib.SMTP("127.0.0.1", postroad.smtp_port, timeout=20) as client:
            with self.assertRaises(smtplib.SMTPSenderRefused) as refused:
                client.sendmail("app@mail.shop.test", ["ana@north.test"], message)
            self.assertEqual(refused.exception.smtp_code, 530)
        with smtplib.SMTP("localhost", postroad.smtp_port, timeout=20) as client:
            client.starttls(context=self.context)
            self.assertGreaterEqual(client.sock.version(), "TLSv1.2")
            client.login(USER, PASSWORD)
            client.sendmail("app@mail.shop.test", ["ana@north.test"], message)
        with smtplib.SMTP_SSL("localhost", self.tls_port, context=self.context, timeout=20) as client:
            client.login(USER, PASSWORD)
            client.sendmail("someone@else.test", ["bob@north.test"], message)
        harness.wait_for("both messages", lambda: sink.count() == 2)
        postroad.wait_settled()
        events = [e for e in postroad.events() if e["event"] == "accepted"]
        self.assertEqual(len(events), 2, "the login's domain decides, whatever MAIL FROM says")
        self.assertTrue(all(e["flags"]["is-authenticated"] for e in events))
        self.assertIn(b"with ESMTPSA", sink.messages[0]["data"])

    def test_wrong_passwords_are_refused_then_slowed_and_survive_restart(self):
        postroad, _ = self.secure()
        self.create(postroad)
        postroad.stop()
        postroad.start()
        codes = []
        for _ in range(6):
            client = smtplib.SMTP("127.0.0.1", postroad.smtp_port, timeout=20)
            for _ in range(6):
                try:
                    client.login(USER, "wrong password")
                except smtplib.SMTPAuthenticationError as refused:
                    codes.append(refused.smtp_code)
                except (smtplib.SMTPServerDisconnected, smtplib.SMTPException):
                    break
            client.close()
            if 454 in codes:
                break
        self.assertLessEqual(codes.count(535), 20)
        self.assertIn(454, codes, "guessing was not slowed")
        with self.assertRaises(smtplib.SMTPException):
            with smtplib.SMTP("127.0.0.1", postroad.smtp_port, timeout=20) as client:
                client.login("nobody@mail.shop.test", "whatever it is")

    def test_password_rules_and_the_system_mailbox(self):
        postroad, _ = self.secure()
        status, _, text = self.create(postroad, password="1234")
        self.assertEqual(status, 400)
        self.assertIn("It must be between 5 and 32 characters", text)
        self.assertEqual(self.create(postroad)[0], 200)
        status, _, text = postroad.request("DELETE", "/v3/domains/mail.shop.test/credentials/postmaster")
        self.assertEqual((status, "Cannot delete system mailbox: postmaster@mail.shop.test" in text), (400, True))
        self.assertEqual(self.create(postroad, login="bob@other.test")[0], 400)
        self.assertEqual(self.create(postroad, login="bob")[0], 200)
        status, _, text = postroad.request("DELETE", "/v3/domains/mail.shop.test/credentials/bob@mail.shop.test")
        self.assertEqual((status, '"spec":"bob@mail.shop.test"' in text), (200, True))
        status, _, text = postroad.request("GET", "/v3/domains/mail.shop.test/credentials")
        self.assertIn('"total_count":1', text)

    def raw(self, port):
        connection = socket.create_connection(("127.0.0.1", port), 10)
        connection.settimeout(10)
        connection.recv(1000)
        return connection

    def read_all(self, connection):
        got = b""
        try:
            while True:
                part = connection.recv(65536)
                if not part:
                    return got
                got += part
        except OSError:
            return got

    def test_commands_behind_starttls_are_never_run(self):
        postroad, sink = self.secure()
        for injected in (b"EHLO evil\r\n", b"MAIL FROM:<a@mail.shop.test>\r\n", b"NOOP\r\n", b"\r\n", b"x"):
            connection = self.raw(postroad.smtp_port)
            connection.sendall(b"EHLO client.test\r\n")
            connection.recv(4000)
            connection.sendall(b"STARTTLS\r\n" + injected)
            answer = self.read_all(connection)
            self.assertTrue(answer.startswith(b"421"), answer)
            self.assertNotIn(b"220", answer)
            connection.close()

    def test_long_lines_errors_and_http_end_the_session(self):
        postroad, _ = self.secure()
        for what, expected in ((b"NOOP " + b"x" * 5000 + b"\r\n", b"500"), (b"GET / HTTP/1.1\r\n\r\n", b"421"),
                               (b"nonsense\r\n" * 20, b"421"), (b"A" * 100_000, b"500")):
            connection = self.raw(postroad.smtp_port)
            try:
                connection.sendall(what)
            except OSError:
                pass
            answer = self.read_all(connection)
            self.assertIn(expected, answer, what[:20])
            connection.close()
        with smtplib.SMTP("127.0.0.1", postroad.smtp_port, timeout=20) as client:
            self.assertEqual(client.noop()[0], 250, "the server lives")

    def test_two_hundred_silent_clients_do_not_slow_a_probe(self):
        postroad, _ = self.secure()
        silent = [socket.create_connection(("127.0.0.1", postroad.smtp_port), 10) for _ in range(200)]
        worst = 0.0
        for _ in range(20):
            started = time.monotonic()
            with smtplib.SMTP("127.0.0.1", postroad.smtp_port, timeout=20) as client:
                client.ehlo()
                client.noop()
            worst = max(worst, time.monotonic() - started)
        for connection in silent:
            connection.close()
        print(f"note: worst of 20 probes beside 200 silent clients {worst * 1000:.0f} ms")

    def test_too_big_and_too_many(self):
        postroad, sink = self.secure()
        self.create(postroad)
        with smtplib.SMTP("localhost", postroad.smtp_port, timeout=60) as client:
            client.starttls(context=self.context)
            client.login(USER, PASSWORD)
            self.assertEqual(client.esmtp_features["size"], "26214400")
            self.assertEqual(client.docmd("MAIL", "FROM:<app@mail.shop.test> SIZE=26214401")[0], 552)
            self.assertEqual(client.docmd("MAIL", "FROM:<app@mail.shop.test>")[0], 250)
            codes = [client.docmd("RCPT", f"TO:<r{i}@north.test>")[0] for i in range(1002)]
            self.assertEqual(codes[:1000], [250] * 1000)
            self.assertEqual(codes[1000:], [452, 452])
            client.rset()
            del client.esmtp_features["size"]  # So that the limit is met at the end of the data, not before.
            with self.assertRaises(smtplib.SMTPDataError) as refused:
                client.sendmail("app@mail.shop.test", ["ana@north.test"], "Subject: x\r\n\r\n" + ("y" * 78 + "\r\n") * 340_000)
            self.assertEqual(refused.exception.smtp_code, 552)
            client.rset()
            client.sendmail("app@mail.shop.test", ["ana@north.test"], "Subject: x\r\n\r\nfine\r\n")
        harness.wait_for("the small one", lambda: sink.count() == 1)


if __name__ == "__main__":
    harness.main()
