#!/usr/bin/env python3
"""Every fuzz target 1,000,000 times. With POSTROAD_RESUME=1 a target that came through clean, built of the same code, is not repeated."""
import hashlib
import os
import subprocess
import sys

import run

RUNS = 1_000_000


def main():
    subprocess.run([os.path.join(run.ROOT, "dev"), "build", "fuzz"], check=True, stdout=subprocess.DEVNULL)
    found, passed, failed = run.targets(), 0, 0
    for name in sorted(found):
        with open(found[name], "rb") as f:
            mark = os.path.join(run.BUILD, "clean", f"{name}-{RUNS}-{hashlib.sha256(f.read()).hexdigest()[:16]}")
        if os.environ.get("POSTROAD_RESUME") == "1" and os.path.exists(mark):
            print(f"note: {name}: clean before")
            passed += 1
        elif run.run(name, found[name], RUNS):
            os.makedirs(os.path.dirname(mark), exist_ok=True)
            open(mark, "w").close()
            passed += 1
        else:
            failed += 1
    print(f"RESULT {passed} passed, {failed if found else 1} failed")
    return 1 if failed or not found else 0


if __name__ == "__main__":
    sys.exit(main())
