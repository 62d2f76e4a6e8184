"""What a document could make its reader do if it had a hole to use: orders for a worker, each one fault (D26)."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SLEEPER = [sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"]


def hang() -> None:
    """Wait for ever, deaf to a polite word."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)


def spin() -> None:
    """Compute for ever."""
    while True:
        pass


def eat_memory() -> None:
    """Ask for ever more memory."""
    held = []
    while True:
        held.append(bytearray(100_000_000))


def leave() -> None:
    """End without a word."""
    os._exit(3)


def break_down() -> None:
    """Read where nothing is."""
    ctypes.string_at(0)


def be_killed() -> None:
    """As the system does when memory is short."""
    os.kill(os.getppid() if os.getpid() == 1 else os.getpid(), signal.SIGKILL)
    time.sleep(600)


def print_much() -> str:
    """Half a gigabyte to the terminal."""
    for _ in range(500):
        print("x" * 1_000_000)
        sys.stderr.write("y" * 1_000)
    return "done"


def answer_much() -> bytes:
    """An answer that is far too long."""
    return bytes(5_000_000)


def write_much() -> str:
    """Ten gigabytes of temporary files; tells what stopped it."""
    try:
        for number in range(100):
            with (Path(tempfile.gettempdir()) / f"{number}").open("wb") as file:
                for _ in range(100):
                    file.write(bytes(1_000_000))
    except OSError as fault:
        return type(fault).__name__
    return "nothing"


def fork_bomb() -> None:
    """Children that have children."""
    while True:
        with contextlib.suppress(OSError):
            os.fork()


def leave_child() -> int:
    """A child that breaks away and lives on; gives the number of bytes it was asked to note."""
    subprocess.Popen(SLEEPER, start_new_session=True)
    return 1


def leave_child_and_hang() -> None:
    """A child whose own parent is gone at once, in a group of its own, while the reader hangs."""
    subprocess.run([sys.executable, "-c", f"import subprocess; subprocess.Popen({SLEEPER}, start_new_session=True)"])
    hang()


def leave_file() -> str:
    """A file in the place for temporary files, and one in a hidden folder there."""
    place = Path(tempfile.gettempdir())
    (place / ".hidden").mkdir()
    (place / ".hidden" / "secret").write_text("Ada Obi")
    return str(place)


def listed() -> list[str]:
    """What lies in the place for temporary files."""
    return sorted(os.listdir(tempfile.gettempdir()))


def call(port: int) -> str:
    """Try to reach somebody."""
    try:
        with socket.create_connection(("127.0.0.1", port), 2):
            return "reached"
    except OSError as fault:
        return type(fault).__name__


def surroundings() -> dict[str, str]:
    """What the environment says."""
    return dict(os.environ)


def read(path: str) -> str:
    """Whether a file can be read, or what stands against it."""
    try:
        return "read" if Path(path).read_bytes() else "empty"
    except OSError as fault:
        return type(fault).__name__


def sees(path: str) -> bool:
    """Whether a file is in sight."""
    return Path(path).exists()


def first_to_go() -> int:
    """How much sooner than others the system ends this process when memory is short."""
    return int(Path("/proc/self/oom_score_adj").read_text())


def answer_nonsense() -> int:
    """An answer that is not what was declared."""
    return "Ada Obi"  # type: ignore[return-value]
