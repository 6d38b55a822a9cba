#!/usr/bin/env python3
"""mailgun-python as it is published, pointed at the server by its `api_url` alone.

Not to be had from it: stored messages and resending (both accept the vendor's hosts only or no URL at all), and its
`stream` of events, which reads the next page from the query of an address that has none, upstream as here.
"""
import clients
import harness
import story


class MailgunPython(story.Story):
    def test_sends_events_and_errors(self):
        server = self.open()
        seen = clients.python("mailgun_python.py", f"http://127.0.0.1:{server.http_port}", harness.KEY, story.DOMAIN, self.file,
                              self.eml)
        self.check(server, seen, absent=("stored", "attachment", "resent"))


if __name__ == "__main__":
    harness.main()
