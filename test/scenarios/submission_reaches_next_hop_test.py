#!/usr/bin/env python3
"""Mail submitted by SMTP reaches the next hop once, with its body untouched, and its end is told."""
import harness


class SubmissionReachesNextHop(harness.Scenario):
    def test_body_arrives_as_it_was_sent_and_the_story_is_told(self):
        sink = self.sink()
        postroad = self.postroad(next_hop=f"127.0.0.1:{sink.port}")
        body = "first\r\n.dot at the start\r\n..two\r\n\r\ntrailing space \r\nJ\u00f6rg\r\n".encode()
        message = (b"From: Shop <app@mail.shop.test>\r\nTo: ana@north.test\r\nBcc: secret@north.test\r\nSubject: Order\r\n"
                   b"Message-Id: <one@mail.shop.test>\r\nX-Mailgun-Tag: orders\r\n\r\n" + body)
        with postroad.smtp() as client:
            client.sendmail("app@mail.shop.test", ["ana@north.test", "Bob@south.test"], message, mail_options=["BODY=8BITMIME"])
        harness.wait_for("both copies", lambda: sink.count() == 2)
        for copy in sink.messages:
            header, _, got = copy["data"].partition(b"\r\n\r\n")
            self.assertEqual(got, body)
            self.assertIn(b"Received: from client.test ([127.0.0.1]) by postroad.test", header)
            self.assertIn(b"DKIM-Signature:", header)
            self.assertNotIn(b"secret@", header)
            self.assertNotIn(b"Bcc", header)
            self.assertTrue(copy["from"].startswith("bounce+"), copy["from"])
            self.assertTrue(copy["from"].endswith("@mail.shop.test"), copy["from"])
        self.assertEqual(sorted(c["to"][0] for c in sink.messages), ["Bob@south.test", "ana@north.test"])
        self.assertNotEqual(sink.messages[0]["from"], sink.messages[1]["from"])
        audit = postroad.wait_settled()
        self.assertEqual((audit["accepted"], audit["ended"], audit["balanced"]), (2, 2, True))
        story = postroad.command("log", "one@mail.shop.test")
        self.assertTrue(story["story"])
        self.assertEqual(sorted(e["type"] for e in story["events"]), ["accepted", "accepted", "delivered", "delivered"])
        delivered = [e for e in story["events"] if e["type"] == "delivered"][0]
        self.assertIn("RCPT TO:<", delivered["transcript"])
        self.assertEqual(delivered["event"]["tags"], ["orders"])
        self.assertEqual(delivered["event"]["delivery-status"]["code"], 250)

    def test_each_recipient_gets_the_answer_given_for_it(self):
        def answers(stage, text):
            if stage == "rcpt" and "<gone@" in text:
                return "550 5.1.1 no such user"
            if stage == "rcpt" and "<later@" in text:
                return "451 4.7.1 greylisted, come back"
            return None
        sink = self.sink(answers=answers)
        postroad = self.postroad(next_hop=f"127.0.0.1:{sink.port}")
        with postroad.smtp() as client:
            client.sendmail("app@mail.shop.test", ["ok@north.test", "gone@north.test", "later@north.test"],
                            "From: app@mail.shop.test\r\nSubject: x\r\n\r\nhello\r\n")
        harness.wait_for("three outcomes", lambda: len([e for e in postroad.events() if e["event"] != "accepted"]) == 3)
        by_recipient = {e["recipient"]: e for e in postroad.events() if e["event"] != "accepted"}
        self.assertEqual(by_recipient["ok@north.test"]["event"], "delivered")
        gone = by_recipient["gone@north.test"]
        self.assertEqual((gone["event"], gone["severity"], gone["reason"]), ("failed", "permanent", "bounce"))
        self.assertEqual(gone["delivery-status"]["code"], 550)
        self.assertEqual(gone["delivery-status"]["enhanced-code"], "5.1.1")
        self.assertEqual(gone["delivery-status"]["bounce-type"], "hard")
        later = by_recipient["later@north.test"]
        self.assertEqual((later["severity"], later["reason"]), ("temporary", "greylisted"))
        self.assertEqual(later["delivery-status"]["retry-seconds"], 600)
        audit = postroad.audit()
        self.assertEqual((audit["accepted"], audit["ended"], audit["waiting"]), (3, 2, 1))

    def test_a_dead_next_hop_defers_and_a_restart_delivers(self):
        port = harness.free_port()
        postroad = self.postroad(next_hop=f"127.0.0.1:{port}", extra='[delivery]\nretries = ["2s"]')
        with postroad.smtp() as client:
            client.sendmail("app@mail.shop.test", ["ana@north.test"], "From: app@mail.shop.test\r\n\r\nhello\r\n")
        harness.wait_for("a deferral", lambda: any(e["event"] == "failed" for e in postroad.events()))
        failed = [e for e in postroad.events() if e["event"] == "failed"][0]
        self.assertEqual(failed["severity"], "temporary")
        self.assertEqual(failed["delivery-status"]["code"], 499)
        self.assertEqual(postroad.stop(), 0)
        sink = self.sink(port=port)
        postroad.start()
        harness.wait_for("the message", lambda: sink.count() == 1)
        audit = postroad.wait_settled()
        self.assertEqual((audit["accepted"], audit["ended"], audit["balanced"]), (1, 1, True))
        self.assertEqual(sink.count(), 1)


if __name__ == "__main__":
    harness.main()
