#!/usr/bin/env python3
"""mailgun-java as it is published, pointed at the server by its base URL alone. It fetches no attachments, and its
HTTP client drops the text of a 401."""
import clients
import harness
import story


class MailgunJava(story.Story):
    def test_sends_events_stored_messages_and_errors(self):
        server = self.open()
        seen = clients.java("java", "MailgunJava", f"http://127.0.0.1:{server.http_port}/", harness.KEY, story.DOMAIN, self.file,
                            self.eml)
        self.check(server, seen, absent=("attachment",), mute=("wrong_key",))


if __name__ == "__main__":
    harness.main()
