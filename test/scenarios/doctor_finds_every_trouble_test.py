#!/usr/bin/env python3
"""postroad doctor against a real resolver: each finding, with a world in which it is good and one in which it is not."""
import base64
import json
import os
import pathlib
import subprocess

import harness
import peers
import sandbox

OURS, REVERSE = "8.8.4.100", "100.4.8.8"  # A public address that is nobody's mail server; the resolver here never leaves this machine.
LISTS = ["zen.spamhaus.org", "bl.spamcop.net", "b.barracudacentral.org", "psbl.surriel.com", "dnsbl-1.uceprotect.net", "bl.mailspike.net",
         "all.s5h.net", "dnsbl.dronebl.org", "truncate.gbudb.net"]


def good_world():
    """Records by name and type, as they should be."""
    world = {("postroad.example", "A"): OURS, (f"{REVERSE}.in-addr.arpa", "PTR"): "postroad.example.",
             ("mail.shop.example", "TXT"): '"v=spf1 include:a.example a:postroad.example -all"', ("a.example", "TXT"): '"v=spf1 ip4:1.2.3.4 -all"',
             ("_dmarc.mail.shop.example", "TXT"): '"v=DMARC1; p=none"', ("mail.shop.example", "MX"): "10 postroad.example.",
             ("gmail.com", "MX"): "10 mx.gmail.com."}
    for zone in LISTS:
        world[(f"2.0.0.127.{zone}", "A")] = "127.0.0.2"
    return world


class Doctor(sandbox.SandboxScenario):
    def findings(self, records, only="name,network,reputation,domains", refused=("dnssec-failed.org",), extra="", port=None, **options):
        """What doctor says in a world of these records alone; the server runs."""
        folder = os.path.join(self.folder, f"world{len(os.listdir(self.folder))}")
        os.makedirs(folder)
        port = harness.free_port()
        postroad = harness.Postroad(folder, domains=["mail.shop.example"], extra=f'[dns]\nservers = ["127.0.0.1@{port}"]\ndnssec = false\n' + extra, **options)
        with open(postroad.config) as file:
            text = file.read()
        with open(postroad.config, "w") as file:
            file.write(text.replace("postroad.test", "postroad.example"))  # libunbound answers for .test itself.
        self.stack.callback(postroad.kill)
        postroad.start()
        records = dict(records)
        keys = postroad.command("domain", "dns", "mail.shop.example")["records"]
        for key in (one for one in keys if one["purpose"] == "DKIM"):
            records.setdefault((key["name"], "TXT"), peers.dns_strings(key["value"]))
        lines = [f"{name}. {kind} {value}" for (name, kind), value in records.items() if value]
        resolver = peers.Unbound(folder, lines, zones=(".",), port=port, refused=refused)
        self.stack.callback(resolver.close)
        done = subprocess.run([harness.BINARY, "doctor", "--config", postroad.config, "--json", "--only", only], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=60, env=sandbox.clean_environment())
        self.assertIn(done.returncode, (0, 1), done.stderr)
        found = json.loads(done.stdout)["findings"]
        self.assertEqual(done.returncode, 1 if any(f["level"] == "fail" for f in found) else 0)
        postroad.kill()
        return {f"{f['group']} {f['check']}": f for f in found}

    def test_a_world_in_order_is_called_so(self):
        found = self.findings(good_world())
        good = ["name hosts file", "name hostname", f"name reverse {OURS}", "name IPv6 parity", "network resolver", "network DNSSEC",
                "network resolver and blocklists", "domains mail.shop.example SPF look-ups", f"domains mail.shop.example SPF {OURS}",
                "domains mail.shop.example DMARC", "domains mail.shop.example MX", "domains mail.shop.example DKIM mailgun",
                "domains mail.shop.example DKIM mailgun-ed"] + [f"reputation {zone} {OURS}" for zone in LISTS]
        for check in good:
            self.assertEqual(found[check]["level"], "ok", found[check])
        self.assertEqual(found["domains mail.shop.example SPF look-ups"]["found"], "2 of at most 10")
        self.assertEqual(found["network ports from outside"]["fix"], "on another network: postroad doctor --outside postroad.example")
        for check in ("network ports from outside", "domains mail.shop.example tracking CNAME", "domains mail.shop.example return path"):
            self.assertEqual(found[check]["level"], "skip", found[check])

    def test_each_trouble_is_found(self):
        many = {("mail.shop.example", "TXT"): '"v=spf1 ' + " ".join(f"a:h{i}.test" for i in range(11)) + ' -all"'}
        key = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
        shop = "domains mail.shop.example "
        for about, change, check, level, says in [
            ("no address", {("postroad.example", "A"): None}, "name hostname", "fail", "no address"),
            ("no reverse name", {(f"{REVERSE}.in-addr.arpa", "PTR"): None}, f"name reverse {OURS}", "fail", "no reverse name"),
            ("a reverse name that is another's", {(f"{REVERSE}.in-addr.arpa", "PTR"): "other.example."}, f"name reverse {OURS}", "fail", "does not lead back"),
            ("a generic name", {(f"{REVERSE}.in-addr.arpa", "PTR"): "8-8-4-100.isp.example.", ("8-8-4-100.isp.example", "A"): OURS}, f"name reverse {OURS}", "fail", "anybody"),
            ("another name of ours", {(f"{REVERSE}.in-addr.arpa", "PTR"): "mx.example.", ("mx.example", "A"): OURS}, f"name reverse {OURS}", "warn", "it is not postroad.example"),
            ("IPv6 alone", {("postroad.example", "A"): None, ("postroad.example", "AAAA"): "2001:4860::7"}, "name IPv6 parity", "fail", "AAAA record alone"),
            ("no validation", {("dnssec-failed.org", "A"): "1.2.3.4"}, "network DNSSEC", "warn", "not validated"),
            ("a public resolver", {("2.0.0.127.zen.spamhaus.org", "A"): "127.255.255.254"}, "network resolver and blocklists", "warn", "refuse this resolver"),
            ("a list that refuses", {("2.0.0.127.zen.spamhaus.org", "A"): "127.255.255.254"}, "reputation zen.spamhaus.org", "skip", "refuses"),
            ("a list that is not there", {("2.0.0.127.bl.spamcop.net", "A"): None}, "reputation bl.spamcop.net", "skip", "test entry"),
            ("listed", {(f"{REVERSE}.psbl.surriel.com", "A"): "127.0.0.2"}, f"reputation psbl.surriel.com {OURS}", "fail", "is listed"),
            ("no SPF", {("mail.shop.example", "TXT"): None}, shop + "SPF", "fail", "there is none"),
            ("broken SPF", {("mail.shop.example", "TXT"): '"v=spf1 wat:x -all"'}, shop + "SPF", "fail", "does not parse"),
            ("SPF without us", {("mail.shop.example", "TXT"): '"v=spf1 -all"'}, shop + f"SPF {OURS}", "fail", "fail: v=spf1"),
            ("too many look-ups", many, shop + "SPF look-ups", "fail", "more than 10"),
            ("no key", {("mailgun._domainkey.mail.shop.example", "TXT"): None}, shop + "DKIM mailgun", "fail", "no key"),
            ("another key", {("mailgun-ed._domainkey.mail.shop.example", "TXT"): peers.dns_strings(key)}, shop + "DKIM mailgun-ed", "fail", "fail"),
            ("no DMARC", {("_dmarc.mail.shop.example", "TXT"): None}, shop + "DMARC", "warn", "there is none"),
            ("broken DMARC", {("_dmarc.mail.shop.example", "TXT"): '"v=DMARC1; p=maybe"'}, shop + "DMARC", "fail", "does not count"),
            ("no MX", {("mail.shop.example", "MX"): None}, shop + "MX", "warn", "there is none"),
            ("null MX", {("mail.shop.example", "MX"): "0 ."}, shop + "return path", "fail", "no bounces"),
        ]:
            with self.subTest(about=about):
                refused = () if about == "no validation" else ("dnssec-failed.org",)
                found = self.findings(good_world() | change, only=check.split()[0], refused=refused)
                self.assertEqual(found[check]["level"], level, found[check])
                self.assertIn(says, found[check]["found"])
                self.assertTrue(found[check]["fix"])

    def test_the_way_out_is_tried(self):
        """Port 25 of a large receiver, which here is an address of this machine: as root, as CI is."""
        greetings = {"127.0.0.71": "220 mx.gmail.com ESMTP", "127.0.0.72": "554 5.7.1 not from your address"}
        for host, greeting in greetings.items():
            self.sink(host=host, port=25, answers=lambda stage, text, greeting=greeting: greeting if stage == "connect" else None)
        for address, level, says in [("127.0.0.71", "ok", "220 mx.gmail.com"), ("127.0.0.72", "fail", "554 5.7.1 not from"), ("127.0.0.73", "fail", "127.0.0.73")]:
            with self.subTest(address=address):
                found = self.findings(good_world() | {("mx.gmail.com", "A"): address}, only="network")["network port 25 to gmail.com"]
                self.assertEqual(found["level"], level, found)
                self.assertIn(says, found["found"])

    def test_the_ports_of_another_machine_are_tried(self):
        """Here one more address of this machine, with the ports that postroad is reached at: as root, as CI is."""
        answers = {25: "554 5.7.1 no", 587: "220 mail.example ESMTP"}
        for port, greeting in answers.items():
            self.sink(host="127.0.0.75", port=port, answers=lambda stage, text, greeting=greeting: greeting if stage == "connect" else None)
        self.sink(host="127.0.0.75", port=465)
        done = subprocess.run([harness.BINARY, "doctor", "--outside", "127.0.0.75", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60,
                              env=sandbox.clean_environment())
        found = {int(f["check"].split()[-1]): (f["level"], f["found"]) for f in json.loads(done.stdout)["findings"]}
        self.assertEqual({port: level for port, (level, _) in found.items()}, {443: "warn", 80: "warn", 587: "ok", 465: "ok", 25: "fail"})
        self.assertEqual(found[587][1], "submission: 220 mail.example ESMTP")
        self.assertEqual(done.returncode, 1)

    def test_who_takes_bounces_at_port_25_is_told(self):
        self.sink(host="127.0.0.1", port=25, answers=lambda stage, text: "220 other.example ESMTP" if stage == "connect" else None)
        found = self.findings(good_world(), only="network")["network port 25 in"]
        self.assertEqual((found["level"], found["found"]), ("ok", "another server takes mail, late bounces too: 220 other.example ESMTP"))

    def test_a_message_to_ourselves_goes_the_whole_way(self):
        postroad = self.postroad()
        arguments = [harness.BINARY, "doctor", "--config", postroad.config, "--json", "--only", "loop"]

        def ask():
            done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60, env=sandbox.clean_environment())
            return json.loads(done.stdout)["findings"]
        (found,) = ask()
        self.assertEqual(found["level"], "ok", found)
        self.assertRegex(found["found"], r"^accepted in \d+ ms, delivered to deliver@sim\.postroad\.test after \d+ ms$")
        story = postroad.command("log", "to:deliver@sim.postroad.test")["events"]
        self.assertEqual([e["type"] for e in story], ["accepted", "delivered"])
        self.assertEqual(len(postroad.command("key", "list")["keys"]), 1)  # The one it was called with is revoked.
        postroad.stop()
        (found,) = ask()
        self.assertEqual((found["level"], found["found"]), ("skip", "the server does not run"))

    def test_damaged_content_is_found(self):
        postroad = self.postroad()
        text = base64.b64encode(os.urandom(60_000)).decode()
        self.assertEqual(postroad.send([("from", "a@mail.shop.test"), ("to", "deliver@sim.postroad.test"), ("subject", "x"), ("text", text)])[0], 200)
        postroad.wait_settled()

        def ask():
            return {f["check"]: f for f in postroad.command("doctor", "--only", "store", check=False)["findings"]}["integrity"]
        found = ask()
        self.assertEqual((found["level"], found["found"]), ("ok", "the newest 1 messages verify"))
        (segment,) = pathlib.Path(postroad.data, "spool").glob("*.seg")
        with open(segment, "r+b") as file:
            file.seek(30_000)
            byte = file.read(1)
            file.seek(30_000)
            file.write(bytes([byte[0] ^ 1]))
        found = ask()
        self.assertEqual(found["level"], "fail", found)
        self.assertIn("0 verify and 1 do not", found["found"])

    def certificate(self, *names, days=90, chain=True):
        """`names`' certificate of an authority made here: paths of chain and key."""
        folder = os.path.join(self.folder, f"tls{len(os.listdir(self.folder))}")
        os.makedirs(folder)

        def run(*arguments):
            subprocess.run(["openssl", *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        run("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test authority", "-days", "9")
        run("req", "-new", *key, "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=" + names[0])
        with open(os.path.join(folder, "more"), "w") as file:
            file.write("subjectAltName=" + ",".join("DNS:" + name for name in names))
        run("x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "leaf.pem", "-days", str(days), "-extfile", "more")
        with open(os.path.join(folder, "chain.pem"), "w") as file:
            for part in ["leaf.pem", "ca.pem"] if chain else ["leaf.pem"]:
                file.write(pathlib.Path(folder, part).read_text())
        return os.path.join(folder, "chain.pem"), os.path.join(folder, "key.pem")

    def test_certificates_are_read(self):
        for about, certificate, levels in [
            ("in order", self.certificate("postroad.example"), {"name": "ok", "chain": "ok", "expiry": "ok"}),
            ("another name", self.certificate("other.example"), {"name": "fail", "chain": "ok", "expiry": "ok"}),
            ("no chain", self.certificate("postroad.example", chain=False), {"name": "ok", "chain": "warn", "expiry": "ok"}),
            ("soon over", self.certificate("postroad.example", days=5), {"name": "ok", "chain": "ok", "expiry": "warn"}),
        ]:
            with self.subTest(about=about):
                files = f'cert = "{certificate[0]}"\nkey = "{certificate[1]}"\n'
                found = self.findings({}, only="tls", tls=f'files"\n{files}#"')
                self.assertEqual({check: found["tls " + check]["level"] for check in levels}, levels, found)
                served = [f for f in found.values() if f["check"].startswith(("http ", "submission "))]
                self.assertEqual(len(served), 2)
                for one in served:  # Both listeners shake hands; nobody here trusts the authority.
                    self.assertRegex(one["found"], "TLSv1.3 .*does not verify")


if __name__ == "__main__":
    harness.main()
