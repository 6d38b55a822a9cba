#!/usr/bin/env python3
"""django-anymail as it is published: Django's mail API over `MAILGUN_API_URL`. It sends; it reads no events.

A broken address does not get past Django's own parser.
"""
import clients
import harness
import story


class Anymail(story.Story):
    def test_sends_and_errors(self):
        server = self.open()
        seen = clients.python("django_anymail.py", f"http://127.0.0.1:{server.http_port}", harness.KEY, story.DOMAIN, self.file, self.eml)
        self.assertEqual(seen["sent"]["recipients"], {"ana@north.test": "queued", "bob@south.test": "queued"})
        self.assertIn("Unknown sender domain", seen["unknown_domain"]["error"], "the backend knows the contract's 404")
        self.check(server, seen, absent=("mime", "bad_address", "delivered", "walked", "stored", "attachment", "resent", "logs"))
        variables = {e["recipient"]: e["user-variables"] for e in server.events() if e["event"] == "accepted"}
        self.assertEqual(variables["carl@west.test"], {"n": "1"})
        self.assertEqual(variables["ana@north.test"], {"order": "7781"})


if __name__ == "__main__":
    harness.main()
