"""`postroad dev` under test: the sandbox with ports of its own."""
import json
import os
import subprocess

import harness


class Sandbox(harness.Postroad):
    """Takes a key of any kind; keeps its data in the scenario's folder."""

    def __init__(self, folder, *flags):
        super().__init__(folder)
        self.flags = flags
        self.url = f"http://127.0.0.1:{self.http_port}"

    def start(self, seconds=20):
        log = open(self.log_path, "ab")
        self.process = subprocess.Popen(
            [harness.BINARY, "dev", "--port", str(self.http_port), "--smtp-port", str(self.smtp_port), "--data-dir", self.data,
             *self.flags], stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=clean_environment())
        log.close()

        def up():
            if self.process.poll() is not None:
                raise AssertionError(f"the sandbox ended with {self.process.returncode}:\n{self.log()[-3000:]}")
            return harness.port_open(self.smtp_port) and harness.port_open(self.http_port)
        harness.wait_for("the sandbox to listen", up, seconds)
        return self

    def command(self, *arguments, check=True):
        done = self.run(*arguments, "--data-dir", self.data, "--json")
        if check and done.returncode:
            raise AssertionError(f"postroad {' '.join(arguments)}: exit {done.returncode}: {done.stderr}{done.stdout}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    def run(self, *arguments, timeout=60, environment=None, stdin=None):
        """Any command of the binary, told where the sandbox is."""
        return subprocess.run([harness.BINARY, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=timeout, input=stdin,
                              env=dict(clean_environment(), POSTROAD_URL=self.url, POSTROAD_API_KEY="key-test", **(environment or {})))

    def api(self, method, path, **more):
        """(status, JSON or text) of a page's call."""
        status, _, text = self.request(method, path, key=None, **more)
        return status, json.loads(text) if text.startswith(("{", "[")) else text

    def mail(self, domain="acme.test", **fields):
        """Sends a message and returns its id."""
        fields = {"from": f"Shop <shop@{domain}>", "to": "ana@corp.test", "subject": "Hi", "text": "Hello", **fields}
        status, answer = self.send(list(fields.items()), domain=domain)
        if status != 200:
            raise AssertionError(f"send: {status} {answer}")
        return answer["id"].strip("<>")

    def story(self, address, domain="acme.test"):
        """Events of one recipient, oldest first."""
        return [e for e in reversed(self.events(domain)) if e["recipient"] == address]


def clean_environment():
    return {k: v for k, v in os.environ.items() if not k.startswith("POSTROAD_")}


class SandboxScenario(harness.Scenario):
    def sandbox(self, *flags):
        one = Sandbox(self.folder, *flags)
        self.stack.callback(one.kill)
        return one.start()
