"""What systemd is to a service: it passes sockets and an environment, and hears what the service tells."""
import os
import signal
import socket
import subprocess
import sys
import time

import harness

# Puts the descriptors it is given at 3 and on, says whose they are, and becomes the program: the process id stays.
PASS_ON = """
import os, sys
numbers, names, owner, *command = sys.argv[1:]
high = [os.dup2(int(n), 200 + i) for i, n in enumerate(numbers.split(",") if numbers else [])]
for i, n in enumerate(high):
    os.dup2(n, 3 + i, inheritable=True)
    os.close(n)
if high:
    os.environ["LISTEN_FDS"] = str(len(high))
    os.environ["LISTEN_PID"] = owner or str(os.getpid())
if names:
    os.environ["LISTEN_FDNAMES"] = names
if "WATCHDOG_USEC" in os.environ:
    os.environ.setdefault("WATCHDOG_PID", str(os.getpid()))
os.execv(command[0], command)
"""


class ServiceManager:
    """Hears NOTIFY_SOCKET; starts programs as `systemd` does."""

    def __init__(self, folder, abstract=False):
        self.address = f"@postroad-test-{os.getpid()}-{time.monotonic_ns()}" if abstract else os.path.join(folder, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + self.address[1:] if abstract else self.address)
        self.heard = []  # (when, datagram)

    def listen(self):
        """All that has been told so far."""
        while True:
            try:
                text = self.socket.recv(65536, socket.MSG_DONTWAIT).decode()
            except BlockingIOError:
                return self.heard
            self.heard.append((time.monotonic(), text))

    def told(self, word, since=0):
        """The first datagram from number `since` on that has a line beginning with `word`, or None."""
        for _, text in self.listen()[since:]:
            if any(line.startswith(word) for line in text.split("\n")):
                return text
        return None

    def start(self, command, sockets=(), names=None, owner="", environment=None, log=subprocess.DEVNULL, preexec_fn=None):
        """`sockets`: that listen; `names`: theirs, None: LISTEN_FDNAMES is not set."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("POSTROAD_", "LISTEN_", "NOTIFY_", "WATCHDOG_"))}
        numbers = ",".join(str(s.fileno()) for s in sockets)
        return subprocess.Popen([sys.executable, "-c", PASS_ON, numbers, "" if names is None else ":".join(names), owner, *command],
                                stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=[s.fileno() for s in sockets], preexec_fn=preexec_fn,
                                env=dict(clean, NOTIFY_SOCKET=self.address, **(environment or {})))

    def close(self):
        self.socket.close()


def listening(address="127.0.0.1", port=0, family=socket.AF_INET, backlog=128):
    one = socket.socket(family, socket.SOCK_STREAM)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind(address if family == socket.AF_UNIX else (address, port))
    one.listen(backlog)
    return one


class Service(harness.Postroad):
    """`postroad serve` as a service of `manager`; it has started when it says so."""

    def __init__(self, manager, folder, sockets=(), names=None, environment=None, **options):
        super().__init__(folder, **options)
        self.manager, self.sockets, self.names, self.environment = manager, list(sockets), names, environment

    def launch(self, **more):
        with open(self.log_path, "ab") as log:
            self.process = self.manager.start([harness.BINARY, "serve", "--config", self.config], self.sockets, self.names,
                                              environment=self.environment, log=log, **more)
        return self

    def start(self, seconds=20):
        before = len(self.manager.listen())
        self.launch()

        def ready():
            if self.process.poll() is not None:
                raise AssertionError(f"postroad ended with {self.process.returncode}:\n{self.log()[-3000:]}")
            return self.manager.told("READY=1", before)
        self.ready_text = harness.wait_for("READY=1", ready, seconds)
        return self

    def hang_up(self):
        self.process.send_signal(signal.SIGHUP)
