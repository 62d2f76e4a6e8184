"""The fence round a worker process: no network, no secrets, little memory, and nothing of it outlives us.

Linux namespaces are used where the machine allows them (``capabilities``); where it does not, limits and the killing of
the process group remain, and ``socieux doctor`` says so.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
MEMORY = 3_000_000_000
"""Bytes of address space a worker may ask for; the libraries map far more than they use."""
FILE_SIZE = 500_000_000
"""Bytes a file may have that a worker writes."""
OPEN_FILES = 512

_OWN_NETWORK = ("unshare", "--map-root-user", "--net")
_OWN_FAMILY = ("unshare", "--pid", "--fork", "--kill-child=KILL")
_FEW_CHILDREN = ("prlimit", "--nproc=512")
"""Counted for the worker's own user namespace only; outside of one it would count everything the user runs."""
_DIE_WITH_US = ("setpriv", "--pdeathsig", "KILL", "--no-new-privs")


@dataclass(frozen=True)
class Capabilities:
    """What this machine lets us do: cut the network off, and kill whatever a worker leaves behind."""

    no_network: bool
    own_family: bool


@cache
def capabilities() -> Capabilities:
    """Tried, not guessed: containers often forbid what their kernel could do."""
    if _works((*_OWN_NETWORK, *_DIE_WITH_US, *_OWN_FAMILY, "true")):
        return Capabilities(no_network=True, own_family=True)
    return Capabilities(no_network=_works((*_OWN_NETWORK, "true")), own_family=False)


def fenced(command: list[str]) -> list[str]:
    """The command behind the fence. The order matters: a new user namespace would forget that we are the parent."""
    can = capabilities()
    die_with_us = _DIE_WITH_US if shutil.which("setpriv") else ()
    return [
        *(_OWN_NETWORK if can.no_network else ()),
        *die_with_us,
        *(_FEW_CHILDREN if can.no_network and shutil.which("prlimit") else ()),
        *(_OWN_FAMILY if can.own_family else ()),
        *command,
    ]


def surroundings(folder: Path) -> dict[str, str]:
    """The environment of a worker: nothing of our own but where the program and the OCR data lie."""
    kept = {name: value for name in ("PATH", "TESSDATA_PREFIX", "VIRTUAL_ENV") if (value := os.environ.get(name))}
    here = str(folder)
    told = {"HOME": here, "TMPDIR": here, "LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONPATH": str(HOUSE)}
    return {"OMP_THREAD_LIMIT": "1", "PYTHONDONTWRITEBYTECODE": "1"} | kept | told


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs one of our modules in a fresh interpreter."""
    return [sys.executable, "-m", module, *arguments]


def _works(command: tuple[str, ...]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=20, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
