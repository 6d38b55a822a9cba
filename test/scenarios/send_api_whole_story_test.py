#!/usr/bin/env python3
"""The send API end to end, to a real SMTP peer: batches, schedules, MIME, stored messages, resending, cancelling, and calls
that are repeated over a restart."""
import email
import email.policy
import json
import threading
import time

import harness

SHOP = "Shop <app@mail.shop.test>"


def parsed(copy):
    return email.message_from_bytes(copy["data"], policy=email.policy.default)


class SendApi(harness.Scenario):
    def shop(self, hold=None, answers=None, **options):
        sink = self.sink(hold=hold, answers=answers)
        return sink, self.postroad(next_hop=f"127.0.0.1:{sink.port}", **options)

    def get(self, postroad, url, **headers):
        status, got, text = postroad.request("GET", "/" + url.split("/", 3)[3], headers=headers)
        self.assertEqual(status, 200, text)
        return got, text

    def test_batch_reaches_each_recipient_as_its_own_message(self):
        sink, postroad = self.shop()
        people = {f"u{i}@d{i % 7}.test": {"first": f"J\u00f6rg {i}", "uid": i} for i in range(200)}
        status, answer = postroad.send([("from", SHOP), ("to", ", ".join(people)), ("subject", "Hi %recipient.first%"),
                                        ("text", "You are %recipient.uid%, %recipient_email%"), ("html", "<b>%recipient.first%</b>"),
                                        ("h:List-Unsubscribe", "<%tag_unsubscribe_email%>"), ("v:uid", "%recipient.uid%"),
                                        ("recipient-variables", json.dumps(people))])
        self.assertEqual(status, 200, answer)
        harness.wait_for("all copies", lambda: sink.count() == len(people))
        for copy in sink.messages:
            [recipient] = copy["to"]
            message, who = parsed(copy), people[recipient]
            self.assertEqual(message["To"], recipient)
            self.assertEqual(message["Subject"], f"Hi {who['first']}")
            self.assertEqual(message.get_body(("plain",)).get_content().strip(), f"You are {who['uid']}, {recipient}")
            self.assertEqual(message.get_body(("html",)).get_content().strip(), f"<b>{who['first']}</b>")
            self.assertEqual(json.loads(message["X-Mailgun-Variables"]), {"uid": str(who["uid"])})
            self.assertEqual(message["Message-Id"], answer["id"])
            self.assertRegex(message["List-Unsubscribe"], r"^<mailto:unsubscribe\+[0-9a-f]{32}@mail\.shop\.test>$")
            self.assertTrue(message["DKIM-Signature"])
        audit = postroad.wait_settled()
        self.assertEqual((audit["accepted"], audit["ended"], audit["balanced"]), (200, 200, True))
        delivered = [e for e in postroad.events() if e["event"] == "delivered"]
        self.assertEqual(len({e["batch"]["id"] for e in delivered}), 1)
        for event in delivered:
            self.assertEqual(event["user-variables"]["uid"], str(people[event["recipient"]]["uid"]))
            self.assertEqual(event["message"]["headers"]["to"], event["recipient"])

    def test_scheduled_batch_survives_a_kill_and_goes_out_when_it_is_due(self):
        sink, postroad = self.shop()
        due = int(time.time()) + 4
        status, _ = postroad.send([("from", SHOP), ("to", "ana@north.test,bo@south.test"), ("text", "for %recipient.n%"),
                                   ("o:deliverytime", str(due)), ("recipient-variables", '{"ana@north.test":{"n":"Ana"},"bo@south.test":{"n":"Bo"}}')])
        self.assertEqual(status, 200)
        self.assertEqual(postroad.events()[0]["message"]["scheduled-for"], due)
        postroad.kill()
        postroad.start()
        harness.wait_for("both copies", lambda: sink.count() == 2)
        self.assertGreaterEqual(time.time(), due)
        self.assertEqual({c["to"][0]: parsed(c).get_content().strip() for c in sink.messages},
                         {"ana@north.test": "for Ana", "bo@south.test": "for Bo"})
        self.assertTrue(postroad.wait_settled()["balanced"])

    def test_mime_is_stored_shown_and_sent_again(self):
        sink, postroad = self.shop()
        mime = ("From: Shop <app@mail.shop.test>\nTo: ana@north.test\nBcc: secret@north.test\nSubject: Invoice\nMIME-Version: 1.0\n"
                "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nHello\n--b\n"
                "Content-Type: application/pdf\nContent-Disposition: attachment; filename=a.pdf\nContent-Transfer-Encoding: base64\n\nJVBERg==\n--b--\n")
        status, _, text = postroad.request("POST", "/v3/mail.shop.test/messages.mime", fields=[("to", "ana@north.test"), ("message", mime), ("o:tag", "bill")])
        self.assertEqual(status, 200, text)
        harness.wait_for("the message", lambda: sink.count() == 1)
        self.assertNotIn(b"secret", sink.messages[0]["data"])
        self.assertIn(b"\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\n", sink.messages[0]["data"])
        postroad.wait_settled()
        self.assertEqual(postroad.events()[0]["message"]["attachments"], [{"filename": "a.pdf", "content-type": "application/pdf", "size": 4}])
        url = postroad.events()[0]["storage"]["url"]
        _, shown = self.get(postroad, url)
        shown = json.loads(shown)
        self.assertEqual((shown["subject"], shown["body-plain"].strip(), shown["recipients"]), ("Invoice", "Hello", "ana@north.test"))
        headers, file = self.get(postroad, shown["attachments"][0]["url"], Accept="message/rfc2822")
        self.assertEqual((headers["Content-Type"], file), ("application/pdf", "%PDF"))
        _, source = self.get(postroad, url, Accept="message/rfc2822")
        self.assertIn("Hello", json.loads(source)["body-mime"])

        path = "/" + url.split("/", 3)[3]
        status, _, again = postroad.request("POST", path, fields=[("to", "x@north.test"), ("to", "y@north.test")])
        self.assertEqual(status, 200, again)
        self.assertNotEqual(json.loads(again)["id"], json.loads(text)["id"])
        harness.wait_for("both again", lambda: sink.count() == 3)
        self.assertEqual(parsed(sink.messages[2])["Message-Id"], json.loads(again)["id"])
        status, _, _ = postroad.request("DELETE", path)
        self.assertEqual(status, 200)
        status, _, _ = postroad.request("GET", path)
        self.assertEqual(status, 404)

    def test_envelopes_deleted_during_delivery_end_exactly_once(self):
        go_on = threading.Event()
        sink, postroad = self.shop(hold=go_on.wait)
        self.addCleanup(go_on.set)
        for i in range(5):
            self.assertEqual(postroad.send([("from", SHOP), ("to", f"now{i}@north.test"), ("text", "x")])[0], 200)
        self.assertEqual(postroad.send([("from", SHOP), ("to", "a@north.test,b@south.test"), ("text", "later"), ("o:deliverytime", str(int(time.time()) + 3600))])[0], 200)
        harness.wait_for("deliveries to begin", lambda: sink.connections >= 5)
        status, _, text = postroad.request("DELETE", "/v3/mail.shop.test/envelopes")
        self.assertEqual((status, json.loads(text)["message"]), (200, "done"))
        go_on.set()
        audit = postroad.wait_settled()
        self.assertEqual((audit["accepted"], audit["ended"], audit["balanced"]), (7, 7, True))
        self.assertEqual(postroad.send([("from", SHOP), ("to", "after@north.test"), ("text", "x")])[0], 200)
        harness.wait_for("mail after it", lambda: any(c["to"] == ["after@north.test"] for c in sink.messages))
        self.assertTrue(postroad.wait_settled()["balanced"])
        self.assertFalse([c for c in sink.messages if c["to"][0][:1] in "ab" and c["to"] != ["after@north.test"]])

    def test_a_repeated_call_has_one_effect_over_a_kill(self):
        sink, postroad = self.shop()
        fields = [("from", SHOP), ("to", "ana@north.test"), ("text", "once")]
        keyed = {"Idempotency-Key": "order-7781"}
        status, first = postroad.send(fields, headers=keyed)
        self.assertEqual(status, 200)
        postroad.kill()
        postroad.start()
        self.assertEqual(postroad.send(fields, headers=keyed), (200, first))
        self.assertEqual(postroad.send(fields + [("o:tag", "x")], headers=keyed)[0], 409)
        answers = []
        def repeat():
            answers.append(postroad.send(fields, headers={"X-Mailgun-Idempotency-Key": "together"}))
        threads = [threading.Thread(target=repeat) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual({status for status, _ in answers}, {200})
        self.assertEqual(len({answer["id"] for _, answer in answers}), 1)
        postroad.wait_settled()
        self.assertEqual(sink.count(), 2)

    def test_mail_that_requires_tls_waits_for_it(self):
        sink, postroad = self.shop()
        self.assertEqual(postroad.send([("from", SHOP), ("to", "ana@north.test"), ("text", "x"), ("o:require-tls", "yes")])[0], 200)
        failed = harness.wait_for("the deferral", lambda: [e for e in postroad.events() if e["event"] == "failed"])
        self.assertEqual(failed[0]["severity"], "temporary")
        self.assertIn("offers no TLS", failed[0]["delivery-status"]["message"])
        self.assertEqual(sink.count(), 0)


if __name__ == "__main__":
    harness.main()
