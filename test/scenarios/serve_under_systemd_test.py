#!/usr/bin/env python3
"""The server as a service of systemd: it says how it is, takes over sockets, and no restart turns anybody away."""
import ctypes
import json
import os
import re
import shutil
import smtplib
import socket
import ssl
import subprocess
import threading
import time

import harness
from service_manager import Service, ServiceManager, listening

UNITS = os.path.join(harness.ROOT, "docs", "operating")
EXPOSURE_MOST = 2.0  # Of `systemd-analyze security`.
LIBC = ctypes.CDLL(None, use_errno=True)
PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT, WAIT_ALL = 17, 0x4206, 0x4207, 0x40000000
LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def text_of(*path):
    with open(os.path.join(*path)) as file:
        return file.read()


def thread_named(process, name):
    tasks = f"/proc/{process.pid}/task"
    return next(int(t) for t in os.listdir(tasks) if text_of(tasks, t, "comm").strip() == name)


class held_still:
    """A single thread of a process, stopped while the others run."""

    def __init__(self, thread):
        self.thread = thread

    def __enter__(self):
        for request in (PTRACE_SEIZE, PTRACE_INTERRUPT):
            if LIBC.ptrace(request, self.thread, None, None) != 0:
                raise OSError(ctypes.get_errno(), "ptrace")
        os.waitpid(self.thread, WAIT_ALL)

    def __exit__(self, *_):
        LIBC.ptrace(PTRACE_DETACH, self.thread, None, None)


def banner(connection, seconds=10):
    connection.settimeout(seconds)
    return connection.recv(1000).decode()


class UnderSystemd(harness.Scenario):
    def manager(self, **options):
        one = ServiceManager(self.folder, **options)
        self.stack.callback(one.close)
        return one

    def service(self, manager, **options):
        one = Service(manager, self.folder, **options)
        self.stack.callback(one.kill)
        return one

    def listening(self, *arguments, **more):
        one = listening(*arguments, **more)
        self.stack.callback(one.close)
        return one

    def test_ready_is_said_when_everything_listens(self):
        for abstract in (False, True):
            with self.subTest(abstract=abstract):
                manager = self.manager(abstract=abstract)
                service = self.service(manager).start()
                for port in (service.http_port, service.smtp_port):
                    socket.create_connection(("127.0.0.1", port), 5).close()
                self.assertTrue(os.path.exists(os.path.join(service.data, "control.sock")))
                first = manager.heard[0][1]
                self.assertEqual(first, "STATUS=opening the store")
                self.assertEqual(service.ready_text, f"READY=1\nSTATUS=serving postroad.test: http 127.0.0.1:{service.http_port} submission 127.0.0.1:{service.smtp_port}")
                self.assertEqual(service.stop(), 0)
                self.assertIn("STOPPING=1\nSTATUS=finishing what is under way", [text for _, text in manager.listen()])
                self.assertIsNone(manager.told("WATCHDOG"), "nobody watches")
                shutil.rmtree(service.data)

    def test_stopping_is_said_when_the_end_begins(self):
        manager = self.manager()
        sink = self.sink(hold=lambda: time.sleep(2))  # A delivery that is under way at the end.
        service = self.service(manager, next_hop=f"127.0.0.1:{sink.port}").start()
        self.assertEqual(service.send([("from", "a@mail.shop.test"), ("to", "ana@north.test"), ("text", "x")])[0], 200)
        harness.wait_for("the delivery", lambda: sink.connections == 1)
        time.sleep(0.3)
        service.process.terminate()
        harness.wait_for("STOPPING=1", lambda: manager.told("STOPPING=1"), 1)
        self.assertIsNone(service.process.poll(), "it was said at the end alone")
        self.assertEqual(service.stop(), 0)
        self.assertEqual(sink.count(), 1)

    def test_a_start_that_fails_says_why(self):
        manager = self.manager()
        service = self.service(manager)
        holder = self.listening(port=service.http_port)
        service.launch()
        self.assertEqual(service.process.wait(20), 1)
        said = manager.told("ERRNO=")
        self.assertRegex(said, rf"^STATUS=cannot start: cannot listen on 127.0.0.1:{service.http_port}: port {service.http_port} is taken by .*\nERRNO=22$")
        self.assertIsNone(manager.told("READY"))
        holder.close()
        with open(service.config, "a") as file:
            file.write("\n[nonsense]\nx = 1\n")
        before = len(manager.heard)
        service.launch()
        self.assertEqual(service.process.wait(20), 2)
        self.assertRegex(manager.told("ERRNO=", before), r"^STATUS=cannot start: .*nonsense.*\nERRNO=22$")

    def test_a_reload_is_told_from_its_beginning_to_its_end(self):
        manager = self.manager()
        service = self.service(manager).start()
        for how in ("SIGHUP", "config reload"):
            with self.subTest(how=how):
                before, began = len(manager.listen()), time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
                if how == "SIGHUP":
                    service.hang_up()
                else:
                    service.command("config", "reload")
                harness.wait_for("READY=1", lambda: manager.told("READY=1", before))
                texts = [text for _, text in manager.heard[before:]]
                self.assertEqual(len(texts), 2, texts)
                since = int(re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=(\d+)\nSTATUS=reading the configuration again", texts[0]).group(1))
                self.assertTrue(began <= since <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000)
                self.assertEqual(texts[1], service.ready_text)
        with open(service.config, "a") as file:
            file.write("\n[nonsense]\nx = 1\n")
        before = len(manager.listen())
        service.hang_up()
        harness.wait_for("READY=1", lambda: manager.told("READY=1", before))
        self.assertRegex(manager.heard[-1][1], r"^READY=1\nSTATUS=serving .*; a reload was refused: .*nonsense")

    def test_the_watchdog_hears_loop_0_and_nothing_else(self):
        manager = self.manager()
        service = self.service(manager, environment={"WATCHDOG_USEC": "1000000"}).start()
        harness.wait_for("five signs of life", lambda: len([1 for _, t in manager.listen() if t == "WATCHDOG=1"]) >= 5)
        times = [when for when, text in manager.heard if text == "WATCHDOG=1"]
        # Our own clock reads when we listened, every 20 ms.
        self.assertTrue(all(0.3 < later - before < 0.9 for before, later in zip(times[1:], times[2:])), times)
        with held_still(thread_named(service.process, "loop-0")):
            time.sleep(0.2)
            before = len(manager.listen())
            time.sleep(2.0)
            self.assertIsNone(manager.told("WATCHDOG=1", before), "loop 0 hangs, and life was told")
            with open(f"/proc/{service.process.pid}/stat") as file:
                self.assertNotIn(file.read().rsplit(")", 1)[1].split()[0], "TtZ", "the process itself still runs")
        before = len(manager.listen())
        harness.wait_for("life again", lambda: manager.told("WATCHDOG=1", before), 3)
        service.stop()
        other = self.service(manager, environment={"WATCHDOG_USEC": "200000", "WATCHDOG_PID": "1"})
        before = len(manager.listen())
        other.start()
        time.sleep(1)
        self.assertIsNone(manager.told("WATCHDOG", before), "the watchdog is of another process")

    def test_handed_over_sockets_take_the_place_of_configured_addresses(self):
        path = os.path.join(self.folder, "submission.sock")
        sockets = [self.listening(), self.listening("::1", family=socket.AF_INET6), self.listening(path, family=socket.AF_UNIX), self.listening()]
        service = self.service(self.manager(), sockets=sockets, names=["http", "submission", "submission", "submissions"], tls="self_signed").start()
        http_port, six, secure = sockets[0].getsockname()[1], sockets[1].getsockname(), sockets[3].getsockname()[1]
        service_http, service.http_port = service.http_port, http_port
        self.assertEqual(service.request("GET", "/v3/domains")[0], 200)
        with socket.create_connection(six[:2], 5) as connection:
            self.assertTrue(banner(connection).startswith("220 postroad.test"))
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(path)
            self.assertTrue(banner(connection).startswith("220 postroad.test"))
        context = ssl.create_default_context(cafile=service.data + "/dev-ca.pem")
        with smtplib.SMTP_SSL("localhost", secure, context=context, timeout=10) as client:
            self.assertEqual(client.noop()[0], 250)
        for port in (service_http, service.smtp_port):
            self.assertFalse(harness.port_open(port), "a configured address of a kind that was handed over is not bound")
        told = [json.loads(line) for line in service.log().splitlines() if line.startswith("{")]
        self.assertEqual({(one["setting"], one["at"], one["origin"]) for one in told if one["event"] == "address_not_bound"},
                         {("http.listen", f"127.0.0.1:{service_http}", f"{service.config}:8"), ("submission.listen", f"127.0.0.1:{service.smtp_port}", f"{service.config}:10")})
        self.assertEqual([one["kind"] for one in told if one["event"] == "socket_handed_over"], ["http", "submission", "submission", "submissions"])
        self.assertEqual(service.stop(), 0)
        self.assertTrue(os.path.exists(path), "the file is the manager's")

    def test_a_kind_that_was_not_handed_over_is_bound_as_configured(self):
        sockets = [self.listening()]
        service = self.service(self.manager(), sockets=sockets, names=["submission"]).start()
        self.assertEqual(service.request("GET", "/v3/domains")[0], 200)
        self.assertFalse(harness.port_open(service.smtp_port))
        with socket.create_connection(sockets[0].getsockname(), 5) as connection:
            self.assertTrue(banner(connection).startswith("220"))

    def test_sockets_without_a_name_are_known_by_their_port(self):
        for names in (None, ["unknown", "unknown"], ["postroad.socket", "postroad.socket"]):
            with self.subTest(names=names):
                service = self.service(self.manager(abstract=True), names=names)
                service.sockets = [self.listening(port=service.smtp_port), self.listening(port=service.http_port)]
                service.start()
                self.assertEqual(service.request("GET", "/v3/domains")[0], 200)
                with service.smtp() as client:
                    self.assertEqual(client.noop()[0], 250)
                service.stop()
                for one in service.sockets:
                    one.close()

    def test_what_cannot_be_taken_over_is_an_error_with_its_fix(self):
        stream, other = self.listening(), self.listening()
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.bind(("127.0.0.1", 0))
        near, far = socket.socketpair()
        file = open(os.devnull)
        self.stack.callback(lambda: [one.close() for one in (datagrams, near, far, file)])
        manager = self.manager()
        for sockets, names, wanted in (([stream], ["smtp"], 'with the name "smtp", which says nothing here; write FileDescriptorName='),
                                       ([stream], None, "without a name, .*write FileDescriptorName=http, https, submission or submissions"),
                                       ([datagrams], ["http"], "descriptor 3 .* is not a stream socket: its unit says ListenStream="),
                                       ([near], ["http"], "does not listen: its unit says .*Accept=no"),
                                       ([file], ["http"], "is not a socket"),
                                       ([stream, other], ["http"], "LISTEN_FDS=2, and LISTEN_FDNAMES=http names 1"),
                                       ([stream], ["https"], 'tls.mode: is "off", and a socket named https was handed over')):
            with self.subTest(wanted=wanted):
                before = len(manager.listen())
                service = self.service(manager, sockets=sockets, names=names)
                if os.path.exists(service.log_path):
                    os.unlink(service.log_path)
                service.launch()
                self.assertEqual(service.process.wait(20), 2, service.log())
                self.assertRegex(service.log(), f"error: .*{wanted}")
                self.assertIn("hint: ", service.log())
                self.assertRegex(manager.told("STATUS=", before), f"STATUS=cannot start: .*{wanted}")
                self.assertFalse(os.path.exists(os.path.join(service.data, "postroad.db")), "nothing was touched")

    def test_sockets_of_another_process_are_left_alone(self):
        service = self.service(self.manager(), sockets=[self.listening()], names=["submission"])
        service.launch(owner="1")
        harness.wait_for("postroad to listen", lambda: harness.port_open(service.smtp_port))
        self.assertIn("handed_over_sockets_ignored", service.log())
        self.assertIn("LISTEN_PID is 1", service.log())

    def test_who_knocks_while_it_is_away_is_served_after(self):
        sockets = [self.listening(), self.listening()]
        service = self.service(self.manager(), sockets=sockets, names=["submission", "http"])
        early = socket.create_connection(sockets[0].getsockname(), 5)
        service.start()
        self.assertTrue(banner(early).startswith("220 postroad.test"))
        service.stop()
        late = socket.create_connection(sockets[0].getsockname(), 5)
        late.settimeout(0.5)
        with self.assertRaises(TimeoutError):
            late.recv(10)
        service.start()
        self.assertTrue(banner(late).startswith("220 postroad.test"))

    def test_a_restart_turns_nobody_away(self):
        sockets = [self.listening(backlog=1000), self.listening(backlog=1000), self.listening(backlog=1000)]
        service = self.service(self.manager(), sockets=sockets, names=["submission", "http", "submissions"], tls="self_signed").start()
        context = ssl.create_default_context(cafile=service.data + "/dev-ca.pem")
        over, greeted, answered, secured, troubles = threading.Event(), [], [], [], []

        def knock():
            while not over.is_set():
                try:
                    with socket.create_connection(sockets[0].getsockname(), 20) as connection:
                        greeted.append(banner(connection, 20)[:3])
                    with socket.create_connection(sockets[1].getsockname(), 20) as connection:
                        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                        answered.append(banner(connection, 20)[:9])
                    with context.wrap_socket(socket.create_connection(sockets[2].getsockname(), 20), server_hostname="localhost") as connection:
                        secured.append(banner(connection, 20)[:3])
                except OSError as error:
                    troubles.append(repr(error))
                time.sleep(0.005)
        clients = [threading.Thread(target=knock) for _ in range(4)]
        for one in clients:
            one.start()
        for _ in range(6):
            time.sleep(0.5)
            self.assertEqual(service.stop(), 0)
            time.sleep(0.3)
            service.start()
        time.sleep(0.5)
        over.set()
        for one in clients:
            one.join()
        self.assertEqual(troubles, [])
        self.assertEqual((set(greeted), set(answered), set(secured)), ({"220"}, {"HTTP/1.1 "}, {"220"}))
        self.assertGreater(len(greeted), 100)
        print(f"note: {len(greeted)} SMTP, {len(secured)} SMTP over TLS and {len(answered)} HTTP connections over 6 restarts, none refused or dropped")

    def test_systemd_socket_activate_starts_it_at_the_first_connection(self):
        tool = harness.need_tool("systemd-socket-activate", "systemd")
        postroad = self.postroad(start=False)
        port, http_port = harness.free_port(), harness.free_port()
        with open(postroad.log_path, "ab") as log:
            activator = subprocess.Popen([tool, "-l", f"127.0.0.1:{port}", "-l", f"127.0.0.1:{http_port}", "--fdname=submission:http", harness.BINARY, "serve", "--config", postroad.config],
                                         stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.stack.callback(activator.kill)
        harness.wait_for("the activator to listen", lambda: "Listening on 127.0.0.1:" + str(http_port) in postroad.log())
        self.assertFalse(os.path.exists(postroad.data), "it waits for somebody")
        postroad.smtp_port = port
        with postroad.smtp() as client:
            client.sendmail("a@mail.shop.test", ["deliver@sim.postroad.test"], "Subject: x\r\n\r\nfirst\r\n")
        postroad.http_port = http_port
        harness.wait_for("its event", lambda: [e for e in postroad.events() if e["event"] == "delivered"])
        activator.terminate()
        self.assertEqual(activator.wait(40), 0)

    def units(self):
        """The shipped units with this build in the place of the installed program."""
        folder = os.path.join(self.folder, "units")
        os.makedirs(folder, exist_ok=True)
        names = sorted(n for n in os.listdir(UNITS) if n.endswith((".service", ".socket")))
        for name in names:
            text = text_of(UNITS, name)
            with open(os.path.join(folder, name), "w") as file:
                file.write(text.replace("/usr/bin/postroad", harness.BINARY))
        return [os.path.join(folder, n) for n in names]

    def test_the_units_are_good_and_closed(self):
        tool = harness.need_tool("systemd-analyze", "systemd")
        units = self.units()
        self.assertEqual([os.path.basename(u) for u in units], ["postroad-https.socket", "postroad-submission.socket", "postroad-submissions.socket", "postroad.service"])
        done = subprocess.run([tool, "verify", "--man=no", *units], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
        ours = [line for line in done.stdout.splitlines() if "postroad" in line]
        self.assertEqual((done.returncode, ours), (0, []), done.stdout)
        service = next(u for u in units if u.endswith(".service"))
        done = subprocess.run([tool, "security", "--offline=true", "--no-pager", service], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
        exposure = float(re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout).group(1))
        self.assertLessEqual(exposure, EXPOSURE_MOST, done.stdout)
        print(f"note: systemd-analyze security: {exposure}")

    def test_the_unit_waits_longer_than_the_drain_takes(self):
        text = text_of(UNITS, "postroad.service")
        drain = int(re.search(r"kDrainMax\{(\d+)\}", text_of(harness.ROOT, "src", "app", "server.h")).group(1))
        self.assertGreater(int(re.search(r"^TimeoutStopSec=(\d+)s$", text, re.M).group(1)), drain + 5)
        self.assertRegex(text, r"(?m)^Type=notify$")
        files = int(re.search(r"^LimitNOFILE=(\d+)$", text, re.M).group(1))
        self.assertGreaterEqual(files, 2 * 2000 + 5000 + 1024, "deliveries and their files, sessions, and what is beside them")

    def test_the_units_filter_allows_every_call_that_the_server_makes(self):
        """What `SystemCallFilter=` of the unit lets through, against what the server asked the kernel for."""
        tool, strace = harness.need_tool("systemd-analyze", "systemd"), harness.need_tool("strace", "strace")
        text = text_of(UNITS, "postroad.service")
        allowed = set()
        for line in re.findall(r"(?m)^SystemCallFilter=(.*)$", text):
            forbids = line.startswith("~")
            for group in line.lstrip("~").split():
                calls = self.calls_of(tool, group)
                allowed = allowed - calls if forbids else allowed | calls
        trace = os.path.join(self.folder, "calls")
        sink = self.sink()
        postroad = self.postroad(start=False, next_hop=f"127.0.0.1:{sink.port}", tls="self_signed", wrapper=[strace, "-f", "-qq", "-o", trace, "-e", "signal=none"])
        postroad.start(seconds=60)
        postroad.send([("from", "a@mail.shop.test"), ("to", "ana@north.test"), ("text", "x")])
        with postroad.smtp() as client:
            client.starttls()
            client.sendmail("a@mail.shop.test", ["bob@north.test"], "Subject: x\r\n\r\nfirst\r\n")
        harness.wait_for("both", lambda: sink.count() == 2)
        postroad.command("config", "reload")
        pid = int(subprocess.run(["pgrep", "-P", str(postroad.process.pid)], stdout=subprocess.PIPE, text=True).stdout.split()[0])
        os.kill(pid, 15)
        self.assertEqual(postroad.process.wait(40), 0)
        made = set(re.findall(r"(?m)^\d+ +(\w+)\(", text_of(trace)))
        self.assertGreater(len(made), 40)
        self.assertEqual(made - allowed - {"execve"}, set())
        families = set(re.findall(r"socket\((AF_\w+)", text_of(trace)))
        self.assertLessEqual(families, set(re.search(r"(?m)^RestrictAddressFamilies=(.*)$", text).group(1).split()))

    def calls_of(self, tool, group):
        if not group.startswith("@"):
            return {group}
        done = subprocess.run([tool, "syscall-filter", group], stdout=subprocess.PIPE, text=True, timeout=30, check=True)
        calls = set()
        for line in done.stdout.splitlines()[1:]:
            word = line.strip()
            if word and not word.startswith("#"):
                calls |= self.calls_of(tool, word)
        return calls


if __name__ == "__main__":
    harness.main()
