"""Fetches the pinned clients of package-lock.json and runs scripts with them."""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "scenarios"))
import harness  # noqa: E402


def fetch():
    """`npm ci` once for each version of the lock file."""
    harness.need_tool("npm", "npm")
    lock = os.path.join(HERE, "package-lock.json")
    stamp = os.path.join(HERE, "node_modules", ".package-lock.json")
    if os.path.exists(stamp) and os.path.getmtime(stamp) >= os.path.getmtime(lock):
        return
    done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=HERE, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=300)
    if done.returncode:
        raise AssertionError("npm ci failed:\n" + done.stdout[-2000:])


def node(script, *arguments, timeout=60):
    """What the script printed as JSON on its last line."""
    fetch()
    harness.need_tool("node", "nodejs")
    done = subprocess.run(["node", os.path.join(HERE, script), *arguments], cwd=HERE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=timeout)
    if done.returncode:
        raise AssertionError(f"{script} ended with {done.returncode}:\n{done.stderr[-3000:]}{done.stdout[-1000:]}")
    return json.loads(done.stdout.splitlines()[-1])
