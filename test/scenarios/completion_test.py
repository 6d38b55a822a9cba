#!/usr/bin/env python3
"""What the shells complete, with the real shells: names of the store, of a server and of the program; at once or not at all, and never
more than a word, whatever a stranger has called his mail."""
import hashlib
import os
import shlex
import shutil
import socket
import subprocess
import time

import harness
import sandbox
import terminal

BREAKS = " \t\n\"'@><=;|&(:"  # COMP_WORDBREAKS as bash has it.
ODD = ["$(touch${IFS}ran)@x", "`touch${IFS}ran`@x", "a';touch${IFS}ran;'@x", "a\"&touch${IFS}ran&\"@x", "~/*?[a]{b,c}!#@x", "-rf@x"]


def files_of(folder):
    """Every file with a digest of its bytes."""
    found = {}
    for at, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(at, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    found[os.path.relpath(path, folder)] = hashlib.sha256(file.read()).hexdigest()
    return found


class Completion(sandbox.SandboxScenario):
    def setUp(self):
        super().setUp()
        self.home = os.path.join(self.folder, "home")
        os.makedirs(self.home)

    def environment(self, **more):
        ours = {"HOME": self.home, "PATH": os.path.dirname(harness.BINARY) + ":" + os.environ["PATH"], "TERM": "xterm", "LC_ALL": "C.UTF-8", "HISTFILE": ""}
        return {**sandbox.clean_environment(), **ours, **more}

    def ask_bash(self, line, **environment):
        """COMPREPLY for a line that ends at the cursor, and what compopt was told."""
        program = ('eval "$(postroad completion bash)"; compopt() { printf "%s\\0" "compopt $2"; }; COMP_WORDBREAKS=$2 COMP_LINE=$1 COMP_POINT=${#1}; '
                   '_postroad postroad; printf "%s\\0" "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "--norc", "-c", program, "bash", line, BREAKS], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=20, cwd=self.home,
                              env=self.environment(**environment))
        self.assertEqual(done.stderr, b"")
        return [one.decode() for one in done.stdout.split(b"\0") if one]

    def ask_fish(self, line, **environment):
        program = 'postroad completion fish | source; complete -C "$argv[1]"'
        done = subprocess.run([harness.need_tool("fish", "fish"), "--no-config", "-c", program, line], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=60, cwd=self.home, env=self.environment(**environment))
        return [tuple(one.split("\t")) for one in done.stdout.splitlines()]

    def until(self, wanted, ask):
        """An answer that comes too late is none, so a busy machine may have to ask again."""
        last = []

        def right():
            last[:] = [ask()]
            return last[0] == wanted
        try:
            harness.wait_for("it", right, 15)
        except AssertionError:
            self.assertEqual(last[0], wanted)

    def line_after(self, shell, typed):
        """What stands on the line when a person has typed this and the key of completion."""
        def ask():
            shell.type("\x15" + typed + "\t")
            time.sleep(0.5)
            shell.type("\x14")
            return shell.wait_for(r"<<([^\r\n]*)>>").group(1)
        return ask

    def bash(self, **environment):
        """Interactive; ^T prints the line as it is."""
        one = terminal.Terminal(["bash", "--norc", "--noprofile", "-i"], self.environment(**{"PS1": "$ ", **environment}), self.home)
        self.stack.callback(one.close)
        one.type('eval "$(postroad completion bash)"; bind "set bell-style none"; bind -x \'"\\C-t": printf "<<%s>>\\n" "$READLINE_LINE"\'; echo rea""dy\n')
        one.wait_for("ready")
        return one

    def zsh(self, **environment):
        harness.need_tool("zsh", "zsh")
        one = terminal.Terminal(["zsh", "-f", "-i"], self.environment(**{"PS1": "$ ", **environment}), self.home)
        self.stack.callback(one.close)
        one.type('autoload -Uz compinit; compinit -u -D; eval "$(postroad completion zsh)"; unsetopt beep; bindkey -e; show() { print -r -- "<<$BUFFER>>" }; zle -N show; '
                 'bindkey "^T" show; bindkey "^U" kill-whole-line; echo rea""dy\n')
        one.wait_for("ready")
        return one

    def store(self):
        """A server whose mail to corp.test waits, with a login and a key."""
        hop = self.sink(answers=lambda stage, text: "451 4.7.1 later" if stage == "rcpt" else None)
        server = self.postroad(next_hop=f"127.0.0.1:{hop.port}", domains=("mail.shop.test", "other.test"))
        self.key = server.command("key", "create", "--role", "sending", "--description", "the shop's")["id"]
        server.command("credential", "create", "app@mail.shop.test")
        self.id = server.send([("from", "a@mail.shop.test"), ("to", "ana@corp.test"), ("subject", "Hi"), ("text", "x")])[1]["id"].strip("<>")
        server.command("queue", "pause", "calm.test")
        harness.wait_for("the first try", lambda: "failed" in [e["event"] for e in server.events()])
        return server

    def ask_all(self, server):
        at = f"--config {server.config}"
        local, _, host = self.id.partition("@")
        for line, wanted in [
            ("postroad queue pause {at} ", ["calm.test", "corp.test"]), ("postroad queue retry {at} c", ["calm.test", "corp.test"]),
            ("postroad domain show {at} mail", ["mail.shop.test"]), ("postroad credential list {at} o", ["other.test"]),
            ("postroad credential delete {at} app", ["app@mail.shop.test"]), (f"postroad key revoke {{at}} {self.key[:-2]}", [self.key]),
            (f"postroad log show {{at}} {local[:-2]}", [self.id]), (f"postroad log trace {{at}} {local}@{host[:3]}", ["@" + host]),
            (f"postroad queue hold {{at}} --message {local[:-2]}", [self.id]), ("postroad log {at} to:a", ["ana@corp.test"]),
            ("postroad log {at} msgid:" + local[:-2], [self.id]), ("postroad log wait {at} event:deli", ["delivered"]),
        ]:
            with self.subTest(line=line):
                self.until(wanted, lambda line=line: self.ask_bash(line.format(at=at)))

    def test_bash_completes_names_of_the_store(self):
        server = self.store()
        self.ask_all(server)
        server.kill()  # The log of the database is not yet in it, and the socket is left behind.
        before = files_of(server.data)
        self.assertIn("postroad.db-wal", before)
        self.ask_all(server)
        self.assertEqual(files_of(server.data), before)
        server.start()
        server.stop()
        self.ask_all(server)
        self.until(["corp.test"], lambda: self.ask_bash("postroad queue explain co", POSTROAD_SERVER__DATA_DIR=server.data))
        self.until(["corp.test"], lambda: self.ask_bash(f"postroad queue explain --data-dir={server.data} co"))
        shutil.copy(server.config, os.path.join(self.home, "its own.toml"))
        self.until(["corp.test"], lambda: self.ask_bash("postroad queue explain -c ~/its\\ own.toml co"))

    def test_where_there_is_no_store_none_is_made(self):
        nowhere = os.path.join(self.folder, "nowhere")
        self.assertEqual(self.ask_bash(f"postroad queue pause --data-dir {nowhere} "), [])
        self.assertFalse(os.path.exists(nowhere))
        self.assertEqual(self.ask_bash("postroad queue pause --config /no/such.toml "), [])

    def test_what_the_program_knows(self):
        for line, wanted in [
            ("postroad ", 0), ("postroad do", ["doctor", "domain"]), ("postroad log wait --ti", ["--timeout"]), ("postroad inbox --json co", ["code"]),
            ("postroad completion f", ["fish"]), ("postroad key create --role d", ["developer"]), ("postroad key create --role=d", ["developer"]),
            ("postroad config get delivery.retr", ["delivery.retries"]), ("postroad config set log.level w", ["warn"]), ("postroad doctor --only net,dn", ["net,dns"]),
            ("postroad log ev", ["compopt nospace", "event:"]), ("postroad log event:fa", ["failed"]), ("postroad log --columns time,su", ["time,subject"]),
            ("postroad config check ", ["compopt default"]), ("postroad dev --data-dir ", ["compopt dirnames"]), ("postroad queue bogus --", 0),
        ]:
            with self.subTest(line=line):
                found = self.ask_bash(line)
                self.assertTrue(found if wanted == 0 else found == wanted, found)
        with open(os.path.join(self.home, "body one.txt"), "w") as file:
            file.write("x")
        self.assertEqual(self.ask_bash("postroad send --text @bo"), ["@body\\ one.txt"])
        self.assertEqual(set(self.ask_bash("postroad ")) & {"values", "domain", "completion"}, {"domain", "completion"})

    def test_every_command_is_completed(self):
        paths = [[w for w in line.split() if not w.startswith("--")] for line in self.program("completion", "words")]
        self.assertGreater(len(paths), 50)
        for path in (one for one in paths if one):
            values = [line.split("\t")[0] for line in self.program("completion", "values", "zsh", *path[:-1], path[-1])]
            self.assertIn(path[-1], values[1:], path)
            self.assertIn("--help", [line.split("\t")[0] for line in self.program("completion", "values", "zsh", *path, "--h")], path)

    def program(self, *arguments):
        return subprocess.run([harness.BINARY, *arguments], stdout=subprocess.PIPE, text=True, timeout=20, env=self.environment()).stdout.splitlines()

    def test_names_of_a_server(self):
        box = self.sandbox()
        box.mail(to="ana@corp.test", subject="Your $(touch ran) code")
        key = harness.wait_for("it", lambda: box.api("GET", "/_/api/inbox")[1]["messages"])[0]["key"]
        there = {"POSTROAD_URL": box.url, "POSTROAD_API_KEY": "key-test"}
        self.until([key], lambda: self.ask_bash("postroad inbox open ", **there))
        self.until(["acme.test"], lambda: self.ask_bash("postroad send --domain ac", **there))
        self.until(["ana@corp.test"], lambda: self.ask_bash(f"postroad log --url {box.url} --key key-test to:a"))
        self.until([(key, "Your $(touch ran) code")], lambda: self.ask_fish("postroad inbox raw ", **there))
        self.assertFalse(os.path.exists(os.path.join(self.home, "ran")))

    def test_nobody_is_kept_waiting(self):
        """By a server that takes a connection and says nothing, at its socket or at its URL."""
        data = os.path.join(self.folder, "data")
        os.makedirs(data)
        with open(os.path.join(data, "postroad.db"), "w"):
            pass
        with socket.socket(socket.AF_UNIX) as deaf, socket.socket() as far:
            deaf.bind(os.path.join(data, "control.sock"))
            deaf.listen(50)
            far.bind(("127.0.0.1", 0))
            far.listen(50)
            for words in (["queue", "pause", "--data-dir", data, ""], ["inbox", "open", "--url", f"http://127.0.0.1:{far.getsockname()[1]}", ""]):
                took = []
                for _ in range(5):
                    begun = time.monotonic()
                    done = subprocess.run([harness.BINARY, "completion", "values", "zsh", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=20,
                                          env=self.environment())
                    took.append(time.monotonic() - begun)
                    self.assertEqual((done.returncode, done.stderr), (0, b""))
                    self.assertLessEqual(len(done.stdout.splitlines()), 1)
                self.assertLess(min(took), 0.4, took)

    def test_zsh(self):
        server = self.store()
        shell = self.zsh(POSTROAD_SERVER__DATA_DIR=server.data)
        self.until("postroad queue pause corp.test ", self.line_after(shell, "postroad queue pause co"))
        self.until("postroad doctor ", self.line_after(shell, "postroad doc"))
        self.until("postroad log event:", self.line_after(shell, "postroad log ev"))
        self.until("postroad log event:failed ", self.line_after(shell, "postroad log event:fa"))
        self.until("postroad log --event=failed ", self.line_after(shell, "postroad log --event=fa"))
        self.until(f"postroad log show {self.id} ", self.line_after(shell, "postroad log show "))
        shutil.copy(server.config, os.path.join(self.home, "own.toml"))
        self.until("postroad config check own.toml ", self.line_after(shell, "postroad config check ow"))
        self.until("postroad serve --config=own.toml ", self.line_after(shell, "postroad serve --config=ow"))
        shell.type("\x15postroad queue resume \t\x04")
        shell.wait_for(r"calm\.test  -- paused.*corp\.test  -- 1 wait")

    def test_bash_at_a_terminal(self):
        server = self.store()
        shell = self.bash(POSTROAD_SERVER__DATA_DIR=server.data)
        local = self.id.partition("@")[0]
        self.until("postroad queue pause corp.test ", self.line_after(shell, "postroad queue pause co"))
        self.until("postroad log event:", self.line_after(shell, "postroad log ev"))
        self.until("postroad log event:failed ", self.line_after(shell, "postroad log event:fa"))
        self.until("postroad log to:ana@corp.test ", self.line_after(shell, "postroad log to:"))
        self.until("postroad log to:ana@corp.test ", self.line_after(shell, "postroad log to:ana@"))
        self.until(f"postroad log show {self.id} ", self.line_after(shell, f"postroad log show {local}@"))
        self.until("postroad log --event=failed ", self.line_after(shell, "postroad log --event=fa"))
        self.until("postroad log 'event:failed' ", self.line_after(shell, "postroad log 'event:fa"))
        shutil.copy(server.config, os.path.join(self.home, "own.toml"))
        self.until("postroad config check own.toml ", self.line_after(shell, "postroad config check ow"))

    def test_fish(self):
        server = self.store()
        there = {"POSTROAD_SERVER__DATA_DIR": server.data}
        self.until([("calm.test", "paused"), ("corp.test", "1 wait")], lambda: self.ask_fish("postroad queue pause ", **there))
        self.until([(self.key, "sending: the shop's")], lambda: self.ask_fish(f"postroad key revoke {self.key}", **there))
        self.until([(f"msgid:{self.id}", "from a@mail.shop.test, 1 wait")], lambda: self.ask_fish("postroad log msgid:", **there))
        self.until(["doctor", "domain"], lambda: [one[0] for one in self.ask_fish("postroad do")])
        self.until([("--event=failed",)], lambda: self.ask_fish("postroad log --event=fa"))
        shutil.copy(server.config, os.path.join(self.home, "own.toml"))
        self.until(["own.toml"], lambda: [one[0] for one in self.ask_fish("postroad config check ow")])
        self.until(["--config=own.toml"], lambda: [one[0] for one in self.ask_fish("postroad serve --config=ow")])

    def odd_store(self):
        """Messages whose ids are what a shell would love to run."""
        server = self.postroad()
        for number, name in enumerate(ODD):
            message = f"From: a@mail.shop.test\r\nTo: deliver@sim.postroad.test\r\nSubject: odd {number}\r\nMessage-ID: <{name}>\r\n\r\nx\r\n"
            with server.smtp() as smtp:
                smtp.sendmail("a@mail.shop.test", ["deliver@sim.postroad.test"], message)
        server.wait_settled()
        kept = [e["message"]["headers"]["message-id"] for e in server.events() if e["event"] == "accepted"]
        self.assertEqual(sorted(kept), sorted(ODD))
        # What `postroad` is on the shells' path: answers for itself, and notes what else it is told.
        folder = os.path.join(self.folder, "bin")
        os.makedirs(folder)
        self.told = os.path.join(self.folder, "told")
        with open(os.path.join(folder, "postroad"), "w") as file:
            file.write(f'#!/bin/sh\n[ "$1" = completion ] && exec {shlex.quote(harness.BINARY)} "$@"\nprintf "%s\\0" "$@" >>{shlex.quote(self.told)}\necho to""ld\n')
        os.chmod(os.path.join(folder, "postroad"), 0o755)
        return server, {"POSTROAD_SERVER__DATA_DIR": server.data, "PATH": folder + ":" + os.environ["PATH"]}

    def test_a_name_is_never_more_than_a_word(self):
        server, there = self.odd_store()
        for kind in ("bash", "zsh", "fish"):
            for name in ODD[:-1]:
                with self.subTest(shell=kind, name=name):
                    self.run_completed(kind, name, there)
        self.assertEqual([name for at, _, names in os.walk(self.folder) for name in names if name == "ran"], [])
        self.assertNotIn(ODD[-1], self.ask_bash(f"postroad log show --data-dir {server.data} "))

    def run_completed(self, kind, name, there):
        """Its first letters, the key of completion, and Return: the command gets the name itself. An answer that came too late is asked for again."""
        first = "".join("\\" + c if not c.isalnum() else c for c in name[:2])  # As a person would have to type them.
        for _ in range(5):
            if os.path.exists(self.told):
                os.remove(self.told)
            if kind == "fish":
                # As fish puts what it offers on the line: escaped.
                program = ('postroad completion fish | source; for one in (complete -C "postroad log show $argv[1]"); '
                           'eval postroad log show (string escape -- (string split \\t -- $one)[1]); end')
                subprocess.run([harness.need_tool("fish", "fish"), "--no-config", "-c", program, first], cwd=self.home, env=self.environment(**there), stdout=subprocess.DEVNULL,
                               timeout=60)
            else:
                shell = getattr(self, kind)(**there)
                shell.type("postroad log show " + first + "\t")
                time.sleep(0.6)
                shell.type("\n")
                shell.wait_for("told")
                shell.close()
            with open(self.told) as file:
                words = file.read().split("\0")[:-1]
            if words == ["log", "show", name]:
                return
        self.assertEqual(words, ["log", "show", name])


if __name__ == "__main__":
    harness.main()
