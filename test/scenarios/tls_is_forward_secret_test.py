#!/usr/bin/env python3
"""Every port that speaks TLS, asked by OpenSSL for what it must give and for what it must refuse."""
import re
import subprocess

import harness

# What is asked for → what must come: a cipher's name, or nothing.
TABLE = [
    ("TLS 1.3", ["-tls1_3"], r"TLS_(AES|CHACHA20)"),
    ("TLS 1.2, AES-256-GCM", ["-tls1_2", "-cipher", "ECDHE+AESGCM"], r"ECDHE-ECDSA-AES(256|128)-GCM"),
    ("TLS 1.2, ChaCha20", ["-tls1_2", "-cipher", "ECDHE+CHACHA20"], r"ECDHE-ECDSA-CHACHA20"),
    ("SSL 3 is not even built in; TLS 1.0", ["-tls1", "-cipher", "ALL:@SECLEVEL=0"], None),
    ("TLS 1.1", ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], None),
    ("CBC", ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"], None),
    ("RSA key exchange", ["-tls1_2", "-cipher", "kRSA:@SECLEVEL=0"], None),
    ("finite-field DHE", ["-tls1_2", "-cipher", "DHE:@SECLEVEL=0"], None),
    ("anonymous", ["-tls1_2", "-cipher", "aNULL:@SECLEVEL=0"], None),
    ("no encryption", ["-tls1_2", "-cipher", "eNULL:@SECLEVEL=0"], None),
    ("RC4 and 3DES", ["-tls1_2", "-cipher", "RC4:3DES:@SECLEVEL=0"], None),
    ("CCM, which nobody needs", ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0"], None),
]


class Tls(harness.Scenario):
    def ask(self, port, arguments):
        """The cipher of a finished handshake, or None."""
        done = subprocess.run([harness.need_tool("openssl", "openssl"), "s_client", "-connect", f"127.0.0.1:{port}", *arguments],
                              input="", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30)
        found = re.search(r"Cipher is (\S+)", done.stdout)
        return None if found is None or found.group(1) == "(NONE)" else found.group(1)

    def test_every_port_holds_to_the_table(self):
        implicit = harness.free_port()
        postroad = self.postroad(start=False, tls="self_signed")
        with open(postroad.config) as file:
            text = file.read()
        with open(postroad.config, "w") as file:
            file.write(text.replace("auth_required = false\n", f'auth_required = false\nlisten_tls = ["127.0.0.1:{implicit}"]\n'))
        postroad.start()
        ports = [("HTTP", postroad.http_port, []), ("STARTTLS", postroad.smtp_port, ["-starttls", "smtp"]), ("TLS from the first byte", implicit, [])]
        asked = 0
        for place, port, how in ports:
            for about, arguments, wanted in TABLE:
                with self.subTest(place=place, about=about):
                    cipher = self.ask(port, [*how, *arguments])
                    if wanted is None:
                        self.assertIsNone(cipher)
                    else:
                        self.assertRegex(cipher or "refused", wanted)
                    asked += 1
        self.assertEqual(asked, len(ports) * len(TABLE))
        print(f"note: {asked} handshakes asked for")

    def test_renegotiation_is_refused(self):
        postroad = self.postroad(tls="self_signed")
        done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{postroad.http_port}", "-tls1_2"], input="R\n", stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=30)
        self.assertIn("RENEGOTIATING", done.stdout)
        self.assertRegex(done.stdout, "no renegotiation|handshake failure|unexpected eof|renegotiation")
        self.assertNotIn("verify return:1\nread R BLOCK", done.stdout.split("RENEGOTIATING")[1])


if __name__ == "__main__":
    harness.main()
