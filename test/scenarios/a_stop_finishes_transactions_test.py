#!/usr/bin/env python3
"""SIGTERM in the middle of submission: who is in a transaction finishes it, who is idle is told at once, and nobody waits for ever."""
import socket
import ssl
import time

import harness

DRAIN_SECONDS = 30  # Server::kDrainMax


class Client:
    """A client that says what it is told to, when it is told to."""

    def __init__(self, port, context=None):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.lines = self.socket.makefile("rb")
        self.reply()
        self.say("EHLO client.test")
        if context is not None:
            self.say("STARTTLS")
            self.socket = context.wrap_socket(self.socket, server_hostname="localhost")
            self.lines = self.socket.makefile("rb")
            self.say("EHLO client.test")

    def reply(self, seconds=10):
        """The code of a reply; "" when the connection ended."""
        self.socket.settimeout(seconds)
        while True:
            line = self.lines.readline().decode()
            if line[3:4] != "-":
                return line[:3]

    def say(self, line, wanted=None):
        self.socket.sendall(line.encode() + b"\r\n")
        code = self.reply()
        if wanted is not None and code != wanted:
            raise AssertionError(f"{line}: {code}, not {wanted}")
        return code

    def begin(self, to, data=False):
        self.say("MAIL FROM:<a@mail.shop.test>", "250")
        self.say(f"RCPT TO:<{to}>", "250")
        if data:
            self.say("DATA", "354")
            self.socket.sendall(b"Subject: half\r\n\r\nthe first half\r\n")
        return self

    def finish_data(self):
        self.socket.sendall(b"the second half\r\n.\r\n")
        return self.reply()


class AStopFinishesTransactions(harness.Scenario):
    def test_a_transaction_ends_with_its_message_and_an_idle_session_at_once(self):
        sink = self.sink()
        postroad = self.postroad(next_hop=f"127.0.0.1:{sink.port}", tls="self_signed")
        context = ssl.create_default_context(cafile=postroad.data + "/dev-ca.pem")
        port = postroad.smtp_port
        idle, secure, silent = Client(port), Client(port, context), socket.create_connection(("127.0.0.1", port), 10)
        named, half = Client(port).begin("named@north.test"), Client(port, context).begin("half@north.test", data=True)
        silent.recv(1000)
        postroad.process.terminate()
        stopped = time.monotonic()
        for client in (idle, secure):
            self.assertEqual((client.reply(2), client.reply(2)), ("421", ""))
        silent.settimeout(2)
        self.assertTrue(silent.recv(1000).startswith(b"421 "))
        self.assertLess(time.monotonic() - stopped, 0.8, "idle sessions are told at once, not with the handshakes after 1 s")
        harness.wait_for("every loop's listener to close", lambda: not harness.port_open(port), 2)
        time.sleep(6)  # Longer than a session between transactions or a call is waited for.
        self.assertEqual(named.say("DATA"), "354")
        self.assertEqual(named.finish_data(), "250")
        self.assertEqual(named.reply(), "421", "and then it is told")
        self.assertEqual(half.finish_data(), "250")
        self.assertEqual(half.reply(), "421")
        finished = time.monotonic()
        self.assertEqual(postroad.process.wait(10), 0)
        self.assertLess(time.monotonic() - finished, 2, "the end waits for nobody else")
        postroad.start()
        harness.wait_for("what was accepted while it ended", lambda: sink.count() == 2)
        self.assertEqual({to for one in sink.messages for to in one["to"]}, {"named@north.test", "half@north.test"})
        audit = postroad.wait_settled()
        self.assertEqual((audit["accepted"], audit["ended"]), (2, 2))

    def test_a_transaction_that_never_ends_is_ended(self):
        postroad = self.postroad()
        endless = Client(postroad.smtp_port).begin("never@north.test", data=True)
        stopped = time.monotonic()
        postroad.process.terminate()
        self.assertEqual(endless.reply(DRAIN_SECONDS + 5), "421")
        told = time.monotonic() - stopped
        self.assertTrue(DRAIN_SECONDS - 2 < told < DRAIN_SECONDS + 1, told)
        self.assertEqual(postroad.process.wait(10), 0)
        self.assertLess(time.monotonic() - stopped, DRAIN_SECONDS + 3)
        postroad.start()
        self.assertEqual(postroad.audit()["accepted"], 0, "what was never answered was never taken")


if __name__ == "__main__":
    harness.main()
