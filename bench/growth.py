#!/usr/bin/env python3
"""What a full queue costs: memory, accept rate and restart with 1,000 to so many recipients waiting.

    growth.py [COUNT]       1,000,000; all scheduled an hour ahead, in calls of 1,000

The accept rate is taken beside an empty server in turns, RUNS pairs (5) of 3 seconds, each after both have come to rest;
messages a second and CPU time a message are compared pair by pair.
"""
import os
import statistics
import sys
import time

import driver
from http_send import BATCH, CONNECTIONS, TEXT_BYTES, form

SECONDS, RUNS = 3, int(os.environ.get("RUNS", "5"))
FULL_HTTP, FULL_SMTP = driver.HTTP_PORT + 100, driver.SMTP_PORT + 100
RATE_LIMIT, MEMORY_LIMIT_MIB, IDLE_LIMIT_MIB, RESTART_LIMIT_SECONDS = 0.95, 250, 40, 2


def accept(server, folder, seconds):
    """(messages/s, p99 ms, CPU µs a message)"""
    url = f"http://127.0.0.1:{server.http_port}/v3/{driver.DOMAIN}/messages"
    body = form(["user@other.test"], TEXT_BYTES) + "&o%3Adeliverytime=" + str(int(time.time()) + 7200)
    before = server.cpu_seconds()
    rate, _, p99 = driver.wrk(url, body, CONNECTIONS, seconds, folder)
    return rate, p99, (server.cpu_seconds() - before) / (rate * seconds) * 1e6


def beside_empty(full):
    """Pairs of (empty, full), each side warmed for a second first."""
    pairs = []
    for turn in range(RUNS):
        with driver.home() as folder:
            empty = driver.Server(folder, next_hop="127.0.0.1:9").start()
            try:
                sides = {}
                for server in (empty, full) if turn % 2 == 0 else (full, empty):
                    accept(server, folder, 1)
                    server.rest()
                    sides[server] = accept(server, folder, SECONDS)
                    server.rest()
                pairs.append((sides[empty], sides[full]))
            finally:
                empty.stop()
    return pairs


def fill(server, already, until):
    connection, later = driver.connect(server.http_port), "&o%3Adeliverytime=" + str(int(time.time()) + 3600)
    for call in range(already // BATCH, until // BATCH):
        body = form([f"user{call * BATCH + i}@d{i % 97}.test" for i in range(BATCH)], 1024, variables=True) + later
        driver.post(connection, f"/v3/{driver.DOMAIN}/messages", body)


def restart(server):
    server.kill()
    began = time.monotonic()
    server.start()
    driver.post(driver.connect(server.http_port), f"/v3/{driver.DOMAIN}/messages", form(["user@rcpt.test"], 1024))
    return time.monotonic() - began


def ratio(pairs, column):
    values = [full[column] / empty[column] for empty, full in pairs]
    return f"{statistics.median(values):.2f} ({min(values):.2f}..{max(values):.2f})"


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print(driver.machine())
    with driver.home() as home:
        server = driver.Server(home, next_hop="127.0.0.1:9", http_port=FULL_HTTP, smtp_port=FULL_SMTP).start()
        try:
            server.rest()
            print(f"idle: {server.memory_mib():.0f} MiB resident (limit {IDLE_LIMIT_MIB}), {server.anonymous_mib():.0f} MiB of it anonymous")
            queued = 0
            for step in [s for s in (1_000, 10_000, 100_000, 1_000_000) if s <= count]:
                fill(server, queued, step)
                queued = step
                server.rest()
                memory, anonymous = server.memory_mib(), server.anonymous_mib()
                pairs = beside_empty(server)
                print(f"{step:,} queued: {memory:.0f} MiB resident (limit {MEMORY_LIMIT_MIB}), {anonymous:.0f} MiB of it anonymous; "
                      f"{driver.spread([full[0] for _, full in pairs])} messages/s, {ratio(pairs, 0)} of an empty queue (limit {RATE_LIMIT}), "
                      f"p99 {statistics.median(full[1] for _, full in pairs):.1f} ms, CPU a message {ratio(pairs, 2)}; "
                      f"killed: first message accepted after {restart(server):.2f} s (limit {RESTART_LIMIT_SECONDS})", flush=True)
            server.rest()
            print(f"after the last restart: {server.memory_mib():.0f} MiB resident")
        finally:
            server.stop()


if __name__ == "__main__":
    main()
