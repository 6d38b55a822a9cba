#!/usr/bin/env python3
"""Ten kills while a batch of 10,000 recipients goes out to one domain: all arrive, and no kill repeats more than was under way."""
import json

import fast_sink
import harness

CALLS, PER_CALL, KILLS = 10, 1000, 10
PER_DESTINATION = 20


class KillRepeatsOnlyWhatWasUnderWay(harness.Scenario):
    def test_a_batch_is_killed_ten_times(self):
        sink = fast_sink.FastSink()
        self.stack.callback(sink.close)
        postroad = self.postroad(next_hop=f"127.0.0.1:{sink.port}", extra=f"[delivery]\nper_destination = {PER_DESTINATION}\n")
        wanted = [f"b{i}@north.test" for i in range(CALLS * PER_CALL)]
        for call in range(CALLS):
            to = wanted[call * PER_CALL:(call + 1) * PER_CALL]
            fields = [("from", "news@mail.shop.test"), ("subject", "News"), ("text", "%recipient.n%")] + [("to", one) for one in to]
            fields += [("recipient-variables", json.dumps({one: {"n": i} for i, one in enumerate(to)}))]
            self.assertEqual(postroad.send(fields)[0], 200)
        killed_with = []
        for kill in range(KILLS):
            step = (kill + 1) * len(wanted) // (KILLS + 2)
            harness.wait_for(f"{step} arrivals", lambda: len(sink.arrivals) >= step)
            postroad.kill()
            killed_with.append(len(wanted) - len(sink.arrivals))
            postroad.start()
        audit = postroad.wait_settled(120)
        self.assertGreater(min(killed_with), 0, "it had all gone out before a kill")
        self.assertEqual([to for to in wanted if to not in sink.arrivals], [])
        print(f"note: {KILLS} kills within a batch, {sink.repeats()} repeated ({sink.repeats() / KILLS:.1f} a kill)")
        self.assertLessEqual(sink.repeats(), KILLS * PER_DESTINATION)
        self.assertTrue(audit["balanced"], audit)
        self.assertEqual(audit["accepted"], len(wanted))
        self.assertEqual(postroad.command("queue")["held"], 0, "a kill quarantines nobody")
        self.assertEqual(postroad.stop(), 0)


if __name__ == "__main__":
    harness.main()
