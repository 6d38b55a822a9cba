#!/usr/bin/env python3
"""mailgun.js as it is published, pointed at the server by its `url` alone."""
import os
import clients
import harness
import story


class MailgunJs(story.Story):
    def test_sends_events_stored_messages_and_errors(self):
        server = self.open()
        seen = clients.node("mailgun_js_story.mjs", f"http://127.0.0.1:{server.http_port}", harness.KEY, story.DOMAIN, self.file,
                            self.eml)
        self.check(server, seen)

    def test_domains_and_paging(self):
        sink = self.sink()
        postroad = self.postroad(next_hop=f"127.0.0.1:{sink.port}")
        file = os.path.join(self.folder, "order.bin")
        with open(file, "wb") as f:
            f.write(bytes(range(256)) * 10)
        seen = clients.node("mailgun_js.mjs", f"http://127.0.0.1:{postroad.http_port}", harness.KEY, "mail.shop.test", file)
        self.assertEqual(seen["sent"]["status"], 200)
        self.assertTrue(seen["sent"]["message"].startswith("Queued"))
        self.assertRegex(seen["sent"]["id"], r"^<\d{14}\.[0-9a-f]{16}@mail\.shop\.test>$")
        self.assertEqual(seen["missing_to"]["status"], 400)
        self.assertIn("to parameter is missing", str(seen["missing_to"]))
        self.assertEqual(seen["bad_address"]["status"], 400)
        self.assertIn("to parameter is not a valid address. please check documentation", str(seen["bad_address"]))
        self.assertEqual(seen["unknown_domain"]["status"], 404)
        self.assertIn("Domain not found: nobody.example", str(seen["unknown_domain"]))
        self.assertEqual(seen["not_built"]["status"], 400)
        self.assertIn("o:tracking", str(seen["not_built"]))
        self.assertEqual(seen["wrong_key"]["status"], 401)
        self.assertIn("Forbidden", str(seen["wrong_key"]))
        self.assertEqual(seen["created"]["name"], "second.example")
        self.assertEqual(sorted(seen["listed"]), ["mail.shop.test", "second.example"])
        self.assertEqual(seen["got"], "second.example")
        self.assertEqual(seen["destroyed"]["message"], "Domain has been deleted")
        self.assertEqual(seen["gone"]["status"], 404)
        self.assertEqual(len(seen["first_page"]), 1)
        harness.wait_for("the message", lambda: sink.count() == 1)
        postroad.wait_settled()
        self.assertEqual([e["event"] for e in postroad.events()], ["delivered", "accepted"])


if __name__ == "__main__":
    harness.main()
