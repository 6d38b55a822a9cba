#!/usr/bin/env python3
"""Random well-formed messages are read as GMime reads them: header fields, every attachment's octets, the shown text."""
import messages
import oracles
import json
import subprocess


def squeezed(text):
    return " ".join((text or "").split())


def mailboxes(entries):
    return [(e.get("name") or None, e["address"]) for e in entries]


class Mime(oracles.Comparison):
    def test_random_messages_are_read_alike(self):
        drawn, files = messages.Drawn(oracles.chance()), []
        for i in range(oracles.cases(600)):
            files.append(self.path(f"{i}.eml"))
            with open(files[-1], "wb") as file:
                file.write(drawn.message())
        program = oracles.gmime_program(self.folder.name)
        done = subprocess.run([program, *files], stdout=subprocess.PIPE, check=True, timeout=oracles.RUN_SECONDS)
        theirs = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(len(theirs), len(files))
        attachments = texts = 0
        for path, their in zip(files, theirs):
            with open(path, "rb") as file:
                raw = file.read()
            our = oracles.ours(["parse", "--json"], raw)
            what = raw.decode("latin-1")[:1500]
            for field in ("subject", "message_id", "date"):
                self.compare(f"{field} of {what}", our[field], their[field])
            for field in ("from", "to"):
                self.compare(f"{field} of {what}", mailboxes(our[field]), mailboxes(their[field]))
            wanted = sorted([leaf["filename"], leaf["content_type"], leaf["size"], leaf["sha256"]] for leaf in their["leaves"] if leaf["attachment"])
            got = sorted([a["filename"], a["content_type"], a["size"], a["sha256"]] for a in our["attachments"] if a.get("filename"))
            self.compare(f"attachments of {what}", got, wanted)
            attachments += len(wanted)
            plain = [squeezed(leaf["text"]) for leaf in their["leaves"] if leaf["content_type"] == "text/plain" and not leaf["attachment"]]
            if len(plain) == 1 and plain[0]:
                texts += 1
                self.compare(f"text of {what}", plain[0] in squeezed(our.get("text")), True)
        self.assertGreater(attachments, len(files) // 4)
        self.assertGreater(texts, len(files) // 8)
        self.finish(least=5 * len(files))


if __name__ == "__main__":
    oracles.main()
