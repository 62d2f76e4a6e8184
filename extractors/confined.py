"""Programs of other houses, run on files we did not make: short of time, memory and network, and gone when we are."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from extractors.isolation import OWN_NETWORK, capabilities, die_with_us, end_family, private_surroundings
from pipeline.trouble import Unreadable


class Limits(NamedTuple):
    """Wall time and processor time in seconds, address space and size of a written file in bytes."""

    wall: float = 60.0
    processor: int = 60
    memory: int = 2_000_000_000
    file: int = 200_000_000


class Ended(NamedTuple):
    """How a program ended: by itself with a status, or stopped because its time was over; what it printed."""

    how: Literal["done", "too_long"]
    status: int
    said: bytes


def run_confined(command: Sequence[str], folder: Path, limits: Limits) -> Ended:
    """Run a program in a folder of its own, its home and its place for temporary files.

    It and all it starts are killed when the wall time is over or when this process dies. It has no network where
    the machine lets us cut it off (``capabilities``). Raises Unreadable where it cannot be limited."""
    printed = folder / "printed"
    with printed.open("wb") as output:
        process = subprocess.Popen(
            [*_fence(limits), *command],
            cwd=folder,
            env={"PATH": os.defpath + ":/usr/sbin:/sbin"} | private_surroundings(folder),
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
            end_family(process.pid)
            process.wait()
    return Ended(how, process.returncode, printed.read_bytes())


def _fence(limits: Limits) -> list[str]:
    """The programs before the program."""
    if not (shutil.which("setpriv") and shutil.which("prlimit")):
        raise Unreadable(
            "converter_missing",
            "The converter cannot be run within limits on this machine.",
            "Install them (apt-get install util-linux) and process the file again.",
        )
    within = [f"--as={limits.memory}", f"--cpu={limits.processor}", f"--fsize={limits.file}", "--core=0"]
    return [*(OWN_NETWORK if capabilities().no_network else ()), *die_with_us(), "prlimit", *within]
