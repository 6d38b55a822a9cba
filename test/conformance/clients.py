"""Fetches the pinned clients and runs scripts with them; each answers with the JSON of its last line.

Versions are pinned by package-lock.json, requirements.txt (every package), go/go.sum and
java/pom.xml. What is fetched is kept in build/conformance, apart from node_modules.
"""
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "scenarios"))
import harness  # noqa: E402

KEPT = os.path.join(harness.ROOT, "build", "conformance")
FETCH_SECONDS = 600
GO_TOOLCHAIN = "v0.0.1-go1.24.4.linux-amd64"  # mailgun-go needs Go 1.22; Debian 12 has 1.19
GO_TOOLCHAIN_SUM = "h1:nm4Il5pypT+vEB1UPY4e+r1p/0HoRr/2jjj+dwb8KhA="


def run(what, command, seconds=60, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=seconds, **more)
    if done.returncode:
        raise AssertionError(f"{what} ended with {done.returncode}:\n{done.stderr[-3000:]}{done.stdout[-1000:]}")
    return done.stdout


def answer(what, command, **more):
    """What the script printed as JSON on its last line."""
    lines = run(what, command, **more).splitlines()
    if not lines:
        raise AssertionError(f"{what} printed nothing")
    return json.loads(lines[-1])


def once(name, sources, make):
    """Runs make(folder) when `sources` differ from what build/conformance/`name` was made of. Returns the folder."""
    folder, digest = os.path.join(KEPT, name), hashlib.sha256()
    for source in sources:
        digest.update(pathlib.Path(source).read_bytes() if os.path.exists(source) else source.encode())
    stamp = pathlib.Path(folder, "made-of")
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    make(folder)
    stamp.write_text(digest.hexdigest())
    return folder


def node(script, *arguments, timeout=60):
    harness.need_tool("npm", "npm")
    harness.need_tool("node", "nodejs")
    lock = os.path.join(HERE, "package-lock.json")
    stamp = os.path.join(HERE, "node_modules", ".package-lock.json")
    if not os.path.exists(stamp) or os.path.getmtime(stamp) < os.path.getmtime(lock):
        run("npm ci", ["npm", "ci", "--no-audit", "--no-fund"], seconds=FETCH_SECONDS, cwd=HERE)
    return answer(script, ["node", os.path.join(HERE, script), *arguments], seconds=timeout, cwd=HERE)


def python(script, *arguments):
    requirements = os.path.join(HERE, "requirements.txt")

    def make(folder):
        run("python3 -m venv (apt-get install python3-venv)", ["/usr/bin/python3", "-m", "venv", folder])
        run("pip install", [os.path.join(folder, "bin", "pip"), "install", "--no-deps", "--disable-pip-version-check", "-r",
                            requirements], seconds=FETCH_SECONDS)
    folder = once("python", [requirements], make)
    return answer(script, [os.path.join(folder, "bin", "python"), os.path.join(HERE, script), *arguments])


def go_command():
    """A Go of at least 1.22: the machine's, or the toolchain that the module proxy has, checked against its pinned hash."""
    go = harness.need_tool("go", "golang-go")
    local = dict(os.environ, GOTOOLCHAIN="local")
    major, minor = map(int, re.search(r"go(\d+)\.(\d+)", run("go version", [go, "version"], env=local)).groups())
    if (major, minor) >= (1, 22):
        return go

    def make(folder):
        module = json.loads(run("go mod download", [go, "mod", "download", "-json", f"golang.org/toolchain@{GO_TOOLCHAIN}"],
                                seconds=FETCH_SECONDS, cwd=folder, env=dict(local, GOFLAGS="-mod=mod")))
        if module.get("Sum") != GO_TOOLCHAIN_SUM:
            raise AssertionError(f"the Go toolchain is not the pinned one: {module}")
        with zipfile.ZipFile(module["Zip"]) as z:
            z.extractall(folder)
        root = os.path.join(folder, f"golang.org/toolchain@{GO_TOOLCHAIN}")
        for part in ("bin", "pkg/tool"):
            for base, _, names in os.walk(os.path.join(root, part)):
                for name in names:
                    os.chmod(os.path.join(base, name), 0o755)
    return os.path.join(once("go-toolchain", [GO_TOOLCHAIN_SUM], make), f"golang.org/toolchain@{GO_TOOLCHAIN}", "bin", "go")


def go(module, *arguments):
    source = os.path.join(HERE, module)

    def make(folder):
        environment = dict(os.environ, GOTOOLCHAIN="local", GOFLAGS="-mod=readonly")
        environment.pop("GOROOT", None)
        run("go build", [go_command(), "build", "-o", os.path.join(folder, "client"), "."], seconds=FETCH_SECONDS, cwd=source,
            env=environment)
    folder = once("go-client", [os.path.join(source, n) for n in ("main.go", "go.mod", "go.sum")], make)
    return answer(f"{module}/main.go", [os.path.join(folder, "client"), *arguments])


def java(folder, name, *arguments):
    mvn = harness.need_tool("mvn", "maven")
    harness.need_tool("javac", "openjdk-17-jdk-headless")
    source = os.path.join(HERE, folder)

    def make(made):
        run("mvn", [mvn, "-q", "-B", "-f", os.path.join(source, "pom.xml"), "org.apache.maven.plugins:maven-dependency-plugin:3.6.0:copy-dependencies",
                    f"-DoutputDirectory={made}/jars"], seconds=FETCH_SECONDS)
        run("javac", ["javac", "-encoding", "UTF-8", "-cp", f"{made}/jars/*", "-d", made, os.path.join(source, name + ".java")], seconds=120)
    made = once("java", [os.path.join(source, "pom.xml"), os.path.join(source, name + ".java")], make)
    return answer(name, ["java", "-Dfile.encoding=UTF-8", "-cp", f"{made}/jars/*:{made}", name, *arguments])


def php(script, *arguments):
    harness.need_tool("php", "php-cli php-symfony-mailgun-mailer php-symfony-http-client")
    if not os.path.exists("/usr/share/php/Symfony/Component/Mailer/Bridge/Mailgun/autoload.php"):
        raise AssertionError("Symfony's Mailgun bridge is missing: apt-get install php-symfony-mailgun-mailer, or run ./dev test")
    return answer(script, ["php", os.path.join(HERE, script), *arguments])
