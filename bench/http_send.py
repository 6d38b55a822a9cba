#!/usr/bin/env python3
"""POST /messages against an application's own way: a Node API that hands each message to a durable Postfix.

    http_send.py [RUNS]     10 KB, 20 connections, both in alternation; then calls of 1,000 recipients

Both answer only when the message is on disk. Prints the pairwise ratio.
"""
import json
import os
import signal
import statistics
import subprocess
import sys
import time
import urllib.parse

import driver

NODE_PORT, PEER_PORT, SINK_PORT = 8098, 2725, 2600
SECONDS = int(os.environ.get("SECS", "5"))
CONNECTIONS, TEXT_BYTES, BATCH = 20, 10 * 1024, 1000


def form(recipients, text_bytes, variables=False):
    line = "The quick brown fox carries a message "
    fields = [("from", f"Bench <bench@{driver.DOMAIN}>"), ("subject", "bench message"), ("text", (line * (text_bytes // len(line) + 1))[:text_bytes])]
    fields += [("to", r) for r in recipients]
    if variables:
        fields.append(("recipient-variables", json.dumps({r: {"n": i} for i, r in enumerate(recipients)})))
    return urllib.parse.urlencode(fields)


def measure_postroad(home):
    server = driver.Server(home).start()
    try:
        body = form(["user@rcpt.test"], TEXT_BYTES)
        driver.wrk(f"http://127.0.0.1:{driver.HTTP_PORT}/v3/{driver.DOMAIN}/messages", body, CONNECTIONS, 1, home)
        return driver.wrk(f"http://127.0.0.1:{driver.HTTP_PORT}/v3/{driver.DOMAIN}/messages", body, CONNECTIONS, SECONDS, home)
    finally:
        server.stop()


def measure_peer(home):
    postfix = subprocess.Popen([os.path.join(driver.PEERS, "peer_postfix.sh"), str(PEER_PORT), str(SINK_PORT), "hold"], start_new_session=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ, BENCH_DIR=home))
    node = None
    try:
        driver.wait_port(PEER_PORT, 60)
        node = subprocess.Popen(["node", os.path.join(driver.ROOT, "bench", "node_api.mjs"), str(NODE_PORT), str(PEER_PORT)])
        driver.wait_port(NODE_PORT)
        body = form(["user@rcpt.test"], TEXT_BYTES)
        url = f"http://127.0.0.1:{NODE_PORT}/v3/{driver.DOMAIN}/messages"
        driver.wrk(url, body, CONNECTIONS, 2, home)
        return driver.wrk(url, body, CONNECTIONS, SECONDS, home)
    finally:
        if node:
            node.terminate()
            node.wait()
        os.killpg(postfix.pid, signal.SIGTERM)
        postfix.wait()


def measure_batch(home):
    server = driver.Server(home, next_hop="127.0.0.1:9").start()
    try:
        later = "&o%3Adeliverytime=" + str(int(time.time()) + 3600)
        body = form([f"user{i}@rcpt.test" for i in range(BATCH)], 1024, variables=True) + later
        url = f"http://127.0.0.1:{driver.HTTP_PORT}/v3/{driver.DOMAIN}/messages"
        rate, p50, p99 = driver.wrk(url, body, 4, SECONDS, home)
        return rate * BATCH, p50, p99
    finally:
        server.stop()


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    print(driver.machine())
    ours, theirs, ratios = [], [], []
    for _ in range(runs):
        for measure, into in ((measure_postroad, ours), (measure_peer, theirs)):
            with driver.home() as folder:
                into.append(measure(folder))
        ratios.append(ours[-1][0] / theirs[-1][0])
    for name, rows in (("postroad", ours), ("Node API + Postfix", theirs)):
        print(f"{name}: {driver.spread([r[0] for r in rows])} messages/s, p50 {statistics.median(r[1] for r in rows):.2f} ms, "
              f"p99 {statistics.median(r[2] for r in rows):.2f} ms")
    print(f"ratio: {statistics.median(ratios):.1f}x ({min(ratios):.1f}..{max(ratios):.1f})")
    batches = []
    for _ in range(runs):
        with driver.home() as folder:
            batches.append(measure_batch(folder))
    print(f"batch of {BATCH}: {driver.spread([b[0] for b in batches])} recipients/s, p99 {statistics.median(b[2] for b in batches):.0f} ms a call")


if __name__ == "__main__":
    main()
