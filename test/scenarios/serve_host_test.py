#!/usr/bin/env python3
"""`postroad serve HOST`: production with nothing else to write, on the ports that a mail server has. In a network of its own."""
import ctypes
import fcntl
import http.client
import json
import os
import shutil
import socket
import ssl
import struct
import subprocess

import harness

HOST, OTHER = "mail.example.test", "smtp.example.test"
NETWORK_OF_ITS_OWN = 0x40000000  # CLONE_NEWNET
NOBODY = 65534
LIBC = ctypes.CDLL(None, use_errno=True)


def loopback_up():
    with socket.socket() as one:
        fcntl.ioctl(one, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS: up, running


class ServeHost(harness.Scenario):
    """Root, as ./dev test is: the network is this thread's and its children's alone."""

    def setUp(self):
        super().setUp()
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        if LIBC.unshare(NETWORK_OF_ITS_OWN) != 0:
            raise OSError(ctypes.get_errno(), "unshare: these tests need root")
        self.stack.callback(os.close, before)
        self.stack.callback(LIBC.setns, before, NETWORK_OF_ITS_OWN)
        loopback_up()
        self.data, self.log_path = os.path.join(self.folder, "data"), os.path.join(self.folder, "postroad.log")

    def environment(self, more):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("POSTROAD_")}
        return dict(clean, POSTROAD_SERVER__DATA_DIR=self.data, POSTROAD_BOOTSTRAP__API_KEY=harness.KEY, **more)

    def run_it(self, *arguments, command="serve", expect=0, environment=None, **more):
        done = subprocess.run([harness.BINARY, command, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=60, env=self.environment(environment or {}), **more)
        self.assertEqual(done.returncode, expect, f"{done.stdout}{done.stderr}")
        return done

    def serve(self, *arguments, environment=None):
        with open(self.log_path, "wb") as log:
            process = subprocess.Popen([harness.BINARY, "serve", *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment(environment or {}))
        self.stack.callback(process.wait)
        self.stack.callback(process.kill)
        harness.wait_for("the start", lambda: '"event":"started"' in self.log() or process.poll() is not None)
        self.assertIsNone(process.poll(), self.log())
        return process

    def log(self):
        with open(self.log_path) as file:
            return file.read()

    def told(self):
        return [json.loads(line) for line in self.log().splitlines() if line.startswith("{")]

    def trusting(self):
        return ssl.create_default_context(cafile=self.data + "/dev-ca.pem")

    def call(self, context, name, path="/v3/domains"):
        """The status of a call by HTTPS to `name`, wherever its DNS leads."""
        connection = http.client.HTTPSConnection(name, context=context, timeout=10)
        connection.sock = context.wrap_socket(socket.create_connection(("127.0.0.1", 443), 10), server_hostname=name)
        connection.request("GET", path, headers={"Authorization": "Basic YXBpOmtleS1zY2VuYXJpby0wMTIzNDU2Nzg5"})
        return connection.getresponse().status

    def test_names_alone_start_a_mail_server(self):
        process = self.serve(HOST, OTHER, environment={"POSTROAD_SERVER__HOSTNAME": "from.environment.test"})
        context = self.trusting()
        for name in (HOST, OTHER):
            self.assertEqual(self.call(context, name), 200)
        with self.assertRaises(ssl.SSLCertVerificationError):
            self.call(context, "third.example.test")
        with self.assertRaises(ssl.SSLCertVerificationError):
            self.call(ssl.create_default_context(), HOST)
        for address in ("127.0.0.1", "::1"):
            with socket.create_connection((address, 587), 10) as plain:
                self.assertEqual(plain.recv(1000), f"220 {HOST} ESMTP postroad\r\n".encode())
                plain.sendall(b"EHLO x\r\n")
                self.assertIn(b"STARTTLS", plain.recv(1000))
            with context.wrap_socket(socket.create_connection((address, 465), 10), server_hostname=OTHER) as secure:
                self.assertTrue(secure.recv(1000).startswith(b"220 "))
        told = {one["event"]: one for one in self.told()}
        self.assertEqual((told["certificate_self_signed"]["names"], told["certificate_self_signed"]["authority"]), (f"{HOST},{OTHER}", self.data + "/dev-ca.pem"))
        self.assertIn("set tls.cert and tls.key", told["certificate_self_signed"]["next"])
        self.assertEqual(told["started"]["mode"], "live")
        done = self.run_it(HOST, OTHER, "--only", "tls", "--json", command="doctor")
        served = {one["check"]: one["found"] for one in json.loads(done.stdout)["findings"]}
        for check in ("http [::1]:443", "submission [::1]:587", "submission [::1]:465"):
            self.assertRegex(served.get(check, ""), "^TLSv1.3 ", served)
        process.terminate()
        self.assertEqual(process.wait(40), 0)

    def test_a_configured_certificate_is_the_one_shown(self):
        key, cert = os.path.join(self.folder, "key.pem"), os.path.join(self.folder, "cert.pem")
        subprocess.run([harness.need_tool("openssl", "openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={HOST}",
                        "-addext", f"subjectAltName=DNS:{HOST}", "-keyout", key, "-out", cert], check=True, capture_output=True)
        self.serve(HOST, environment={"POSTROAD_TLS__CERT": cert, "POSTROAD_TLS__KEY": key})
        self.assertEqual(self.call(ssl.create_default_context(cafile=cert), HOST), 200)
        self.assertNotIn("certificate_self_signed", [one["event"] for one in self.told()])

    def test_plain_http_from_elsewhere_is_refused(self):
        """A second address of this machine, which is not loopback."""
        add = struct.pack("16sH2x4s8x", b"lo:1", socket.AF_INET, socket.inet_aton("192.0.2.7"))
        with socket.socket() as one:
            fcntl.ioctl(one, 0x8916, add)  # SIOCSIFADDR
        self.serve(HOST)
        for address, wanted in (("192.0.2.7", 426), ("127.0.0.1", 401)):
            connection = http.client.HTTPConnection(address, 443, timeout=10, source_address=(address, 0))
            connection.request("GET", "/v3/domains")
            self.assertEqual(connection.getresponse().status, wanted)

    def test_check_shows_what_would_happen(self):
        done = self.run_it("--check", HOST, OTHER)
        self.assertFalse(os.path.exists(self.data), "only said")
        for line in (r"^defaults: good$", rf"^hostname +{HOST} +# server.hostname: command line$", rf"^public URL +https://{HOST} +# server.public_url: command line$",
                     r"^http +\[::\]:443  TLS; plain HTTP from loopback alone +# http.listen: command line$", r"^submission +\[::\]:587  STARTTLS +# submission.listen: command line$",
                     r"^submissions +\[::\]:465  TLS from the first byte +# submission.listen_tls: command line$", rf"^certificate +self-signed, for {HOST}, {OTHER} +# tls.mode: command line$",
                     rf"^data +{self.data} +# server.data_dir: POSTROAD_SERVER__DATA_DIR$"):
            self.assertRegex(done.stdout, f"(?m){line}")
        self.assertIn("hint: clients refuse a self-signed certificate", done.stderr)
        plain = self.run_it("--check")
        self.assertRegex(plain.stdout, r"(?m)^http +127.0.0.1:8080  TLS and plain HTTP +# http.listen: default$")
        self.assertNotIn("submission", plain.stdout)

    def test_what_is_no_host_name_is_usage(self):
        for word, why in (("https://mail.example.test", "is a URL"), ("192.0.2.1", "is an address"), ("localhost", "is a name of this machine alone"),
                          ("mail.example.test:443", "has a port"), ("ops@example.test", "is a mail address"), ("mail..test", "is not a host name")):
            with self.subTest(word=word):
                done = self.run_it(word, expect=2)
                self.assertRegex(done.stderr, rf'^error: HOST "{word}" {why}')
                self.assertIn("hint: postroad serve mail.example.com\n", done.stderr)
        done = self.run_it(HOST, expect=2, environment={"POSTROAD_TLS__MODE": "off"})
        self.assertIn('POSTROAD_TLS__MODE: tls.mode is "off", and `serve HOST` turns TLS on', done.stderr)
        self.assertFalse(os.path.exists(self.data))

    def test_without_the_right_to_a_port_it_says_how_to_get_it(self):
        os.makedirs(self.data)
        os.chown(self.data, NOBODY, NOBODY)
        binary = shutil.copy(harness.BINARY, os.path.join(self.folder, "postroad"))

        def become_nobody():
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        done = subprocess.run([binary, "serve", HOST], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60, cwd="/",
                              env=self.environment({}), preexec_fn=become_nobody)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("error: cannot listen on [::]:443: no right to use port 443: give CAP_NET_BIND_SERVICE", done.stderr)
        self.assertIn("hint: setcap cap_net_bind_service=+ep on the program, AmbientCapabilities=CAP_NET_BIND_SERVICE in its unit, or a socket unit\ndocs: docs/operating/systemd.md", done.stderr)


if __name__ == "__main__":
    harness.main()
