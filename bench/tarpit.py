#!/usr/bin/env python3
"""What one destination that never answers costs 99 that do.

    tarpit.py [RUNS]        so many recipients of each of 100 domains; in turns 100 that answer, and 99 with one tarpit

The rate is of the 99 that answer in both. Limit: at least 95 % of the rate without the tarpit.
"""
import os
import statistics
import sys
import time

import driver
from http_send import BATCH, form

sys.path.insert(0, os.path.join(driver.ROOT, "test", "scenarios"))
import fast_sink  # noqa: E402

RATIO_LEAST = 0.95
DOMAINS = 100
CALLS = int(os.environ.get("CALLS", "40"))
PLACES = int(os.environ.get("PLACES", "200"))


def measure(home, tarpit):
    """Recipients/s of domains 1 to 99, the most deliveries that were under way to domain 0 at once, and CPU µs a recipient."""
    sink = fast_sink.FastSink(held=lambda to: tarpit and to.endswith("@d0.test"), counted=lambda to: not to.endswith("@d0.test"))
    server = driver.Server(home, next_hop=f"127.0.0.1:{sink.port}", extra=f"max_connections = {PLACES}\n")
    try:
        server.start()
        connection = driver.connect()
        later = "&o%3Adeliverytime=" + str(int(time.time()) + 8)
        for call in range(CALLS):
            to = [f"u{call}-{i}@d{i % DOMAINS}.test" for i in range(BATCH)]
            driver.post(connection, f"/v3/{driver.DOMAIN}/messages", form(to, 1024, variables=True) + later)
        wanted, most = CALLS * BATCH * (DOMAINS - 1) // DOMAINS, 0
        while sink.counted_arrivals == 0:
            time.sleep(0.005)
        began, used = time.monotonic(), server.cpu_seconds()
        while sink.counted_arrivals < wanted:
            most = max(most, len(sink.waiting))
            time.sleep(0.01)
            if time.monotonic() - began > 300:
                sys.exit(f"{sink.counted_arrivals} of {wanted} after 300 s")
        return wanted / (time.monotonic() - began), most, (server.cpu_seconds() - used) / wanted * 1e6
    finally:
        server.kill()
        sink.close()


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(driver.machine())
    print(f"{CALLS * BATCH:,} recipients of {DOMAINS} domains, {PLACES} places, 20 at one destination")
    good, beside, ratios, held, cpu = [], [], [], 0, []
    for _ in range(runs):
        with driver.home() as folder:
            rate, _, used = measure(folder, tarpit=False)
            good.append(rate)
            cpu.append(used)
        with driver.home() as folder:
            rate, most, _ = measure(folder, tarpit=True)
            beside.append(rate)
            held = max(held, most)
        ratios.append(beside[-1] / good[-1])
    print(f"99 that answer, beside a 100th that does: {driver.spread(good)} recipients/s, {statistics.median(cpu):.0f} µs of CPU each")
    print(f"99 that answer, beside a tarpit:          {driver.spread(beside)} recipients/s; it held {held} of {PLACES} places at most")
    ratio = statistics.median(ratios)
    print(f"ratio: {ratio:.3f} ({min(ratios):.3f}..{max(ratios):.3f}); limit {RATIO_LEAST}: {'held' if ratio >= RATIO_LEAST else 'BROKEN'}")
    sys.exit(0 if ratio >= RATIO_LEAST and held <= PLACES // 10 else 1)


if __name__ == "__main__":
    main()
