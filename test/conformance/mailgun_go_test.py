#!/usr/bin/env python3
"""mailgun-go as it is published, pointed at the server by SetAPIBase alone. It has no call for the newer log."""
import clients
import harness
import story


class MailgunGo(story.Story):
    def test_sends_events_stored_messages_and_errors(self):
        server = self.open()
        seen = clients.go("go", f"http://127.0.0.1:{server.http_port}", harness.KEY, story.DOMAIN, self.file, self.eml)
        self.check(server, seen, absent=("logs",))


if __name__ == "__main__":
    harness.main()
