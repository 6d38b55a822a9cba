"""kill -9 under load, over HTTP and SMTP: the workload, the sink and the verifier."""
import base64
import hashlib
import http.client
import quopri
import random
import smtplib
import socket
import threading
import time

import harness

BODY_BYTES = 3000


class Load:
    """Clients that send until told to stop, remembering what was acknowledged. Ids are never used twice."""

    def __init__(self, postroad, run, smtp_clients=3, http_clients=3):
        self.postroad, self.run, self.stopping = postroad, run, threading.Event()
        self.lock, self.acknowledged, self.attempted = threading.Lock(), {}, {}
        self.threads = [threading.Thread(target=self.client, args=(kind, i), daemon=True)
                        for kind, n in (("smtp", smtp_clients), ("http", http_clients)) for i in range(n)]
        for thread in self.threads:
            thread.start()

    def client(self, kind, number):
        generator = random.Random(f"{self.run} {kind} {number}")
        count = 0
        while not self.stopping.is_set():
            try:
                if kind == "smtp":
                    with smtplib.SMTP("127.0.0.1", self.postroad.smtp_port, local_hostname="load.test", timeout=10) as session:
                        for _ in range(20):
                            if self.stopping.is_set():
                                return
                            count += 1
                            self.by_smtp(session, f"id-{self.run}-s{number}-{count}", generator)
                else:
                    connection = http.client.HTTPConnection("127.0.0.1", self.postroad.http_port, timeout=10)
                    for _ in range(50):
                        if self.stopping.is_set():
                            return
                        count += 1
                        self.by_http(connection, f"id-{self.run}-h{number}-{count}", generator)
                    connection.close()
            except (OSError, smtplib.SMTPException, http.client.HTTPException):
                time.sleep(0.01)

    def note(self, table, name, digest):
        with self.lock:
            table[name] = digest

    def body(self, name, generator):
        text = f"{name} " + "".join(generator.choices("abcdefghij klmnop", k=BODY_BYTES))
        return text, hashlib.sha256(text.encode()).hexdigest()

    def by_smtp(self, session, name, generator):
        text, digest = self.body(name, generator)
        self.note(self.attempted, name, digest)
        lines = "\r\n".join(text[i:i + 70] for i in range(0, len(text), 70))
        session.sendmail("load@mail.shop.test", [f"{name}@north.test"],
                         f"From: load@mail.shop.test\r\nSubject: {name}\r\n\r\n{lines}\r\n")
        self.note(self.acknowledged, name, digest)

    def by_http(self, connection, name, generator):
        text, digest = self.body(name, generator)
        self.note(self.attempted, name, digest)
        authorization = "Basic " + base64.b64encode(f"api:{harness.KEY}".encode()).decode()
        body = f"from=load@mail.shop.test&to={name}@north.test&subject={name}&text=" + text.replace(" ", "+")
        connection.request("POST", "/v3/mail.shop.test/messages", body=body,
                           headers={"Authorization": authorization, "Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        answer.read()
        if answer.status == 200:
            self.note(self.acknowledged, name, digest)

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(15)


class DigestSink(harness.SmtpSink):
    """Counts arrivals by recipient and keeps a digest instead of the message."""

    def __init__(self):
        super().__init__()
        self.arrived, self.wrong, self.open_data = {}, [], 0

    class Kept(list):
        def __init__(self, sink):
            self.sink = sink

        def append(self, message):
            header, _, body = message["data"].partition(b"\r\n\r\n")
            text = body
            if b"quoted-printable" in header.lower():
                text = quopri.decodestring(body)
            name = message["to"][0].split("@")[0]
            digest = hashlib.sha256(text.replace(b"\r\n", b"")).hexdigest()
            self.sink.arrived.setdefault(name, []).append(digest)

    def serve(self, lines, out):
        if not isinstance(self.messages, DigestSink.Kept):
            with self.lock:
                self.messages = DigestSink.Kept(self)
        super().serve(lines, out)


def run_cycles(scenario, cycles, seconds=(0.15, 0.6)):
    """Starts, loads, kills; again and again on one store. Then lets it settle and checks. Returns what it saw."""
    sink = DigestSink()
    scenario.stack.callback(sink.close)
    postroad = scenario.postroad(start=False, next_hop=f"127.0.0.1:{sink.port}", extra='[delivery]\nretries = ["1s"]\n')
    generator = random.Random(20260301)
    starts, loads = [], []
    for cycle in range(cycles):
        postroad.start()
        starts.append(postroad.start_seconds)
        load = Load(postroad, run=cycle)
        time.sleep(generator.uniform(*seconds))
        postroad.kill()
        load.stop()
        loads.append(load)
    postroad.start()
    audit = postroad.wait_settled(120)
    code = postroad.stop()
    acknowledged = {name: digest for load in loads for name, digest in load.acknowledged.items()}
    attempted = {name: digest for load in loads for name, digest in load.attempted.items()}
    lost = [name for name in acknowledged if name not in sink.arrived]
    repeated = sum(len(digests) - 1 for digests in sink.arrived.values())
    torn = [name for name, digests in sink.arrived.items() if any(d != attempted.get(name) for d in digests)]
    return {"acknowledged": len(acknowledged), "arrived": len(sink.arrived), "lost": lost, "repeated": repeated,
            "torn": torn, "audit": audit, "starts": sorted(starts), "code": code, "postroad": postroad}


def check(scenario, seen, cycles):
    starts = seen["starts"]
    p99 = starts[min(len(starts) - 1, int(len(starts) * 0.99))]
    print(f"note: {cycles} kills: {seen['acknowledged']} acknowledged, {len(seen['lost'])} lost, {seen['repeated']} repeated "
          f"({seen['repeated'] / cycles:.2f} a kill), {len(seen['torn'])} torn, start to listening median "
          f"{starts[len(starts) // 2]:.3f} s, p99 {p99:.3f} s")
    scenario.assertGreater(seen["acknowledged"], cycles * 5, "the load did not load")
    scenario.assertEqual(seen["lost"], [])
    scenario.assertEqual(seen["torn"], [])
    in_flight = 20  # [delivery] per_destination: no more deliveries were under way at any kill
    scenario.assertLess(seen["repeated"], cycles * in_flight)
    audit = seen["audit"]
    scenario.assertTrue(audit["balanced"], audit)
    scenario.assertGreaterEqual(audit["accepted"], seen["acknowledged"])
    scenario.assertEqual(seen["code"], 0)
    report = seen["postroad"].command("fsck", check=False)
    scenario.assertTrue(report["clean"], report)
