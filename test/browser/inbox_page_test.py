#!/usr/bin/env python3
"""The sandbox's page in Debian's Chromium: live, by keyboard, safe against what mail brings, readable in both themes."""
import base64
import email.headerregistry
import email.message
import email.policy
import http.server
import json
import os
import subprocess
import sys
import threading
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "scenarios"))
import harness  # noqa: E402
import payloads  # noqa: E402
import sandbox  # noqa: E402

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
FIRST_LOAD_BYTES_MAX = 120_000
LIVE_MILLISECONDS_MAX = 5000


def fetch():
    """`npm ci` once for each version of the lock file."""
    harness.need_tool("npm", "npm")
    lock = os.path.join(HERE, "package-lock.json")
    stamp = os.path.join(HERE, "node_modules", ".package-lock.json")
    if os.path.exists(stamp) and os.path.getmtime(stamp) >= os.path.getmtime(lock):
        return
    done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=300)
    if done.returncode:
        raise AssertionError("npm ci failed:\n" + done.stdout[-2000:])


class Page(sandbox.SandboxScenario):
    def drive(self, check, box, timeout=300, **options):
        fetch()
        chromium = harness.need_tool("chromium", "chromium")
        done = subprocess.run([harness.need_tool("node", "nodejs"), os.path.join(HERE, "page.mjs"), check, box.url, json.dumps(options)],
                              cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=timeout,
                              env=dict(os.environ, CHROMIUM=chromium))
        if done.returncode:
            raise AssertionError(f"{check} ended with {done.returncode}:\n{done.stderr[-3000:]}{done.stdout[-1000:]}")
        found = json.loads(done.stdout.splitlines()[-1])
        self.assertEqual(found.get("errors", []), [])
        return found

    def mime(self, box, message, to="ana@corp.test"):
        """Takes a message as it is; the key under which the page knows it."""
        status, _, text = box.request("POST", "/v3/acme.test/messages.mime", fields=[("to", to), ("message", message.as_bytes().decode("latin-1"))])
        self.assertEqual(status, 200, text)
        return box.api("GET", "/_/api/inbox?limit=1")[1]["messages"][0]["key"]

    def test_a_message_appears_in_an_open_page(self):
        found = self.drive("live", self.sandbox("--warp", "150"))
        self.assertEqual([s.replace("deferred", "").strip() for s in found["subjects"]], ["Later", "Now & here"])
        self.assertTrue(found["same"])
        self.assertLess(found["milliseconds"], LIVE_MILLISECONDS_MAX)
        print(f"note: a message was shown {found['milliseconds']:.0f} ms after it was sent")

    def test_everything_goes_by_keyboard(self):
        box = self.sandbox()
        for word in ("first", "second", "third"):
            box.mail(subject=f"{word} one")
        found = self.drive("keyboard", box)
        self.assertEqual(found["second"], "second one")
        self.assertEqual((found["opened"], found["focus"], found["next"]), ("third one", "H2", "second one"))
        self.assertEqual((found["address"], found["arrow"]), ("?tab=files", "tab-source"))
        self.assertEqual((found["searched"], found["query"]), (["third one"], "?q=subject%3Athird"))
        self.assertTrue(found["closed"])
        self.assertTrue(found["help"])

    def test_what_was_read_and_chosen_is_remembered(self):
        box = self.sandbox()
        box.mail(subject="Plain")
        box.mail(**{"to": "ana@corp.test,bo@corp.test", "subject": "Hi %recipient.n%",
                    "recipient-variables": json.dumps({"ana@corp.test": {"n": "Ana"}, "bo@corp.test": {"n": "Bo"}})})
        found = self.drive("remembering", box)
        self.assertEqual((found["copies"], found["addresses"]), (["Hi Ana", "Hi Bo"], ["ana@corp.test", "bo@corp.test"]))
        self.assertEqual((found["theme"], found["afterReload"], found["current"]), ("dark", "Hi Bo", 1))
        self.assertEqual(found["unread"], [2, 1, 1, 2])
        self.assertEqual(found["titles"], ["(2) postroad", "(2) postroad"])

    def test_deleting_can_be_taken_back_for_ten_seconds(self):
        box = self.sandbox()
        for number in range(3):
            box.mail(subject=str(number))
        found = self.drive("deleting", box)
        self.assertEqual(found, {"before": 3, "hidden": 2, "undone": 3, "afterUndo": 3, "whileUndoable": 3, "after": 0, "errors": []})

    def test_attachments_come_as_they_were_sent(self):
        box = self.sandbox()
        message = email.message.EmailMessage()
        message["From"], message["To"], message["Subject"] = "shop@acme.test", "ana@corp.test", "Files"
        message.set_content("two")
        everything = bytes(range(256)) * 100
        message.add_attachment(everything, maintype="application", subtype="octet-stream", filename="Grüße 100%.bin")
        message.add_attachment(b"<script>1</script>", maintype="text", subtype="html", filename="page.html")
        found = self.drive("files", box, key=self.mime(box, message))
        self.assertEqual([(f["name"], base64.b64decode(f["base64"])) for f in found["files"]],
                         [("Grüße 100%.bin", everything), ("page.html", b"<script>1</script>")])
        self.assertIn("/inbox/", found["address"])

    def test_nothing_is_loaded_from_elsewhere_until_asked(self):
        asked = []

        class Pictures(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append((self.path, self.headers.get("Referer")))
                self.send_response(200)
                self.send_header("Content-Type", "image/png")
                self.end_headers()
                self.wfile.write(PNG)

            def log_message(self, *_):
                pass

        elsewhere = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pictures)
        threading.Thread(target=elsewhere.serve_forever, daemon=True).start()
        self.stack.callback(elsewhere.server_close)
        self.stack.callback(elsewhere.shutdown)
        at = f"http://127.0.0.1:{elsewhere.server_port}"
        box = self.sandbox()
        message = email.message.EmailMessage()
        message["From"], message["To"], message["Subject"] = "shop@acme.test", "ana@corp.test", "Pictures"
        message.set_content("text")
        message.add_alternative(f"""<p id=here>x</p><img id=own src="cid:own"><img id=there src="{at}/there.png">
            <link rel=stylesheet href="{at}/style.css"><style>@import "{at}/more.css"; p {{ background: url({at}/back.png) }}
            @font-face {{ font-family: f; src: url({at}/font.woff) }} p {{ font-family: f }}</style>
            <iframe src="{at}/frame"></iframe><video src="{at}/video" autoplay></video><object data="{at}/object"></object>
            <script src="{at}/script"></script><link rel=preconnect href="{at}"><link rel=prefetch href="{at}/prefetch">""", subtype="html")
        message.get_payload()[1].add_related(PNG, "image", "png", cid="<own>")
        found = self.drive("remote", box, key=self.mime(box, message), elsewhere=at)
        self.assertEqual(found["cid"], 1, "the picture that the message brings is shown")
        paths = [path for path, _ in asked]
        self.assertEqual(paths[0], "/now-it-is-asked-for")
        # A browser prefetches wherever it may fetch anything.
        self.assertEqual(set(paths[1:]) - {"/prefetch"}, {"/there.png", "/back.png"}, "pictures alone")
        self.assertEqual({referer for _, referer in asked}, {None})

    def test_no_payload_runs(self):
        self.assertGreaterEqual(len(payloads.PAYLOADS), 100)
        box, keys = self.sandbox(), []
        for payload in payloads.PAYLOADS:
            line = payload.replace("\n", " ").replace("\x0c", " ").replace("\t", " ")
            message = email.message.EmailMessage(policy=email.policy.SMTP)
            message["From"] = email.headerregistry.Address(line, "shop", "acme.test")
            message["To"], message["Subject"], message["X-Payload"], message["Reply-To"] = "ana@corp.test", line, line, "x@acme.test"
            message.set_content(payload)
            message.add_alternative(payload, subtype="html")
            message.add_attachment(payload.encode(), maintype="text", subtype="html", filename=line, cid=f"<{len(keys)}@x>")
            keys.append(self.mime(box, message, to='"<img src=x onerror=fired(1)>"@corp.test'))
        found = self.drive("payloads", box, timeout=800, keys=keys)
        self.assertEqual(len(found["control"]), 1, "the test would see a payload that runs")
        self.assertEqual(found["fired"], [])
        self.assertEqual(found["shown"], len(payloads.PAYLOADS))
        self.assertGreaterEqual(found["clicked"], 15)
        self.assertEqual(found["origins"], ["null"])
        self.assertEqual([title for title in found["titles"] if title.startswith("FIRED")], [])
        print(f"note: {found['shown']} payloads in 8 places each, {found['clicked']} clicks, {len(found['fired'])} ran")

    def test_it_is_readable_for_everybody(self):
        box = self.sandbox()
        os.makedirs(os.path.join(self.folder, "empty"))
        empty = sandbox.Sandbox(os.path.join(self.folder, "empty"))
        self.stack.callback(empty.kill)
        empty.start()
        for number in range(12):
            box.mail(subject=f"Order {number} " + "with a subject that goes on " * (number % 3), to=["ana@corp.test", "bounce@corp.test", "full@corp.test,bo@corp.test"][number % 3])
        box.mail(html="<h1 style='color:#246'>Your invoice</h1><p>Thank you for your order. <a href='https://shop.test/'>See it</a>",
                 text="Your code is 482 913\nhttps://shop.test/", subject="Invoice 4711 and a code", to="softbounce@corp.test,bounce@corp.test")
        key = box.api("GET", "/_/api/inbox?limit=1")[1]["messages"][0]["key"]
        folder = os.environ.get("POSTROAD_PICTURES") or os.path.join(self.folder, "pictures")
        os.makedirs(folder, exist_ok=True)
        found = self.drive("looks", box, key=key, folder=folder, empty=empty.url)["found"]
        self.assertEqual({view: problems for view, problems in found.items() if problems}, {})
        self.assertEqual(len(found), 3 * 10)

    def test_first_load_is_small_and_complete(self):
        box = self.sandbox()
        total, seen, wanted = 0, set(), ["/"]
        while wanted:
            path = wanted.pop()
            if path in seen:
                continue
            seen.add(path)
            request = urllib.request.Request(box.url + path, headers={"Accept": "text/html", "Accept-Encoding": "gzip"})
            with urllib.request.urlopen(request, timeout=10) as response:
                total += len(response.read())
            with urllib.request.urlopen(urllib.request.Request(box.url + path, headers={"Accept": "text/html"}), timeout=10) as response:
                text = response.read().decode()
            for part in text.split('"'):
                if part.startswith("/_/assets/"):
                    wanted.append(part)
                elif part.startswith("./") and part.endswith(".js"):
                    wanted.append("/_/assets/" + part[2:])
        self.assertGreaterEqual(len(seen), 8)
        self.assertLessEqual(total, FIRST_LOAD_BYTES_MAX)
        print(f"note: the first load is {total} bytes in {len(seen)} files")


if __name__ == "__main__":
    harness.main()
