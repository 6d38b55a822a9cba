#!/usr/bin/env python3
"""Holds every #include in src/ to the one-way table of ARCHITECTURE.md, and SQL to its repositories.

Prints each offending line; exits 1 when there is one. Prints how much it read, so that an empty run shows.
"""
import os
import re
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
LAYERS = [
    {"base"},
    {"mail", "template"},
    {"net", "storage"},
    {"spool", "events", "account", "tracking"},
    {"admission", "queue", "routes", "jobs"},
    {"delivery", "webhooks", "search", "stats", "validation"},
    {"ingress/http", "ingress/smtp"},
    {"app"},
]
LAYER_OF = {module: number for number, modules in enumerate(LAYERS) for module in modules}
# Pure rooms: no sockets, clocks, files or threads of their own.
PURE = {"mail", "template"}
PURE_FORBIDDEN = re.compile(r'#include <(boost/asio|fstream|filesystem|thread|mutex|sys/|unistd|fcntl|netdb|arpa|sqlite3|libpq)')
THIRD_PARTY_HOMES = {"sqlite3.h": {"storage"}, "libpq-fe.h": {"storage"}, "toml++/toml.h": {"app"},
                     "CLI/CLI.hpp": {"app"}, "unbound.h": {"net"}, "curl/curl.h": {"net"}, "spdlog/": {"base"}}
SEAMS = re.compile(r"\b(steady_clock::now|system_clock::now|high_resolution_clock::now|getaddrinfo|random_device|srand|std::thread\b(?!::hardware_concurrency)|std::jthread)\b")
SEAM_HOMES = {"src/base/clock.cc", "src/base/log.cc", "src/net/asio_executor.cc", "src/net/asio_executor.h", "src/net/loops.cc",
              "src/storage/thread.cc"}
SQL = re.compile(r'"\s*(SELECT .* FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b')


def module_of(path):
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] == "ingress" else parts[0]


def main():
    problems, files, includes = [], 0, 0
    for folder, _, names in os.walk(os.path.join(ROOT, "src")):
        for name in sorted(names):
            if not name.endswith((".h", ".cc")):
                continue
            path = os.path.relpath(os.path.join(folder, name), os.path.join(ROOT, "src"))
            module = module_of(path)
            if module not in LAYER_OF:
                problems.append(f"src/{path}: folder {module} is not in the table of layers")
                continue
            files += 1
            for number, line in enumerate(open(os.path.join(folder, name), encoding="utf-8"), 1):
                where = f"src/{path}:{number}"
                match = re.match(r'#include "([^"]+)"', line)
                if match:
                    includes += 1
                    target = module_of(match.group(1))
                    if target not in LAYER_OF:
                        problems.append(f"{where}: {match.group(1)} is not named from src/")
                    elif target != module and LAYER_OF[target] >= LAYER_OF[module]:
                        problems.append(f"{where}: {module} (layer {LAYER_OF[module]}) may not see {target} (layer {LAYER_OF[target]})")
                if module in PURE and PURE_FORBIDDEN.match(line):
                    problems.append(f"{where}: {module} is pure, and this is not: {line.strip()}")
                match = re.match(r"#include <([^>]+)>", line)
                if match:
                    for header, homes in THIRD_PARTY_HOMES.items():
                        if match.group(1).startswith(header) and module not in homes:
                            problems.append(f"{where}: {match.group(1)} belongs to {', '.join(sorted(homes))} alone")
                code = line.split("//")[0]
                if SEAMS.search(code) and f"src/{path}" not in SEAM_HOMES and not name.endswith("_test.cc"):
                    problems.append(f"{where}: goes round a seam: {line.strip()}")
                if SQL.search(code) and not name.endswith(("_repository.cc", "_test.cc")) and module != "storage":
                    problems.append(f"{where}: SQL lives in *_repository.cc: {line.strip()}")
    for problem in problems:
        print(problem)
    print(f"layers: {files} files, {includes} includes, {len(problems)} problems")
    if files == 0 or includes == 0:
        print("layers: read nothing, so proved nothing")
        return 1
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
