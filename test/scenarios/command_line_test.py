#!/usr/bin/env python3
"""The command line as a person and a script meet it: what is printed, on which stream, with which exit code; and that its page
in docs/operating says what it is."""
import json
import os
import re
import shlex
import subprocess
import threading
import time

import harness
import sandbox

DONE, FAILED, USAGE, BOUNCED, UNAUTHORIZED, REFUSED, NOT_FOUND, UNREACHABLE, TEMPORARY = 0, 1, 2, 3, 4, 5, 6, 69, 75

EVERYWHERE = {"--quiet", "--no-color", "--utc"}


class CommandLine(sandbox.SandboxScenario):
    def apart(self, kind=sandbox.Sandbox):
        """Another server of this scenario, or none at all: for commands that need no sandbox."""
        folder = os.path.join(self.folder, "apart")
        os.makedirs(folder, exist_ok=True)
        one = kind(folder)
        self.stack.callback(one.kill)
        return one

    def run_in(self, box, *arguments, expect=DONE, **more):
        done = box.run(*arguments, **more)
        self.assertEqual(done.returncode, expect, f"postroad {' '.join(arguments)}\n{done.stdout}{done.stderr}")
        if expect not in (DONE, BOUNCED):
            self.assertRegex(done.stderr, r"(?m)^(error: |nothing )", arguments)
        return done

    def test_send_follows_a_message_to_its_end(self):
        box = self.sandbox("--warp", "1200")
        done = self.run_in(box, "send", "--to", "ana@corp.test", "--subject", "Hi", "--text", "Hello")
        self.assertRegex(done.stdout, r"(?s)^<[^>]+@acme\.test>\naccepted +0\.00 s  ana@corp\.test\ndelivered .*250 2\.0\.0")
        done = self.run_in(box, "send", "--to", "bounce+order7@corp.test", expect=BOUNCED)
        self.assertRegex(done.stdout, r"(?m)^failed .*bounce\+order7@corp\.test .*550 5\.1\.1 .*\(bounce\)$")
        done = self.run_in(box, "send", "--to", "softbounce@corp.test", "--trace")
        self.assertRegex(done.stdout, r"(?s)deferred.*451 4\.3\.0.*again in 1 s\ndelivered.*> RCPT TO:<softbounce@corp\.test>\n\+\d+ ms < 451 4\.3\.0")
        done = self.run_in(box, "send", "--to", "full@corp.test", "--timeout", "1s", expect=TEMPORARY)
        self.assertIn("hint: postroad log show", done.stderr)
        answer = json.loads(self.run_in(box, "send", "--to", "ana@corp.test,554@corp.test", "--json", expect=BOUNCED).stdout)
        self.assertEqual({r["address"]: r["state"] for r in answer["recipients"]}, {"ana@corp.test": "delivered", "554@corp.test": "failed"})

    def test_send_makes_the_message_it_was_asked_for(self):
        box = self.sandbox()
        picture = os.path.join(self.folder, "logo.png")
        text = os.path.join(self.folder, "body.txt")
        with open(picture, "wb") as file:
            file.write(b"\x89PNG\r\n\x1a\n\x00\xff")
        with open(text, "w") as file:
            file.write("From a file\n")
        self.run_in(box, "send", "--from", "Shop <shop@acme.test>", "--to", "ana@corp.test", "--cc", "bo@corp.test", "--bcc", "cy@corp.test",
                    "--subject", "Grüße", "--text", f"@{text}", "--html", "-", "--attach", text, "--inline", picture, "--header", "X-Order: 7",
                    "--tag", "a", "--tag", "b", "--var", "order=7", "--no-wait", stdin="<img src=cid:logo.png>")
        message = json.loads(self.run_in(box, "inbox", "open", "--subject", "Grüße", "--json").stdout)
        self.assertEqual((message["from"], message["cc"], message["subject"], message["text"].strip()), ("Shop <shop@acme.test>", "bo@corp.test", "Grüße", "From a file"))
        self.assertIn(["X-Order", "7"], message["headers"])
        self.assertEqual(sorted(a["name"] for a in message["attachments"]), ["body.txt", "logo.png"])
        self.assertEqual({r["address"] for r in message["recipients"]}, {"ana@corp.test", "bo@corp.test", "cy@corp.test"})
        event = message["events"][0]["detail"]
        self.assertEqual((event["tags"], event["user-variables"]), (["a", "b"], {"order": "7"}))
        _, _, html = box.request("GET", f"/_/api/inbox/{message['key']}/html", key=None)
        self.assertIn("data:image/png;base64,", html)
        self.run_in(box, "send", "--domain", "acme.test", "--to", "eml@corp.test", "--eml", "-", "--no-wait", stdin="From: x@acme.test\nSubject: As it is\n\nBody\n")
        self.assertIn("Subject: As it is\r\n", box.run("inbox", "raw", "--to", "eml@corp.test").stdout.replace("\n", "\r\n"))

    def test_send_sends_many_at_a_pace(self):
        box = self.sandbox()
        begun = time.monotonic()
        done = self.run_in(box, "send", "--to", "ana@corp.test", "--subject", "Load", "-n", "6", "--rate", "10/s")
        self.assertGreaterEqual(time.monotonic() - begun, 0.5)
        self.assertEqual(len(set(done.stdout.splitlines())), 6)
        self.assertRegex(done.stderr, r"^6 taken in 0\.[5-9]\d s\n$")
        self.assertEqual(len(self.run_in(box, "inbox", "list", "subject:load", "--jsonl").stdout.splitlines()), 6)
        done = self.run_in(box, "send", "--to", "ana@corp.test,bounce@corp.test", "-n", "3", "--wait", "--quiet", expect=BOUNCED)
        self.assertEqual((done.stdout.splitlines()[-1], done.stderr), ("3 delivered, 3 failed", ""))
        answer = json.loads(self.run_in(box, "send", "--to", "ana@corp.test", "-n", "2", "--wait", "--json").stdout)
        self.assertEqual(answer, {"sent": 2, "recipients": {"delivered": 2}})
        self.run_in(box, "send", "--domain", "acme.test", "--to", "raw@corp.test", "--raw", "-n", "2", stdin="From: x@acme.test\nSubject: Raw\n\nBody\n")
        self.assertEqual(len(self.run_in(box, "inbox", "list", "subject:raw", "--jsonl").stdout.splitlines()), 2)
        done = self.run_in(box, "send", "--to", "ana@corp.test", "--quiet")
        self.assertRegex(done.stdout, r"^<[^>]+>\n$")
        for wrong in (["--rate", "fast"], ["--template", "welcome"], ["-n", "0"], ["--wait", "--no-wait"], ["--raw", "--text", "-"], ["--raw", "--eml", "x"]):
            with self.subTest(wrong=wrong):
                done = self.run_in(box, "send", "--to", "ana@corp.test", *wrong, expect=USAGE)
                self.assertRegex(done.stderr, r"(?s)^error: .*\nhint: .*\ndocs: ")
        server = self.apart(harness.Postroad).start()
        server.command("domain", "pause", "mail.shop.test")
        self.run_in(box, "send", "--from", "a@mail.shop.test", "--to", "a@b.test", "--url", f"http://127.0.0.1:{server.http_port}", "--key", harness.KEY, expect=REFUSED)

    def test_send_says_what_is_wrong(self):
        box = self.sandbox()
        self.run_in(box, "send", expect=USAGE)
        self.run_in(box, "send", "--to", "a@b.test", "--timeout", "10", expect=USAGE)
        self.run_in(box, "send", "--to", "a@b.test", "--url", "ftp://x", expect=USAGE)
        self.run_in(box, "send", "--to", "a@b.test", "--attach", "/nowhere/x", expect=FAILED)
        self.run_in(box, "send", "--to", "not an address", "--from", "x@acme.test", expect=FAILED)
        self.run_in(box, "send", "--to", "a@b.test", "--at", "+soon", expect=FAILED)
        done = self.run_in(box, "send", "--to", "a@b.test", "--url", "http://127.0.0.1:1", expect=UNREACHABLE)
        self.assertIn("hint: is it running?", done.stderr)
        server = self.apart(harness.Postroad).start()
        url = f"http://127.0.0.1:{server.http_port}"
        done = self.run_in(box, "send", "--from", "a@mail.shop.test", "--to", "a@b.test", "--url", url, "--key", "wrong", expect=UNAUTHORIZED)
        self.assertIn("hint: --key", done.stderr)
        self.run_in(box, "send", "--from", "a@other.test", "--to", "a@b.test", "--url", url, "--key", harness.KEY, expect=NOT_FOUND)

    def test_log_is_searched_followed_and_waited_for(self):
        box = self.sandbox("--warp", "600")
        first = box.mail(to="ana@corp.test", subject="First")
        box.mail(to="bounce@corp.test", subject="Second")
        harness.wait_for("both ends", lambda: len(box.events("acme.test")) == 4)
        store = ("--data-dir", box.data)
        for place in (store, ()):  # This machine's store, and the server's API.
            with self.subTest(place=place):
                self.assertIn("First", self.run_in(box, "log", first, *place).stdout)
                found = json.loads(self.run_in(box, "log", "subject:second", "event:failed", "--json", *place).stdout)["events"]
                self.assertIn(("failed", "bounce@corp.test"), [(e["type"], e["recipient"]) for e in found])
                lines = self.run_in(box, "log", "--jsonl", "--limit", "3", *place).stdout.splitlines()
                self.assertEqual(len([json.loads(line) for line in lines]), 3)
                self.assertEqual(len(json.loads(self.run_in(box, "log", "--event", "accepted", "--json", *place).stdout)["events"]), 2)
                self.run_in(box, "log", "nobody@nowhere.test", *place, expect=NOT_FOUND)
                self.run_in(box, "log", "--since", "soon", *place, expect=USAGE)
                story = self.run_in(box, "log", "show", first, *place).stdout
                self.assertRegex(story, r"(?s)accepted.*delivered")
                self.run_in(box, "log", "wait", "to:ana", "event:delivered", "--timeout", "1s", *place)
                rows = self.run_in(box, "log", "--columns", "event,to,subject,code", "--event", "failed", *place).stdout
                self.assertEqual(rows, "failed\tbounce@corp.test\tSecond\t550\n")
                self.assertEqual(self.run_in(box, "log", "wait", "to:ana", "event:accepted", "--columns", "to,id", *place).stdout, f"ana@corp.test\t{first}\n")
                self.assertIn("hint: time, event, to,", self.run_in(box, "log", "--columns", "moon", *place, expect=USAGE).stderr)
                self.run_in(box, "log", "wait", "to:nobody", "--timeout", "1s", *place, expect=NOT_FOUND)
        trace = self.run_in(box, "log", "trace", "subject:nowhere", *store, expect=NOT_FOUND)
        self.assertIn("nothing matches", trace.stderr)
        self.assertIn("RCPT TO:<bounce@corp.test>", self.run_in(box, "log", "trace", "subject:Second", *store).stdout)
        self.assertIn("RCPT TO:<bounce@corp.test>", self.run_in(box, "log", "trace", "bounce@corp.test", *store).stdout)

        later = threading.Timer(0.7, lambda: box.mail(to="late@corp.test"))
        later.start()
        self.assertIn("late@corp.test", self.run_in(box, "log", "wait", "to:late", "--timeout", "10s").stdout)

        following = subprocess.Popen([harness.BINARY, "log", "--follow", "--jsonl", *store], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                     env=sandbox.clean_environment())
        self.stack.callback(following.kill)
        time.sleep(1)
        box.mail(to="followed@corp.test")
        seen = [json.loads(following.stdout.readline()) for _ in range(2)]
        self.assertEqual([(e["type"], e["recipient"]) for e in seen], [("accepted", "followed@corp.test"), ("delivered", "followed@corp.test")])
        following.kill()
        following.communicate()

    def test_log_searches_everything_retained_with_and_without_a_server(self):
        """More events lie above what is looked for than one answer holds: here 2500 of another message."""
        postroad = self.postroad()
        box = self.apart()
        store = ("--config", postroad.config)
        old, _ = postroad.send([("from", "Shop <a@mail.shop.test>"), ("to", "deliver+ana@sim.postroad.test"), ("subject", "The old one"), ("text", "x"),
                                ("o:tag", "spring sale"), ("v:order", "A-17")]), None
        self.assertEqual(old[0], 200)
        identifier = old[1]["id"].strip("<>")
        postroad.wait_settled()
        middle = time.time()
        for part in range(3):
            fields = [("from", "a@mail.shop.test"), ("subject", "Many"), ("text", "x"), ("recipient-variables", "{}")]
            fields += [("to", f"deliver+{part}x{i}@sim.postroad.test") for i in range(834)]
            self.assertEqual(postroad.send(fields)[0], 200)
        postroad.wait_settled()

        def found(*terms):
            return [(e["type"], e["recipient"]) for e in postroad.command("log", *terms)["events"]]

        def ask():
            story = [("accepted", "deliver+ana@sim.postroad.test"), ("delivered", "deliver+ana@sim.postroad.test")]
            for term in ("to:ana", "from:shop", "subject:old one", "tag:spring sale", f"msgid:{identifier}", "deliver+ana@sim.postroad.test", "A-17",
                         f"before:{middle}"):
                with self.subTest(term=term, running=postroad.process.poll() is None):
                    self.assertEqual(found(*((term, "to:ana") if term == "from:shop" else (term,))), story)
            self.assertEqual(found("to:ana", "event:delivered", "--event", "delivered"), story[1:])
            self.assertEqual(len(found("subject:many", "event:delivered", "--limit", "7")), 7)
            self.assertEqual(len(found(f"after:{middle}", "--limit", "1000")), 1000)
            self.run_in(box, "log", f"after:{middle}", "to:ana", *store, expect=NOT_FOUND)
            self.run_in(box, "log", "before:soon", *store, expect=USAGE)
        ask()
        remote = ("--url", f"http://127.0.0.1:{postroad.http_port}", "--key", harness.KEY)
        for terms in (("A-17",), ("subject:old one",), (f"before:{middle}",)):  # The first is compared here alone: page after page.
            with self.subTest(terms=terms):
                there = json.loads(self.run_in(box, "log", *terms, "--json", *remote).stdout)
                self.assertEqual((there["story"], [e["type"] for e in there["events"]]), (True, ["accepted", "delivered"]))
        self.assertEqual(len(self.run_in(box, "log", "--limit", "3", "--jsonl", *remote).stdout.splitlines()), 3)
        self.run_in(box, "log", "A-18", *remote, expect=NOT_FOUND)
        postroad.stop()
        ask()

    def test_inbox_gives_codes_and_links(self):
        box = self.sandbox()
        self.run_in(box, "inbox", "list", expect=NOT_FOUND)
        threading.Timer(0.7, lambda: box.mail(to="new@corp.test", subject="Welcome", text="Your code is 482 913\nhttps://shop.test/confirm?t=1")).start()
        self.assertEqual(self.run_in(box, "inbox", "code", "--to", "new@corp.test").stdout, "482913\n")
        self.assertEqual(self.run_in(box, "inbox", "links", "--to", "new@corp.test").stdout, "https://shop.test/confirm?t=1\n")
        listed = self.run_in(box, "inbox", "list", "subject:welcome").stdout
        self.assertRegex(listed, r'^\S+  Shop <shop@acme\.test>  →  new@corp\.test  "Welcome"  \d+ B\n$')
        key = listed.split()[0]
        self.assertIn("Subject: Welcome", self.run_in(box, "inbox", "raw", key).stdout)
        box.mail(to="plain@corp.test", subject="No code", text="nothing here")
        self.run_in(box, "inbox", "code", "--to", "plain@corp.test", expect=NOT_FOUND)
        self.run_in(box, "inbox", "code", "--to", "nobody@corp.test", "--timeout", "1s", expect=NOT_FOUND)
        self.run_in(box, "inbox", "delete", expect=USAGE)
        self.run_in(box, "inbox", "delete", key)
        self.run_in(box, "inbox", "open", key, expect=NOT_FOUND)
        self.run_in(box, "inbox", "delete", "--all")
        self.run_in(box, "inbox", "list", expect=NOT_FOUND)

    def test_keys_and_logins_work_until_they_are_ended(self):
        postroad = self.postroad()
        made = postroad.command("key", "create", "--role", "basic", "--description", "reports")
        status, _, _ = postroad.request("GET", "/v3/domains", key=made["secret"])
        self.assertEqual((status, made["role"]), (200, "basic"))
        self.assertEqual(postroad.request("POST", "/v3/domains", fields=[("name", "x.test")], key=made["secret"])[0], 403)
        listed = postroad.command("key", "list")["keys"]
        self.assertIn({"id": made["id"], "role": "basic", "description": "reports"}, listed)
        self.assertNotIn(made["secret"], json.dumps(listed))
        postroad.command("key", "revoke", made["id"])
        self.assertEqual(postroad.request("GET", "/v3/domains", key=made["secret"])[0], 401)
        store = ("--config", postroad.config)
        box = self.apart()
        self.run_in(box, "key", "revoke", made["id"], *store, expect=NOT_FOUND)
        self.run_in(box, "key", "create", "--role", "king", *store, expect=USAGE)

        login = "app@mail.shop.test"
        made = postroad.command("credential", "create", login)
        self.assertEqual(made["login"], login)
        self.assertGreaterEqual(len(made["password"]), 20)
        self.assertEqual([one["login"] for one in postroad.command("credential", "list", "mail.shop.test")["credentials"]], [login])
        done = self.run_in(box, "credential", "create", login, "--password-file", "-", *store, stdin="another-pass-1\n")
        self.assertNotIn("another-pass-1", done.stdout + done.stderr)
        self.run_in(box, "credential", "create", "app@unknown.test", *store, expect=NOT_FOUND)
        self.run_in(box, "credential", "create", "app", *store, expect=FAILED)
        postroad.command("credential", "delete", login)
        self.assertEqual(postroad.command("credential", "list", "mail.shop.test")["credentials"], [])
        postroad.stop()  # The same without a server.
        self.assertEqual(len(postroad.command("key", "list")["keys"]), 1)

    def test_doctor_gives_every_trouble_its_fix_in_time(self):
        postroad = self.postroad(tls="self_signed")
        box = self.apart()
        begun = time.monotonic()
        done = box.run("doctor", "--config", postroad.config, "--json")
        self.assertLess(time.monotonic() - begun, 15)
        self.assertIn(done.returncode, (DONE, FAILED), done.stderr)
        findings = json.loads(done.stdout)["findings"]
        self.assertEqual({f["group"] for f in findings}, {"machine", "name", "network", "reputation", "tls", "domains", "loop", "store"})
        for finding in findings:
            self.assertTrue(finding["found"], finding)
            self.assertEqual(finding["fix"] == "", finding["level"] == "ok", finding)
        by_check = {f["check"]: f for f in findings if f["group"] != "tls"}
        self.assertEqual(by_check[f"http 127.0.0.1:{postroad.http_port}"]["level"], "ok")
        slowest = float(re.search(r"nearly all within ([\d.]+) ms", by_check["sync"]["found"]).group(1))
        self.assertEqual(by_check["sync"]["level"], "ok" if slowest < 50 else "warn")  # As this machine's disk is just now.
        accepted, ended, waiting = map(int, re.fullmatch(r"accepted (\d) = ended (\d) \+ waiting (\d)", by_check["audit"]["found"]).groups())
        self.assertEqual((by_check["audit"]["level"], accepted), ("ok", ended + waiting))  # The loop's message is on its way beside it.
        served = {f["check"]: f for f in findings if f["group"] == "tls"}
        for check in (f"http 127.0.0.1:{postroad.http_port}", f"submission 127.0.0.1:{postroad.smtp_port}"):
            self.assertEqual(served[check]["level"], "warn")
            self.assertRegex(served[check]["found"], "TLSv1.3.*self-signed")
        self.assertEqual(done.returncode, FAILED if any(f["level"] == "fail" for f in findings) else DONE)
        only = json.loads(box.run("doctor", "--config", postroad.config, "--json", "--only", "store,machine").stdout)["findings"]
        self.assertEqual({f["group"] for f in only}, {"machine", "store"})
        self.run_in(box, "doctor", "--only", "moon", expect=USAGE)

    def test_a_sandbox_certificate_can_be_trusted(self):
        box = self.sandbox()
        url = f"https://localhost:{box.http_port}"
        self.run_in(box, "inbox", "list", "--url", url, expect=UNREACHABLE)
        lines = self.run_in(box, "dev", "trust", "--data-dir", box.data).stdout
        authority = re.search(r"POSTROAD_CA_FILE=(\S+)", lines).group(1)
        self.run_in(box, "send", "--to", "ana@corp.test", "--url", url, environment={"POSTROAD_CA_FILE": authority})
        self.assertIn("ana@corp.test", self.run_in(box, "inbox", "list", "--url", url, "--ca", authority).stdout)
        self.run_in(box, "dev", "trust", "--data-dir", "/nowhere", expect=NOT_FOUND)

    def test_a_sandbox_can_begin_with_mail(self):
        box = self.sandbox("--seed", "demo", "--no-open", "--warp", "1000")
        listed = harness.wait_for("the demo", lambda: [m for m in [json.loads(line) for line in box.run("inbox", "list", "--jsonl").stdout.splitlines()]] or None)
        harness.wait_for("all of it", lambda: "--seed: 10 messages" in box.log())
        self.assertTrue(listed)
        self.assertEqual(self.run_in(box, "inbox", "code", "--to", "ana@corp.test").stdout, "482913\n")
        harness.wait_for("every fate", lambda: {e["event"] for e in box.events("acme.test")} == {"accepted", "delivered", "failed"})
        box.stop()
        again = self.sandbox("--seed", "demo", "--quiet")
        again.stop()
        again = self.sandbox("--seed", "demo")
        harness.wait_for("the word", lambda: "--seed: there is mail already" in again.log())
        self.assertEqual(len(self.run_in(again, "inbox", "list", "--jsonl", "--limit", "50").stdout.splitlines()), 10)
        moved = self.apart()
        log = open(moved.log_path, "wb")
        process = subprocess.Popen([harness.BINARY, "dev", "--smtp-port", str(moved.smtp_port), "--data-dir", moved.data, "-q"], stdout=log, stderr=log,
                                   stdin=subprocess.DEVNULL, env=dict(sandbox.clean_environment(), PORT=str(moved.http_port)))
        self.stack.callback(process.kill)
        harness.wait_for("PORT to be listened on", lambda: harness.port_open(moved.http_port))
        process.terminate()
        process.wait(40)
        log.close()
        self.assertEqual(moved.log(), "")

    def test_nothing_at_all_is_usage(self):
        done = subprocess.run([harness.BINARY], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=20,
                              env=sandbox.clean_environment())
        self.assertEqual((done.returncode, done.stdout), (USAGE, ""))
        self.assertIn("postroad serve --config FILE", done.stderr)
        box = self.apart()
        for wrong in (["bogus"], ["log", "--bogus"], ["dev", "--port", "70000"], ["domain"], ["config"], ["completion", "tcsh"]):
            with self.subTest(wrong=wrong):
                self.assertIn("hint: postroad", self.run_in(box, *wrong, expect=USAGE).stderr)
        self.run_in(box, "queue", "--data-dir", "/nowhere", expect=NOT_FOUND)
        self.assertEqual(json.loads(self.run_in(box, "version", "--json").stdout)["version"], self.run_in(box, "--version").stdout.split()[1])

    def test_answers_and_talk_are_apart(self):
        box = self.sandbox()
        box.mail(to="ana@corp.test")
        store = ("--data-dir", box.data)
        harness.wait_for("its end", lambda: len(box.events("acme.test")) == 2)
        done = self.run_in(box, "domain", "remove", "acme.test", *store)
        self.assertEqual((done.stdout, done.stderr), ("", "Domain has been deleted\n"))
        self.run_in(box, "domain", "add", "acme.test", *store)
        done = self.run_in(box, "domain", "remove", "acme.test", "--quiet", *store)
        self.assertEqual((done.stdout, done.stderr), ("", ""))
        done = self.run_in(box, "domain", "remove", "acme.test", "-q", *store, expect=NOT_FOUND)
        self.assertEqual(done.stderr, "error: Domain not found\n")
        done = self.run_in(box, "bogus", expect=USAGE)
        self.assertRegex(done.stderr, r"(?s)^error: .*\nhint: postroad --help\ndocs: docs/operating/cli\.md\n$")
        for zone, flags, wanted in (("UTC-5:30", (), r"\+05:30  accepted"), ("UTC-5:30", ("--utc",), r"\d\.\d{3}Z  accepted"), ("UTC+3", (), "-03:00  accepted")):
            self.assertRegex(self.run_in(box, "log", *flags, *store, environment={"TZ": zone}).stdout, wanted)

        def on_a_terminal(*arguments, **environment):
            """What it prints where standard output is a terminal."""
            leader, follower = os.openpty()
            subprocess.run([harness.BINARY, *arguments], stdin=subprocess.DEVNULL, stdout=follower, stderr=subprocess.DEVNULL, timeout=60,
                           env=dict(sandbox.clean_environment(), TERM="xterm", **environment))
            os.close(follower)
            shown = os.read(leader, 65536).decode()
            os.close(leader)
            return shown
        self.assertIn("\x1b[32mdelivered \x1b[0m", on_a_terminal("log", *store))
        for shown in (on_a_terminal("log", "--no-color", *store), on_a_terminal("log", *store, NO_COLOR="1"), self.run_in(box, "log", *store).stdout):
            self.assertIn("delivered", shown)
            self.assertNotIn("\x1b", shown)
        lines = self.run_in(box, "inbox", "list", "--jsonl").stdout.splitlines()
        self.assertEqual([json.loads(line)["subject"] for line in lines], ["Hi"])
        self.run_in(box, "domain", "add", "x.test", *store)
        self.assertEqual([json.loads(line)["name"] for line in self.run_in(box, "domain", "list", "--jsonl", *store).stdout.splitlines()], ["x.test"])

    def test_help_is_about_the_command(self):
        """Every example that --help shows is one that the command line takes."""
        box = self.apart()
        paths = [" ".join(w for w in line.split() if not w.startswith("--")) for line in self.run_in(box, "completion", "words").stdout.splitlines()]
        shown = set()
        for path in paths:
            text = self.run_in(box, *path.split(), "--help").stdout
            self.assertIn("Everywhere:", text)
            self.assertEqual("Filters (" in text, path == "", path)
            shown.update(re.findall(r"(?m)^  postroad ([^#\n]*)", text.partition("Examples:")[2]))
        self.assertGreater(len(shown), 30)
        for example in sorted(shown):
            for part in example.replace("postroad ", "").split(" && "):
                with self.subTest(example=part):
                    words = shlex.split(re.split(r" [<>|] ", part)[0])
                    command = next(p for p in sorted(paths, key=len, reverse=True) if p and words[:len(p.split())] == p.split())
                    text = self.run_in(box, *command.split(), "--help").stdout
                    for flag in (w for w in words if w.startswith("-")):
                        self.assertRegex(text, rf"(^|[ ,]){flag}\b", example)

    def test_its_page_is_true(self):
        """Every command and option is in docs/operating/cli.md, and nothing else is."""
        box = self.apart()
        there = {}
        for line in self.run_in(box, "completion", "words").stdout.splitlines():
            words = line.split()
            path = " ".join(w for w in words if not w.startswith("--"))
            there[path] = {w for w in words if w.startswith("--")} - {"--help", "--version"}
            self.assertLessEqual(EVERYWHERE, there[path], path)
            there[path] -= EVERYWHERE
        self.assertGreater(len(there), 30)
        with open(os.path.join(harness.ROOT, "docs", "operating", "cli.md")) as file:
            text = file.read()
        said = {}
        for command, options in re.findall(r"(?m)^\| `postroad ?([a-z -]*?)[^`a-z -]*`[^|]*\|([^|]*)\|", text):
            said[command.strip()] = set(re.findall(r"--[a-z-]+", options))
        self.assertLessEqual(EVERYWHERE, set(re.findall(r"`(--[a-z-]+)` \(", text)))
        groups = {"", "config", "inbox", "domain", "key", "credential"}
        self.assertEqual(set(said), set(there) - groups)
        for command in sorted(said):
            with self.subTest(command=command):
                self.assertEqual(said[command], there[command])
        codes = {int(code) for code in re.findall(r"(?m)^\| (\d+) \|", text)}
        self.assertEqual(codes, {0, 1, 2, 3, 4, 5, 6, 69, 75})


if __name__ == "__main__":
    harness.main()
