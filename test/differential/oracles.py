"""What the comparisons share: our filters, Node and GMime as other programs, one seed, and telling a difference."""
import json
import os
import random
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "scenarios"))
import harness  # noqa: E402

SEED = int(os.environ.get("POSTROAD_SEED", "1"))
FETCH_SECONDS = 600
RUN_SECONDS = 300
SHOWN_MAX = 5


def cases(usual):
    return int(os.environ.get("POSTROAD_CASES", usual))


def chance():
    return random.Random(SEED)


def ours(words, given):
    """What `postroad WORDS` answers to `given` (bytes) on standard input."""
    done = subprocess.run([harness.BINARY, *words], input=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    if done.returncode:
        raise AssertionError(f"postroad {' '.join(words)} ended with {done.returncode}: {done.stderr.decode()[-500:]}")
    return json.loads(done.stdout)


def node_folder():
    """Where the pinned packages are, fetched once for each lock file."""
    harness.need_tool("npm", "npm")
    lock = os.path.join(HERE, "package-lock.json")
    stamp = os.path.join(HERE, "node_modules", ".package-lock.json")
    if not os.path.exists(stamp) or os.path.getmtime(stamp) < os.path.getmtime(lock):
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=HERE, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=FETCH_SECONDS)
        if done.returncode:
            raise AssertionError("npm ci failed:\n" + done.stdout[-2000:])
    return HERE


def node_lines(script, requests):
    """One JSON answer for each JSON request, from one run of the script."""
    node = harness.need_tool("node", "nodejs")
    given = "".join(json.dumps(r) + "\n" for r in requests)
    done = subprocess.run([node, os.path.join(node_folder(), script)], input=given, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=RUN_SECONDS, cwd=HERE)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode or len(answers) != len(requests):
        raise AssertionError(f"{script}: {len(answers)} answers of {len(requests)}: {done.stderr[-2000:]}")
    return answers


def gmime_program(folder):
    """GMime's reading of messages, compiled against Debian's library."""
    source, program = os.path.join(HERE, "gmime_oracle.cc"), os.path.join(folder, "gmime_oracle")
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "gmime-3.0"], stdout=subprocess.PIPE, text=True)
    if flags.returncode:
        raise AssertionError("GMime is missing: apt-get install libgmime-3.0-dev, or run ./dev test, which installs it")
    subprocess.run(["clang++-19", "-O2", "-std=c++20", source, "-o", program, *flags.stdout.split()], check=True, timeout=120)
    return program


class Comparison(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="postroad-differential-")
        self.addCleanup(self.folder.cleanup)
        self.compared, self.differences = 0, []

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def compare(self, what, our_answer, their_answer):
        self.compared += 1
        if our_answer != their_answer:
            self.differences.append(f"{what}\n   ours:   {our_answer!r}\n   theirs: {their_answer!r}")

    def finish(self, least):
        print(f"note: {self.id().split('.', 1)[1]}: {self.compared} compared with seed {SEED}, {len(self.differences)} differ")
        self.assertGreaterEqual(self.compared, least, "too little was compared to prove anything")
        self.assertFalse(self.differences, "\n".join(self.differences[:SHOWN_MAX]))


def main():
    harness.main()
