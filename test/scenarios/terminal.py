"""A program at a terminal, as a person has it: what is typed, and what stands on the line then."""
import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import termios
import time


class Terminal:
    """Ends with `close`. Output is kept with all its control sequences; `seen` is without them."""

    def __init__(self, arguments, environment, folder):
        self.leader, follower = pty.openpty()
        self.process = subprocess.Popen(arguments, stdin=follower, stdout=follower, stderr=follower, env=environment, cwd=folder, start_new_session=True, close_fds=True,
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(follower)
        self.output = b""

    def type(self, text):
        os.write(self.leader, text.encode())

    def seen(self):
        text = self.output.decode(errors="replace")
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x1b\][^\x07]*\x07", "", text)

    def wait_for(self, pattern, seconds=20):
        """The match in what comes from now on, or what has come and was not waited for yet."""
        end = time.monotonic() + seconds
        while True:
            found = re.search(pattern, self.seen(), re.S)
            if found:
                self.output = b""
                return found
            if time.monotonic() > end:
                raise AssertionError(f"waited {seconds} s for {pattern!r}; last: {self.seen()[-2000:]!r}")
            if select.select([self.leader], [], [], 0.1)[0]:
                try:
                    self.output += os.read(self.leader, 65536)
                except OSError:
                    raise AssertionError(f"it ended; last: {self.seen()[-2000:]!r}")

    def close(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.leader is not None:
            os.close(self.leader)
        self.leader = None
