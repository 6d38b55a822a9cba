#!/usr/bin/env python3
"""nodemailer as it is published, over STARTTLS and over TLS from the first byte, with a domain's SMTP credentials."""
import clients
import harness

USER, PASSWORD = "postmaster@mail.shop.test", "correct horse 42"


class Nodemailer(harness.Scenario):
    def test_starttls_implicit_tls_and_pool(self):
        sink = self.sink()
        tls_port = harness.free_port()
        postroad = self.postroad(start=False, next_hop=f"127.0.0.1:{sink.port}", tls="self_signed")
        text = open(postroad.config).read()
        with open(postroad.config, "w") as f:
            f.write(text.replace("auth_required = false", f'auth_required = true\nlisten_tls = ["127.0.0.1:{tls_port}"]'))
        postroad.start()
        status, _, answer = postroad.request("POST", "/v3/domains/mail.shop.test/credentials",
                                             fields=[("login", "postmaster"), ("password", PASSWORD)])
        self.assertEqual(status, 200, answer)
        seen = clients.node("nodemailer.mjs", str(postroad.smtp_port), str(tls_port), postroad.data + "/dev-ca.pem", USER, PASSWORD)
        for name in ("starttls", "implicit", "pool"):
            self.assertEqual(seen[name].get("accepted"), ["ana@north.test", "bob@south.test"], seen[name])
            self.assertRegex(seen[name]["response"], r"^250 2\.0\.0 Great success id=\S+@\S+$")
        self.assertEqual(seen["wrong"]["code"], 535)
        harness.wait_for("six copies", lambda: sink.count() == 6)
        postroad.wait_settled()
        tags = sorted(e["tags"][0] for e in postroad.events() if e["event"] == "delivered")
        self.assertEqual(tags, ["implicit", "implicit", "pool", "pool", "starttls", "starttls"])


if __name__ == "__main__":
    harness.main()
