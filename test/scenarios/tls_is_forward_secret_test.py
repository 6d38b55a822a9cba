#!/usr/bin/env python3
"""Every port that speaks TLS, asked by OpenSSL for what it must give and for what it must refuse."""
import os
import re
import subprocess

import harness

# What is asked for → what must come: a cipher's name, or nothing.
TABLE = [
    ("TLS 1.3", ["-tls1_3"], r"TLS_(AES|CHACHA20)"),
    ("TLS 1.2, AES-256-GCM", ["-tls1_2", "-cipher", "ECDHE+AESGCM"], r"ECDHE-ECDSA-AES(256|128)-GCM"),
    ("TLS 1.2, ChaCha20", ["-tls1_2", "-cipher", "ECDHE+CHACHA20"], r"ECDHE-ECDSA-CHACHA20"),
    ("TLS 1.0", ["-tls1", "-cipher", "ALL:@SECLEVEL=0"], None),
    ("TLS 1.1", ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], None),
    ("CBC", ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"], None),
    ("RSA key exchange", ["-tls1_2", "-cipher", "kRSA:@SECLEVEL=0"], None),
    ("finite-field DHE", ["-tls1_2", "-cipher", "DHE:@SECLEVEL=0"], None),
    ("anonymous", ["-tls1_2", "-cipher", "aNULL:@SECLEVEL=0"], None),
    ("no encryption", ["-tls1_2", "-cipher", "eNULL:@SECLEVEL=0"], None),
    ("CCM, which nobody needs", ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0"], None),
]


class Tls(harness.Scenario):
    def ask(self, port, arguments):
        """The cipher of a finished handshake, or None."""
        done = subprocess.run([harness.need_tool("openssl", "openssl"), "s_client", "-connect", f"127.0.0.1:{port}", *arguments],
                              input="", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30)
        found = re.search(r"Cipher is (\S+)", done.stdout)
        return None if found is None or found.group(1) == "(NONE)" else found.group(1)

    def lax_server(self):
        """OpenSSL's own, which gives whatever is asked for: so that a refusal is known to be ours."""
        port, names = harness.free_port(), []
        for kind in (["-newkey", "rsa:2048"], ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]):
            name = os.path.join(self.folder, f"lax{len(names)}")
            subprocess.run(["openssl", "req", "-x509", *kind, "-nodes", "-subj", "/CN=lax", "-keyout", f"{name}.key", "-out", f"{name}.pem"],
                           check=True, capture_output=True)
            names.append(name)
        server = subprocess.Popen(["openssl", "s_server", "-accept", str(port), "-quiet", "-cert", f"{names[0]}.pem", "-key", f"{names[0]}.key",
                                   "-dcert", f"{names[1]}.pem", "-dkey", f"{names[1]}.key", "-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0", "-min_protocol", "TLSv1"],
                                  stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def end():
            server.kill()
            server.communicate()
        self.stack.callback(end)
        harness.wait_for("the lax server", lambda: harness.port_open(port))
        return port

    def test_every_port_holds_to_the_table(self):
        lax = self.lax_server()
        for about, arguments, wanted in TABLE:
            if wanted is None:
                self.assertIsNotNone(self.ask(lax, arguments), f"this OpenSSL cannot ask for {about}, so it proves nothing")
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
