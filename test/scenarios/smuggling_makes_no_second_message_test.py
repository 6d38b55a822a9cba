#!/usr/bin/env python3
"""End-of-data smuggling: every combination of odd line ends round a dot, in one packet and split at every seam. One message
goes in, one comes out, and nothing on the way out has a bare CR or LF."""
import itertools
import re
import socket
import time

import harness

ENDS = [b"\r\n", b"\n", b"\r", b"\r\r\n", b"\n\r", b"\r\n\x00", b"\x00\r\n", b"\r\x00\n", b"\x0b\n", b"\x0c\n", b"\xc2\x85", b"\r\n ", b"\n\n"]
SECOND = b"MAIL FROM:<evil@mail.shop.test>\r\nRCPT TO:<victim@north.test>\r\nDATA\r\nSubject: smuggled\r\n\r\nevil\r\n.\r\n"


def variants():
    """(name, bytes between the first message's text and the smuggled commands); the true end of data is not among them."""
    for before, after in itertools.product(ENDS, ENDS):
        if b"\r\n.\r\n" in before + b"." + after:
            continue  # That is the true end of data (RFC 5321 4.1.1.4).
        yield f"{before!r}.{after!r}", before + b"." + after
    for middle in (b"..", b". ", b".\x00", b" .", b"\t."):
        yield f"CRLF {middle!r} CRLF", b"\r\n" + middle + b"\r\n"


class Session:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.reply()

    def reply(self):
        while True:
            match = re.match(rb"(?:\d{3}-[^\r\n]*\r\n)*(\d{3}) [^\r\n]*\r\n", self.buffer)
            if match:
                self.buffer = self.buffer[match.end():]
                return int(match.group(1))
            got = self.socket.recv(65536)
            if not got:
                return 0
            self.buffer += got

    def say(self, line):
        self.socket.sendall(line + b"\r\n")
        return self.reply()

    def close(self):
        self.socket.close()


class SmugglingMakesNoSecondMessage(harness.Scenario):
    def test_one_message_in_one_message_out(self):
        sink = self.sink()
        postroad = self.postroad(next_hop=f"127.0.0.1:{sink.port}")
        sent, cases = 0, list(variants())
        self.assertGreaterEqual(len(cases), 100)
        for split in (False, True):
            for number, (name, seam) in enumerate(cases):
                session = Session(postroad.smtp_port)
                session.say(b"EHLO client.test")
                session.say(b"MAIL FROM:<app@mail.shop.test>")
                session.say(b"RCPT TO:<first@north.test>")
                self.assertEqual(session.say(b"DATA"), 354)
                text = f"Subject: case {number} {split}\r\n\r\nfirst".encode()
                pieces = [text, *(bytes([b]) for b in seam), SECOND] if split else [text + seam + SECOND]
                for piece in pieces:
                    session.socket.sendall(piece)
                    if split:
                        time.sleep(0.0005)
                # SECOND ends in the true end of data, so exactly one answer follows: for one message, or its refusal.
                code = session.reply()
                self.assertIn(code, (250, 550), name)
                sent += code == 250
                self.assertEqual(session.say(b"NOOP"), 250, name)
                session.close()
        self.assertGreater(sent, 100)
        harness.wait_for("every message", lambda: sink.count() >= sent)
        postroad.wait_settled()
        self.assertEqual(sink.count(), sent)
        self.assertEqual({m["to"][0] for m in sink.messages}, {"first@north.test"}, "a smuggled recipient came through")
        for message in sink.messages:
            without = message["data"].replace(b"\r\n", b"")
            self.assertNotIn(b"\r", without)
            self.assertNotIn(b"\n", without)
        print(f"note: {len(cases)} variants, single and split: {2 * len(cases)} messages, {sent} taken, 0 smuggled")


if __name__ == "__main__":
    harness.main()
