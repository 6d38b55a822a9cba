#!/usr/bin/env python3
"""Symfony's Mailgun bridge (Laravel's too) as Debian ships it, by DSN alone, over HTTPS on the HTTP port.

Its Email class refuses a broken address itself, and it reads no events.
"""
import clients
import harness
import story


class Symfony(story.Story):
    def test_sends_and_errors(self):
        server = self.open(tls="self_signed")
        seen = clients.php("symfony.php", "localhost", str(server.http_port), harness.KEY, story.DOMAIN, self.file,
                           server.data + "/dev-ca.pem")
        self.check(server, seen, absent=("bad_address", "delivered", "walked", "stored", "attachment", "resent", "logs"))


if __name__ == "__main__":
    harness.main()
