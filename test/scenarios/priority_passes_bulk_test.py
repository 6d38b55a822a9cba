#!/usr/bin/env python3
"""200,000 bulk recipients wait, to the same domain and others: mail that somebody waits for passes them; and they all arrive.

What is asserted is order, not time: the sink holds every answer to bulk mail, so nothing of it can end, and each probe must
arrive all the same.
"""
import json

import fast_sink
import harness

CALLS, PER_CALL = 200, 1000
BULK_DOMAINS = ["north.test", "south.test", "east.test", "west.test", "middle.test", "far.test"]
OVERTAKEN_MAX = 5000  # bulk recipients that end while one probe travels, of 200,000


class PriorityPassesBulk(harness.Scenario):
    def queue_bulk(self, postroad):
        for call in range(CALLS):
            domain = BULK_DOMAINS[call % len(BULK_DOMAINS)]
            to = [f"b{call * PER_CALL + i}@{domain}" for i in range(PER_CALL)]
            fields = [("from", "news@mail.shop.test"), ("subject", "News"), ("text", "for %recipient.n%")]
            fields += [("to", one) for one in to] + [("recipient-variables", json.dumps({one: {"n": i} for i, one in enumerate(to)}))]
            self.assertEqual(postroad.send(fields)[0], 200)

    def probe(self, postroad, name, domain, count=None):
        """Sends one and waits for it; how many bulk recipients arrived meanwhile."""
        to = f"{name}@{domain}"
        before = self.sink.counted_arrivals
        status, answer = postroad.send([("from", "app@mail.shop.test"), ("to", to), ("subject", "Your code"), ("text", "4711")])
        self.assertEqual(status, 200, answer)
        return harness.wait_for(f"{to} to arrive", lambda: self.sink.marks.get(to))[0] - before

    def probes(self, postroad, name, count):
        """To a domain that bulk mail waits for, and to one of its own, in turns."""
        return [self.probe(postroad, f"{name}{i}", ["north.test", "quiet.test"][i % 2]) for i in range(count)]

    def test_probes_pass_and_bulk_arrives(self):
        self.is_open = False
        self.sink = fast_sink.FastSink(held=lambda to: to.startswith("b") and not self.is_open)
        self.stack.callback(self.sink.close)
        postroad = self.postroad(next_hop=f"127.0.0.1:{self.sink.port}", extra="[delivery]\nmax_connections = 100\n")
        self.queue_bulk(postroad)
        waiting = CALLS * PER_CALL

        self.assertEqual(self.probes(postroad, "first", 10), [0] * 10)
        self.assertEqual(postroad.audit()["waiting"], waiting, "all of it still waits")
        postroad.kill()
        postroad.start()
        self.assertEqual(self.probes(postroad, "restarted", 10), [0] * 10)
        self.assertEqual(postroad.audit()["waiting"], waiting)

        # Every destination has answered now; then the answers stop, with as many deliveries under way as bulk may have.
        self.is_open = True
        self.sink.let_go()
        harness.wait_for("20,000 of bulk", lambda: self.sink.counted_arrivals >= 20_000, 120)
        self.is_open = False
        harness.wait_for("every place of bulk to be taken", lambda: len(self.sink.waiting) >= 90)
        self.assertEqual(self.probes(postroad, "held", 10), [0] * 10)

        self.is_open = True
        self.sink.let_go()
        overtaken = []
        while self.sink.counted_arrivals < waiting * 0.9:
            overtaken += self.probes(postroad, f"drain{len(overtaken)}-", 2)
        print(f"note: {len(overtaken)} probes while 200,000 arrived; of those at most {max(overtaken)} during one probe's way")
        self.assertGreater(len(overtaken), 20)
        self.assertLess(max(overtaken), OVERTAKEN_MAX)

        audit = postroad.wait_settled(120)
        self.assertTrue(audit["balanced"], audit)
        self.assertEqual(audit["accepted"], waiting + 30 + len(overtaken))
        missing = [i for i in range(waiting) if f"b{i}@{BULK_DOMAINS[i // PER_CALL % len(BULK_DOMAINS)]}" not in self.sink.arrivals]
        self.assertEqual(missing, [])
        self.assertEqual(postroad.stop(), 0)


if __name__ == "__main__":
    harness.main()
