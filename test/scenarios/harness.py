"""What every scenario shares: the real binary, real peers, ports of their own, and waiting for facts instead of sleeping.

Standard library only. Everything binds loopback and lives in one temporary directory that is removed at the end, unless
a test failed and POSTROAD_KEEP=1.
"""
import base64
import contextlib
import http.client
import json
import os
import shutil
import signal
import smtplib
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.environ.get("POSTROAD_BINARY") or os.path.join(ROOT, "build", "release", "postroad")
os.environ["PATH"] += ":/usr/sbin:/sbin"
KEY = "key-scenario-0123456789"
WAIT_SECONDS = 30


def need_tool(name, package):
    path = shutil.which(name)
    if path is None:
        raise AssertionError(f"{name} is missing: apt-get install {package}, or run ./dev test, which installs it")
    return path


GIVEN_PORTS = set()


def free_port():
    """One that this run has not given away before: the system may name the same one twice while nobody listens."""
    while True:
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        if port not in GIVEN_PORTS:
            GIVEN_PORTS.add(port)
            return port


def wait_for(what, check, seconds=WAIT_SECONDS):
    """Until check() is true; its last value. Fails with `what`."""
    end = time.monotonic() + seconds
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}; last: {value!r}")
        time.sleep(0.02)


def port_open(port, host="127.0.0.1"):
    try:
        socket.create_connection((host, port), 1).close()
        return True
    except OSError:
        return False


class Postroad:
    """The binary under test with a data directory and a configuration."""

    def __init__(self, folder, next_hop=None, domains=("mail.shop.test",), extra="", tls="off", wrapper=(), server=None):
        self.folder, self.wrapper, self.process = folder, list(wrapper), None
        self.server = server  # The words that start another server than the binary under test; its configuration follows.
        self.data = os.path.join(folder, "data")
        self.http_port, self.smtp_port = free_port(), free_port()
        self.config = os.path.join(folder, "postroad.toml")
        self.log_path = os.path.join(folder, "postroad.log")
        hop = f'[delivery.next_hop]\n"*" = "{next_hop}"\n' if next_hop else ""
        with open(self.config, "w") as f:
            f.write(f"""[server]
hostname = "postroad.test"
data_dir = "{self.data}"
[bootstrap]
api_key = "{KEY}"
domains = {json.dumps(list(domains))}
[http]
listen = ["127.0.0.1:{self.http_port}"]
[submission]
listen = ["127.0.0.1:{self.smtp_port}"]
auth_required = false
[tls]
mode = "{tls}"
[store]
segment_size = "16MiB"
{extra}
{hop}""")

    def start(self, seconds=20):
        log = open(self.log_path, "ab")
        self.started = time.monotonic()
        environment = {k: v for k, v in os.environ.items() if not k.startswith("POSTROAD_")}
        self.process = subprocess.Popen([*self.wrapper, *(self.server or [BINARY, "serve", "--config"]), self.config], stdout=log, stderr=log,
                                        stdin=subprocess.DEVNULL, env=environment)
        log.close()

        def up():
            if self.process.poll() is not None:
                raise AssertionError(f"postroad ended with {self.process.returncode}:\n{self.log()[-3000:]}")
            return port_open(self.smtp_port) and port_open(self.http_port)
        wait_for("postroad to listen", up, seconds)
        self.start_seconds = time.monotonic() - self.started
        return self

    def log(self):
        with open(self.log_path, errors="replace") as f:
            return f.read()

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        if self.process:
            self.process.wait()

    def stop(self, seconds=40):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError(f"postroad did not stop in {seconds} s:\n{self.log()[-3000:]}")
        return self.process.returncode if self.process else None

    def command(self, *arguments, check=True):
        """A command of the same binary against this store: its answer as JSON."""
        done = subprocess.run([BINARY, *arguments, "--config", self.config, "--json"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=120,
                              env={k: v for k, v in os.environ.items() if not k.startswith("POSTROAD_")})
        if check and done.returncode:
            raise AssertionError(f"postroad {' '.join(arguments)}: exit {done.returncode}: {done.stderr}{done.stdout}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    def audit(self):
        return self.command("audit", check=False)

    def wait_settled(self, seconds=60):
        last = {}

        def settled():
            last["audit"] = self.audit()
            return last["audit"] if last["audit"] and last["audit"]["waiting"] == 0 else None
        try:
            return wait_for("every recipient to end", settled, seconds)
        except AssertionError as late:
            raise AssertionError(f"{late}; audit: {last}; queue: {self.command('queue', 'list')}") from None

    def request(self, method, path, fields=None, body=None, headers=None, key=KEY, timeout=60):
        """(status, headers, text). `fields`: a list of (name, value), sent urlencoded."""
        headers = dict(headers or {})
        if key is not None:
            headers["Authorization"] = "Basic " + base64.b64encode(f"api:{key}".encode()).decode()
        if fields is not None:
            body = urllib.parse.urlencode(fields)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode(errors="replace")
        finally:
            connection.close()

    def send(self, fields, domain="mail.shop.test", **more):
        status, _, text = self.request("POST", f"/v3/{domain}/messages", fields=fields, **more)
        return status, json.loads(text) if text.startswith("{") else text

    def events(self, domain="mail.shop.test"):
        status, _, text = self.request("GET", f"/v3/{domain}/events?limit=300")
        if status != 200:
            raise AssertionError(f"events: {status} {text}")
        return json.loads(text)["items"]

    def smtp(self):
        return smtplib.SMTP("127.0.0.1", self.smtp_port, local_hostname="client.test", timeout=30)


class SmtpSink:
    """A small real SMTP server: keeps every message, answers by a script of the test.

    `answers`: callable(stage, argument) -> reply text or None for the usual one; stage is connect, ehlo, mail, rcpt, data,
    end. A returned "close" closes the connection.
    """

    def __init__(self, answers=None, extensions=("PIPELINING", "SIZE 52428800", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"),
                 host="127.0.0.1", port=0, hold=None):
        self.answers, self.extensions, self.hold = answers or (lambda stage, text: None), extensions, hold
        self.lock, self.messages, self.connections = threading.Lock(), [], 0
        sink = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                with sink.lock:
                    sink.connections += 1
                try:
                    sink.serve(self.rfile, self.wfile)
                except OSError:
                    pass

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address, daemon_threads, request_queue_size = True, True, 256
        self.server = Server((host, port), Handler)
        self.host, self.port = host, self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def reply(self, out, stage, text, usual):
        answer = self.answers(stage, text) or usual
        if answer == "close":
            return False
        out.write(answer.encode() + b"\r\n")
        out.flush()
        return answer[:1] in "23"

    def serve(self, lines, out):
        if not self.reply(out, "connect", "", "220 sink.test ESMTP"):
            return
        sender, recipients = None, []
        while True:
            line = lines.readline(65536)
            if not line:
                return
            text = line.decode(errors="replace").rstrip("\r\n")
            verb = text[:4].upper()
            if verb in ("EHLO", "HELO"):
                usual = "\r\n".join(["250-sink.test", *["250-" + e for e in self.extensions[:-1]], "250 " + self.extensions[-1]])
                self.reply(out, "ehlo", text, usual if verb == "EHLO" else "250 sink.test")
            elif verb == "MAIL":
                if self.reply(out, "mail", text, "250 2.1.0 ok"):
                    sender, recipients = text[10:].split(" ")[0].strip("<>"), []
            elif verb == "RCPT":
                if self.reply(out, "rcpt", text, "250 2.1.5 ok"):
                    recipients.append(text[8:].split(" ")[0].strip("<>"))
            elif verb == "DATA":
                if not recipients:
                    out.write(b"554 5.5.1 no valid recipients\r\n")
                    out.flush()
                    continue
                if not self.reply(out, "data", text, "354 go on"):
                    continue
                parts = []
                while True:
                    part = lines.readline(1 << 20)
                    if not part:
                        return
                    if part == b".\r\n":
                        break
                    parts.append(part[1:] if part.startswith(b".") else part)
                if self.hold:
                    self.hold()
                if self.reply(out, "end", b"".join(parts).decode(errors="replace"), "250 2.0.0 kept"):
                    with self.lock:
                        self.messages.append({"from": sender, "to": recipients, "data": b"".join(parts)})
                sender, recipients = None, []
            elif verb == "RSET":
                out.write(b"250 2.0.0 ok\r\n")
                out.flush()
            elif verb == "QUIT":
                out.write(b"221 2.0.0 bye\r\n")
                out.flush()
                return
            else:
                out.write(b"500 5.5.2 what?\r\n")
                out.flush()

    def count(self):
        with self.lock:
            return len(self.messages)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Scenario(unittest.TestCase):
    """A temporary folder and what was started in it, ended whatever happens."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="postroad-scenario-")
        os.chmod(self.folder, 0o755)
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.finish)

    def finish(self):
        self.stack.close()
        if os.environ.get("POSTROAD_KEEP") == "1":
            print(f"note: kept {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def postroad(self, start=True, **options):
        one = Postroad(self.folder, **options)
        self.stack.callback(one.kill)
        if start:
            one.start()
        return one

    def sink(self, **options):
        one = SmtpSink(**options)
        self.stack.callback(one.close)
        return one


def main():
    """Runs the calling file's tests and prints the line that the runner counts."""
    program = unittest.main(module="__main__", exit=False, verbosity=2)
    result = program.result
    bad = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses) + len(result.skipped)
    print(f"RESULT {result.testsRun - bad} passed, {bad} failed")
    sys.exit(1 if bad else 0)
