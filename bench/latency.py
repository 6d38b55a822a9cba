#!/usr/bin/env python3
"""POST /messages at half the rate the server can take, 10 KB, 20 connections: how long an answer takes when nothing is pressed.

    latency.py [RUNS]       3; each: the maximum by wrk, then an open load at half of it; limits p99 10 ms and 5 ms
"""
import os
import statistics
import subprocess
import sys

import driver
from http_send import CONNECTIONS, SECONDS, TEXT_BYTES, form

FULL_LIMIT_MS, HALF_LIMIT_MS = 10, 5


def paced(path, body_path, rate):
    done = subprocess.run([os.path.join(driver.ROOT, "build", "release", "bench", "paced_post"), str(driver.HTTP_PORT), path,
                           driver.authorization(), body_path, str(rate), str(CONNECTIONS), str(SECONDS)],
                          stdout=subprocess.PIPE, text=True)
    word, answered, failed, p50, p99, longest = done.stdout.split()
    if done.returncode or word != "RESULT" or int(failed):
        sys.exit(f"requests failed: {done.stdout}")
    return int(answered) / SECONDS, int(p50) / 1000, int(p99) / 1000, int(longest) / 1000


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    print(driver.machine())
    full, half = [], []
    for _ in range(runs):
        with driver.home() as home:
            server = driver.Server(home).start()
            try:
                path, body = f"/v3/{driver.DOMAIN}/messages", form(["user@rcpt.test"], TEXT_BYTES)
                url = f"http://127.0.0.1:{driver.HTTP_PORT}{path}"
                driver.wrk(url, body, CONNECTIONS, 1, home)
                full.append(driver.wrk(url, body, CONNECTIONS, SECONDS, home))
                server.rest()  # The maximum leaves events to be indexed.
                half.append(paced(path, os.path.join(home, "body"), round(full[-1][0] / 2)))
            finally:
                server.stop()
    for name, rows, limit in (("maximum", full, FULL_LIMIT_MS), ("half of it", half, HALF_LIMIT_MS)):
        p99 = [row[2] for row in rows]
        print(f"{name}: {driver.spread([row[0] for row in rows])} messages/s, p50 {statistics.median(row[1] for row in rows):.2f} ms, "
              f"p99 {statistics.median(p99):.2f} ms ({min(p99):.2f}..{max(p99):.2f}), {statistics.median(p99) / limit:.2f} of the limit of {limit} ms")


if __name__ == "__main__":
    main()
