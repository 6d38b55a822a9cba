#!/usr/bin/env python3
"""Failing syncs and a full disk, on the real binary: 503 and 451, nothing acknowledged after a failed sync, nothing lost."""
import os
import smtplib
import subprocess

import harness

MESSAGE = "From: app@mail.shop.test\r\nSubject: {name}\r\n\r\n{body}\r\n"


def by_http(postroad, name, body="hello"):
    """200, the refusal's status, or 0 when there was no answer."""
    try:
        return postroad.send([("from", "app@mail.shop.test"), ("to", f"{name}@north.test"), ("subject", name), ("text", body)],
                             timeout=10)[0]
    except OSError:
        return 0


def by_smtp(postroad, name, body="hello"):
    try:
        with postroad.smtp() as client:
            client.sendmail("app@mail.shop.test", [f"{name}@north.test"], MESSAGE.format(name=name, body=body))
            return 250
    except smtplib.SMTPResponseException as refused:
        return refused.smtp_code
    except (OSError, smtplib.SMTPException):
        return 0


class FailingDiskLosesNothing(harness.Scenario):
    def check_sync_failure(self, call, first, path=None):
        """Every sync from number `first` on fails. What was acknowledged must be there after a healthy start."""
        sink = self.sink(answers=lambda stage, text: "451 4.3.0 not now" if stage == "rcpt" else None)
        wrapper = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:error=EIO:when={first}+"]
        if path:
            wrapper += ["-P", path]
        postroad = self.postroad(start=False, next_hop=f"127.0.0.1:{sink.port}", wrapper=wrapper)
        if path and not os.path.exists(postroad.data):
            # The path must be there for strace to follow it.
            healthy = self.postroad(start=False, next_hop=f"127.0.0.1:{sink.port}")
            healthy.start()
            healthy.stop()
        acknowledged, refused = [], []
        try:
            postroad.start()
        except AssertionError:
            self.assertNotEqual(postroad.process.wait(10), 0, "it failed to start, so it must say so")
            acknowledged = []
        else:
            for i in range(200):
                name = f"{call}-{first}-{i}"
                code = by_http(postroad, name) if i % 2 else by_smtp(postroad, name)
                if code in (200, 250):
                    self.assertEqual(refused, [], "acknowledged after a failed sync")
                    acknowledged.append(name)
                else:
                    refused.append(code)
                    self.assertIn(code, (0, 503, 451, 421))
                    if len(refused) > 5:
                        break
            self.assertTrue(refused, "no sync failed, so nothing was tested")
            harness.wait_for("the process to end", lambda: postroad.process.poll() is not None, 40)
            self.assertNotEqual(postroad.process.returncode, 0)
            self.assertIn("store_failed", postroad.log())
        sink.answers = lambda stage, text: None
        healthy = self.postroad(start=False, next_hop=f"127.0.0.1:{sink.port}", extra='[delivery]\nretries = ["1s"]\n')
        healthy.start()
        known = {e["recipient"].split("@")[0] for e in healthy.events() if e["event"] == "accepted"}
        self.assertEqual([n for n in acknowledged if n not in known], [], "acknowledged and gone")
        audit = healthy.audit()
        self.assertEqual((audit["lost"], audit["ended_twice"]), (0, 0))
        self.assertGreaterEqual(audit["accepted"], len(acknowledged))
        healthy.stop()
        self.assertTrue(healthy.command("fsck", check=False)["clean"])
        return len(acknowledged)

    def test_a_failed_fdatasync_ends_all_accepting(self):
        harness.need_tool("strace", "strace")
        total = 0
        for first in (1, 3, 8, 15, 25, 40):
            with self.subTest(first=first):
                self.folder_for(f"fdatasync-{first}")
                total += self.check_sync_failure("fdatasync", first)
        self.assertGreater(total, 10, "every run failed before the first message: nothing was tested")

    def test_a_failed_directory_sync_ends_all_accepting(self):
        harness.need_tool("strace", "strace")
        for first in (1, 2, 4):
            with self.subTest(first=first):
                self.folder_for(f"fsync-{first}")
                try:
                    self.check_sync_failure("fsync", first)
                except AssertionError as failure:
                    # Directories are synced when files come and go; a run that meets none has nothing to fail.
                    if "no sync failed" not in str(failure):
                        raise

    def folder_for(self, name):
        self.folder = os.path.join(self.base, name)
        os.makedirs(self.folder)

    def setUp(self):
        super().setUp()
        self.base = self.folder

    def test_a_full_disk_refuses_and_recovers(self):
        if os.geteuid() != 0:
            self.fail("mounting a small disk needs root: run the tests as root, as CI does")
        sink = self.sink()
        postroad = self.postroad(start=False, next_hop=f"127.0.0.1:{sink.port}",
                                 extra='[delivery]\nretries = ["1s"]\n')
        os.makedirs(postroad.data)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", postroad.data], check=True)
        self.stack.callback(lambda: subprocess.run(["umount", "-l", postroad.data]))
        postroad.start()
        filler = os.path.join(postroad.data, "filler")
        body = "x" * 70 + "\r\n"
        acknowledged, refused = [], []
        for i in range(400):
            name = f"full-{i}"
            code = by_http(postroad, name, body * 1500) if i % 2 else by_smtp(postroad, name, body * 1500)
            if code in (200, 250):
                acknowledged.append(name)
            else:
                self.assertIn(code, (503, 451), "a full disk is a temporary refusal")
                refused.append(code)
                if {503, 451} <= set(refused):
                    break
            if i == 20:
                with open(filler, "wb") as f:
                    free = os.statvfs(postroad.data)
                    f.write(b"\0" * max(0, free.f_bavail * free.f_bsize - (3 << 20)))
        self.assertLessEqual({503, 451}, set(refused), "the disk did not fill up")
        self.assertIsNone(postroad.process.poll(), "a full disk must not end the process")
        os.unlink(filler)
        harness.wait_for("mail to be accepted again", lambda: by_http(postroad, "after") == 200, 10)
        acknowledged.append("after")
        harness.wait_for("all of it", lambda: len({m["to"][0] for m in sink.messages}) >= len(acknowledged), 60)
        arrived = {m["to"][0].split("@")[0] for m in sink.messages}
        self.assertEqual([n for n in acknowledged if n not in arrived], [])
        audit = postroad.wait_settled()
        self.assertTrue(audit["balanced"], audit)
        self.assertEqual(postroad.stop(), 0)
        self.assertTrue(postroad.command("fsck", check=False)["clean"])


if __name__ == "__main__":
    harness.main()
