"""Programs of other houses, run on files we did not make: short of time, memory and network, and gone when we are."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from pipeline.document import Unreadable


class Limits(NamedTuple):
    """Wall time and processor time in seconds, address space and size of a written file in bytes."""

    wall: float = 60.0
    processor: int = 60
    memory: int = 2_000_000_000
    file: int = 200_000_000


@contextlib.contextmanager
def own_folder(prefix: str) -> Iterator[Path]:
    """A folder that is gone afterwards. One whose maker was killed before it could clear up goes with the next."""
    _clear_left_behind(prefix)
    with tempfile.TemporaryDirectory(prefix=f"{prefix}{os.getpid()}-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def _clear_left_behind(prefix: str) -> None:
    """The maker's process number stands in the folder's name; another user's folders are left alone."""
    for left in Path(tempfile.gettempdir()).glob(f"{prefix}*-*"):
        maker = left.name.removeprefix(prefix).partition("-")[0]
        if maker.isdigit() and not Path(f"/proc/{maker}").exists() and left.stat().st_uid == os.getuid():
            shutil.rmtree(left, ignore_errors=True)


class Ended(NamedTuple):
    """How a program ended: by itself with a status, or stopped because its time was over; what it printed."""

    how: Literal["done", "too_long"]
    status: int
    said: bytes


def run_confined(command: Sequence[str], folder: Path, limits: Limits) -> Ended:
    """Run a program in a folder of its own, its home and its place for temporary files.

    It and all it starts are killed when the wall time is over or when this process dies. It has no network where
    the machine lets us cut it off (``network_is_cut``). Raises Unreadable where it cannot be limited."""
    printed = folder / "printed"
    with printed.open("wb") as output:
        process = subprocess.Popen(
            [*_fence(limits), *command],
            cwd=folder,
            env=_surroundings(folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        how: Literal["done", "too_long"] = "done"
        try:
            process.wait(limits.wall)
        except subprocess.TimeoutExpired:
            how = "too_long"
        finally:
            _end_group(process)
    return Ended(how, process.returncode, printed.read_bytes())


def _fence(limits: Limits) -> list[str]:
    """The programs before the program. The order matters: a new namespace would forget that we are the parent."""
    if not (shutil.which("setpriv") and shutil.which("prlimit")):
        raise Unreadable(
            "converter_missing",
            "The converter cannot be run within limits on this machine.",
            "Install them (apt-get install util-linux) and process the file again.",
        )
    die_with_us = ["setpriv", "--pdeathsig", "KILL", "--no-new-privs"]
    within = [f"--as={limits.memory}", f"--cpu={limits.processor}", f"--fsize={limits.file}", "--core=0"]
    return [*(_NO_NETWORK if network_is_cut() else []), *die_with_us, "prlimit", *within]


_NO_NETWORK = ["unshare", "--map-root-user", "--net"]


@cache
def network_is_cut() -> bool:
    """True if this machine lets us start a program without any network."""
    try:
        done = subprocess.run([*_NO_NETWORK, "true"], capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _surroundings(folder: Path) -> dict[str, str]:
    """Nothing of our own environment: the same file is read alike on every machine."""
    home = str(folder)
    return {"PATH": os.defpath + ":/usr/sbin:/sbin", "HOME": home, "TMPDIR": home, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _end_group(process: "subprocess.Popen[bytes]") -> None:
    """Kill what is left of the program and of all that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
