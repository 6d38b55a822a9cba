#!/usr/bin/env python3
"""postroad doctor --fix: each trouble that it mends, mended by the real binary; once, whole, and with nothing else touched."""
import base64
import hashlib
import json
import os
import pathlib
import pwd
import re
import resource
import signal
import stat
import subprocess

import harness
import peers
import sandbox

NAME, OURS = "mail.shop.example", "8.8.4.100"  # A public address; the resolver here never leaves this machine.
CORES = os.cpu_count()
FILES = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
OF_CORES = CORES * 2000
OF_SERVER = min(OF_CORES, (FILES - 1024) // 2)  # While it runs its open files are known, which are these.


def mode_of(path):
    return stat.S_IMODE(os.stat(path).st_mode)


class Fixes(harness.Scenario):
    def setUp(self):
        super().setUp()
        self.home = os.path.join(self.folder, "home")
        os.makedirs(self.home)

    def postroad(self, start=True, **options):
        """Its configuration, with an API key in it, is not for everybody."""
        one = super().postroad(start=False, **options)
        os.chmod(one.config, 0o640)
        return one.start() if start else one

    def doctor(self, server, *arguments, only="machine,store", expect=None, user=None, **more):
        """The answer of a run with --fix."""
        program = [harness.BINARY, "doctor", "--config", server.config, "--fix", "--json", "--only", only, *arguments]
        done = subprocess.run(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120, stdin=subprocess.DEVNULL,
                              env=dict(sandbox.clean_environment(), HOME=self.home), user=user, **more)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        if expect is not None:
            self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        answer = json.loads(done.stdout)
        answer["said"] = done.stderr
        return answer

    def levels(self, answer):
        return {f"{one['group']} {one['check']}": one["level"] for one in answer["findings"]}

    def mends(self, server, check, did, before, after, arguments=(), **more):
        """It does this one thing, and the second run does nothing."""
        answer = self.doctor(server, *arguments, **more)
        self.assertEqual([one["check"] for one in answer["fixed"]], [check], answer)
        fixed = answer["fixed"][0]
        self.assertRegex(fixed["did"], did)
        self.assertRegex(fixed["before"], before)
        self.assertRegex(fixed["after"], after)
        self.assertEqual(answer["not_fixed"], [])
        if check != "machine settings" or OF_SERVER == OF_CORES:  # Else a limit of open files is left to say.
            self.assertNotIn(check, [name for name, level in self.levels(answer).items() if level in ("warn", "fail")])
        again = self.doctor(server, *arguments, **more)
        self.assertEqual((again["fixed"], again["not_fixed"]), ([], []))
        return answer

    def snapshot(self, *folders):
        """Every file with its bytes, mode and owner, but for those that a server, or a look at the store, writes by itself."""
        found = {}
        for folder in folders:
            for at, _, names in os.walk(folder):
                for name in names:
                    path = os.path.join(at, name)
                    if not os.path.isfile(path) or name in ("lock", "postroad.db", "postroad.db-wal", "postroad.log") or "/events/" in path:
                        continue
                    facts = os.stat(path)
                    found[path] = (hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest(), facts.st_mode, facts.st_uid)
        return found

    def test_a_store_in_order_is_left_alone(self):
        server = self.postroad()
        server.stop()
        before = self.snapshot(self.folder)
        answer = self.doctor(server)
        self.assertEqual((answer["fixed"], answer["not_fixed"], answer["said"]), ([], [], "nothing here that --fix does by itself\n"))
        self.assertEqual(self.snapshot(self.folder), before)

    def test_settings_that_do_not_fit_the_machine(self):
        server = self.postroad(start=False, extra="[delivery]  # as we like it\nmax_connections = 99999 # far too many\nper_destination = 7\n")
        before = pathlib.Path(server.config).read_text()
        answer = self.mends(server, "machine settings", "set delivery.max_connections to", "^99999$", rf"^{OF_CORES}$", only="machine")
        self.assertEqual(pathlib.Path(server.config).read_text(), before.replace("99999", str(OF_CORES)))
        self.assertEqual(mode_of(server.config), 0o640)
        self.assertIn("to do: set delivery.max_connections", answer["said"])
        # A server that runs is told of: it reads this at its start.
        server.start()
        path = pathlib.Path(server.config)
        path.write_text(path.read_text().replace(str(OF_CORES), "88888"))
        self.mends(server, "machine settings", "set", "^88888$", "needs a restart", only="machine")
        # In a file beside it; and what the environment says is of no file.
        drop_in = os.path.join(self.folder, "postroad.d")
        os.makedirs(drop_in)
        extra = pathlib.Path(drop_in, "more.toml")
        extra.write_text("[delivery]\nmax_connections = 77777\n")
        self.mends(server, "machine settings", "set", "^77777$", "restart", only="machine")
        self.assertEqual(extra.read_text(), f"[delivery]\nmax_connections = {OF_SERVER}\n")

    def test_open_files_of_the_server_that_runs(self):
        limit = 3000
        server = self.postroad(wrapper=("prlimit", f"--nofile={limit}"))
        wanted = (limit - 1024) // 2
        self.mends(server, "machine settings", "set", "^2000$", rf"^{wanted}; ", only="machine")
        self.assertIn(f"max_connections = {wanted}\n", pathlib.Path(server.config).read_text())

    def test_what_the_environment_says_is_left_to_it(self):
        server = self.postroad(start=False)
        os.environ["POSTROAD_DELIVERY__MAX_CONNECTIONS"] = "99999"
        self.addCleanup(os.environ.pop, "POSTROAD_DELIVERY__MAX_CONNECTIONS")
        before = pathlib.Path(server.config).read_text()
        program = [harness.BINARY, "doctor", "--config", server.config, "--fix", "--json", "--only", "machine"]
        done = subprocess.run(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60, stdin=subprocess.DEVNULL, env=dict(os.environ, HOME=self.home))
        answer = json.loads(done.stdout)
        self.assertEqual(answer["fixed"], [])
        self.assertIn("POSTROAD_DELIVERY__MAX_CONNECTIONS", answer["not_fixed"][0]["why"])
        self.assertEqual(done.returncode, 1)
        self.assertEqual(pathlib.Path(server.config).read_text(), before)

    def test_what_others_can_read(self):
        server = self.postroad()
        server.stop()
        secrets = [os.path.join(server.data, name) for name in ("spool.key", "server.key")]
        profile = pathlib.Path(self.home, ".config", "postroad", "profile.json")
        profile.parent.mkdir(parents=True)
        profile.write_text('{"url": "http://127.0.0.1:1", "key": "k"}')
        profile.chmod(0o600)
        self.assertEqual(self.doctor(server)["fixed"], [])
        for path, bad, good, check in [(server.data, 0o755, 0o700, "store directory"), (secrets[0], 0o644, 0o600, "store spool.key"), (secrets[1], 0o660, 0o600, "store server.key"),
                                       (profile, 0o604, 0o600, "machine profile"), (server.config, 0o644, 0o640, "machine configuration")]:
            with self.subTest(path=path):
                os.chmod(path, bad)
                rest = {one: facts for one, facts in self.snapshot(self.folder).items() if one != str(path)}
                self.mends(server, check, "chmod", f"^{bad:04o}$", f"^{good:04o}$")
                self.assertEqual(mode_of(path), good)
                self.assertEqual({one: facts for one, facts in self.snapshot(self.folder).items() if one != str(path)}, rest)

    def test_files_that_root_has_left(self):
        """As root, as CI is."""
        server = self.postroad()
        server.stop()
        nobody = pwd.getpwnam("nobody")
        for at, folders, names in os.walk(server.data):
            for name in [*folders, *names]:
                os.chown(os.path.join(at, name), nobody.pw_uid, nobody.pw_gid)
        os.chown(server.data, nobody.pw_uid, nobody.pw_gid)
        stray = os.path.join(server.data, "spool.key")
        os.chown(stray, 0, 0)
        outside = pathlib.Path(self.folder, "outside")
        outside.write_text("not ours")
        self.mends(server, "store owner", "give what is in", "^user 0$", rf"^user {nobody.pw_uid}, \d+ files$", only="store")
        self.assertEqual(os.stat(stray).st_uid, nobody.pw_uid)
        # Another name of a file elsewhere is no file of the store's: who may write there gets nothing of root's.
        os.link(outside, os.path.join(server.data, "trap"))
        answer = self.doctor(server, only="store")
        self.assertIn("no plain file of one name", answer["not_fixed"][0]["why"])
        self.assertEqual(os.stat(outside).st_uid, 0)
        os.remove(os.path.join(server.data, "trap"))
        # Nor is what a link leads to.
        elsewhere = pathlib.Path(self.folder, "elsewhere")
        elsewhere.mkdir()
        (elsewhere / "file").write_text("not ours")
        for name, target in (("trap", elsewhere), ("trap2", elsewhere / "file")):
            os.symlink(target, os.path.join(server.data, name))
            os.chown(os.path.join(server.data, name), 0, 0, follow_symlinks=False)
        answer = self.doctor(server, only="store")
        self.assertEqual((answer["fixed"], answer["not_fixed"]), ([], []))
        os.chown(stray, 0, 0)
        self.assertEqual(len(self.doctor(server, only="store")["fixed"]), 1)
        self.assertEqual((os.stat(elsewhere).st_uid, os.stat(elsewhere / "file").st_uid), (0, 0))
        # What is not root's is somebody's for a reason, and a directory of root's says nothing of whose the files are.
        for uid, stray_uid in ((nobody.pw_uid, 4711), (0, nobody.pw_uid)):
            os.chown(server.data, uid, -1)
            os.chown(stray, stray_uid, -1)
            answer = self.doctor(server, only="store", expect=1)
            self.assertEqual((answer["fixed"], answer["not_fixed"]), ([], []))
            self.assertIn("owner", [one["check"] for one in answer["findings"] if one["level"] == "fail"])
            self.assertEqual(os.stat(stray).st_uid, stray_uid)

    def test_who_may_not_is_told_so(self):
        """As root, as CI is: the command runs as another user."""
        server = self.postroad()
        server.stop()
        os.chmod(server.data, 0o755)
        os.chmod(self.folder, 0o755)
        os.chmod(self.home, 0o777)
        path = pathlib.Path(server.config)
        path.write_text(path.read_text() + "[delivery]\nmax_connections = 99999\n")
        path.chmod(0o644)
        before = self.snapshot(self.folder)
        answer = self.doctor(server, user="nobody", expect=1)
        self.assertEqual(answer["fixed"], [])
        why = {one["check"]: one["why"] for one in answer["not_fixed"]}
        for check in ("machine settings", "store directory"):
            self.assertRegex(why[check], "run it as", why)
            self.assertIn(f"error: not done: ", answer["said"])
        self.assertEqual(self.snapshot(self.folder), before)
        self.assertEqual(mode_of(server.data), 0o755)

    def self_signed(self, *names, begin="20240101000000Z", end="20991231000000Z"):
        """A certificate signed by itself, on disk, and its key."""
        folder = os.path.join(self.folder, f"tls{len(os.listdir(self.folder))}")
        os.makedirs(folder)
        subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=x"],
                       cwd=folder, check=True, stderr=subprocess.DEVNULL)
        with open(os.path.join(folder, "more.cnf"), "w") as file:
            file.write("[ca]\ndefault_ca=me\n[me]\ndatabase=index\nserial=serial\nnew_certs_dir=.\npolicy=any\ndefault_md=sha256\n[any]\ncommonName=supplied\n"
                       f"[names]\nsubjectAltName={','.join('DNS:' + name for name in names)}\n")
        pathlib.Path(folder, "index").write_text("")
        pathlib.Path(folder, "serial").write_text("01\n")
        subprocess.run(["openssl", "ca", "-batch", "-selfsign", "-config", "more.cnf", "-extensions", "names", "-keyfile", "key.pem", "-in", "request.pem", "-out", "cert.pem", "-startdate",
                        begin, "-enddate", end, "-notext"], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.chmod(os.path.join(folder, "key.pem"), 0o640)
        return os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")

    def shown_certificate(self, server):
        done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{server.http_port}"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        return re.search(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", done.stdout, re.S).group(0).strip()

    def test_certificates_signed_by_themselves(self):
        for about, certificate, before in [("ended", self.self_signed("postroad.test", end="20240601000000Z"), "^until .*2024"), ("for another", self.self_signed("other.test"), "^not for postroad.test")]:
            with self.subTest(about=about):
                cert, key = certificate
                old = pathlib.Path(cert).read_text(), pathlib.Path(key).read_text()
                self.folder_of_server = os.path.join(self.folder, "server" + about.replace(" ", ""))
                os.makedirs(self.folder_of_server)
                server = harness.Postroad(self.folder_of_server, tls=f'files"\ncert = "{cert}"\nkey = "{key}"\n#"')
                self.stack.callback(server.kill)
                server.start()
                answer = self.doctor(server, only="tls")
                self.assertEqual(len(answer["fixed"]), 1, answer)
                self.assertRegex(answer["fixed"][0]["before"], before)
                self.assertRegex(answer["fixed"][0]["after"], r"^for postroad\.test until .*; the old one is .*cert\.pem\.old; the server shows it$")
                self.assertEqual((pathlib.Path(cert + ".old").read_text(), pathlib.Path(key + ".old").read_text()), old)
                self.assertEqual((mode_of(cert), mode_of(key)), (0o644, 0o640))
                self.assertEqual({check: self.levels(answer)["tls " + check] for check in ("name", "expiry")}, {"name": "ok", "expiry": "ok"})
                self.assertEqual(self.shown_certificate(server), pathlib.Path(cert).read_text().strip())
                again = self.doctor(server, only="tls")
                self.assertEqual((again["fixed"], again["not_fixed"]), ([], []))
                self.assertFalse(os.path.exists(cert + ".old2"))
                server.stop()

    def begin(self):
        self.port = harness.free_port()
        server = harness.Postroad(self.folder, domains=["first.example"], extra=f'[dns]\nservers = ["127.0.0.1@{self.port}"]\ndnssec = false\n')
        path = pathlib.Path(server.config)
        path.write_text(path.read_text().replace("postroad.test", "postroad.example"))  # libunbound answers for .test itself.
        self.stack.callback(server.kill)
        self.resolver = None
        return server.start()

    def publish(self, lines):
        if self.resolver:
            self.resolver.close()
        self.resolver = peers.Unbound(self.folder, [f"postroad.example. A {OURS}", *lines], zones=(".",), port=self.port)
        self.stack.callback(self.resolver.close)

    def zone(self, server):
        done = subprocess.run([harness.BINARY, "domain", "dns", NAME, "--format", "zone", "--config", server.config], stdout=subprocess.PIPE, text=True, env=sandbox.clean_environment())
        return done.stdout.splitlines()

    def test_a_domain_whose_records_are_right(self):
        server = self.begin()
        server.command("domain", "add", NAME, "--unverified")
        self.publish([])
        answer = self.doctor(server, only="dns")
        self.assertEqual(answer["fixed"], [])
        self.assertEqual(server.command("domain", "show", NAME)["state"], "unverified")
        self.publish(self.zone(server))
        self.mends(server, f"domains {NAME} state", "make .* active", "^unverified$", "^active$", only="dns")
        self.assertEqual(server.command("domain", "show", NAME)["state"], "active")
        self.assertEqual(server.command("domain", "show", "first.example")["state"], "active")
        # What an operator has paused is his.
        server.command("domain", "pause", NAME)
        self.assertEqual(self.doctor(server, only="dns")["fixed"], [])
        self.assertEqual(server.command("domain", "show", NAME)["state"], "disabled")

    def test_new_keys_that_are_published(self):
        server = self.begin()
        server.command("domain", "add", NAME)
        self.publish(self.zone(server))
        server.command("domain", "rotate-dkim", NAME)
        self.assertEqual(self.doctor(server, only="domains")["fixed"], [])
        self.publish(self.zone(server))
        answer = self.doctor(server, only="domains", expect=1)
        self.assertEqual(answer["fixed"], [])
        self.assertIn("--yes", answer["not_fixed"][0]["why"])
        self.mends(server, f"domains {NAME} rotation", "sign with the new keys", "^the old keys sign$", "^the new keys sign", arguments=("--yes",), only="domains")

    def test_a_key_of_an_earlier_check(self):
        server = self.postroad()
        kept = [server.command("key", "create", "--description", "the shop's")["id"], server.command("key", "create", "--description", "doctor, for one message until 99999999999")["id"]]
        left = server.command("key", "create", "--description", "doctor, for one message until 1700000000")["id"]
        self.mends(server, f"loop key {left}", "revoke", "^good$", "^revoked$", only="loop")
        now = [one["id"] for one in server.command("key", "list")["keys"]]
        self.assertNotIn(left, now)
        self.assertLessEqual(set(kept), set(now))

    def test_the_socket_of_a_server_that_is_gone(self):
        server = self.postroad()
        path = os.path.join(server.data, "control.sock")
        self.assertEqual(self.doctor(server, only="store")["fixed"], [])
        self.assertTrue(os.path.exists(path))
        server.process.send_signal(signal.SIGSTOP)  # It says nothing, but it is there.
        holder = server.process
        answer = subprocess.run([harness.BINARY, "doctor", "--config", server.config, "--fix", "--json", "--only", "machine"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        self.assertTrue(os.path.exists(path), answer)
        holder.send_signal(signal.SIGCONT)
        server.kill()
        self.assertTrue(os.path.exists(path))
        self.mends(server, "store socket", "remove", "^there$", "^removed$", only="store")
        self.assertFalse(os.path.exists(path))
        server.start()

    def test_damaged_content_is_copied(self):
        server = self.postroad()
        text = base64.b64encode(os.urandom(60_000)).decode()
        server.send([("from", "a@mail.shop.test"), ("to", "deliver@sim.postroad.test"), ("subject", "x"), ("text", text)])
        server.wait_settled()
        (segment,) = pathlib.Path(server.data, "spool").glob("*.seg")
        with open(segment, "r+b") as file:
            file.seek(30_000)
            byte = file.read(1)
            file.seek(30_000)
            file.write(bytes([byte[0] ^ 1]))
        answer = self.doctor(server, only="store", expect=1)
        self.assertEqual((answer["fixed"], answer["not_fixed"]), ([], []))  # Not while the server runs.
        server.stop()
        damaged = hashlib.sha256(segment.read_bytes()).hexdigest()
        answer = self.doctor(server, only="store", expect=1)  # It is lost; what there is is kept.
        self.assertEqual([one["check"] for one in answer["fixed"]], ["store integrity"])
        self.assertTrue(list(pathlib.Path(server.data, "quarantine").glob("*.bin")))
        self.assertEqual(hashlib.sha256(segment.read_bytes()).hexdigest(), damaged)
        found = {one["check"]: one for one in answer["findings"]}["integrity"]
        self.assertEqual((found["level"], found["fixable"]), ("fail", False))
        self.assertIn("backup", found["fix"])
        again = self.doctor(server, only="store", expect=1)
        self.assertEqual((again["fixed"], again["not_fixed"]), ([], []))

    def test_a_full_disk_leaves_the_configuration_as_it_was(self):
        server = self.postroad(start=False, extra="[delivery]\nmax_connections = 99999\n")
        before = pathlib.Path(server.config).read_text()
        limited = ["prlimit", "--fsize=100", harness.BINARY, "doctor", "--config", server.config, "--fix", "--json", "--only", "machine"]
        done = subprocess.run(["sh", "-c", 'trap "" XFSZ; exec "$@"', "sh", *limited], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60,
                              env=dict(sandbox.clean_environment(), HOME=self.home))
        answer = json.loads(done.stdout)
        self.assertEqual(answer["fixed"], [])
        self.assertEqual(answer["not_fixed"][0]["check"], "machine settings")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(pathlib.Path(server.config).read_text(), before)
        self.assertFalse(os.path.exists(server.config + ".new"))

    def test_groups_have_short_words(self):
        server = self.postroad(start=False)
        groups = {one["group"] for one in self.doctor(server, only="net,dns")["findings"]}
        self.assertEqual(groups, {"network", "name", "domains"})
        for wrong, hint in [("domain", "hint: did you mean domains?"), ("elephants", "hint: machine, name, network")]:
            done = subprocess.run([harness.BINARY, "doctor", "--only", wrong], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
            self.assertEqual(done.returncode, 2)
            self.assertIn(hint, done.stderr)

    def test_a_person_reads_what_is_done(self):
        server = self.postroad(start=False, extra="[delivery]\nmax_connections = 99999\n")
        program = [harness.BINARY, "doctor", "--config", server.config, "--only", "machine"]
        environment = dict(sandbox.clean_environment(), HOME=self.home)
        seen = subprocess.run(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60, env=environment).stdout
        self.assertRegex(seen, rf"(?m)^warn +machine +settings .*\n +→ set delivery\.max_connections to {OF_CORES} at most \(postroad doctor --fix does this\)$")
        done = subprocess.run([*program, "--fix"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60, env=environment)
        self.assertRegex(done.stderr, r"(?m)^done: set delivery\.max_connections to \d+: 99999 → \d+$")
        self.assertRegex(done.stdout, r"(?m)^ok +machine +settings ")


if __name__ == "__main__":
    harness.main()
