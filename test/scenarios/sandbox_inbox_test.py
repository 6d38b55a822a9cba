#!/usr/bin/env python3
"""The inbox's calls against a running sandbox: waiting, the stream of changes, restarts, and ending with both open."""
import http.client
import json
import threading
import time

import harness
import sandbox


class Inbox(sandbox.SandboxScenario):
    def stream(self, box):
        connection = http.client.HTTPConnection("127.0.0.1", box.http_port, timeout=20)
        connection.request("GET", "/_/api/stream")
        response = connection.getresponse()
        self.assertEqual((response.status, response.headers["Content-Type"]), (200, "text/event-stream"))
        return response

    def next_change(self, response):
        while True:
            line = response.fp.readline()
            if not line:
                return None
            if line.startswith(b"data: "):
                return json.loads(line[6:])["version"]

    def test_wait_returns_as_soon_as_the_message_is_there(self):
        box, answers = self.sandbox(), []

        def wait(query):
            begun = time.monotonic()
            status, message = box.api("GET", f"/_/api/inbox/wait?{query}")
            answers.append((status, message, time.monotonic() - begun))
        waiting = threading.Thread(target=wait, args=("to=ana@corp.test&subject=code&timeout=20s",))
        waiting.start()
        time.sleep(0.5)
        box.mail(to="bo@corp.test", subject="Your code", text="not this one: code 1111")
        box.mail(to="ana@corp.test", subject="Your code", text="Your code is 2222")
        waiting.join()
        [(status, message, seconds)] = answers
        self.assertEqual((status, message["code"]), (200, "2222"))
        self.assertLess(seconds, 10)

    def test_stream_tells_each_change_and_no_more(self):
        box = self.sandbox()
        stream = self.stream(box)
        versions = [self.next_change(stream)]
        box.mail(to="ana@corp.test")
        while versions[-1] != box.api("GET", "/_/api/inbox")[1]["version"] or len(versions) == 1:
            versions.append(self.next_change(stream))
        key = box.api("GET", "/_/api/inbox")[1]["messages"][0]["key"]
        self.assertEqual(box.api("DELETE", f"/_/api/inbox/{key}")[0], 200)
        versions.append(self.next_change(stream))
        self.assertEqual(len(versions), len(set(versions)), versions)

    def test_ends_at_once_with_watchers_and_waiters(self):
        box = self.sandbox()
        streams = [self.stream(box) for _ in range(5)]
        for stream in streams:
            self.next_change(stream)
        answers = []
        waiting = threading.Thread(target=lambda: answers.append(box.api("GET", "/_/api/inbox/wait?to=nobody&timeout=300s")[0]))
        waiting.start()
        time.sleep(0.5)
        begun = time.monotonic()
        self.assertEqual(box.stop(), 0)
        self.assertLess(time.monotonic() - begun, 4)
        waiting.join()
        self.assertEqual(answers, [503])
        for stream in streams:
            self.assertIsNone(self.next_change(stream))
        self.assertNotIn("http_stop_forced", box.log())

    def test_captured_mail_outlives_a_restart(self):
        box = self.sandbox()
        box.mail(to="ana@corp.test", subject="Kept")
        box.mail(to="ana@corp.test", subject="Deleted")
        key = box.api("GET", "/_/api/inbox")[1]["messages"][0]["key"]
        box.api("DELETE", f"/_/api/inbox/{key}")
        box.stop()
        box.start()
        self.assertEqual([m["subject"] for m in box.api("GET", "/_/api/inbox")[1]["messages"]], ["Kept"])

    def test_mail_by_smtp_is_captured_too(self):
        box = self.sandbox()
        with box.smtp() as client:
            client.sendmail("shop@acme.test", ["ana@corp.test", "bounce@corp.test"], "From: shop@acme.test\r\nTo: ana@corp.test\r\nSubject: By SMTP\r\n\r\nHello\r\n")
        message = box.api("GET", "/_/api/inbox/wait?subject=By+SMTP")[1]
        self.assertEqual(message["method"], "smtp")

        def states():
            found = {r["address"]: r["state"] for r in box.api("GET", f"/_/api/inbox/{message['key']}")[1]["recipients"]}
            return found if "waiting" not in found.values() else None
        self.assertEqual(harness.wait_for("both ends", states), {"ana@corp.test": "delivered", "bounce@corp.test": "failed"})

    def test_other_hosts_are_refused(self):
        box = self.sandbox()
        for host, status in (("127.0.0.1", 200), (f"localhost:{box.http_port}", 200), ("[::1]:80", 200), ("evil.test", 421), ("127.0.0.1.evil.test", 421)):
            with self.subTest(host=host):
                self.assertEqual(box.api("GET", "/_/api/inbox", headers={"Host": host})[0], status)


if __name__ == "__main__":
    harness.main()
