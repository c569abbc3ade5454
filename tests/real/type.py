#!/usr/bin/env python3
"""type.py TOOL PROGRAM [ARGUMENT…]

Starts an interactive tool in a pseudo-terminal of 50 lines, waits until the screen is quiet, types one prompt, waits until it is
quiet again, and ends the tool. What it drew goes to stdout, for people. TOOL chooses nothing yet but a name in messages.
"""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

QUIET = float(os.environ.get("TYPE_QUIET", "4"))  # seconds without a byte
LONGEST = float(os.environ.get("TYPE_LONGEST", "25"))
PROMPT = b"please explain to me in some words what the files in this folder are for and how they belong together"


def main():
    tool, *command = sys.argv[1:]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 150, 0, 0))

    def wait():
        """Until nothing was drawn for QUIET seconds, at most LONGEST."""
        end = time.monotonic() + LONGEST
        while time.monotonic() < end:
            ready, _, _ = select.select([terminal], [], [], QUIET)
            if not ready:
                return True
            try:
                data = os.read(terminal, 65536)
            except OSError:
                return False
            if not data:
                return False
            sys.stdout.buffer.write(data)
            # Some ask the terminal what it is, and wait for the answer.
            if b"\x1b[6n" in data:
                os.write(terminal, b"\x1b[1;1R")
            if b"\x1b[c" in data:
                os.write(terminal, b"\x1b[?62;c")
        return True

    if wait():
        os.write(terminal, PROMPT)
        time.sleep(0.5)
        os.write(terminal, b"\r")
        wait()
        wait()
    else:
        print(f"type.py: {tool} ended by itself", file=sys.stderr)
    os.kill(pid, signal.SIGTERM)
    time.sleep(1)
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    sys.stdout.flush()


main()
