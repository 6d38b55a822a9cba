#!/usr/bin/env python3
"""Where the CPU goes: perf over the running server, by function, each with its share of the server's samples.

    profile.py [send|relay]    send: POST /messages, 10 KB, 20 connections; relay: SMTP in and out, 10 KB, 20 sessions
"""
import os
import shutil
import signal
import subprocess
import sys
import time

import driver
from http_send import CONNECTIONS, SECONDS, TEXT_BYTES, form

SINK_PORT, RELAYED, HERTZ, SHOWN = 2600, 20_000, 999, 25


def press_send(server, home, seconds):
    url = f"http://127.0.0.1:{server.http_port}/v3/{driver.DOMAIN}/messages"
    body = form(["user@rcpt.test"], TEXT_BYTES) + "&o%3Adeliverytime=" + str(int(time.time()) + 7200)
    rate, _, _ = driver.wrk(url, body, CONNECTIONS, seconds, home)
    return rate * seconds


def press_relay(server, home, seconds):
    count = RELAYED * seconds // SECONDS
    subprocess.run(["smtp-source", "-d", "-s", "20", "-l", str(TEXT_BYTES), "-m", str(count), "-f", f"bench@{driver.DOMAIN}",
                    "-t", "user@rcpt.test", f"127.0.0.1:{server.smtp_port}"], check=True)
    server.rest()
    return count


def main():
    what = sys.argv[1] if len(sys.argv) > 1 else "send"
    press = {"send": press_send, "relay": press_relay}[what]
    os.environ["PATH"] += ":/usr/sbin"
    for tool, package in (("perf", "linux-perf"), ("smtp-sink", "postfix")):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is missing: apt-get install {package}")
    print(driver.machine())
    with driver.home() as home:
        sink = subprocess.Popen(["smtp-sink", "-u", "nobody", f"127.0.0.1:{SINK_PORT}", "1024"])
        server = driver.Server(home, next_hop=f"127.0.0.1:{SINK_PORT}").start()
        try:
            press(server, home, 1)
            data = os.path.join(home, "perf.data")
            recorder = subprocess.Popen(["perf", "record", "-q", "-F", str(HERTZ), "-g", "--call-graph", "fp", "-o", data, "-p", str(server.process.pid)])
            time.sleep(0.5)
            before = server.cpu_seconds()
            messages = press(server, home, SECONDS)
            used = server.cpu_seconds() - before
            recorder.send_signal(signal.SIGINT)
            recorder.wait()
            print(f"{what}: {used / messages * 1e6:.0f} µs of CPU a message")
            for title, options in (("of their own", ["--no-children"]), ("with what they call", ["--children"])):
                report = subprocess.run(["perf", "report", "-i", data, *options, "-s", "symbol", "-g", "none"], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, check=True).stdout
                print(f"\n{title}:")
                lines = [line.strip()[:130] for line in report.splitlines() if line.strip() and not line.startswith("#")]
                print("\n".join(lines[:SHOWN]))
        finally:
            server.stop()
            sink.kill()
            sink.wait()


if __name__ == "__main__":
    main()
