#!/usr/bin/env python3
"""What a full queue costs: memory, accept rate and restart with so many recipients waiting.

    growth.py [COUNT]       1,000,000 recipients, scheduled an hour ahead, in calls of 1,000
"""
import sys
import time

import driver
from http_send import BATCH, CONNECTIONS, TEXT_BYTES, form

SECONDS = 4


def accept_rate(home):
    url = f"http://127.0.0.1:{driver.HTTP_PORT}/v3/{driver.DOMAIN}/messages"
    later = "&o%3Adeliverytime=" + str(int(time.time()) + 7200)
    rate, _, p99 = driver.wrk(url, form(["user@other.test"], TEXT_BYTES) + later, CONNECTIONS, SECONDS, home)
    return rate, p99


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print(driver.machine())
    with driver.home() as home:
        server = driver.Server(home, next_hop="127.0.0.1:9")
        try:
            server.start()
            time.sleep(1)
            print(f"idle: {server.memory_mib():.0f} MiB resident, {server.anonymous_mib():.0f} MiB of it anonymous")
            accept_rate(home)
            empty, empty_p99 = accept_rate(home)
            print(f"empty queue: {empty:,.0f} messages/s, p99 {empty_p99:.1f} ms")
            connection, later = driver.connect(), "&o%3Adeliverytime=" + str(int(time.time()) + 3600)
            began = time.monotonic()
            for call in range(count // BATCH):
                body = form([f"user{call * BATCH + i}@d{i % 97}.test" for i in range(BATCH)], 1024, variables=True) + later
                driver.post(connection, f"/v3/{driver.DOMAIN}/messages", body)
            print(f"{count:,} recipients queued in {time.monotonic() - began:.0f} s")
            time.sleep(2)
            print(f"{count:,} queued: {server.memory_mib():.0f} MiB resident, {server.anonymous_mib():.0f} MiB of it anonymous")
            full, full_p99 = accept_rate(home)
            print(f"{count:,} queued: {full:,.0f} messages/s, p99 {full_p99:.1f} ms; ratio to the empty queue {full / empty:.2f}")
            server.kill()
            began = time.monotonic()
            server.start()
            driver.post(driver.connect(), f"/v3/{driver.DOMAIN}/messages", form(["user@rcpt.test"], 1024))
            print(f"{count:,} queued: killed; restart to the first accepted message {time.monotonic() - began:.2f} s")
            time.sleep(2)
            print(f"{count:,} queued, after the restart: {server.memory_mib():.0f} MiB resident")
        finally:
            server.stop()


if __name__ == "__main__":
    main()
