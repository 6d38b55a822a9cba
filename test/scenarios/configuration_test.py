#!/usr/bin/env python3
"""The configuration as an operator handles it: explained, changed in its file, and taken by a running server, all of it or nothing."""
import json
import os
import re
import signal
import stat
import subprocess

import harness
import sandbox

DONE, FAILED, USAGE, NOT_FOUND = 0, 1, 2, 6


class Configuration(harness.Scenario):
    def run_it(self, *arguments, expect=DONE, environment=None):
        done = subprocess.run([harness.BINARY, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60,
                              stdin=subprocess.DEVNULL, env=dict(sandbox.clean_environment(), **(environment or {})))
        self.assertEqual(done.returncode, expect, f"postroad {' '.join(arguments)}\n{done.stdout}{done.stderr}")
        return done

    def file(self, text):
        path = os.path.join(self.folder, "postroad.toml")
        with open(path, "w") as f:
            f.write(text)
        os.chmod(path, 0o640)
        return path

    def test_every_setting_is_explained_from_one_table(self):
        path = self.file(self.run_it("config", "print-default").stdout)
        self.assertEqual(self.run_it("config", "check", path).stdout, f"{path}: good\n")
        shown = {one["name"]: one for one in json.loads(self.run_it("config", "show", "--json").stdout)["settings"]}
        written = {one["name"]: one for one in json.loads(self.run_it("config", "show", "--config", path, "--json").stdout)["settings"]}
        self.assertEqual({n: o["value"] for n, o in shown.items()}, {n: o["value"] for n, o in written.items()})
        sections = re.findall(r"(?m)^([a-z_]+) ", self.run_it("config", "docs").stdout)
        explained = [line for s in sections for line in self.run_it("config", "docs", s).stdout.splitlines() if re.match(r"[a-z_]+\.", line)]
        self.assertLessEqual(set(shown), set(explained))
        one = self.run_it("config", "docs", "delivery.attempt_for").stdout
        self.assertIn('1 to 259200 s; default "8h"\n    POSTROAD_DELIVERY__ATTEMPT_FOR; read when the server starts', one)
        self.assertIn("did you mean log.level?", self.run_it("config", "docs", "log.lvel", expect=NOT_FOUND).stderr)

    def test_set_keeps_the_file_and_refuses_what_would_not_start(self):
        path = self.file('# mine\n[server]\nhostname = "a.test"  # the name\n\n[log]\nformat = "json"\n')
        done = self.run_it("config", "set", "server.hostname", "b.test", "--config", path)
        self.assertEqual(done.stdout, 'server.hostname = "b.test"\n')
        self.assertIn("restart it", done.stderr)
        self.assertIn("config reload", self.run_it("config", "set", "log.level", "debug", "--config", path).stderr)
        self.run_it("config", "set", "delivery.retries", "1m,2m", "3m", "--config", path)
        wanted = ('# mine\n[server]\nhostname = "b.test"  # the name\n\n[log]\nformat = "json"\nlevel = "debug"\n\n'
                  '[delivery]\nretries = ["1m", "2m", "3m"]\n')
        with open(path) as f:
            self.assertEqual(f.read(), wanted)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o640)
        self.assertEqual(self.run_it("config", "get", "delivery.retries", "--config", path).stdout, "1m, 2m, 3m\n")
        for name, value in [("log.level", "loud"), ("log.lvel", "info"), ("delivery.next_hop", "x"), ("dev.warp", "60"), ("tls.mode", "files"), ("http.listen", "nowhere")]:
            with self.subTest(name=name):
                done = self.run_it("config", "set", name, value, "--config", path, expect=USAGE)
                self.assertRegex(done.stderr, r"(?s)^error: .*\nhint: .*\ndocs: ")
        with open(path) as f:
            self.assertEqual(f.read(), wanted)
        self.assertEqual(os.listdir(self.folder), ["postroad.toml"])
        done = self.run_it("config", "set", "log.level", "info", "--config", path, environment={"POSTROAD_LOG__LEVEL": "warn"})
        self.assertIn("POSTROAD_LOG__LEVEL in the environment wins", done.stderr)
        self.run_it("config", "set", "log.level", "info", expect=USAGE)
        self.run_it("config", "get", "log.lvel", "--config", path, expect=NOT_FOUND)

    def test_a_running_server_takes_all_or_nothing(self):
        postroad = self.postroad(extra='[log]\nlevel = "info"\nformat = "json"\n[delivery]\nretries = ["10m"]\n')
        store = ("--config", postroad.config)
        self.assertEqual(postroad.command("config", "reload")["changes"], [])
        self.run_it("config", "set", "log.level", "warn", *store)
        self.run_it("config", "set", "delivery.retries", "7m", *store)
        self.run_it("config", "set", "delivery.max_connections", "77", *store)
        changes = {c["name"]: c for c in postroad.command("config", "reload")["changes"]}
        self.assertEqual({n: c["takes_effect"] for n, c in changes.items()},
                         {"log.level": "now", "delivery.retries": "now", "delivery.max_connections": "at the next start"})
        self.assertEqual((changes["delivery.retries"]["from"], changes["delivery.retries"]["to"]), ("10m", "7m"))
        # What waits for a start is said again until then; what was taken is not.
        self.assertEqual([c["name"] for c in postroad.command("config", "reload")["changes"]], ["delivery.max_connections"])
        self.run_it("config", "set", "log.level", "info", *store)
        postroad.process.send_signal(signal.SIGHUP)

        def told(event):
            return [json.loads(line) for line in postroad.log().splitlines() if f'"event":"{event}"' in line]
        harness.wait_for("the log to say it", lambda: [t for t in told("setting_changed") if (t["name"], t["from"], t["to"]) == ("log.level", "warn", "info")])
        self.assertEqual(told("setting_changed")[-1]["takes_effect"], "now")

        with open(postroad.config, "a") as f:
            f.write('[dns]\nservers = ["127.0.0.1"]\n[retention]\nmessages = "1d"\nevents = "soon"\n')
        done = self.run_it("config", "reload", *store, expect=USAGE)
        self.assertRegex(done.stderr, r"(?s)^error: .*retention\.events.*\nhint: .*\ndocs: ")
        postroad.process.send_signal(signal.SIGHUP)
        harness.wait_for("the log to refuse it twice", lambda: told("reload_refused"))
        self.assertIn("retention.events", told("reload_refused")[0]["error"])
        self.assertIsNone(postroad.process.poll())
        with open(postroad.config) as f:
            good = f.read().replace('events = "soon"\n', "")
        with open(postroad.config, "w") as f:
            f.write(good)
        taken = {c["name"]: c["takes_effect"] for c in postroad.command("config", "reload")["changes"]}
        self.assertEqual(taken, {"retention.messages": "now", "dns.servers": "at the next start", "delivery.max_connections": "at the next start"})
        postroad.stop()
        self.run_it("config", "reload", *store, expect=NOT_FOUND)

    def test_captured_mail_has_a_most(self):
        postroad = self.postroad(start=False, extra="[dev]\nmax_messages = 10\n")
        with open(postroad.config) as f:
            text = f.read()
        with open(postroad.config, "w") as f:
            f.write(text.replace("[server]\n", '[server]\nmode = "capture"\n'))
        postroad.start()
        keys = []
        for i in range(15):
            fields = [("from", "a@mail.shop.test"), ("to", "ana@corp.test"), ("subject", f"{i}"), ("text", "x")]
            self.assertEqual(postroad.send(fields)[0], 200)
            postroad.wait_settled()
        keys = [e["storage"]["key"] for e in reversed(postroad.events()) if e["event"] == "accepted"]
        self.assertEqual(len(keys), 15)

        def there():
            return [postroad.request("GET", f"/v3/domains/mail.shop.test/messages/{key}")[0] for key in keys]
        harness.wait_for("the oldest to go", lambda: there() == [404] * 5 + [200] * 10)
        self.assertTrue(postroad.audit()["balanced"])

    def test_a_renewed_certificate_is_taken_without_a_restart(self):
        certificate, key = (os.path.join(self.folder, name) for name in ("cert.pem", "key.pem"))

        def renew(name):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", f"/CN={name}"],
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        renew("first.test")
        server = harness.Postroad(self.folder, tls=f'files"\ncert = "{certificate}"\nkey = "{key}')
        self.stack.callback(server.kill)
        server.start()

        def served():
            done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{server.http_port}"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True, timeout=20)
            return re.search(r"subject=CN = (\S+)", done.stdout).group(1)
        self.assertEqual(served(), "first.test")
        renew("second.test")
        self.assertTrue(server.command("config", "reload")["certificate_read"])
        self.assertEqual(served(), "second.test")
        with open(certificate, "w") as f:
            f.write("no certificate\n")
        self.run_it("config", "reload", "--config", server.config, expect=USAGE)
        self.assertEqual(served(), "second.test")


    def test_files_beside_it_credentials_and_environment_each_over_the_former(self):
        path = self.file('[server]\nhostname = "a.test"\n[log]\nlevel = "info"\n[delivery]\nretries = ["1m", "2m"]\n')
        folder = os.path.join(self.folder, "postroad.d")
        os.makedirs(folder)
        for name, text in (("20-late.toml", '[server]\nhostname = "late.test"\n'), ("10-early.toml", '[server]\nhostname = "early.test"\n[log]\nlevel = "warn"\n'),
                           ("30.disabled", "nonsense"), ("15-list.toml", '[delivery]\nretries = ["9m"]\n')):
            with open(os.path.join(folder, name), "w") as f:
                f.write(text)

        def get(name, **environment):
            return self.run_it("config", "get", name, "--config", path, environment=environment).stdout.strip()
        self.assertEqual(get("server.hostname"), "late.test")
        self.assertEqual(get("log.level"), "warn")
        self.assertEqual(get("delivery.retries"), "9m", "lists replace, nothing is merged")
        self.assertEqual(get("server.hostname", POSTROAD_SERVER__HOSTNAME="environment.test"), "environment.test")
        self.assertIn("20-late.toml:2", self.run_it("config", "show", "--origin", "--config", path).stdout)
        with open(os.path.join(self.folder, "api_key"), "w") as f:
            f.write("key-from-systemd\n")
        shown = self.run_it("config", "show", "--origin", "--config", path, environment={"CREDENTIALS_DIRECTORY": self.folder}).stdout
        self.assertRegex(shown, r"bootstrap.api_key += \(set\) +# \S*/api_key")
        self.assertNotIn("key-from-systemd", shown)
        with open(os.path.join(folder, "40-typo.toml"), "w") as f:
            f.write('[log]\nlevle = "debug"\n')
        refused = self.run_it("config", "check", path, expect=USAGE).stderr
        self.assertIn("40-typo.toml:2", refused)
        self.assertIn("log.level", refused)
        lenient = self.run_it("config", "check", path, "--lenient")
        self.assertIn("good", lenient.stdout)
        self.assertIn("log.levle", lenient.stderr)

    def test_a_login_is_noted_for_its_server_alone(self):
        postroad = self.postroad()
        home = os.path.join(self.folder, "home")
        url, other = f"http://127.0.0.1:{postroad.http_port}", f"http://127.0.0.1:{harness.free_port()}"

        def run_it(*arguments, expect=DONE, given="", **environment):
            done = subprocess.run([harness.BINARY, *arguments], input=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60,
                                  env={**{k: v for k, v in sandbox.clean_environment().items() if k != "XDG_CONFIG_HOME"}, "HOME": home, **environment})
            self.assertEqual(done.returncode, expect, f"postroad {' '.join(arguments)}\n{done.stdout}{done.stderr}")
            return done
        self.assertEqual(json.loads(run_it("whoami", "--json", expect=69).stdout)["url_from"], "the sandbox's default")
        run_it("login", "--url", url, given="key-wrong\n", expect=4)
        self.assertFalse(os.path.exists(os.path.join(home, ".config/postroad/profile.json")), "a key that is not taken is not noted")
        run_it("login", "--url", url + "/v3/", given=harness.KEY + "\n")
        profile = os.path.join(home, ".config/postroad/profile.json")
        self.assertEqual(stat.S_IMODE(os.stat(profile).st_mode), 0o600)
        who = json.loads(run_it("whoami", "--json").stdout)
        self.assertEqual((who["url"], who["url_from"], who["key_from"], who["accepted"]), (url, "login", "login", True))
        self.assertNotIn(harness.KEY, json.dumps(who))
        run_it("send", "--from", "a@mail.shop.test", "--to", "b@north.test", "--subject", "x", "--text", "y", "--no-wait")
        who = json.loads(run_it("whoami", "--json", expect=4, POSTROAD_API_KEY="key-other").stdout)
        self.assertEqual((who["url_from"], who["key_from"]), ("login", "POSTROAD_API_KEY"))
        who = json.loads(run_it("whoami", "--json", "--url", other, expect=69).stdout)
        self.assertEqual((who["url_from"], who["key_from"]), ("the flag", "the sandbox's default"), "the key is for another server")
        os.chmod(profile, 0o644)
        self.assertIn("chmod 600", run_it("whoami", expect=4).stderr)
        run_it("logout")
        self.assertFalse(os.path.exists(profile))


if __name__ == "__main__":
    harness.main()
