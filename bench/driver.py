"""What the Python benchmarks share: a server to measure, its memory and CPU, wrk, and the facts of the machine."""
import base64
import contextlib
import http.client
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BINARY = os.environ.get("POSTROAD_BINARY") or os.path.join(ROOT, "build", "release", "postroad")
PEERS = os.environ.get("POSTROAD_BENCH") or os.path.join(ROOT, "..", "shared", "bench")
KEY, DOMAIN = "key-bench-0123456789", "sender.test"
HTTP_PORT, SMTP_PORT = int(os.environ.get("HTTP_PORT", "8099")), int(os.environ.get("SMTP_PORT", "2525"))


def machine():
    model = next(line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    load = open("/proc/loadavg").read().split()[:3]
    return f"machine: {os.cpu_count()} cores, {model}, kernel {os.uname().release}, load {' '.join(load)}"


def wait_port(port, seconds=30, process=None):
    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > end or (process and process.poll() is not None):
                sys.exit(f"nothing listens on {port}")
            time.sleep(0.01)


class Server:
    """postroad with a data directory of its own; `next_hop` empty: capture mode, in which mail ends where it came in."""

    def __init__(self, home, next_hop="", extra="", sign=False, http_port=HTTP_PORT, smtp_port=SMTP_PORT):
        self.home, self.config = home, os.path.join(home, "postroad.toml")
        self.http_port, self.smtp_port = http_port, smtp_port
        hop = f'[delivery.next_hop]\n"*" = "{next_hop}"\n' if next_hop else ""
        mode = "" if next_hop else 'mode = "capture"\n'
        with open(self.config, "w") as f:
            f.write(f"""[server]
hostname = "bench.test"
data_dir = "{home}/data"
{mode}[bootstrap]
api_key = "{KEY}"
domains = ["{DOMAIN}"]
[http]
listen = ["127.0.0.1:{http_port}"]
[submission]
listen = ["127.0.0.1:{smtp_port}"]
auth_required = false
[tls]
mode = "off"
[delivery]
per_destination = 50
sign_dkim = {str(sign).lower()}
{extra}
{hop}""")
        self.process = None

    def start(self):
        self.log = open(os.path.join(self.home, "log"), "ab")
        self.process = subprocess.Popen([BINARY, "serve", "--config", self.config], stdout=self.log, stderr=self.log)
        wait_port(self.http_port, process=self.process)
        wait_port(self.smtp_port, process=self.process)
        return self

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(60)
            self.process = None

    def kill(self):
        self.process.kill()
        self.process.wait()

    def rest(self, seconds=1.0, share=0.03):
        """Waits until the server uses less than `share` of a core: what it does behind its answers is done."""
        while True:
            before = self.cpu_seconds()
            time.sleep(seconds)
            if self.cpu_seconds() - before < share * seconds:
                return

    def cpu_seconds(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mib(self):
        text = open(f"/proc/{self.process.pid}/status").read()
        return int(re.search(r"VmRSS:\s+(\d+)", text).group(1)) / 1024

    def anonymous_mib(self):
        text = open(f"/proc/{self.process.pid}/status").read()
        return int(re.search(r"RssAnon:\s+(\d+)", text).group(1)) / 1024


@contextlib.contextmanager
def home():
    folder = tempfile.mkdtemp(prefix="postroad-bench.", dir=os.environ.get("BENCH_DIR"))
    os.chmod(folder, 0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def authorization():
    return "Basic " + base64.b64encode(f"api:{KEY}".encode()).decode()


def post(connection, path, body):
    connection.request("POST", path, body=body, headers={"Authorization": authorization(),
                                                         "Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 200:
        sys.exit(f"{path}: {answer.status} {text[:200]}")


def connect(port=HTTP_PORT):
    return http.client.HTTPConnection("127.0.0.1", port, timeout=120)


LUA = r"""
local body = io.open(os.getenv("BENCH_BODY")):read("*a")
wrk.method, wrk.body = "POST", body
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
wrk.headers["Authorization"] = os.getenv("BENCH_AUTH")
done = function(s, l, r)
  local e = s.errors
  io.write(string.format("RESULT %d %.0f %.0f %.0f %.0f %d\n", s.requests, s.duration, l:percentile(50), l:percentile(99), l.max,
    e.status + e.connect + e.read + e.write + e.timeout))
end
"""


def wrk(url, body, connections, seconds, folder):
    """(requests/s, p50 ms, p99 ms); ends the run when an answer was not 200."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing: apt-get install wrk, or run ./dev bench, which installs it")
    body_path, script = os.path.join(folder, "body"), os.path.join(folder, "wrk.lua")
    open(body_path, "w").write(body)
    open(script, "w").write(LUA)
    done = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", script, url], text=True,
                          stdout=subprocess.PIPE, env=dict(os.environ, BENCH_BODY=body_path, BENCH_AUTH=authorization()))
    match = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)", done.stdout)
    requests, duration, p50, p99, _, errors = map(int, match.groups())
    if errors:
        sys.exit(f"{errors} of {requests} requests were not answered with 200")
    return requests / (duration / 1e6), p50 / 1000, p99 / 1000


def spread(values):
    return f"{statistics.median(values):,.0f} ({min(values):,.0f}..{max(values):,.0f})"
