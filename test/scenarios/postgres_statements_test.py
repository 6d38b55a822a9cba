#!/usr/bin/env python3
"""Every migration and every statement of the server is taken by SQLite and by PostgreSQL 15, started here and stopped.

Also holds the rooms to the list: each repository's migrations and statements must be among those that are checked.
"""
import glob
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.environ.get("POSTROAD_BINARY") or os.path.join(ROOT, "build", "release", "postroad")
SCHEMA_CHECK = os.path.join(os.path.dirname(BINARY), "schema_check")
BIN = "/usr/lib/postgresql/15/bin"
START_SECONDS = 60


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Postgres:
    """A server of its own, on a Unix socket in a temporary directory; PostgreSQL refuses to run as root."""

    def __init__(self):
        if not os.path.exists(f"{BIN}/initdb"):
            raise AssertionError("PostgreSQL 15 is missing: apt-get install postgresql-15, or run ./dev test")
        self.folder = tempfile.mkdtemp(prefix="postroad-pg-")
        os.chmod(self.folder, 0o755)
        self.data = os.path.join(self.folder, "data")
        os.mkdir(self.data, 0o700)
        self.user = {}
        if os.getuid() == 0:
            entry = pwd.getpwnam("postgres")
            for path in (self.folder, self.data):
                os.chown(path, entry.pw_uid, entry.pw_gid)
            self.user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    def run(self, *words):
        done = subprocess.run(words, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=START_SECONDS, **self.user)
        if done.returncode:
            raise AssertionError(f"{words[0]}: {done.stdout[-2000:]}")

    def __enter__(self):
        self.run(f"{BIN}/initdb", "-D", self.data, "-U", "postroad", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.run(f"{BIN}/pg_ctl", "-D", self.data, "-w", "-l", os.path.join(self.folder, "log"),
                 "-o", f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c fsync=off", "start")
        return f"host={self.folder} user=postroad dbname=postgres"

    def __exit__(self, *_):
        try:
            self.run(f"{BIN}/pg_ctl", "-D", self.data, "-w", "-m", "immediate", "stop")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


class EveryStatement(unittest.TestCase):
    def check(self, *words):
        done = subprocess.run([SCHEMA_CHECK, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=START_SECONDS)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_is_taken_by_sqlite(self):
        self.assertRegex(self.check("sqlite"), r"\d+ migrations, \d+ statements, 0 problems")

    def test_is_taken_by_postgresql(self):
        with Postgres() as connection:
            self.assertRegex(self.check("postgres", connection), r"\d+ migrations, \d+ statements, 0 problems")

    def test_of_every_room_is_checked(self):
        schema = read(os.path.join(ROOT, "src", "app", "schema.cc"))
        rooms = 0
        for header in glob.glob(os.path.join(ROOT, "src", "**", "*_repository.h"), recursive=True):
            text = read(header)
            for function in ("migrations()", "statements()"):
                if function not in text:
                    continue
                rooms += 1
                room = re.search(r"namespace postroad::([\w:]+)", text).group(1)
                self.assertIn(f"{room}::{function}", schema, f"{os.path.relpath(header, ROOT)} is not in app/schema.cc")
        self.assertGreater(rooms, 0)


if __name__ == "__main__":
    unittest.main()
