"""An SMTP server that takes 200,000 messages in a scenario's time, holds back those it is told to, and knows their order.

One event loop in a thread of its own. `held`: callable(recipient) -> True while the answer to its message is to wait;
`let_go()` asks it again for all that wait. The recipients' local parts count: the same one twice is a repeat.
"""
import asyncio
import threading
import time


class Session(asyncio.Protocol):
    def __init__(self, sink):
        self.sink, self.buffer, self.recipients, self.in_data = sink, bytearray(), [], False

    def connection_made(self, transport):
        self.transport = transport
        transport.write(b"220 sink.test ESMTP\r\n")

    def connection_lost(self, error):
        self.sink.waiting.discard(self)

    def data_received(self, data):
        self.buffer += data
        replies = bytearray()
        while True:
            if self.in_data:
                end = self.buffer.find(b"\r\n.\r\n")
                if end < 0:
                    break
                del self.buffer[:end + 5]
                self.in_data = False
                if self.sink.held(self.recipients[0]):
                    self.sink.waiting.add(self)
                else:
                    replies += self.took()
                continue
            end = self.buffer.find(b"\r\n")
            if end < 0:
                break
            replies += self.answer(bytes(self.buffer[:end]))
            del self.buffer[:end + 2]
        if replies:
            self.transport.write(bytes(replies))

    def answer(self, line):
        verb = line[:4].upper()
        if verb == b"EHLO":
            return b"250-sink.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
        if verb == b"MAIL":
            self.recipients = []
        elif verb == b"RCPT":
            self.recipients.append(line[line.index(b"<") + 1:line.index(b">")].decode())
        elif verb == b"DATA":
            self.in_data = True
            return b"354 go on\r\n"
        elif verb == b"QUIT":
            self.transport.write(b"221 bye\r\n")
            self.transport.close()
            return b""
        return b"250 ok\r\n"

    def took(self):
        for recipient in self.recipients:
            self.sink.took(recipient)
        return b"250 kept\r\n"

    def let_go(self):
        self.transport.write(self.took())


class FastSink:
    def __init__(self, held=lambda recipient: False, counted=lambda recipient: recipient.startswith("b")):
        """`counted`: whose arrivals `counted_arrivals` counts; of all others, `marks` has how many had been counted by then,
        and the time."""
        self.held, self.counted = held, counted
        self.arrivals, self.counted_arrivals, self.marks, self.waiting = {}, 0, {}, set()
        self.loop = asyncio.new_event_loop()
        listening = threading.Event()

        async def serve():
            self.server = await self.loop.create_server(lambda: Session(self), "127.0.0.1", 0, backlog=1024)
            self.port = self.server.sockets[0].getsockname()[1]
            listening.set()

        def run():
            self.loop.run_until_complete(serve())
            self.loop.run_forever()
        threading.Thread(target=run, daemon=True).start()
        listening.wait()

    def took(self, recipient):
        self.arrivals[recipient] = self.arrivals.get(recipient, 0) + 1
        if self.counted(recipient):
            self.counted_arrivals += 1
        else:
            self.marks.setdefault(recipient, (self.counted_arrivals, time.monotonic()))

    def let_go(self):
        def release():
            for session in [s for s in self.waiting if not self.held(s.recipients[0])]:
                self.waiting.discard(session)
                session.let_go()
        self.loop.call_soon_threadsafe(release)

    def repeats(self):
        return sum(count - 1 for count in list(self.arrivals.values()))

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
