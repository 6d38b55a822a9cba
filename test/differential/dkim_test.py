#!/usr/bin/env python3
"""DKIM both ways: what we sign, dkimpy and OpenDKIM verify; what they sign, we verify; a changed octet is judged alike."""
import json
import os
import re
import subprocess
import time

import messages
import oracles

DOMAIN, SELECTOR = "example.com", "s1"
NOW = int(time.time())  # the others compare x= with their own clock


def openssl(*words, given=None):
    return subprocess.run(["openssl", *words], input=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True).stdout


class Dkim(oracles.Comparison):
    def setUp(self):
        super().setUp()
        try:
            import dkim
        except ImportError:
            self.fail("dkimpy is missing: apt-get install python3-dkim, or run ./dev test, which installs it")
        self.dkim = dkim
        self.opendkim_path = oracles.harness.need_tool("opendkim", "opendkim")
        self.rsa, self.ed25519 = self.path("rsa.pem"), self.path("ed25519.pem")
        # PKCS#1, which dkimpy and OpenDKIM want.
        openssl("genrsa", "-traditional", "-out", self.rsa, "2048")
        openssl("genpkey", "-algorithm", "ed25519", "-out", self.ed25519)
        self.drawn = messages.Drawn(oracles.chance())
        self.random = self.drawn.random

    def message(self):
        while True:  # the others refuse a bare CR or LF, and OpenDKIM a body that does not end its line
            raw = self.drawn.message()
            raw += b"" if raw.endswith(b"\r\n") else b"\r\n"
            if raw.count(b"\r") == raw.count(b"\r\n") == raw.count(b"\n"):
                return raw

    def sign(self, raw, key):
        answer = oracles.ours(["dkim", "sign", "--domain", DOMAIN, "--selector", SELECTOR, "--private-key", key, "--now", str(NOW)], raw)
        return answer["field"].encode() + raw, answer["dns"]

    def dns_file(self, record):
        path = self.path("dns.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({f"{SELECTOR}._domainkey.{DOMAIN}": {"TXT": [record]}}, file)
        return path

    def we_say(self, raw, record):
        return oracles.ours(["dkim", "verify", "--dns", self.dns_file(record), "--now", str(NOW)], raw)["result"] == "pass"

    def dkimpy_says(self, raw, record):
        try:
            return self.dkim.verify(raw, dnsfunc=lambda name, timeout=5: record.encode())
        except self.dkim.DKIMException:
            return False

    def opendkim(self, raw, settings):
        """What the filter itself says of a message in its test mode; it wants keys in a file and no network."""
        path, conf = self.path("message.eml"), self.path("opendkim.conf")
        with open(path, "wb") as file:
            file.write(raw)
        with open(conf, "w", encoding="utf-8") as file:
            file.write("Syslog no\nRequireSafeKeys no\n" + settings)
        done = subprocess.run([self.opendkim_path, "-x", conf, "-t", path, "-v", "-v"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=60)
        return done.stdout.decode("latin-1")

    def opendkim_says(self, raw, record):
        keys = self.path("keys")
        with open(keys, "w", encoding="utf-8") as file:
            file.write(f"{SELECTOR}._domainkey.{DOMAIN} {record}\n")
        said = self.opendkim(raw, f"Mode v\nTestPublicKeys {keys}\n")
        self.assertIn("dkim=", said)
        return "dkim=pass" in said

    def opendkim_signs(self, raw, form):
        said = self.opendkim(raw, f"Mode s\nDomain {DOMAIN}\nSelector {SELECTOR}\nKeyFile {self.rsa}\nCanonicalization {form}\n"
                                  "SignatureAlgorithm rsa-sha256\n")
        found = re.search(r"hname='DKIM-Signature' hvalue='(.*?)'\n", said, re.S)
        self.assertTrue(found, said)
        return b"DKIM-Signature: " + found.group(1).replace("\r\n", "\n").replace("\n", "\r\n").encode() + b"\r\n" + raw

    def changed(self, raw):
        """One letter of the body or of a signed field becomes another."""
        letters = [i for i, c in enumerate(raw) if 97 <= c <= 121 and i > raw.index(b"\nFrom:")]
        at = self.random.choice(letters)
        return raw[:at] + bytes([raw[at] + 1]) + raw[at + 1:]

    def test_what_we_sign_dkimpy_verifies(self):
        for i in range(oracles.cases(80)):
            raw = self.message()
            for key in (self.rsa, self.ed25519):
                signed, record = self.sign(raw, key)
                self.compare(f"our {os.path.basename(key)} signature", self.dkimpy_says(signed, record), True)
                if key == self.rsa:
                    self.compare("our signature to OpenDKIM", self.opendkim_says(signed, record), True)
                self.compare("and ourselves", self.we_say(signed, record), True)
                broken = self.changed(signed)
                self.compare(f"a changed octet:\n{broken[:1200]!r}", self.we_say(broken, record), self.dkimpy_says(broken, record))
        self.finish(least=4 * oracles.cases(80))

    def test_what_dkimpy_signs_we_verify(self):
        record = self.sign(self.message(), self.rsa)[1]
        with open(self.rsa, "rb") as file:
            key = file.read()
        for i in range(oracles.cases(80)):
            raw = self.message()
            forms = tuple(self.random.choice([b"simple", b"relaxed"]) for _ in range(2))
            partial = self.random.random() < 0.3
            signed = self.dkim.sign(raw, SELECTOR.encode(), DOMAIN.encode(), key, canonicalize=forms, length=partial) + raw
            self.compare(f"dkimpy's signature {forms}", self.we_say(signed, record), True)
            broken = self.changed(signed)
            self.compare(f"a changed octet {forms}:\n{broken[:1200]!r}", self.we_say(broken, record), self.dkimpy_says(broken, record))
            spaced = signed + (b"more\r\n" if partial else self.random.choice([b"\r\n", b" \r\n\r\n", b"more\r\n"]))
            # With l= dkimpy lets anything follow; we call that unsigned (RFC 6376 8.2).
            self.compare(f"something added {forms}", self.we_say(spaced, record), not partial and self.dkimpy_says(spaced, record))
        self.finish(least=2 * oracles.cases(80))

    def test_what_opendkim_signs_we_verify(self):
        record = self.sign(self.message(), self.rsa)[1]
        for i in range(oracles.cases(40)):
            raw = self.message()
            header, body = (self.random.choice(["simple", "relaxed"]) for _ in range(2))
            signed = self.opendkim_signs(raw, f"{header}/{body}")
            self.compare(f"opendkim's signature {header}/{body}:\n{signed[:1500]!r}", self.we_say(signed, record), True)
        self.finish(least=oracles.cases(40))


if __name__ == "__main__":
    oracles.main()
